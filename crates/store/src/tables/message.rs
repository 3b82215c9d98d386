//! Messages of a conversation: in, out, and internal notes. Bodies are masked by the caller.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{MessageId, TicketId};
use crate::row::{Sql, insert_new, row};
use crate::scope::Scope;
use crate::tables;

row! {
    /// One message.
    Message in "message" {
        /// Its own id.
        id: MessageId,
        /// Of which ticket.
        ticket: TicketId,
        /// When it was written or came.
        at: i64,
        /// `in`, `out` or `note`.
        direction: String,
        /// Who wrote it, masked where need be.
        author: String,
        /// What it says, masked.
        body: String,
        /// How it came or went.
        channel: String,
        /// Hash of what arrived; the same a second time is not written.
        dedupe: Option<String>,
    }
}

/// Writes a message; `false` if one with the same `dedupe` is there already, and then nothing changes.
///
/// # Errors
/// If the ticket is not there, or the database fails.
pub async fn add(tx: &mut Tx, message: &Message) -> Result<bool, StoreError> {
    insert_new(tx, message, "write a message").await
}

/// The ticket that a message with this hash came to.
///
/// # Errors
/// If the database fails.
pub async fn known(conn: &mut Conn, dedupe: &str) -> Result<Option<TicketId>, StoreError> {
    let sql = Sql::new("select ticket from message where dedupe = $1").bind(dedupe);
    let found: Option<(TicketId,)> = sql.tuple(conn, "look for a message").await?;
    Ok(found.map(|(ticket,)| ticket))
}

/// The messages of a ticket that `scope` may see, oldest first. A partner sees no notes.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
) -> Result<Vec<Message>, StoreError> {
    let tail = match scope {
        Scope::Partner(_) => "and r.direction <> 'note' order by r.at, r.id",
        Scope::All | Scope::Team(_) => "order by r.at, r.id",
    };
    tables::of_ticket(conn, scope, ticket, tail).await
}

/// What the messages of several tickets say, each ticket's oldest first and each text no longer than `most` characters; only those that
/// `scope` may see. One question for a whole page of tickets.
///
/// # Errors
/// If the database fails.
pub async fn texts_of(
    conn: &mut Conn,
    scope: &Scope,
    tickets: &[TicketId],
    most: u32,
) -> Result<Vec<(TicketId, String)>, StoreError> {
    let from = ("m.body", "message m", "m.at, m.id");
    tables::texts_of(conn, scope, tickets, (from, most)).await
}
