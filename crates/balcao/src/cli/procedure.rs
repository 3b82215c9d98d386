//! `balcao procedure check|show`: the procedure as data.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::FOUND_PROBLEMS;
use crate::catalogue::Catalogue;
use crate::setup;

/// Check or show the procedure
#[derive(Debug, clap::Args)]
pub struct ProcedureCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Find unknown names, unreachable lines, situations without a reply, and sections that nothing implements
    Check {
        /// The procedure's file [default: the one that comes with the program]
        #[arg(value_name = "procedure.toml")]
        procedure: Option<PathBuf>,
    },
    /// Print the procedure for people, as Markdown
    Show {
        /// The procedure's file [default: the one that comes with the program]
        #[arg(value_name = "procedure.toml")]
        procedure: Option<PathBuf>,
    },
}

impl ProcedureCommand {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        match self.what {
            What::Check { procedure } => check(procedure.as_deref(), catalogue),
            What::Show { procedure } => {
                let procedure = setup::procedure(procedure.as_deref(), catalogue)?;
                io::stdout().write_all(procedure.show().as_bytes())?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

fn check(path: Option<&std::path::Path>, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
    let problems = setup::procedure_problems(path, catalogue)?;
    let mut out = io::stdout().lock();
    if problems.is_empty() {
        writeln!(out, "{}", catalogue.say("procedure-clean", &[]))?;
        return Ok(ExitCode::SUCCESS);
    }
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    let count = problems.len().to_string();
    writeln!(out, "{}", catalogue.say("procedure-problems", &[("count", &count)]))?;
    Ok(ExitCode::from(FOUND_PROBLEMS))
}
