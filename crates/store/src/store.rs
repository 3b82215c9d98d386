//! The store: opened once, shared by all.

use std::path::{Path, PathBuf};

use crate::conn::{Conn, Tx, Work};
use crate::database::{Database, connect};
use crate::dialect::Engine;
use crate::error::StoreError;
use crate::migrate::{self, Part};
use crate::writer::Sharing;

/// Where the desk's memory is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite in this directory, which is made if need be.
    Directory(PathBuf),
    /// A PostgreSQL server: `postgres://user:password@host/database`.
    Url(String),
}

/// The desk's memory. A clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct Store {
    place: Place,
    desk: Database,
    log: Database,
}

impl Store {
    /// Opens the database, makes it if it is not there, and brings it to this program's state.
    ///
    /// # Errors
    /// If it cannot be reached, if a migration fails (it is then as it was), or if a newer program wrote it.
    pub async fn open(place: Place) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        match &place {
            Place::Directory(directory) => {
                make_private(directory)?;
                let desk = open_file(directory, Part::Desk).await?;
                let log = open_file(directory, Part::RequestLog).await?;
                Ok(Self { place, desk, log })
            }
            Place::Url(url) => {
                let shown = without_password(url);
                if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
                    return Err(StoreError::Address { place: shown });
                }
                let mut conn = connect(Engine::Postgres, url, &shown).await?;
                migrate::run(&mut conn, &[Part::Desk, Part::RequestLog], &shown).await?;
                drop(conn);
                let (engine, at) = (Engine::Postgres, (url.as_str(), shown.as_str()));
                let desk = Database::open_written(engine, Part::Desk, at, Sharing::Group).await?;
                let log = Database::open(engine, Part::RequestLog, at).await?;
                Ok(Self { place, desk, log })
            }
        }
    }

    /// Which database it stands on.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.desk.engine()
    }

    /// Runs `work` in a transaction and answers when what it wrote is on disk; if it fails, nothing of it was written.
    ///
    /// Changes of several callers share one commit, each undone by itself if it fails. `work` must wait for nothing
    /// but the transaction: others stand behind it.
    ///
    /// # Errors
    /// The error of `work`, or a [`StoreError`] if the transaction cannot be had or kept.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.desk.write(work).await
    }

    /// A connection to read from. Give it back (drop it) soon: there are few.
    ///
    /// # Errors
    /// If none comes free, or the server is away.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        self.desk.read().await
    }

    /// As [`Store::write`], for the request log (`request` and `rejected`): many rows at a time, in a transaction of their own.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn write_log<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.log.write(work).await
    }

    /// As [`Store::read`], for the request log.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub async fn read_log(&self) -> Result<Conn, StoreError> {
        self.log.read().await
    }

    /// Copies both files into `to` while the desk works: each copy is one consistent state.
    ///
    /// # Errors
    /// If `to` cannot be written or holds a copy already; on PostgreSQL, which has tools of its own.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let Place::Directory(directory) = &self.place else { return Err(StoreError::BackupElsewhere) };
        make_private(to)?;
        for part in [Part::Desk, Part::RequestLog] {
            let mut conn =
                connect(Engine::Sqlite, &file_url(directory, part), &shown(directory, part)).await?;
            migrate::copy(&mut conn, &to.join(part.file())).await?;
        }
        Ok(())
    }

    /// Waits for readers and closes the connections; what was answered is on disk anyway.
    pub async fn close(&self) {
        self.desk.close().await;
        self.log.close().await;
    }
}

async fn open_file(directory: &Path, part: Part) -> Result<Database, StoreError> {
    let (url, shown) = (file_url(directory, part), shown(directory, part));
    let mut conn = connect(Engine::Sqlite, &url, &shown).await?;
    migrate::run_on_file(&mut conn, part, directory, &shown).await?;
    drop(conn);
    let sharing = if part == Part::Desk { Sharing::Group } else { Sharing::Alone };
    Database::open_written(Engine::Sqlite, part, (&url, &shown), sharing).await
}

fn shown(directory: &Path, part: Part) -> String {
    directory.join(part.file()).display().to_string()
}

/// The address of a file, every unusual byte of its path escaped.
pub(crate) fn file_url(directory: &Path, part: Part) -> String {
    path_url(&directory.join(part.file()))
}

pub(crate) fn path_url(path: &Path) -> String {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut url = "sqlite://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            url.push(char::from(*byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    url + "?mode=rwc"
}

/// Makes a directory that only its owner can enter.
fn make_private(directory: &Path) -> Result<(), StoreError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let failed = |source| StoreError::File { what: "make the directory", path: directory.to_owned(), source };
    builder.create(directory).map_err(failed)
}

/// An address as it may be shown: what stands between `:` and `@` is a password, and a query may hold one.
fn without_password(url: &str) -> String {
    let url = url.split('?').next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return "…".to_owned() };
    let shown = match rest.rsplit_once('@') {
        Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
        None => rest.to_owned(),
    };
    format!("{scheme}://{shown}")
}
