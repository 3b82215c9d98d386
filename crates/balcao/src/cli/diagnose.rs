//! `balcao diagnose`: messages in, diagnoses out, a line each.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use balcao_core::inbound::Inbound;
use indicatif::{ProgressBar, ProgressStyle};
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use serde_json::json;

use super::FOUND_PROBLEMS;
use crate::catalogue::Catalogue;
use crate::report;
use crate::setup::{Loaded, Sources};
use balcao_wire::{diagnosis::DiagnosisLine, inbound};

/// Messages that are diagnosed side by side before their answers are written.
const BATCH: usize = 64;
/// A batch is closed early at this many bytes, so that huge messages do not add up.
const BATCH_BYTES: usize = 32 * 1024 * 1024;

/// Diagnose inbound messages: one JSON object a line in, one diagnosis a line out, in the same order
#[derive(Debug, clap::Args)]
pub struct Diagnose {
    #[command(flatten)]
    sources: Sources,
    /// Print reports for people instead of JSON
    #[arg(long)]
    pretty: bool,
    /// Inbound messages, or `-` for standard input
    #[arg(value_name = "INBOUND.ndjson", default_value = "-")]
    inbound: PathBuf,
}

impl Diagnose {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let loaded = self.sources.load(catalogue)?;
        let input = open(&self.inbound, catalogue)?;
        let progress = progress(&self.inbound);
        // JSON has no colours to take out.
        let plain: Box<dyn Write> = match self.pretty {
            true => Box::new(anstream::AutoStream::auto(io::stdout())),
            false => Box::new(io::stdout()),
        };
        let mut out = BufWriter::with_capacity(1 << 16, plain);
        let clean = answer_all(
            input,
            &mut out,
            &Answering { loaded: &loaded, pretty: self.pretty, catalogue },
            &progress,
        )?;
        out.flush()?;
        progress.finish_and_clear();
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(FOUND_PROBLEMS) })
    }
}

/// Opens a file, or standard input for `-`.
pub(super) fn open(path: &Path, catalogue: &Catalogue) -> anyhow::Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path)
        .with_context(|| catalogue.say("error-open", &[("path", &path.display().to_string())]))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// A bar of bytes read, where a person watches and the size is known.
pub(super) fn progress(path: &Path) -> ProgressBar {
    let size = std::fs::metadata(path).map(|meta| meta.len()).unwrap_or(0);
    if size == 0 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta}");
    let bar = ProgressBar::new(size);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A bar of things done, where a person watches.
pub(super) fn counted(things: usize) -> ProgressBar {
    if things == 0 || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(u64::try_from(things).unwrap_or(0));
    match ProgressStyle::with_template("{bar:40} {pos}/{len} {eta}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

struct Answering<'a> {
    loaded: &'a Loaded,
    pretty: bool,
    catalogue: &'a Catalogue,
}

/// The answer to one line, and whether it was a message.
struct Answered {
    text: String,
    clean: bool,
}

/// Answers every line of `input` on `out`, in order. `false` if a line was no message.
fn answer_all(
    mut input: impl BufRead,
    out: &mut impl Write,
    answering: &Answering<'_>,
    progress: &ProgressBar,
) -> anyhow::Result<bool> {
    let mut clean = true;
    let mut number = 0;
    loop {
        let batch = next_batch(&mut input, &mut number)?;
        if batch.is_empty() {
            return Ok(clean);
        }
        let read: usize = batch.iter().map(|(_, line)| line.len() + 1).sum();
        let answers: Vec<Answered> =
            batch.par_iter().map(|(number, line)| answer(*number, line, answering)).collect();
        for answered in answers {
            clean &= answered.clean;
            out.write_all(answered.text.as_bytes())?;
        }
        out.flush()?;
        progress.inc(u64::try_from(read).unwrap_or(0));
    }
}

/// The next lines with their numbers; empty at the end. Blank lines are passed over.
fn next_batch(input: &mut impl BufRead, number: &mut usize) -> anyhow::Result<Vec<(usize, Vec<u8>)>> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        *number += 1;
        bytes += read;
        if !line.trim_ascii().is_empty() {
            batch.push((*number, line));
        }
    }
    Ok(batch)
}

fn answer(number: usize, line: &[u8], answering: &Answering<'_>) -> Answered {
    match message(line, answering.catalogue) {
        Err(error) => refused(id_of(line), number, &error, answering),
        Ok(message) => {
            let diagnosis = answering.loaded.diagnose(&message);
            let text = if answering.pretty {
                report::of(&diagnosis, &message, answering.loaded)
            } else {
                let line = serde_json::to_string(&DiagnosisLine::from(&diagnosis));
                // A diagnosis holds only strings, numbers and lists, which always serialise.
                line.map(|line| line + "\n").unwrap_or_default()
            };
            Answered { text, clean: true }
        }
    }
}

/// The message of a line, with or without a byte order mark, or why it is none.
pub(super) fn message(line: &[u8], catalogue: &Catalogue) -> Result<Inbound, String> {
    let Ok(line) = std::str::from_utf8(line) else {
        return Err(catalogue.say("error-not-utf8", &[]));
    };
    inbound::parse(line.trim_start_matches('\u{feff}').trim()).map_err(|error| error.to_string())
}

/// The id of a line that is JSON but no message.
fn id_of(line: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    value.get("id")?.as_str().map(str::to_owned)
}

fn refused(id: Option<String>, number: usize, error: &str, answering: &Answering<'_>) -> Answered {
    let text = if answering.pretty {
        let number = number.to_string();
        answering.catalogue.say("error-line", &[("line", &number), ("error", error)]) + "\n\n"
    } else {
        format!("{}\n", json!({"id": id, "line": number, "error": error}))
    };
    Answered { text, clean: false }
}
