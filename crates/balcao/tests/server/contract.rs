//! The API keeps its own description: thousands of requests made from it, by a program that knows nothing else (Schemathesis).

use std::path::{Path, PathBuf};
use std::process::Command;

use balcao_testkit::api::Client;
use serde_json::Value;

use crate::homes::{Home, example};

const VERSION: &str = "4.32.5";

/// The program, in an environment of its own below the build's folder; made once.
fn schemathesis() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("schemathesis-{VERSION}"));
    let program = home.join("bin/schemathesis");
    if !program.exists() {
        run(
            Command::new("python3").args(["-m", "venv"]).arg(&home),
            "make an environment for Python (python3-venv)",
        );
        let wanted = format!("schemathesis=={VERSION}");
        run(Command::new(home.join("bin/pip")).args(["install", "--quiet", &wanted]), "install schemathesis");
    }
    program
}

fn run(command: &mut Command, what: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("could not {what}: {error}"));
    assert!(output.status.success(), "could not {what}: {}", String::from_utf8_lossy(&output.stderr));
}

/// One run; its report where it found something.
fn tried(address: &str, token: &str, seconds: &str, words: &[&str]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/schemathesis");
    let mut command = Command::new(schemathesis());
    command.arg("--config-file").arg(folder.join("schemathesis.toml"));
    command.args([
        "run",
        &format!("{address}/api/v1/openapi.json"),
        "--checks",
        "all",
        "--seed",
        "7",
        "-n",
        "6",
    ]);
    command.args([
        "--header",
        &format!("Authorization: Bearer {token}"),
        "--max-time",
        seconds,
        "--no-color",
    ]);
    command.args(words).env("SCHEMATHESIS_HOOKS", "hooks").env("PYTHONPATH", &folder);
    command.current_dir(env!("CARGO_TARGET_TMPDIR"));
    let done = command.output().unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_api_keeps_its_description() {
    let home = Home::sqlite();
    let running = home.desk.start(&home.log()).unwrap();
    let token = home.desk.token("administrator").unwrap();
    let registry: Value = serde_json::from_str(&example("registry.json")).unwrap();
    let client = Client::new(&running.address, &token);
    assert_eq!(client.json("PUT", "/api/v1/registry", &registry, None).unwrap().status, 200);
    // A feed takes every line, and of a mail whatever bytes come are kept: no body of theirs is wrong. A token that ends itself ends the run.
    let taking_all = ["feedRequests", "deliverMail"];
    let apart = taking_all.iter().chain(&["endToken"]).flat_map(|name| ["--exclude-operation-id", name]);
    tried(&running.address, &token, "60", &apart.collect::<Vec<_>>());
    for name in taking_all {
        let one = ["--include-operation-id", name, "--exclude-checks", "negative_data_rejection"];
        tried(&running.address, &token, "5", &one);
    }
    let other = home.desk.token("administrator").unwrap();
    tried(&running.address, &other, "5", &["--include-operation-id", "endToken"]);
    running.stop().unwrap();
}
