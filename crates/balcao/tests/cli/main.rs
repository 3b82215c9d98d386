//! The command line as people and programs meet it: the real binary, its streams and its exit codes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot be set up has nothing to say but why"
)]

mod batch;
mod documentation;
mod evaluation;
mod help;
mod hostile;
mod other_company;
mod procedure;
mod sources;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// The folder of the workspace.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn example(name: &str) -> PathBuf {
    root().join("examples/parceiros").join(name)
}

fn example_text(name: &str) -> String {
    std::fs::read_to_string(example(name)).unwrap()
}

/// `balcao` with its words in English, whatever the machine's language.
fn balcao(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_balcao"));
    command.args(args).env("LANG", "en_US.UTF-8").env_remove("LC_ALL").env_remove("LC_MESSAGES");
    command.env("COLUMNS", "100").current_dir(root());
    command
}

/// `balcao COMMAND` on the example registry, log and documentation, with further arguments.
fn on_examples(command: &str, more: &[&str]) -> Command {
    let mut ready = balcao(&[command]);
    ready.arg("--registry").arg(example("registry.json"));
    ready.arg("--requests").arg(example("requests.ndjson")).arg("--docs").arg(example("docs"));
    ready.args(more);
    ready
}

/// Runs it with `input` on its standard input.
fn fed(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // The program may refuse its input and close the pipe.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn ran(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json_lines(output: &Output) -> Vec<serde_json::Value> {
    out(output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every whole key of the example registry and log.
fn keys() -> Vec<String> {
    let registry: serde_json::Value = serde_json::from_str(&example_text("registry.json")).unwrap();
    let registered =
        registry["api_keys"].as_array().unwrap().iter().map(|key| key["key"].as_str().unwrap().to_owned());
    let log = example_text("requests.ndjson");
    let logged = log.lines().filter_map(|line| {
        let request: serde_json::Value = serde_json::from_str(line).unwrap();
        request["api_key"].as_str().map(str::to_owned)
    });
    registered.chain(logged).collect()
}

/// No whole key stands in what was written.
fn leaks_nothing(output: &Output) {
    let written = [out(output), err(output)].concat();
    for key in keys() {
        assert!(!written.contains(&key), "the key ending in {} is shown", &key[key.len() - 4..]);
    }
}
