//! Where the tests' databases are: a temporary directory, and a PostgreSQL server of our own.

use std::ops::Deref;

use balcao_store::{Place, Store};
use tempfile::TempDir;

/// A place for one test, empty at first.
pub(crate) struct Home {
    pub(crate) place: Place,
    _directory: Option<TempDir>,
}

impl Home {
    pub(crate) async fn open(&self) -> Store {
        Store::open(self.place.clone()).await.expect("the store opens")
    }
}

impl Deref for Home {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

pub(crate) fn sqlite() -> Home {
    let directory = tempfile::tempdir().expect("a temporary directory");
    // A name with what an address would misread.
    let place = Place::Directory(directory.path().join("mesa de atendimento?%41"));
    Home { place, _directory: Some(directory) }
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database())
        .await
        .expect("a database");
    Home { place: Place::Url(url), _directory: None }
}
