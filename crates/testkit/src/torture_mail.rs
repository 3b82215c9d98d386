//! A mailbox under which everything is killed: the desk, its database, the IMAP server. Every mail ends in its ticket, once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::api::Client;
use crate::desk::{Desk, Running};
use crate::torture::Dice;
use crate::{dovecot, postgres};

/// How long the desk has, at the end, to file what is left.
const LAST: Duration = Duration::from_secs(180);

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Mails that were delivered.
    pub mails: usize,
    /// How often the desk was killed.
    pub desk: u32,
    /// How often the database was.
    pub database: u32,
    /// How often the IMAP server was.
    pub imap: u32,
}

/// Writes the desk's settings so that it reads the mailbox `caixa` of this server, and says where they are.
///
/// # Errors
/// If they cannot be written.
pub fn reading(mut desk: Desk, server: &dovecot::Server, home: &Path) -> Result<Desk, String> {
    let write = |name: &str, text: &str| {
        let path = home.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(path.display().to_string())
    };
    let password = write("imap-password", dovecot::PASSWORD)?;
    let channels = write(
        "channels.toml",
        &format!(
            "[[mailbox]]\nname = 'suporte'\nserver = 'imaps://localhost:{}'\nuser = 'caixa'\npassword = {{ file = '{password}' }}\nca_file = '{}'\n",
            server.port_tls(),
            server.ca_file().display()
        ),
    )?;
    let settings = write("balcao.toml", &format!("channels = '{channels}'\n"))?;
    desk.place.extend(["--config".to_owned(), settings]);
    Ok(desk)
}

/// A mail about something of its own; `answers` is the number of the one that it answers.
#[must_use]
pub fn mail(number: usize, answers: Option<usize>) -> Vec<u8> {
    let mut text = format!(
        "From: Dea <dea@alfa.example>\r\nTo: suporte@balcao.example\r\nMessage-ID: <t{number}@alfa.example>\r\n\
         Date: Tue, 9 Jun 2026 10:00:00 -0300\r\n"
    );
    let about = answers.unwrap_or(number);
    if answers.is_some() {
        let _written = write!(
            text,
            "In-Reply-To: <t{about}@alfa.example>\r\nSubject: Re: Erro {about} na proposta\r\n\r\n"
        );
    } else {
        let _written = write!(text, "Subject: Erro {about} na proposta\r\n\r\n");
    }
    let _written = write!(
        text,
        "Boa tarde,\r\n\r\nO POST https://api.alfa.example/api/v1/propostas devolve erro 401 desde as 10h12.\r\nA chave termina em {:04}, o usuário é AL{}.\r\n\
         A resposta foi {{\"status\": 401, \"mensagem\": \"token inválido\", \"id\": {number}}}.\r\n\r\nObrigada,\r\nDea\r\n",
        number % 10_000,
        number % 97
    );
    text.into_bytes()
}

/// Kills something `times`, while mails come; `home` is for logs and settings. `database` is what may be killed beside the desk and the
/// IMAP server.
///
/// # Errors
/// What was lost or doubled.
pub fn run(
    desk: Desk,
    database: Option<&postgres::Server>,
    home: &Path,
    (times, seed): (u32, u64),
) -> Result<Summary, String> {
    let imap = dovecot::Server::own();
    let desk = reading(desk, &imap, home)?;
    let log = home.join("server.log");
    let token = desk.token("administrator")?;
    let mut dice = Dice(seed);
    let mut summary = Summary::default();
    // How many mails the ticket of each first mail has.
    let mut expected: BTreeMap<usize, usize> = BTreeMap::new();
    let mut running: Option<Running> = None;
    for _ in 0..times {
        for _ in 0..=dice.below(12) {
            let first = summary.mails;
            let answers = dice.below(3);
            imap.deliver("caixa", &mail(first, None));
            summary.mails += 1;
            for _ in 0..answers {
                imap.deliver("caixa", &mail(summary.mails, Some(first)));
                summary.mails += 1;
            }
            expected.insert(first, 1 + usize::try_from(answers).unwrap_or(0));
        }
        let now = match running.take() {
            Some(running) => running,
            None => desk.start(&log)?,
        };
        std::thread::sleep(Duration::from_millis(30 + dice.below(600)));
        match (dice.below(4), database) {
            (0, _) => {
                imap.kill();
                std::thread::sleep(Duration::from_millis(dice.below(300)));
                imap.come_back();
                summary.imap += 1;
                running = Some(now);
            }
            (1, Some(database)) => {
                database.fail();
                std::thread::sleep(Duration::from_millis(dice.below(300)));
                database.come_back();
                summary.database += 1;
                running = Some(now);
            }
            _ => {
                now.kill();
                summary.desk += 1;
            }
        }
    }
    let running = match running {
        Some(running) => running,
        None => desk.start(&log)?,
    };
    let client = Client::new(&running.address, &token);
    settled(&client, summary.mails)?;
    compare(&client, &expected)?;
    running.stop()?;
    let verified = desk.command(&["audit", "verify"]).output().map_err(|error| error.to_string())?;
    if !verified.status.success() {
        return Err(format!("the trail: {}", String::from_utf8_lossy(&verified.stdout)));
    }
    Ok(summary)
}

