//! `balcao evaluate CASES`: how often the diagnosis is right on labelled cases.

mod figures;
mod score;

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use self::figures::Figures;
use super::diagnose::open;
use crate::catalogue::Catalogue;
use crate::setup::Sources;
use balcao_wire::inbound;

/// Diagnose labelled cases and report what was right, per field and per cause
#[derive(Debug, clap::Args)]
pub struct Evaluate {
    #[command(flatten)]
    sources: Sources,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Labelled cases (`{"id", "inbound", "expected"}`), or labelled questions (`{"id", "question", "accept"}`), a line each
    #[arg(value_name = "CASES.jsonl")]
    cases: PathBuf,
}

impl Evaluate {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let loaded = self.sources.load(catalogue)?;
        let lines: Vec<String> = open(&self.cases, catalogue)?.lines().collect::<io::Result<_>>()?;
        let mut out = io::stdout().lock();
        if lines.iter().any(|line| line.contains("\"question\""))
            && !lines.iter().any(|line| line.contains("\"inbound\""))
        {
            let figures = loaded.evaluate_questions(&lines.join("\n"), self.json, catalogue)?;
            write!(out, "{figures}")?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut figures = Figures::default();
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let number = (index + 1).to_string();
            let refused = || catalogue.say("error-case", &[("line", &number)]);
            let case: serde_json::Value = serde_json::from_str(line).with_context(refused)?;
            let message = case.get("inbound").with_context(refused)?;
            let message = inbound::from_value(message).with_context(refused)?;
            let diagnosis = loaded.diagnose(&message);
            figures.add(score::of(&case, &diagnosis));
        }
        if self.json {
            serde_json::to_writer_pretty(&mut out, &figures.json())?;
            writeln!(out)?;
        } else {
            write!(out, "{}", figures.table(catalogue))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
