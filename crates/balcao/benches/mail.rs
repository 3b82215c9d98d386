//! Ten thousand mails in a mailbox, taken in with their diagnosis: `cargo xtask bench mail [sqlite|postgres] [--quick]`.
//!
//! The program as it ships, a Dovecot beside it on the same two cores, a database that syncs as in earnest. The clock runs from the start of
//! the desk to the moment at which every mail is a message of a ticket.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark that cannot be set up has nothing to say but why"
)]

use std::path::Path;
use std::time::Instant;

use balcao_testkit::api::Client;
use balcao_testkit::desk::Desk;
use balcao_testkit::{dovecot, postgres, torture_mail};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let has = |word: &str| words.iter().any(|said| said == word);
    let mails = if has("--quick") { 500 } else { 10_000 };
    let both = !has("sqlite") && !has("postgres");
    for engine in ["sqlite", "postgres"] {
        if both || has(engine) {
            measure(engine, mails);
        }
    }
}

fn measure(engine: &str, mails: usize) {
    let home = tempfile::tempdir().expect("a directory");
    let program = Path::new(env!("CARGO_BIN_EXE_balcao"));
    let desk = if engine == "sqlite" {
        Desk::in_directory(program, &home.path().join("data"))
    } else {
        Desk::on_server(program, &postgres::shared(true).new_database(), home.path())
    };
    let imap = dovecot::Server::own();
    for number in 0..mails {
        // Every third answers the one before it.
        let answers = (number % 3 == 2).then(|| number - 1);
        imap.deliver("caixa", &torture_mail::mail(number, answers));
    }
    let token = desk.token("administrator").expect("a token");
    let running = desk.start(&home.path().join("plain.log")).expect("the desk starts");
    let client = Client::new(&running.address, &token);
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/parceiros/registry.json");
    let registry = std::fs::read(data).expect("the registry");
    client
        .send("PUT", "/api/v1/registry", &registry, &[("content-type", "application/json")])
        .expect("a registry");
    running.stop().expect("it ends well");
    let desk = torture_mail::reading(desk, &imap, home.path()).expect("settings");
    let began = Instant::now();
    let running = desk.start(&home.path().join("server.log")).expect("the desk starts");
    let client = Client::new(&running.address, &token);
    torture_mail::settled(&client, mails).expect("every mail is filed");
    let took = began.elapsed().as_secs_f64();
    let status = std::fs::read_to_string(format!("/proc/{}/status", running.id())).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("?").trim().to_owned();
    let each = f64::from(u32::try_from(mails).expect("a small number")) / took;
    println!("{engine:<12}{mails} mails in {took:.1} s: {each:.0} mails/s (promised 150), peak {peak}");
    running.stop().expect("it ends well");
}
