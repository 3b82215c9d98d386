//! The project's own commands: `cargo xtask test`.

use std::process::{Command, ExitCode};

/// What `cargo xtask test` runs, in order.
const STEPS: &[&[&str]] = &[
    &["fmt", "--all", "--check"],
    &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    &["test", "--workspace", "--locked"],
];

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() != Some("test") {
        eprintln!("usage: cargo xtask test");
        return ExitCode::from(2);
    }
    for step in STEPS {
        eprintln!("xtask: cargo {}", step.join(" "));
        let done = Command::new(env!("CARGO")).args(*step).status();
        if !done.is_ok_and(|status| status.success()) {
            eprintln!("xtask: `cargo {}` failed; its output is above", step.join(" "));
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
