//! A desk for one test, its mailboxes, and whoever reads them.

use std::sync::Arc;
use std::time::Duration;

use balcao_connect::channels::Secret;
use balcao_connect::mailbox::{After, Pace, Reader, Settings, Shown, run, shown};
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::registry::{Change, put};
use balcao_desk::secrets::Secrets;
use balcao_desk::{Desk, MailSettings};
use balcao_store::mailbox::WATCHING;
use balcao_store::ticket::{self, Filter, Ticket};
use balcao_store::{Page, Place, Scope, Store};
use balcao_testkit::dovecot::{PASSWORD, Server};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [{"code": "v1", "path_prefix": "/api"}], "products": [],
  "partners": [{"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": [{"name": "Dea", "address": "dea@alfa.example"}]}],
  "users": [{"login": "AL1", "partner": "alfa", "status": "ativo"}], "api_keys": [], "routines": [], "releases": []}"#;

pub(crate) struct Home {
    pub(crate) desk: Desk,
    place: Place,
    _directory: Option<TempDir>,
}

impl Home {
    async fn at(place: Place, directory: Option<TempDir>) -> Self {
        let desk = open(&place).await;
        let change = Change { reason: "teste", dry_run: false, expected: None, now: now() };
        put(&desk, &caller(Role::Lead), REGISTRY, &change).await.unwrap();
        Self { desk, place, _directory: directory }
    }

    /// Another server on the same database.
    pub(crate) async fn second(&self) -> Desk {
        open(&self.place).await
    }

    /// Every ticket, oldest first.
    pub(crate) async fn tickets(&self) -> Vec<Ticket> {
        let mut conn = self.desk.store().read().await.unwrap();
        let all = ticket::list(&mut conn, &Scope::All, &Filter::default(), &Page::first(200)).await.unwrap();
        all.items.into_iter().rev().collect()
    }

    /// How many messages the tickets have.
    pub(crate) async fn messages(&self) -> usize {
        let mut count = 0;
        let mut conn = self.desk.store().read().await.unwrap();
        for ticket in self.tickets().await {
            count +=
                balcao_store::message::of_ticket(&mut conn, &Scope::All, &ticket.id).await.unwrap().len();
        }
        count
    }

    /// How the mailbox stands.
    pub(crate) async fn stands(&self) -> Option<Shown> {
        shown(&self.desk, &caller(Role::Administrator), Timestamp::now()).await.unwrap().into_iter().next()
    }

    /// Waits until the mailbox stands so.
    pub(crate) async fn until(&self, so: impl Fn(&Shown) -> bool) -> Shown {
        // A server that was killed leaves its locks behind, and believes for a while that somebody holds them.
        for _ in 0..7_200 {
            if let Some(shown) = self.stands().await
                && so(&shown)
            {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("the mailbox never stands so, but {:?}", self.stands().await);
    }

    /// Waits until so many mails are stored and whoever reads waits for more.
    pub(crate) async fn until_stored(&self, count: i64) -> Shown {
        self.until(|shown| shown.mailbox.state == WATCHING && shown.sums.stored == count).await
    }
}

async fn open(place: &Place) -> Desk {
    let store = Store::open(place.clone()).await.expect("the store opens");
    let mail =
        MailSettings { addresses: vec!["suporte@balcao.example".to_owned()], ..MailSettings::default() };
    let settings = balcao_desk::Settings { mail, ..balcao_desk::Settings::default() };
    Desk::open(store, Secrets::new([7; 32], [9; 32]), settings).await.expect("the desk opens")
}

pub(crate) async fn sqlite() -> Home {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Home::at(Place::Directory(directory.path().to_owned()), Some(directory)).await
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    Home::at(Place::Url(url.await.expect("a database")), None).await
}

pub(crate) fn caller(role: Role) -> Caller {
    Caller {
        id: format!("account:{}", role_code(role)),
        name: "Ana".to_owned(),
        role,
        partner: None,
        narrowed: None,
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-06-10T12:00:00Z".parse().unwrap()
}

/// A Dovecot, on a thread that may wait for it.
pub(crate) async fn dovecot() -> Server {
    tokio::task::spawn_blocking(Server::own).await.unwrap()
}

/// One that says it can do these things and no others.
pub(crate) async fn dovecot_that_can(capabilities: &'static str) -> Server {
    tokio::task::spawn_blocking(move || Server::that_can(capabilities)).await.unwrap()
}

/// The mailbox of `caixa` there, over TLS.
pub(crate) fn mailbox(server: &Server) -> Settings {
    Settings {
        name: "suporte".to_owned(),
        server: format!("imaps://localhost:{}", server.port_tls()).parse().unwrap(),
        user: "caixa".to_owned(),
        password: Some(Secret::of(PASSWORD.to_owned())),
        oauth: None,
        folder: "INBOX".to_owned(),
        since: None,
        after: After::Keep,
        move_to: None,
        poll_seconds: 1,
        ca_file: Some(server.ca_file()),
    }
}

/// Waits that suit a test.
pub(crate) fn pace() -> Pace {
    Pace {
        lease: Duration::from_secs(20),
        slice: Duration::from_millis(500),
        word: Duration::from_secs(5),
        mails: Duration::from_secs(5),
        again: (Duration::from_millis(50), Duration::from_millis(400)),
        whole: Duration::from_secs(600),
    }
}

/// Somebody who reads until told to stop.
pub(crate) struct Watching {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Watching {
    pub(crate) fn start(desk: &Desk, settings: Settings) -> Self {
        Self::as_holder(desk, settings, "um", pace())
    }

    pub(crate) fn as_holder(desk: &Desk, settings: Settings, holder: &str, pace: Pace) -> Self {
        let (stop, stopping) = watch::channel(false);
        let reader = Reader::new(desk.clone(), settings, holder, Arc::new(Timestamp::now)).unwrap().at(pace);
        Self { stop, task: tokio::spawn(run(reader, stopping)) }
    }

    /// Ends as a program does that is asked to.
    pub(crate) async fn stop(self) {
        self.stop.send(true).unwrap();
        self.task.await.unwrap();
    }

    /// Ends as a program does that is killed: in the middle of whatever it does.
    pub(crate) async fn kill(self) {
        self.task.abort();
        let _aborted = self.task.await;
    }
}

/// A mail of its own, from a partner's developer.
pub(crate) fn mail(number: u32) -> Vec<u8> {
    format!(
        "From: Dea <dea@alfa.example>\r\nTo: suporte@balcao.example\r\nMessage-ID: <m{number}@alfa.example>\r\n\
         Subject: Erro na chamada {number}\r\n\r\nO POST /api/propostas devolveu 401 pela vez {number}.\r\n"
    )
    .into_bytes()
}

/// An answer to another.
pub(crate) fn answer(number: u32, to: u32) -> Vec<u8> {
    format!(
        "From: Dea <dea@alfa.example>\r\nTo: suporte@balcao.example\r\nMessage-ID: <m{number}@alfa.example>\r\n\
         In-Reply-To: <m{to}@alfa.example>\r\nReferences: <m{to}@alfa.example>\r\nSubject: Re: Erro na chamada {to}\r\n\r\n\
         Ainda acontece, agora {number}.\r\n"
    )
    .into_bytes()
}
