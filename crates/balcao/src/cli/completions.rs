//! `balcao completions SHELL`

use std::process::ExitCode;

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
pub struct Completions {
    /// Shell to complete for
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    pub fn run(self, mut command: clap::Command) -> anyhow::Result<ExitCode> {
        clap_complete::generate(self.shell, &mut command, "balcao", &mut std::io::stdout());
        Ok(ExitCode::SUCCESS)
    }
}
