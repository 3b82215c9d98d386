//! Documentation: each version of each document, its text unchanged once written.

use sqlx::any::AnyRow;

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, row};

row! {
    /// One version of one document.
    Document in "document" {
        /// Its path, with `/` between folders.
        path: String,
        /// Its version.
        version: String,
        /// When it was last put here.
        at: i64,
        /// The text.
        text: String,
        /// Hash of the text.
        hash: String,
    }
}

/// A document without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its path.
    pub path: String,
    /// The version that was written last.
    pub version: String,
    /// When.
    pub at: i64,
    /// How many characters it has.
    pub length: i64,
    /// When it was taken away, if it was.
    pub removed_at: Option<i64>,
}

impl<'r> sqlx::FromRow<'r, AnyRow> for Head {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        use sqlx::Row as _;
        Ok(Self {
            path: row.try_get("path")?,
            version: row.try_get("version")?,
            at: row.try_get("at")?,
            length: row.try_get("length")?,
            removed_at: row.try_get("removed_at")?,
        })
    }
}

/// That no version of the same path was written later.
const NEWEST: &str = "not exists (select 1 from document o where o.path = t.path \
    and (o.at > t.at or (o.at = t.at and o.version > t.version)))";

/// Writes a version, which is then the current one, if its `at` is the greatest of its path: also one that was there before, or that
/// was taken away.
///
/// # Errors
/// If the database fails.
pub async fn put(tx: &mut Tx, document: &Document) -> Result<(), StoreError> {
    let text = Document::insert_text()
        + "on conflict (path, version) do update set at = excluded.at, removed_at = null";
    Sql::new(text).bind_row(document).run(tx, "write a document").await.map(|_| ())
}

/// One version of a document.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, path: &str, version: &str) -> Result<Option<Document>, StoreError> {
    let text = Document::select() + "where t.path = $1 and t.version = $2";
    Sql::new(text).bind(path).bind(version).optional(conn, "read a document").await
}

/// Every document, in the version that was written last, by path; none that was taken away.
///
/// # Errors
/// If the database fails.
pub async fn current(conn: &mut Conn) -> Result<Vec<Document>, StoreError> {
    let text = Document::select() + "where t.removed_at is null and " + NEWEST + " order by t.path";
    Sql::new(text).all(conn, "read the documents").await
}

/// The current version of one document.
///
/// # Errors
/// If the database fails.
pub async fn of_path(conn: &mut Conn, path: &str) -> Result<Option<Document>, StoreError> {
    let text = Document::select() + "where t.path = $1 and t.removed_at is null and " + NEWEST;
    Sql::new(text).bind(path).optional(conn, "read a document").await
}

/// Every path that was ever written, by path, also those that were taken away.
///
/// # Errors
/// If the database fails.
pub async fn heads(conn: &mut Conn) -> Result<Vec<Head>, StoreError> {
    let text = format!(
        "select t.path, t.version, t.at, t.removed_at, cast(length(t.text) as bigint) as length \
         from document t where {NEWEST} order by t.path"
    );
    Sql::new(text).all(conn, "list the documents").await
}

/// Takes a document away: it is no longer current, and its versions stay for the diagnoses that saw them. `false` if it is not there.
///
/// # Errors
/// If the database fails.
pub async fn remove(tx: &mut Tx, path: &str, at: i64) -> Result<bool, StoreError> {
    let text = format!(
        "update document set removed_at = $2 where path = $1 and version in \
         (select t.version from document t where t.path = $1 and t.removed_at is null and {NEWEST})"
    );
    Sql::new(text).bind(path).bind(at).run(tx, "remove a document").await.map(|rows| rows > 0)
}
