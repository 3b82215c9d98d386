//! Diagnoses: each run of the procedure, with the facts it saw.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{DiagnosisId, TicketId};
use crate::row::{insert, row};
use crate::scope::Scope;
use crate::tables;

row! {
    /// One run.
    Diagnosis in "diagnosis" {
        /// Its own id.
        id: DiagnosisId,
        /// Of which ticket.
        ticket: TicketId,
        /// When it was made.
        at: i64,
        /// The procedure that decided.
        procedure_revision: String,
        /// The registry that was asked.
        registry_revision: Option<String>,
        /// The diagnosis itself, one line of JSON.
        line: String,
        /// What it saw, as the caller packed it.
        facts: Vec<u8>,
    }
}

/// Writes a diagnosis.
///
/// # Errors
/// If the ticket is not there, or the database fails.
pub async fn add(tx: &mut Tx, diagnosis: &Diagnosis) -> Result<(), StoreError> {
    insert(tx, diagnosis, "write a diagnosis").await
}

/// The diagnoses of a ticket that `scope` may see, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
) -> Result<Vec<Diagnosis>, StoreError> {
    tables::of_ticket(conn, scope, ticket, "order by r.at, r.id").await
}

/// The newest diagnosis of a ticket that `scope` may see.
///
/// # Errors
/// If the database fails.
pub async fn newest(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
) -> Result<Option<Diagnosis>, StoreError> {
    let found = tables::of_ticket(conn, scope, ticket, "order by r.at desc, r.id desc limit 1").await?;
    Ok(found.into_iter().next())
}
