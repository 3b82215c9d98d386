//! The `balcao` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    balcao::cli::run()
}
