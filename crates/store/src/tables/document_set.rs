//! Which versions of which documents made up the documentation, by a hash of the list.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One state of the documentation.
    DocumentSet in "document_set" {
        /// Hash of the manifest.
        hash: String,
        /// When it was first seen.
        at: i64,
        /// Path and version of each document, as JSON.
        manifest: String,
    }
}

/// Writes a set unless it is known.
///
/// # Errors
/// If the database fails.
pub async fn keep(tx: &mut Tx, set: &DocumentSet) -> Result<(), StoreError> {
    insert_new(tx, set, "write a state of the documentation").await.map(|_| ())
}

/// The set with this hash.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, hash: &str) -> Result<Option<DocumentSet>, StoreError> {
    let text = DocumentSet::select() + "where t.hash = $1";
    Sql::new(text).bind(hash).optional(conn, "read a state of the documentation").await
}
