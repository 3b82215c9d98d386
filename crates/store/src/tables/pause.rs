//! When a partner owed an answer: no deadline runs then.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One stretch.
    Pause in "pause" {
        /// Of which ticket.
        ticket: TicketId,
        /// From when.
        from_at: i64,
        /// Until when; `None` while it lasts.
        to_at: Option<i64>,
    }
}

/// Begins a pause.
///
/// # Errors
/// If the ticket is not there, or the database fails.
pub async fn begin(tx: &mut Tx, ticket: &TicketId, at: i64) -> Result<(), StoreError> {
    let pause = Pause { ticket: ticket.clone(), from_at: at, to_at: None };
    insert_new(tx, &pause, "begin a pause").await.map(|_| ())
}

/// Ends the pause that lasts, if one does.
///
/// # Errors
/// If the database fails.
pub async fn end(tx: &mut Tx, ticket: &TicketId, at: i64) -> Result<(), StoreError> {
    let sql = Sql::new("update pause set to_at = $2 where ticket = $1 and to_at is null");
    sql.bind(ticket.clone()).bind(at).run(tx, "end a pause").await.map(|_| ())
}

/// The pauses of a ticket, in order.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, ticket: &TicketId) -> Result<Vec<Pause>, StoreError> {
    let text = Pause::select() + "where t.ticket = $1 order by t.from_at";
    Sql::new(text).bind(ticket.clone()).all(conn, "read the pauses of a ticket").await
}
