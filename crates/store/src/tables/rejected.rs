//! Lines of an import that could not be read, kept aside for a person. In the request log's file.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::RejectedId;
use crate::row::{Row, Sql, insert, row};

row! {
    /// One line.
    Rejected in "rejected_line" {
        /// Its own id.
        id: RejectedId,
        /// When it came.
        at: i64,
        /// From which import.
        source: String,
        /// Its number there, from 1.
        line_number: i64,
        /// The line, masked and cut.
        line: String,
        /// Why it could not be read.
        reason: String,
    }
}

/// Keeps a line aside.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, rejected: &Rejected) -> Result<(), StoreError> {
    insert(tx, rejected, "keep a line aside").await
}

/// The lines kept after `after` (an id; `None` for the first), in order, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn list(
    conn: &mut Conn,
    after: Option<&RejectedId>,
    limit: u16,
) -> Result<Vec<Rejected>, StoreError> {
    let text = Rejected::select() + "where t.id > $1 order by t.id limit $2";
    let after = after.map_or("", RejectedId::as_str);
    Sql::new(text).bind(after).bind(i64::from(limit)).all(conn, "list the lines kept aside").await
}

/// Throws away the lines kept before `instant`; how many.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    Sql::new("delete from rejected_line where at < $1").bind(instant).run(tx, "throw away kept lines").await
}
