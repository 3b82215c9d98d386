//! The project's own commands: `cargo xtask test`, `tidy`, `fuzz`.

mod fuzz;
mod needs;
mod tests;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test            everything that must pass: format, lints, tests, doc tests, tidy, a build of the fuzz targets
  tidy            budgets, purity of the core, dead files, documents that name what is gone
  fuzz [SECONDS]  run each fuzz target for that long (60), and say how many inputs it tried";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => tests::run(),
        ["tidy"] => tidy::run(),
        ["fuzz"] => fuzz::run(60),
        ["fuzz", seconds] => match seconds.parse() {
            Ok(seconds) => fuzz::run(seconds),
            Err(_) => Err(format!("`{seconds}` is no number of seconds")),
        },
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}

/// Runs cargo with `args` in `folder`.
fn cargo(args: &[&str], folder: &std::path::Path) -> Result<(), String> {
    eprintln!("xtask: cargo {}", args.join(" "));
    // The flags of this workspace are not those of the folder's own configuration.
    let status = std::process::Command::new(env!("CARGO")).args(args).current_dir(folder).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(format!("`cargo {}` failed; its output is above", args.join(" "))),
        Err(error) => Err(format!("`cargo` could not be started: {error}")),
    }
}
