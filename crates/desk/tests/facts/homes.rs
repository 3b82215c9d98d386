//! A desk for one test, and who asks it.

use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, Permission, role_code};
use balcao_desk::secrets::Secrets;
use balcao_desk::{Desk, Settings};
use balcao_store::{Place, Store};
use jiff::Timestamp;
use tempfile::TempDir;

/// A desk, empty at first.
pub(crate) struct Home {
    pub(crate) desk: Desk,
    place: Place,
    _directory: Option<TempDir>,
}

impl Home {
    async fn at(place: Place, directory: Option<TempDir>) -> Self {
        Self { desk: open(&place).await, place, _directory: directory }
    }

    /// The address of the database.
    #[allow(dead_code, reason = "not every test goes round the desk")]
    pub(crate) fn url(&self) -> String {
        match &self.place {
            Place::Directory(directory) => format!("sqlite://{}/desk.sqlite", directory.display()),
            Place::Url(url) => url.clone(),
        }
    }

    /// Another server on the same database.
    pub(crate) async fn second(&self) -> Desk {
        open(&self.place).await
    }
}

async fn open(place: &Place) -> Desk {
    let store = Store::open(place.clone()).await.expect("the store opens");
    Desk::open(store, secrets(), Settings::default()).await.expect("the desk opens")
}

pub(crate) fn secrets() -> Secrets {
    Secrets::new([7; 32], [9; 32])
}

pub(crate) async fn sqlite() -> Home {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Home::at(Place::Directory(directory.path().to_owned()), Some(directory)).await
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    Home::at(Place::Url(url.await.expect("a database")), None).await
}

/// Somebody with this role.
pub(crate) fn caller(role: Role) -> Caller {
    Caller {
        id: format!("account:{}", role_code(role)),
        name: "Ana".to_owned(),
        role,
        partner: (role == Role::PartnerContact).then(|| "aurora".to_owned()),
        narrowed: None,
    }
}

/// A lead whose token reaches no further than `permissions`.
pub(crate) fn narrowed(permissions: &[Permission]) -> Caller {
    Caller { narrowed: Some(permissions.to_vec()), ..caller(Role::Lead) }
}

/// What the trail says, oldest first: kind and particulars.
pub(crate) async fn told(desk: &Desk) -> Vec<(String, serde_json::Value)> {
    let mut conn = desk.store().read().await.expect("a connection");
    let entries = balcao_store::trail::after(&mut conn, 0, 500).await.expect("the trail");
    entries
        .into_iter()
        .map(|entry| (entry.what, serde_json::from_str(&entry.data).expect("particulars are JSON")))
        .collect()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub(crate) fn noon() -> Timestamp {
    at("2026-05-12T12:00:00-03:00")
}
