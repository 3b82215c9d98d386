//! What the desk promises about speed and memory, measured from outside: `cargo xtask bench desk [sqlite|postgres] [--quick]`.
//!
//! The program as it ships, on a database that syncs as in earnest; its clients share the machine with it, so times are upper bounds.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a benchmark that cannot be set up has nothing to say but why"
)]

#[path = "desk/figures.rs"]
mod figures;
#[path = "desk/fill.rs"]
mod fill;
#[path = "desk/pages.rs"]
mod pages;

use std::path::{Path, PathBuf};

use balcao_store::Place;
use balcao_testkit::api::Client;
use balcao_testkit::desk::{Desk, Running};
use balcao_testkit::postgres;

/// How much is kept and asked.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) tickets: i64,
    pub(crate) messages_each: i64,
    pub(crate) log_rows: i64,
    pub(crate) seconds: u64,
    pub(crate) asked: usize,
}

const WHOLE: Size =
    Size { tickets: 200_000, messages_each: 5, log_rows: 10_000_000, seconds: 15, asked: 400 };
const QUICK: Size = Size { tickets: 5_000, messages_each: 5, log_rows: 100_000, seconds: 3, asked: 50 };

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let has = |word: &str| words.iter().any(|said| said == word);
    let size = if has("--quick") { QUICK } else { WHOLE };
    let both = !has("sqlite") && !has("postgres");
    println!("{:<12}{:<44}{:>22}  promised", "", "what", "measured");
    for engine in ["sqlite", "postgres"] {
        if both || has(engine) {
            measure(engine, size);
        }
    }
}

fn measure(engine: &str, size: Size) {
    let home = tempfile::tempdir().expect("a directory");
    let program = Path::new(env!("CARGO_BIN_EXE_balcao"));
    let (desk, place) = if engine == "sqlite" {
        let data = home.path().join("data");
        (Desk::in_directory(program, &data), Place::Directory(data))
    } else {
        let url = postgres::shared(true).new_database();
        (Desk::on_server(program, &url, home.path()), Place::Url(url))
    };
    let log = home.path().join("server.log");
    let token = desk.token("administrator").expect("a token");
    let running = start(&desk, &log);
    let client = Client::new(&running.address, &token);
    give(&client, "PUT", "/api/v1/registry", "application/json", "registry.json");
    give(&client, "POST", "/api/v1/requests", "application/x-ndjson", "requests.ndjson");
    let report = figures::Report { engine, quick: size.seconds < WHOLE.seconds };
    figures::creation(&report, &running, &token, size);
    running.stop().expect("it ends well");

    fill::tickets(place.clone(), size);
    let running = start(&desk, &log);
    let client = Client::new(&running.address, &token);
    figures::ingest(&report, &client, size);
    figures::reading(&report, &client, size);
    let cookie = pages::pages(&report, (&desk, &running), size);
    running.stop().expect("it ends well");
    let running = start(&desk, &log);
    // First of all: what a program that has worked gives back meanwhile would hide what they cost.
    pages::looking_on(&report, &running, &cookie);
    figures::creation_again(&report, &running, &token, size);
    running.stop().expect("it ends well");
    figures::look_ups(&report, place, size);
    let again = start(&desk, &log);
    report.say("start until it answers, all this kept", &format!("{:.0?}", again.started_in), "< 500 ms");
    again.stop().expect("it ends well");
}

fn start(desk: &Desk, log: &Path) -> Running {
    desk.start(log).expect("the desk starts")
}

/// Sends a file of the example company.
fn give(client: &Client, method: &str, path: &str, kind: &str, name: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/parceiros").join(name);
    let body = std::fs::read(&file).expect("the example data is there");
    let answer = client.send(method, path, &body, &[("content-type", kind)]).expect("an answer");
    assert!(answer.status < 300, "{path}: {} {}", answer.status, answer.text);
}
