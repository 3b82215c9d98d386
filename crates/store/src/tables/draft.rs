//! Replies that are being written: one for each person and ticket, so that nobody writes over another's.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql, row};

row! {
    /// One draft.
    Draft in "draft" {
        /// Of which ticket.
        ticket: TicketId,
        /// Whose it is.
        account: String,
        /// The name that others see.
        author: String,
        /// What is written so far, masked.
        body: String,
        /// One more with each saving.
        version: i64,
        /// When it was last saved.
        at: i64,
    }
}

/// Keeps a draft in the place of the person's earlier one, if `draft.version` is that of the one it was made from; `false` if another
/// window of the same person saved meanwhile.
///
/// # Errors
/// If the ticket is not there, or the database fails.
pub async fn put(tx: &mut Tx, draft: &Draft) -> Result<bool, StoreError> {
    let text = format!(
        "{} on conflict (ticket, account) do update set author = excluded.author, body = excluded.body, \
         version = draft.version + 1, at = excluded.at where draft.version = excluded.version",
        Draft::insert_text()
    );
    Sql::new(text).bind_row(draft).run(tx, "keep a draft").await.map(|rows| rows > 0)
}

/// The drafts of a ticket, newest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, ticket: &TicketId) -> Result<Vec<Draft>, StoreError> {
    let text = Draft::select() + "where t.ticket = $1 order by t.at desc, t.account";
    Sql::new(text).bind(ticket.clone()).all(conn, "read drafts").await
}

/// Throws a person's draft away: it was sent, or given up.
///
/// # Errors
/// If the database fails.
pub async fn remove(tx: &mut Tx, ticket: &TicketId, account: &str) -> Result<(), StoreError> {
    let sql = Sql::new("delete from draft where ticket = $1 and account = $2");
    sql.bind(ticket.clone()).bind(account).run(tx, "throw a draft away").await.map(|_| ())
}
