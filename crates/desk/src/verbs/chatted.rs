//! A message of a chat: what is noted of it in the transaction that makes its ticket or message.

use balcao_store::chat_said::{self, ChatSaid};
use balcao_store::{ChatDeliveryId, ConversationId, MessageId, Tx, chat_conversation, errand};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::chat;
use crate::desk::millis;
use crate::error::DeskError;

/// A message of a chat on its way to a ticket.
#[derive(Debug, Clone)]
pub struct Chatted {
    /// The delivery that it came in.
    pub delivery: ChatDeliveryId,
    /// Where it was written.
    pub conversation: ConversationId,
    /// The conversation's version when it was decided where the message goes.
    pub version: i64,
    /// The mark of the id that the chat tool gave it.
    pub mark: String,
    /// When it was written, in milliseconds.
    pub at: i64,
    /// Why it goes where it goes.
    pub reason: &'static str,
}

impl Chatted {
    /// Notes it, and lets go what waited for the other side to write.
    ///
    /// # Errors
    /// [`DeskError::Stale`] if another message of the conversation was filed meanwhile, or this one; if the database fails.
    pub(crate) async fn file(
        &self,
        tx: &mut Tx,
        message: &MessageId,
        now: Timestamp,
    ) -> Result<(), DeskError> {
        if !chat_conversation::wrote(tx, &self.conversation, self.version, self.at).await? {
            return Err(DeskError::Stale);
        }
        let said = ChatSaid {
            message: message.clone(),
            conversation: self.conversation.clone(),
            mark: self.mark.clone(),
        };
        if !chat_said::add(tx, &said).await? {
            return Err(DeskError::Stale);
        }
        if let Some(woken) = errand::wake(tx, &self.conversation, millis(now)).await? {
            chat::go(tx, &woken, now).await?;
        }
        Ok(())
    }

    /// What the trail says of it.
    pub(crate) fn told(&self) -> Value {
        json!({"delivery": self.delivery.as_str(), "why": self.reason})
    }
}
