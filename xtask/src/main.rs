//! The project's own commands: `cargo xtask test`, `tidy`, `fuzz`, `torture`, `screens`, `bench`.

mod fuzz;
mod needs;
mod tests;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test            everything that must pass: format, lints, tests, doc tests, tidy, a check of the fuzz targets
  tidy            budgets, purity of the core, dead files, documents that name what is gone
  fuzz [SECONDS]  run each fuzz target for that long (60), and say how many inputs it tried
  torture [mail] [sqlite|postgres] [TIMES] [--seed N]
                  kill the desk at random moments under load (200 times on each database), fill its disk, take its database away
  screens         take the pictures of the README anew, with a browser
  bench desk|mail [sqlite|postgres] [--quick]
                  what the desk promises about speed and memory, measured on this machine";

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
        ["torture", words @ ..] => torture(words),
        ["screens"] => {
            let pictures = ["--", "--ignored", "--exact", "screens::of_the_readme"];
            cargo(&[&["test", "-p", "balcao", "--test", "browser"][..], &pictures[..]].concat(), &root())
        }
        ["bench", name @ ("desk" | "mail"), words @ ..] => {
            let bench = ["bench", "--quiet", "-p", "balcao", "--bench", name, "--"];
            cargo(&[&bench, words].concat(), &root())
        }
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

/// The program as it ships, and what tortures it.
fn torture(words: &[&str]) -> Result<(), String> {
    cargo(&["build", "--release", "--locked", "-p", "balcao"], &root())?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let program = target.join("release/balcao").display().to_string();
    let run = ["run", "--quiet", "--locked", "-p", "balcao-testkit", "--bin", "torture", "--", &program];
    cargo(&[&run, words].concat(), &root())
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