/// Waits until every mail is filed and the sums agree.
///
/// # Errors
/// How the mailbox stands instead.
pub fn settled(client: &Client, mails: usize) -> Result<Duration, String> {
    let began = Instant::now();
    let mut last = String::new();
    while began.elapsed() < LAST {
        let mailboxes = client.get("/api/v1/mailboxes").map(|answer| answer.json());
        let kept = client.get("/api/v1/mail/quarantine").map(|answer| answer.json());
        if let (Ok(mailboxes), Ok(kept)) = (mailboxes, kept) {
            let one = mailboxes.pointer("/items/0").cloned().unwrap_or_default();
            let number = |of: &Value, name: &str| of.get(name).and_then(Value::as_u64);
            let whole = u64::try_from(mails).ok();
            let counts = kept.get("counts").cloned().unwrap_or_default();
            let well = one.get("state").and_then(Value::as_str) == Some("watching")
                && number(&one, "stored") == whole
                && number(&one, "on_server") == whole
                && number(&one, "missing") == Some(0);
            if well && number(&counts, "filed") == whole && number(&counts, "seen") == whole {
                return Ok(began.elapsed());
            }
            // One that was interrupted again and again is set aside for a person, who lets it be tried once more.
            for aside in kept.get("items").and_then(Value::as_array).into_iter().flatten() {
                let id = aside.get("id").and_then(Value::as_str).unwrap_or_default();
                let _tried = client.send("POST", &format!("/api/v1/mail/quarantine/{id}/retry"), &[], &[]);
            }
            last = format!("{one} {counts}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{mails} mails were delivered, but {last}"))
}

/// One ticket for each first mail, with a message for each mail of it.
fn compare(client: &Client, expected: &BTreeMap<usize, usize>) -> Result<(), String> {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    let mut path = "/api/v1/tickets?limit=200".to_owned();
    loop {
        let page = client.get(&path)?.json();
        for item in page.get("items").and_then(Value::as_array).into_iter().flatten() {
            let subject = item.get("subject").and_then(Value::as_str).unwrap_or_default();
            let number = subject.split(' ').find_map(|word| word.parse::<usize>().ok());
            let number = number.ok_or_else(|| format!("a ticket that nobody wrote: {subject}"))?;
            let id = item.get("id").and_then(Value::as_str).unwrap_or_default();
            let whole = client.get(&format!("/api/v1/tickets/{id}"))?.json();
            let messages = whole.get("messages").and_then(Value::as_array).map_or(0, Vec::len);
            if found.insert(number, messages).is_some() {
                return Err(format!("two tickets for mail {number}"));
            }
        }
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(cursor) => path = format!("/api/v1/tickets?limit=200&cursor={cursor}"),
            None => break,
        }
    }
    if found == *expected {
        return Ok(());
    }
    let other = expected.iter().find(|(number, messages)| found.get(number) != Some(messages));
    Err(format!("{} tickets where {} belong; first: {other:?}", found.len(), expected.len()))
}
