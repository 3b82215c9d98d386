//! Which message came by which conversation, and under which id of the chat tool: the same comes once.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{ConversationId, MessageId, TicketId};
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One message of a chat.
    ChatSaid in "chat_said" {
        /// The message that it became.
        message: MessageId,
        /// Where it was written.
        conversation: ConversationId,
        /// Keyed hash of the channel and of the id that the chat tool gave it.
        mark: String,
    }
}

/// Notes where a message comes from; `false` if it was filed before.
///
/// # Errors
/// If the message is not there, or the database fails.
pub async fn add(tx: &mut Tx, said: &ChatSaid) -> Result<bool, StoreError> {
    insert_new(tx, said, "note where a message comes from").await
}

/// The ticket that the message with this mark is in.
///
/// # Errors
/// If the database fails.
pub async fn known(conn: &mut Conn, mark: &str) -> Result<Option<TicketId>, StoreError> {
    let sql =
        Sql::new("select m.ticket from chat_said s join message m on m.id = s.message where s.mark = $1");
    let found: Option<(TicketId,)> = sql.bind(mark).tuple(conn, "look for a message of a chat").await?;
    Ok(found.map(|(ticket,)| ticket))
}

/// The message with this mark, and where it was written.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, mark: &str) -> Result<Option<ChatSaid>, StoreError> {
    let text = ChatSaid::select() + "where t.mark = $1";
    Sql::new(text).bind(mark).optional(conn, "look for a message of a chat").await
}
