//! Who is looking at a ticket, on whichever server.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql, row};

row! {
    /// Somebody who looks.
    Presence in "presence" {
        /// At which ticket.
        ticket: TicketId,
        /// Who.
        account: String,
        /// The name that others see.
        name: String,
        /// When last.
        at: i64,
    }
}

/// Notes that somebody looks.
///
/// # Errors
/// If the database fails.
pub async fn put(tx: &mut Tx, presence: &Presence) -> Result<(), StoreError> {
    let text = format!(
        "{} on conflict (ticket, account) do update set at = excluded.at, name = excluded.name",
        Presence::insert_text()
    );
    Sql::new(text).bind_row(presence).run(tx, "note who looks").await.map(|_| ())
}

/// Who has looked at a ticket since then.
///
/// # Errors
/// If the database fails.
pub async fn since(conn: &mut Conn, ticket: &TicketId, instant: i64) -> Result<Vec<Presence>, StoreError> {
    let text = Presence::select() + "where t.ticket = $1 and t.at >= $2 order by t.name, t.account";
    Sql::new(text).bind(ticket.clone()).bind(instant).all(conn, "read who looks").await
}

/// Forgets who looked before then.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, instant: i64) -> Result<(), StoreError> {
    Sql::new("delete from presence where at < $1")
        .bind(instant)
        .run(tx, "forget who looked")
        .await
        .map(|_| ())
}
