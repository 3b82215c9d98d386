//! Evidence of a ticket: found, asked for, given, corrected by a person. Nothing is overwritten but its standing.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{EvidenceId, TicketId};
use crate::row::{Sql, insert, row};
use crate::scope::Scope;
use crate::tables;

row! {
    /// One value of one evidence.
    Evidence in "evidence" {
        /// Its own id.
        id: EvidenceId,
        /// Of which ticket.
        ticket: TicketId,
        /// When it was found or given.
        at: i64,
        /// Which evidence: `api_key`, `user`, …
        name: String,
        /// What it is, masked; `None` while it is only asked for.
        value: Option<String>,
        /// Where it comes from.
        source: String,
        /// Where it stands: `found`, `asked`, `given`, `verified`, `corrected`, …
        standing: String,
        /// Who corrected it.
        corrected_by: Option<String>,
        /// Why.
        reason: Option<String>,
    }
}

/// Writes an evidence.
///
/// # Errors
/// If the ticket is not there, or the database fails.
pub async fn add(tx: &mut Tx, evidence: &Evidence) -> Result<(), StoreError> {
    insert(tx, evidence, "write an evidence").await
}

/// The evidences of a ticket that `scope` may see, by name, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
) -> Result<Vec<Evidence>, StoreError> {
    tables::of_ticket(conn, scope, ticket, "order by r.name, r.at, r.id").await
}

/// Says anew where an evidence stands, and who says so and why; `false` if it is not there.
///
/// # Errors
/// If the database fails.
pub async fn restate(tx: &mut Tx, evidence: &Evidence) -> Result<bool, StoreError> {
    let sql = Sql::new("update evidence set standing = $2, corrected_by = $3, reason = $4 where id = $1");
    let sql = sql.bind(evidence.id.clone()).bind(evidence.standing.clone());
    let sql = sql.bind(evidence.corrected_by.clone()).bind(evidence.reason.clone());
    sql.run(tx, "restate an evidence").await.map(|rows| rows > 0)
}
