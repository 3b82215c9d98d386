//! Mail in by the command line and by HTTP: filed once, with the sums.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use balcao_testkit::api::Client;
use serde_json::{Value, json};

use crate::homes::Home;

fn mails() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../connect/tests/corpus");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

/// The corpus as one mbox, and how many mails are in it.
fn mbox() -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    for file in mails() {
        text.extend(b"From MAILER-DAEMON Tue Jun  9 10:58:00 2026\n");
        for line in std::fs::read(file).unwrap().split_inclusive(|byte| *byte == b'\n') {
            if line.starts_with(b"From ") {
                text.push(b'>');
            }
            text.extend_from_slice(line);
        }
        text.extend(b"\n\n");
    }
    (text, mails().len())
}

fn run(command: &mut Command) -> (i32, Vec<Value>, String) {
    let done = command.output().unwrap();
    let lines = String::from_utf8(done.stdout).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (done.status.code().unwrap_or(-1), lines, String::from_utf8(done.stderr).unwrap())
}

#[test]
fn importing_an_mbox_twice_files_every_mail_once_and_says_the_sums() {
    let home = Home::sqlite();
    let path = home.path().join("todos.mbox");
    let (text, count) = mbox();
    std::fs::write(&path, text).unwrap();
    let import = || run(home.desk.command(&["--lang", "en", "mail", "import"]).arg(&path));
    let (code, lines, told) = import();
    assert_eq!((code, lines.len()), (0, count), "{told}");
    let of = |state: &str| lines.iter().filter(|line| line["state"] == state).count();
    assert_eq!(of("filed") + of("noted"), count);
    assert!(
        told.contains(&format!("{count} mails: {} in tickets, {} only noted", of("filed"), of("noted"))),
        "{told}"
    );
    let (code, again, told) = import();
    assert_eq!(code, 0);
    assert!(told.contains(&format!("0 in tickets, 0 only noted, {count} known already")), "{told}");
    for (one, other) in lines.iter().zip(&again) {
        assert_eq!(
            (&one["id"], &one["ticket"], &other["known"]),
            (&other["id"], &other["ticket"], &json!(true))
        );
    }
    let single = run(home.desk.command(&["mail", "import"]).arg(home.path().join("nada.eml")));
    assert_eq!(single.0, 2, "{}", single.2);
}

#[test]
fn an_import_that_is_killed_goes_on_and_doubles_nothing() {
    let home = Home::sqlite();
    home.desk.token("administrator").unwrap();
    let folder = home.path().join("mails");
    std::fs::create_dir_all(&folder).unwrap();
    for number in 0..120 {
        let text = format!(
            "From: Ana <ana@alfa.example>\r\nTo: suporte@balcao.example\r\nSubject: Erro {number} na proposta\r\n\
             Date: Tue, 9 Jun 2026 10:00:00 -0300\r\nMessage-ID: <{number}.kill@alfa.example>\r\n\r\nErro 500 em {number}\r\n"
        );
        std::fs::write(folder.join(format!("{number:04}.eml")), text).unwrap();
    }
    let import = || {
        let mut command = home.desk.command(&["mail", "import"]);
        command.arg(&folder).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    };
    // Killed while it works, three times, each time a little later.
    for lines in [5, 30, 60] {
        let mut running = import().spawn().unwrap();
        let out = std::io::BufReader::new(running.stdout.take().unwrap());
        let read = std::io::BufRead::lines(out).take(lines).count();
        running.kill().unwrap();
        running.wait().unwrap();
        assert_eq!(read, lines);
    }
    let (code, lines, told) = run(&mut import());
    assert_eq!((code, lines.len()), (0, 120), "{told}");
    let mut tickets: Vec<&str> = lines.iter().map(|line| line["ticket"].as_str().unwrap()).collect();
    tickets.sort_unstable();
    tickets.dedup();
    assert_eq!(tickets.len(), 120, "a ticket each");
    let running = home.desk.start(&home.log()).unwrap();
    let token = home.desk.token("administrator").unwrap();
    let client = Client::new(&running.address, &token);
    let listed = client.get("/api/v1/tickets?limit=200").unwrap().json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 120, "and none beside");
    let counts = client.get("/api/v1/mail/quarantine").unwrap().json()["counts"].clone();
    assert_eq!(counts, json!({"seen": 120, "filed": 120, "noted": 0, "quarantined": 0, "waiting": 0}));
    running.stop().unwrap();
}

#[test]
fn a_mail_server_hands_mails_over_and_is_told_what_became_of_them() {
    let home = Home::sqlite();
    let running = home.desk.start(&home.log()).unwrap();
    let token = home.desk.token("administrator").unwrap();
    let client = Client::new(&running.address, &token);
    let deliver = |raw: &[u8]| {
        let kind = [("content-type", "message/rfc822")];
        let answer = client.send("POST", "/api/v1/mail", raw, &kind).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    };
    let first = std::fs::read(mails().into_iter().find(|path| path.ends_with("first.eml")).unwrap()).unwrap();
    let (one, again) = (deliver(&first), deliver(&first));
    assert_eq!((&one["state"], &one["ticket"]), (&json!("filed"), &again["ticket"]));
    let empty = deliver(b"\r\n\r\n");
    assert_eq!(empty["state"], json!("quarantined"));
    let aside = client.get("/api/v1/mail/quarantine").unwrap().json();
    assert_eq!(aside["items"][0]["id"], empty["id"]);
    assert_eq!(aside["counts"]["seen"], json!(2));
    let path = format!("/api/v1/mail/quarantine/{}/retry", empty["id"].as_str().unwrap());
    let retried = client.json("POST", &path, &json!({}), None).unwrap();
    assert_eq!((retried.status, retried.json()["state"].clone()), (201, json!("quarantined")));
    running.stop().unwrap();
}
