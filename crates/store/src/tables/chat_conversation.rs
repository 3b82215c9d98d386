//! Conversations of chat tools: one for each telephone or thread on the other side. Who that is, is sealed under the row's id.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{ConversationId, TicketId};
use crate::row::{Row, Sql, insert_new, row};
use crate::tables::ticket::Ticket;

row! {
    /// One conversation.
    Conversation in "chat_conversation" {
        /// Its own id.
        id: ConversationId,
        /// Keyed hash of its channel and of who is on the other side.
        mark: String,
        /// `whatsapp`, or `chat:` with the tool's name.
        channel: String,
        /// One more with each message filed.
        version: i64,
        /// When the other side last wrote.
        last_in: Option<i64>,
        /// When it was asked to write again, and has not since.
        reopened: Option<i64>,
    }
}

/// Writes a conversation; `false` if it is there already.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, conversation: &Conversation) -> Result<bool, StoreError> {
    insert_new(tx, conversation, "write a conversation").await
}

/// The conversation with this mark.
///
/// # Errors
/// If the database fails.
pub async fn by_mark(conn: &mut Conn, mark: &str) -> Result<Option<Conversation>, StoreError> {
    let text = Conversation::select() + "where t.mark = $1";
    Sql::new(text).bind(mark).optional(conn, "look for a conversation").await
}

/// The conversation with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &ConversationId) -> Result<Option<Conversation>, StoreError> {
    let text = Conversation::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a conversation").await
}

/// The conversation in which the newest message of a ticket was written, if one was.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, ticket: &TicketId) -> Result<Option<Conversation>, StoreError> {
    let text = Conversation::select()
        + "join chat_said s on s.conversation = t.id join message m on m.id = s.message where m.ticket = $1 \
           order by m.at desc, m.id desc limit 1";
    Sql::new(text).bind(ticket.clone()).optional(conn, "look for the conversation of a ticket").await
}

/// The tickets of a conversation that are not closed, the newest first, merged ones among them; at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn open_tickets(
    conn: &mut Conn,
    id: &ConversationId,
    limit: u16,
) -> Result<Vec<Ticket>, StoreError> {
    let text = Ticket::select()
        + "where t.state <> 'closed' and t.id in (select m.ticket from chat_said s join message m on m.id = s.message \
           where s.conversation = $1) order by t.position desc limit $2";
    Sql::new(text)
        .bind(id.clone())
        .bind(i64::from(limit))
        .all(conn, "look for the tickets of a conversation")
        .await
}

/// Notes that the other side wrote at `at`, if nothing was filed since `version` was read; `false` if something was. It may be asked again.
///
/// # Errors
/// If the database fails.
pub async fn wrote(tx: &mut Tx, id: &ConversationId, version: i64, at: i64) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update chat_conversation set version = version + 1, reopened = null, \
         last_in = case when last_in is null or last_in < $3 then $3 else last_in end where id = $1 and version = $2",
    );
    let sql = sql.bind(id.clone()).bind(version).bind(at);
    sql.run(tx, "note that somebody wrote").await.map(|rows| rows > 0)
}

/// Notes that the other side is asked to write again; `false` if it was already and has not written since.
///
/// # Errors
/// If the database fails.
pub async fn reopen(tx: &mut Tx, id: &ConversationId, at: i64) -> Result<bool, StoreError> {
    let sql = Sql::new("update chat_conversation set reopened = $2 where id = $1 and reopened is null");
    sql.bind(id.clone()).bind(at).run(tx, "note that somebody is asked to write").await.map(|rows| rows > 0)
}

/// Notes that the asking did not arrive: it may be asked again.
///
/// # Errors
/// If the database fails.
pub async fn not_asked(tx: &mut Tx, id: &ConversationId) -> Result<(), StoreError> {
    let sql = Sql::new("update chat_conversation set reopened = null where id = $1");
    sql.bind(id.clone()).run(tx, "note that nobody was asked to write").await.map(|_| ())
}
