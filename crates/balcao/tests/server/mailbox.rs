//! A short run of what `cargo xtask torture mail` does at length; and the pipe of a mail server.

use std::io::Write as _;
use std::process::Stdio;

use balcao_testkit::api::Client;
use balcao_testkit::{postgres, torture_mail};

use crate::homes::Home;

#[test]
fn a_mailbox_survives_kills_on_sqlite() {
    let home = Home::sqlite();
    let summary = torture_mail::run(home.desk.clone(), None, home.path(), (4, 7));
    let summary = summary.unwrap_or_else(|lost| panic!("{lost}"));
    assert!(summary.mails > 8, "{summary:?}");
}

#[test]
fn a_mailbox_survives_kills_of_its_postgresql_too() {
    let home = Home::sqlite();
    let server = postgres::Server::own(true);
    let desk = balcao_testkit::desk::Desk::on_server(&home.desk.program, &server.new_database(), home.path());
    let summary = torture_mail::run(desk, Some(&server), home.path(), (5, 11));
    let summary = summary.unwrap_or_else(|lost| panic!("{lost}"));
    assert!(summary.mails > 8, "{summary:?}");
}

#[test]
fn a_mail_servers_pipe_is_told_whether_the_mail_is_kept() {
    let home = Home::sqlite();
    let pipe = |words: &[&str], raw: &[u8]| {
        let mut command = home.desk.command(&["mail", "pipe"]);
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // It may refuse before it has read everything.
        let _written = child.stdin.take().unwrap().write_all(raw);
        let ended = child.wait_with_output().unwrap();
        (ended.status.code().unwrap(), String::from_utf8(ended.stderr).unwrap())
    };
    for _ in 0..2 {
        assert_eq!(pipe(&[], &torture_mail::mail(1, None)).0, 0);
    }
    assert_eq!(pipe(&[], b"isto nao e um e-mail").0, 0, "it is kept, whatever it is");
    assert_eq!(pipe(&[], &vec![b'x'; (64 << 20) + 1]).0, 65);
    let (code, told) = pipe(&["--config", "/nowhere/balcao.toml"], &torture_mail::mail(2, None));
    assert_eq!(code, 75, "{told}");
    let token = home.desk.token("administrator").unwrap();
    let running = home.desk.start(&home.log()).unwrap();
    let client = Client::new(&running.address, &token);
    let counts = client.get("/api/v1/mail/quarantine").unwrap().json()["counts"].clone();
    assert_eq!((counts["seen"].as_u64(), counts["filed"].as_u64()), (Some(2), Some(1)), "{counts}");
    running.stop().unwrap();
}
