//! What was kept before anything was decided, on its way to a ticket: a mail, or a message of a chat.

use balcao_store::{MessageId, TicketId, Tx};
use jiff::Timestamp;
use serde_json::Value;

use super::chatted::Chatted;
use super::mailed::Mailed;
use crate::caller::Caller;
use crate::error::DeskError;

/// What was kept.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    Mail(Mailed),
    Chat(Chatted),
}

impl Kept {
    /// Files it, in the transaction that makes its ticket or message.
    pub(crate) async fn file(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        on: (&TicketId, &MessageId),
        now: Timestamp,
    ) -> Result<(), DeskError> {
        match self {
            Self::Mail(mail) => mail.file(tx, caller, on, now).await,
            Self::Chat(chat) => chat.file(tx, on.1, now).await,
        }
    }

    /// Under which name, and what the trail says of it.
    pub(crate) fn told(&self) -> (&'static str, Value) {
        match self {
            Self::Mail(mail) => ("mail", mail.told()),
            Self::Chat(chat) => ("chat", chat.told()),
        }
    }
}
