//! `balcao extract`: the evidences of each message alone.

use std::io::{self, BufRead as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use serde_json::json;

use super::FOUND_PROBLEMS;
use super::diagnose::{message, open};
use crate::catalogue::Catalogue;
use crate::setup::Sources;
use balcao_wire::diagnosis;

/// Print only the seven evidences of each message, with where each was found
#[derive(Debug, clap::Args)]
pub struct Extract {
    #[command(flatten)]
    sources: Sources,
    /// Inbound messages, or `-` for standard input
    #[arg(value_name = "INBOUND.ndjson", default_value = "-")]
    inbound: PathBuf,
}

impl Extract {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let loaded = self.sources.load(catalogue)?;
        let mut out = io::stdout().lock();
        let mut exit = ExitCode::SUCCESS;
        for (index, line) in open(&self.inbound, catalogue)?.split(b'\n').enumerate() {
            let line = line?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match message(&line, catalogue) {
                Ok(message) => {
                    let found = loaded.diagnose(&message);
                    let evidence = diagnosis::evidence(&found);
                    writeln!(out, "{}", json!({"id": found.id, "evidence": evidence, "notes": found.notes}))?;
                }
                Err(error) => {
                    exit = ExitCode::from(FOUND_PROBLEMS);
                    writeln!(out, "{}", json!({"line": index + 1, "error": error}))?;
                }
            }
        }
        Ok(exit)
    }
}
