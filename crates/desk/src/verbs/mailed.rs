//! A mail that was kept before anything was decided: what its row becomes in the transaction that makes its ticket or message of it.

use balcao_store::mail::{self, End, Marks};
use balcao_store::returned;
use balcao_store::ticket_link::{self, TicketLink};
use balcao_store::{MailId, MessageId, TicketId, Tx};
use serde_json::{Value, json};

use super::link::Kind;
use crate::caller::Caller;
use crate::desk::millis;
use crate::error::DeskError;
use jiff::Timestamp;

/// A kept mail on its way to a ticket.
#[derive(Debug, Clone)]
pub struct Mailed {
    /// Its row.
    pub id: MailId,
    /// What reading it told.
    pub marks: Marks,
    /// Why it goes where it goes, masked.
    pub reason: String,
    /// The ticket that an agent should look at with the new one.
    pub link: Option<TicketId>,
}

impl Mailed {
    /// Files it: from here on it is a message of `ticket`, or of none if the transaction ends badly.
    ///
    /// # Errors
    /// [`DeskError::Stale`] if it was filed meanwhile, or the database fails.
    pub(crate) async fn file(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (ticket, message): (&TicketId, &MessageId),
        now: Timestamp,
    ) -> Result<(), DeskError> {
        let end =
            End { state: mail::FILED, reason: &self.reason, ticket: Some(ticket), message: Some(message) };
        if !mail::end(tx, &self.id, &end, Some(&self.marks)).await? {
            return Err(DeskError::Stale);
        }
        if let Some(sender) = &self.marks.sender {
            // Whoever writes can be written to again.
            returned::forget(tx, sender).await?;
        }
        if let Some(other) = self.link.as_ref().filter(|other| *other != ticket) {
            let link = TicketLink {
                kind: Kind::SameThread.code().to_owned(),
                a: ticket.clone(),
                b: other.clone(),
                at: millis(now),
                author: caller.id.clone(),
            };
            ticket_link::add(tx, &link).await?;
        }
        Ok(())
    }

    /// What the trail says of it.
    pub(crate) fn told(&self) -> Value {
        json!({
            "mail": self.id.as_str(), "sender_verified": self.marks.verified,
            "authentication": self.marks.authentication, "why": self.reason,
            "link": self.link.as_ref().map(TicketId::as_str),
        })
    }
}
