//! Revisions of the registry: each immutable, so that a past diagnosis keeps what it saw.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::RevisionId;
use crate::row::{Row, Sql, insert, row};

row! {
    /// The registry as it was from `at` on.
    Revision in "registry_revision" {
        /// Its own id.
        id: RevisionId,
        /// When it was written.
        at: i64,
        /// By whom.
        author: String,
        /// The registry as JSON; keys are in it as fingerprints only.
        body: String,
    }
}

/// Writes a revision, which is then the current one.
///
/// # Errors
/// If the id is there already, or the database fails.
pub async fn add(tx: &mut Tx, revision: &Revision) -> Result<(), StoreError> {
    insert(tx, revision, "write a revision of the registry").await
}

/// The current revision.
///
/// # Errors
/// If the database fails.
pub async fn current(conn: &mut Conn) -> Result<Option<Revision>, StoreError> {
    let text = Revision::select() + "order by t.at desc, t.id desc limit 1";
    Sql::new(text).optional(conn, "read the registry").await
}

/// A past revision.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &RevisionId) -> Result<Option<Revision>, StoreError> {
    let text = Revision::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a revision of the registry").await
}
