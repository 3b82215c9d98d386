//! `cargo xtask test`: everything that must pass before a change is handed in.

use crate::{cargo, fuzz, needs, root, tidy};

/// The steps of cargo, in order: the quick ones first.
const STEPS: &[&[&str]] = &[
    &["fmt", "--all", "--check"],
    &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"],
    &["test", "--workspace", "--locked"],
];

pub(crate) fn run() -> Result<(), String> {
    needs::ensure()?;
    tidy::run()?;
    for step in STEPS {
        cargo(step, &root())?;
    }
    fuzz::check()?;
    deny()
}

/// Licences, bans and sources, where the tool is installed.
fn deny() -> Result<(), String> {
    let there = std::process::Command::new("cargo-deny").arg("--version").output();
    if !there.is_ok_and(|output| output.status.success()) {
        eprintln!("xtask: cargo-deny is not installed; deny.toml was not checked");
        return Ok(());
    }
    cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"], &root())
}
