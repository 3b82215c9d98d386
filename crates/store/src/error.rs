//! What can go wrong, said so that whoever runs the desk knows what was tried; the cause stays a source.

use std::path::PathBuf;
use std::sync::Arc;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be reached or opened. `place` never shows a password.
    #[error("the database at {place} cannot be opened")]
    Open {
        /// The directory or the address.
        place: String,
        /// The engine's own words.
        #[source]
        source: sqlx::Error,
    },
    /// The address names no engine that the store speaks.
    #[error("`{place}` is no address of a database; write it like `postgres://user@host/database`")]
    Address {
        /// What was given, without its password.
        place: String,
    },
    /// A file or folder beside the database could not be used.
    #[error("could not {what} {}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The database was written by a newer program.
    #[error(
        "the database at {place} is at step {found}, this program knows only up to {known}: start the newer program, or restore a backup made before the update"
    )]
    Newer {
        /// The directory or the address.
        place: String,
        /// The newest step in the database.
        found: i64,
        /// The newest step in this program.
        known: i64,
    },
    /// A migration failed; nothing of it remains.
    #[error("migration {name} failed on {on}; the database is as it was")]
    Migration {
        /// Its file name, without the ending.
        name: &'static str,
        /// The copy it was tried on, or the database.
        on: &'static str,
        /// The engine's own words.
        #[source]
        source: sqlx::Error,
    },
    /// A statement failed.
    #[error("could not {what}")]
    Query {
        /// What was tried.
        what: &'static str,
        /// The engine's own words.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// A value that must be unique is there already.
    #[error("could not {what}: there is one already")]
    Taken {
        /// What was tried.
        what: &'static str,
        /// The engine's own words.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The commit was not confirmed: of a group, all members get this. Whoever asks again with the same key finds out.
    #[error("the commit was not confirmed; ask again whether this change was kept")]
    Commit {
        /// The engine's own words.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// Somebody else changed the ticket since it was read, or it is not visible in the scope.
    #[error("ticket {ticket} is no longer at version {version}: read it again")]
    Stale {
        /// Which ticket.
        ticket: String,
        /// The version that was expected.
        version: i64,
    },
    /// The cursor is not one that a page has given.
    #[error("`{cursor}` is no cursor of a page; start without one")]
    Cursor {
        /// What was given.
        cursor: String,
    },
    /// The work stopped before it was done: it panicked, or the store is closing.
    #[error("the change was interrupted; nothing of it was kept")]
    Interrupted,
    /// Only SQLite is backed up by the program.
    #[error("a PostgreSQL database is backed up with `pg_dump`")]
    BackupElsewhere,
}

impl StoreError {
    pub(crate) fn query(what: &'static str, source: sqlx::Error) -> Self {
        let taken = source.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation);
        let source = Arc::new(source);
        if taken { Self::Taken { what, source } } else { Self::Query { what, source } }
    }
}
