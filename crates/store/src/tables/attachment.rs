//! Attachments: what came with a message, as masked text. The bytes themselves are sealed.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{AttachmentId, MessageId, TicketId};
use crate::row::{Row, Sql, insert, row};
use crate::scope::{Conditions, Scope};

row! {
    /// One attachment.
    Attachment in "attachment" {
        /// Its own id.
        id: AttachmentId,
        /// Of which message.
        message: MessageId,
        /// Its file name, masked where need be.
        name: String,
        /// Such as `text/plain`.
        media_type: String,
        /// In bytes, as it came.
        size: i64,
        /// What could be read of it, masked.
        text: Option<String>,
    }
}

/// Writes an attachment.
///
/// # Errors
/// If the message is not there, or the database fails.
pub async fn add(tx: &mut Tx, attachment: &Attachment) -> Result<(), StoreError> {
    insert(tx, attachment, "write an attachment").await
}

/// The attachments of a ticket's messages that `scope` may see, in the order of the messages.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
) -> Result<Vec<Attachment>, StoreError> {
    let mut conditions = Conditions::after(1);
    conditions.scope(scope);
    let notes = if matches!(scope, Scope::Partner(_)) { " and m.direction <> 'note'" } else { "" };
    let columns: Vec<String> = Attachment::COLUMNS.iter().map(|column| format!("f.{column}")).collect();
    let text = format!(
        "select {} from message m join attachment f on f.message = m.id join ticket t on t.id = m.ticket \
         where m.ticket = $1{notes}{} order by m.at, m.id, f.id",
        columns.join(", "),
        conditions.as_text(),
    );
    conditions
        .bind_to(Sql::new(text).bind(ticket.clone()))
        .all(conn, "read the attachments of a ticket")
        .await
}

/// The texts of the attachments of several tickets, as [`super::message::texts_of`].
///
/// # Errors
/// If the database fails.
pub async fn texts_of(
    conn: &mut Conn,
    scope: &Scope,
    tickets: &[TicketId],
    most: u32,
) -> Result<Vec<(TicketId, String)>, StoreError> {
    let from = ("f.text", "message m join attachment f on f.message = m.id", "m.at, m.id, f.id");
    super::texts_of(conn, scope, tickets, (from, most)).await
}
