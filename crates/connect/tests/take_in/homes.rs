//! A desk for one test, with two partners, and the mails that come to it.

use balcao_connect::mail::{Arrived, Taken, take_in};
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::registry::{Change, put};
use balcao_desk::secrets::Secrets;
use balcao_desk::verbs::show::{self, Whole};
use balcao_desk::{Desk, MailSettings, Settings};
use balcao_store::ticket::{self, Filter, Ticket};
use balcao_store::{Page, Place, Scope, Store};
use jiff::Timestamp;
use tempfile::TempDir;

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [{"code": "v1", "path_prefix": "/api"}], "products": [],
  "partners": [
    {"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": [{"name": "Dea", "address": "dea@alfa.example"}]},
    {"code": "beta", "name": "Beta", "email_domains": ["beta.example"], "contacts": [{"name": "Beto", "address": "beto@beta.example"}]}],
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

    /// The address of the database.
    pub(crate) fn url(&self) -> String {
        match &self.place {
            Place::Directory(directory) => format!("sqlite://{}/desk.sqlite", directory.display()),
            Place::Url(url) => url.clone(),
        }
    }

    /// Takes a mail of the corpus in.
    pub(crate) async fn takes(&self, name: &str) -> Taken {
        taken(&self.desk, raw(name)).await
    }

    /// Every ticket, oldest first.
    pub(crate) async fn tickets(&self) -> Vec<Ticket> {
        let mut conn = self.desk.store().read().await.unwrap();
        let all = ticket::list(&mut conn, &Scope::All, &Filter::default(), &Page::first(200)).await.unwrap();
        all.items.into_iter().rev().collect()
    }

    /// A ticket with everything of it.
    pub(crate) async fn whole(&self, ticket: &Ticket) -> Whole {
        show::show(&self.desk, &caller(Role::Agent), ticket.id.as_str()).await.unwrap()
    }
}

pub(crate) fn settings() -> Settings {
    let mail = MailSettings {
        authserv_id: Some("mx.balcao.example".to_owned()),
        addresses: vec!["suporte@balcao.example".to_owned()],
    };
    Settings { mail, ..Settings::default() }
}

async fn open(place: &Place) -> Desk {
    let store = Store::open(place.clone()).await.expect("the store opens");
    Desk::open(store, Secrets::new([7; 32], [9; 32]), settings()).await.expect("the desk opens")
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
        partner: (role == Role::PartnerContact).then(|| "alfa".to_owned()),
        narrowed: None,
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-06-10T12:00:00Z".parse().unwrap()
}

/// A mail of the corpus, as bytes.
pub(crate) fn raw(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/corpus/{name}.eml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The same with a word in the place of another.
pub(crate) fn with(name: &str, word: &str, other: &str) -> Vec<u8> {
    String::from_utf8(raw(name)).unwrap().replace(word, other).into_bytes()
}

pub(crate) fn arrived(raw: Vec<u8>) -> Arrived {
    Arrived { raw, mailbox: "teste".to_owned(), uid: None }
}

pub(crate) async fn taken(desk: &Desk, raw: Vec<u8>) -> Taken {
    take_in(desk, &caller(Role::Agent), arrived(raw), now()).await.unwrap()
}

/// What the trail says, oldest first: kind and particulars.
pub(crate) async fn told(desk: &Desk) -> Vec<(String, serde_json::Value)> {
    let mut conn = desk.store().read().await.unwrap();
    let entries = balcao_store::trail::after(&mut conn, 0, 500).await.unwrap();
    entries.into_iter().map(|entry| (entry.what, serde_json::from_str(&entry.data).unwrap())).collect()
}
