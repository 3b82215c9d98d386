//! A desk that mails, the server that takes it, and a partner who asked something.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use balcao_connect::mail_out::{MailSettings, Smtp};
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::registry::{Change, put};
use balcao_desk::secrets::Secrets;
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::{Desk, Settings, jobs, mail};
use balcao_store::outbox::Outbox;
use balcao_store::ticket::Ticket;
use balcao_store::{Place, Store, TicketId};
use balcao_testkit::postfix::Server;
use jiff::Timestamp;
use mail_parser::{HeaderValue, MessageParser};
use serde_json::json;
use tempfile::TempDir;

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [], "products": [], "users": [], "api_keys": [], "routines": [], "releases": [],
  "partners": [
    {"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": [{"name": "Dea", "address": "dea@alfa.example"}]},
    {"code": "beta", "name": "Beta", "email_domains": ["beta.example"], "language": "en"}]}"#;

pub(crate) fn secrets() -> Secrets {
    Secrets::new([7; 32], [9; 32])
}

pub(crate) fn noon() -> Timestamp {
    "2026-05-12T12:00:00-03:00".parse().unwrap()
}

/// A desk and its server.
pub(crate) struct Office {
    pub(crate) desk: Desk,
    pub(crate) server: Server,
    pub(crate) directory: TempDir,
}

/// Settings for this server.
pub(crate) fn settings(server: &Server) -> MailSettings {
    MailSettings {
        server: format!("smtp://localhost:{}", server.port()),
        from: "Suporte da API <suporte@balcao.example>".to_owned(),
        reply: "ajuda@respostas.balcao.example".to_owned(),
        ca_file: server.ca_file().display().to_string(),
        address: "https://balcao.example".to_owned(),
        ..MailSettings::default()
    }
}

/// Whoever sends by these settings.
pub(crate) fn smtp(settings: &MailSettings) -> Smtp {
    Smtp::new(settings.read().unwrap().unwrap()).unwrap()
}

/// The desk in this directory, that sends by these settings.
pub(crate) async fn open(directory: &Path, settings: &MailSettings) -> Desk {
    open_with(directory, smtp(settings)).await
}

async fn open_with(directory: &Path, smtp: Smtp) -> Desk {
    let store = Store::open(Place::Directory(directory.to_owned())).await.unwrap();
    Desk::open(store, secrets(), Settings::default()).await.unwrap().mailing_by(Arc::new(smtp))
}

impl Office {
    pub(crate) async fn new() -> Self {
        let server = tokio::task::spawn_blocking(Server::own).await.unwrap();
        Self::with(server, |_| {}).await
    }

    /// With other settings than the usual.
    pub(crate) async fn with(server: Server, change: impl FnOnce(&mut MailSettings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = settings(&server);
        change(&mut settings);
        let desk = open(directory.path(), &settings).await;
        let change = Change { reason: "teste", dry_run: false, expected: None, now: noon() };
        put(&desk, &Caller::system(), REGISTRY, &change).await.unwrap();
        Self { desk, server, directory }
    }

    /// Another server of the same desk.
    pub(crate) async fn second(&self) -> Desk {
        open(self.directory.path(), &settings(&self.server)).await
    }

    /// Another one that waits no longer than this for the whole of a mail.
    pub(crate) async fn impatient(&self, whole: Duration) -> Desk {
        open_with(self.directory.path(), smtp(&settings(&self.server)).waiting(whole)).await
    }

    /// A demand by mail from this address.
    pub(crate) async fn asked(&self, from: &str, subject: &str) -> Ticket {
        let raw = format!(
            "From: Ana <{from}>\r\nTo: suporte@balcao.example\r\nMessage-ID: <pergunta.1@correio.example>\r\n\
             References: <antes.0@correio.example>\r\nSubject: {subject}\r\n\r\nRecebo 401 desde ontem.\r\n"
        );
        let line = json!({"id": "m1", "channel": "email", "received_at": noon().to_string(),
            "from": {"name": "Ana", "address": from}, "subject": subject, "body": "Recebo 401 desde ontem."});
        let arrival = Arrival {
            inbound: balcao_wire::inbound::parse(&line.to_string()).unwrap(),
            raw: raw.into_bytes(),
            idempotency_key: Some(balcao_store::MessageId::fresh().to_string()),
            told_apart_by: None,
        };
        receive(&self.desk, &agent(), arrival, noon()).await.unwrap().ticket
    }

    pub(crate) async fn answered(&self, ticket: &TicketId, body: &str) {
        let word = Word::Reply { body: body.to_owned(), citations: Vec::new() };
        answer(&self.desk, &agent(), ticket, word, noon()).await.unwrap();
    }

    pub(crate) async fn mails(&self, ticket: &TicketId) -> Vec<Outbox> {
        mail::of_ticket(&self.desk, &agent(), ticket).await.unwrap()
    }
}

pub(crate) fn agent() -> Caller {
    let role = Role::Agent;
    Caller {
        id: format!("account:{}", role_code(role)),
        name: "Bia".to_owned(),
        role,
        partner: None,
        narrowed: None,
    }
}

/// Does everything that is due; why jobs failed.
pub(crate) async fn work(desk: &Desk, now: Timestamp) -> Vec<String> {
    let mut failed = Vec::new();
    loop {
        match jobs::run_one(desk, "w", now).await.unwrap() {
            jobs::Outcome::Idle => return failed,
            jobs::Outcome::Failed(why) => failed.push(why),
            jobs::Outcome::Done(_) => {}
        }
    }
}

/// A header of a mail as text.
pub(crate) fn header(mail: &str, name: &str) -> Option<String> {
    let parsed = MessageParser::new().parse(mail.as_bytes()).unwrap();
    let raw = parsed.header_raw(name)?;
    Some(raw.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The subject, decoded.
pub(crate) fn subject(mail: &str) -> String {
    MessageParser::new().parse(mail.as_bytes()).unwrap().subject().unwrap().to_owned()
}

/// Its two forms: plain text and HTML.
pub(crate) fn forms(mail: &str) -> (String, String) {
    let parsed = MessageParser::new().parse(mail.as_bytes()).unwrap();
    assert!(!matches!(parsed.header("Content-Type"), None | Some(HeaderValue::Empty)));
    assert_eq!((parsed.text_body_count(), parsed.html_body_count(), parsed.attachment_count()), (1, 1, 0));
    (parsed.body_text(0).unwrap().into_owned(), parsed.body_html(0).unwrap().into_owned())
}
