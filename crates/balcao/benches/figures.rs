//! The figures that Balcão promises, measured on the example data: `cargo bench`.
//!
//! Speed of one diagnosis, of a long pasted log, of the batch command; time to the first answer; resident memory.

#![expect(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to say but why")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use balcao::catalogue::{Catalogue, Language};
use balcao::setup::{Loaded, Sources};
use balcao_core::inbound::Inbound;
use balcao_wire::inbound;

fn main() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/parceiros");
    let messages = messages(&examples);
    let loaded = load(&examples);
    println!("{:<58}{:>12}  promised", "what", "measured");
    one_diagnosis(&loaded, &messages);
    long_log(&loaded, &messages);
    first_answer(&examples);
    batch(&examples);
}

fn load(examples: &Path) -> Loaded {
    let sources = Sources {
        registry: Some(examples.join("registry.json")),
        requests: Some(examples.join("requests.ndjson")),
        docs: Some(examples.join("docs")),
        procedure: None,
    };
    sources.load(&Catalogue::new(Language::English)).expect("the example data loads")
}

fn messages(examples: &Path) -> Vec<Inbound> {
    let text =
        std::fs::read_to_string(examples.join("inbound.ndjson")).expect("the example messages are there");
    text.lines().map(|line| inbound::parse(line).expect("an example message")).collect()
}

fn row(what: &str, measured: &str, promised: &str) {
    println!("{what:<58}{measured:>12}  {promised}");
}

/// The mean over many rounds of all messages, and the slowest message by its best round.
fn one_diagnosis(loaded: &Loaded, messages: &[Inbound]) {
    let rounds = 20;
    let mut total = Duration::ZERO;
    let mut best = vec![Duration::MAX; messages.len()];
    for _ in 0..rounds {
        for (message, best) in messages.iter().zip(best.iter_mut()) {
            let start = Instant::now();
            std::hint::black_box(loaded.diagnose(message));
            let took = start.elapsed();
            total += took;
            *best = (*best).min(took);
        }
    }
    let count = u32::try_from(messages.len() * rounds).unwrap_or(u32::MAX);
    let mut sorted = best.clone();
    sorted.sort();
    row("one diagnosis, mean of the example messages", &format!("{:.2?}", total / count), "< 1 ms");
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    row("one diagnosis, median message", &format!("{median:.2?}"), "< 1 ms");
    row("one diagnosis, slowest message", &format!("{:.2?}", sorted.last().copied().unwrap_or_default()), "");
}

fn long_log(loaded: &Loaded, messages: &[Inbound]) {
    let line = "2026-05-20 10:04:18,891 ERROR crefaz.client - POST /api/v2/usuarios/login -> 400 [\"Identificador único inválido!\"] user=CC058810020\n";
    let mut log = String::new();
    let mut n = 0;
    while log.len() < 1_000_000 {
        n += 1;
        log.push_str(&format!("{n} {line}"));
    }
    let mut message = messages.first().cloned().expect("an example message");
    message.body = log;
    let took = (0..5)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(loaded.diagnose(&message));
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    row("a pasted log of 1 MB", &format!("{took:.2?}"), "< 100 ms");
}

fn command(examples: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_balcao"));
    command.arg("diagnose").arg("--registry").arg(examples.join("registry.json"));
    command.arg("--requests").arg(examples.join("requests.ndjson")).arg("--docs").arg(examples.join("docs"));
    command
}

fn first_answer(examples: &Path) {
    let text =
        std::fs::read_to_string(examples.join("inbound.ndjson")).expect("the example messages are there");
    let first = text.lines().next().expect("an example message").to_owned();
    let took = (0..5)
        .map(|_| {
            let start = Instant::now();
            let mut child = command(examples)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .expect("the command starts");
            let mut input = child.stdin.take().expect("its input");
            writeln!(input, "{first}").expect("the message is written");
            drop(input);
            assert!(child.wait().expect("it ends").success());
            start.elapsed()
        })
        .min()
        .unwrap_or_default();
    row("start to first answer", &format!("{took:.2?}"), "< 300 ms");
}

/// Many messages through the command, under `/usr/bin/time`-like accounting by the kernel's own high-water mark.
fn batch(examples: &Path) {
    let text =
        std::fs::read_to_string(examples.join("inbound.ndjson")).expect("the example messages are there");
    let copies = 300;
    let path: PathBuf = std::env::temp_dir().join(format!("balcao-bench-{}.ndjson", std::process::id()));
    std::fs::write(&path, text.repeat(copies)).expect("the batch is written");
    let count = text.lines().count() * copies;
    let start = Instant::now();
    let mut child = command(examples).arg(&path).stdout(Stdio::null()).spawn().expect("the command starts");
    let mut peak = 0;
    loop {
        peak = peak.max(resident_kib(child.id()));
        if child.try_wait().expect("its state").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let took = start.elapsed();
    let _ = std::fs::remove_file(&path);
    let rate = count as f64 / took.as_secs_f64();
    row("messages a second through the command", &format!("{rate:.0}"), ">= 3000 on two cores");
    row("resident memory of the command, at most", &format!("{} MiB", peak / 1024), "< 80 MB");
}

/// The high-water mark of a process, in KiB; zero where the system does not tell.
fn resident_kib(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}
