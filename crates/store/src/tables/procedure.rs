//! Revisions of the procedure: each immutable, so that a past diagnosis can be made again.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::RevisionId;
use crate::row::{Row, Sql, insert, row};

row! {
    /// The procedure as it was from `at` on.
    Revision in "procedure_revision" {
        /// Its own id.
        id: RevisionId,
        /// When it came into force.
        at: i64,
        /// By whom.
        author: String,
        /// Why.
        reason: String,
        /// Its files, as a JSON object of texts.
        body: String,
    }
}

/// Writes a revision, which is then in force.
///
/// # Errors
/// If the id is there already, or the database fails.
pub async fn add(tx: &mut Tx, revision: &Revision) -> Result<(), StoreError> {
    insert(tx, revision, "write a revision of the procedure").await
}

/// The revision in force.
///
/// # Errors
/// If the database fails.
pub async fn current(conn: &mut Conn) -> Result<Option<Revision>, StoreError> {
    let text = Revision::select() + "order by t.at desc, t.id desc limit 1";
    Sql::new(text).optional(conn, "read the procedure").await
}

/// A past revision.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &RevisionId) -> Result<Option<Revision>, StoreError> {
    let text = Revision::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a revision of the procedure").await
}

/// Every revision, newest first.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Revision>, StoreError> {
    let text = Revision::select() + "order by t.at desc, t.id desc";
    Sql::new(text).all(conn, "list the revisions of the procedure").await
}
