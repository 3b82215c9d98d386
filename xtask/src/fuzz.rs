//! Fuzz targets: libFuzzer on the stable compiler.
//!
//! Coverage comes from LLVM's own pass through stable flags (`fuzz/.cargo/config.toml`); no sanitizer is used, since the
//! code forbids `unsafe` and what is looked for are panics, time-outs and memory.

use std::path::PathBuf;
use std::process::Command;

use crate::{cargo, root};

fn folder() -> PathBuf {
    root().join("fuzz")
}

/// The names of the targets: the files of `fuzz/fuzz_targets`.
fn targets() -> Result<Vec<String>, String> {
    let listed = std::fs::read_dir(folder().join("fuzz_targets"))
        .map_err(|error| format!("fuzz/fuzz_targets cannot be read: {error}"))?;
    let mut names: Vec<String> = listed
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

/// Checks that every target still fits what it feeds. `run` builds them: with coverage that takes minutes.
pub(crate) fn check() -> Result<(), String> {
    cargo(&["check", "--locked", "--bins"], &folder())
}

/// Runs every target for `seconds` and prints how many inputs it tried.
pub(crate) fn run(seconds: u32) -> Result<(), String> {
    cargo(&["build", "--locked", "--release", "--bins"], &folder())?;
    let mut failed = Vec::new();
    for target in targets()? {
        let (executions, passed) = one(&target, seconds)?;
        println!("{target}: {executions} inputs in {seconds} s{}", if passed { "" } else { ", FAILED" });
        if !passed {
            failed.push(target);
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("crashes were found by: {}", failed.join(", "))) }
}

fn one(target: &str, seconds: u32) -> Result<(String, bool), String> {
    let binary = folder().join("target/x86_64-unknown-linux-gnu/release").join(target);
    let corpus = folder().join("corpus").join(target);
    let artifacts = folder().join("artifacts").join(target);
    for dir in [&corpus, &artifacts] {
        std::fs::create_dir_all(dir).map_err(|error| format!("{} cannot be made: {error}", dir.display()))?;
    }
    let output = Command::new(&binary)
        .arg(&corpus)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-timeout=5", "-rss_limit_mb=2048", "-max_len=65536", "-print_final_stats=1"])
        .output()
        .map_err(|error| format!("{} could not be started: {error}", binary.display()))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let executions = said
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .map_or_else(|| "?".to_owned(), |count| count.trim().to_owned());
    if !output.status.success() {
        let tail: Vec<&str> = said.lines().rev().take(25).collect();
        eprintln!("{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    Ok((executions, output.status.success()))
}
