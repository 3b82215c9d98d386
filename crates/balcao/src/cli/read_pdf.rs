//! `balcao read-pdf`: what the desk starts to read a stranger's PDF in a process of its own. No command for people, so no help speaks of it.

use std::io;
use std::process::ExitCode;

use super::FAILED;

/// The name by which the desk starts it.
pub const NAME: &str = "read-pdf";

/// A PDF on standard input, its text on standard output.
#[must_use]
pub fn run() -> ExitCode {
    match balcao_connect::attachment::pdf::serve(io::stdin().lock(), io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_the_desk_is_gone) => ExitCode::from(FAILED),
    }
}
