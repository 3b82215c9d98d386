//! What chat tools sent: each kept before anything is decided about it, and what came of it.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{ChatDeliveryId, TicketId};
use crate::row::{Row, Sql, insert_new, row};

/// Kept, and nothing decided yet.
pub const RECEIVED: &str = "received";
/// Something of it is in a ticket, or changed how an answer stands.
pub const FILED: &str = "filed";
/// It is kept, and nothing came of it.
pub const NOTED: &str = "noted";
/// It is a message to another number than the one that is set up; kept, and nothing came of it.
pub const ELSEWHERE: &str = "elsewhere";
/// It could not be filed; a person must look.
pub const QUARANTINED: &str = "quarantined";

row! {
    /// One delivery, which may hold several messages. Its bytes are sealed under its id.
    ChatDelivery in "chat_delivery" {
        /// Its own id.
        id: ChatDeliveryId,
        /// Keyed hash of its channel and bytes: the same a second time is not written.
        hash: String,
        /// `whatsapp`, or `chat:` with the tool's name.
        channel: String,
        /// When it came.
        received_at: i64,
        /// In bytes.
        size: i64,
        /// [`RECEIVED`], [`FILED`], [`NOTED`], [`ELSEWHERE`] or [`QUARANTINED`].
        state: String,
        /// How often it was begun to be filed.
        attempts: i64,
        /// Why it is where it is, masked.
        reason: Option<String>,
        /// The ticket that it last went to.
        ticket: Option<TicketId>,
    }
}

/// Keeps a delivery; `false` if the same bytes are kept already, and then nothing changes.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, delivery: &ChatDelivery) -> Result<bool, StoreError> {
    insert_new(tx, delivery, "keep a delivery").await
}

/// The delivery with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &ChatDeliveryId) -> Result<Option<ChatDelivery>, StoreError> {
    let text = ChatDelivery::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a delivery").await
}

/// Begins to file a delivery once more; what it is then, `None` if it is not waiting.
///
/// # Errors
/// If the database fails.
pub async fn begin(tx: &mut Tx, id: &ChatDeliveryId) -> Result<Option<ChatDelivery>, StoreError> {
    let text = format!(
        "update chat_delivery set attempts = attempts + 1 where id = $1 and state = 'received' returning {}",
        ChatDelivery::COLUMNS.join(", ")
    );
    Sql::new(text).bind(id.clone()).optional(tx, "begin to file a delivery").await
}

/// Ends a waiting delivery; `false` if it is not waiting, and then nothing changes.
///
/// # Errors
/// If the database fails.
pub async fn end(
    tx: &mut Tx,
    id: &ChatDeliveryId,
    state: &str,
    (reason, ticket): (&str, Option<&TicketId>),
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update chat_delivery set state = $2, reason = $3, ticket = $4 where id = $1 and state = 'received'",
    );
    let sql = sql.bind(id.clone()).bind(state).bind(reason).bind(ticket.cloned());
    sql.run(tx, "end a delivery").await.map(|rows| rows > 0)
}

/// Notes why a waiting delivery could not be filed this time.
///
/// # Errors
/// If the database fails.
pub async fn failed(tx: &mut Tx, id: &ChatDeliveryId, reason: &str) -> Result<(), StoreError> {
    let sql = Sql::new("update chat_delivery set reason = $2 where id = $1 and state = 'received'");
    sql.bind(id.clone()).bind(reason).run(tx, "note why a delivery was not filed").await.map(|_| ())
}

/// Lets a delivery be tried again that is quarantined or was for another number; `false` if it is neither.
///
/// # Errors
/// If the database fails.
pub async fn release(tx: &mut Tx, id: &ChatDeliveryId) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update chat_delivery set state = 'received', attempts = 0 where id = $1 and state in ('quarantined', 'elsewhere')",
    );
    sql.bind(id.clone()).run(tx, "release a delivery").await.map(|rows| rows > 0)
}

/// The deliveries in `state` after `after` (an id; `None` for the first), in order, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn list(
    conn: &mut Conn,
    state: &str,
    after: Option<&ChatDeliveryId>,
    limit: u16,
) -> Result<Vec<ChatDelivery>, StoreError> {
    let text = ChatDelivery::select() + "where t.state = $1 and t.id > $2 order by t.id limit $3";
    let sql =
        Sql::new(text).bind(state).bind(after.map_or("", ChatDeliveryId::as_str)).bind(i64::from(limit));
    sql.all(conn, "list deliveries").await
}

/// How many deliveries came and stand in each state.
///
/// # Errors
/// If the database fails.
pub async fn counts(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = Sql::new(
        "select state, cast(count(*) as bigint) as deliveries from chat_delivery group by state order by state",
    );
    sql.all(conn, "count deliveries").await
}
