//! `balcao config show`: what is set, and where each value came from.

use std::process::ExitCode;

use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Look at the settings
#[derive(Debug, clap::Args)]
pub struct Config {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, clap::Subcommand)]
enum ConfigCommand {
    Show(Show),
}

/// Print every setting in force and where it came from
#[derive(Debug, clap::Args)]
struct Show {
    #[command(flatten)]
    flags: Flags,
}

impl Config {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let ConfigCommand::Show(show) = self.command;
        let settings = opening::settings(&show.flags, catalogue)?;
        for (name, value, from) in settings.shown() {
            say(&format!("{name} = {value:?}  # {from}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
