//! Chats: what chat tools deliver is kept here and filed by a [`Carrier`]; what goes out to them, and by webhook to commercial, is an errand
//! that is written with its decision and carried by a background job.
//!
//! In: signed deliveries; answers, reminders, requests. Out: at most one taking by the other side for each errand, as far as it tells.
//! Start at [`Carrier`]. `keep` takes deliveries, `held` is for whoever looks after them and after errands, `queue` writes errands, `deliver`
//! has them carried, `told` notes what the other side says of them, `reacted` its signs, `asked` has it asked to write again.
//!
//! **Invariants:** a delivery is sealed and on disk before anything is decided about it; an errand and what asks for it are one transaction;
//! telephones and ids of chat tools stand nowhere in the clear; errands of one conversation go one after the other.
//! **Never here:** HTTP, how a chat tool writes its messages.

mod asked;
mod deliver;
mod held;
mod keep;
mod parts;
mod queue;
mod reacted;
mod told;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use balcao_store::errand::{self, Errand};
use balcao_store::{ChatDeliveryId, TicketId, chat_conversation};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, instant};
use crate::error::DeskError;
use crate::mail::Language;

pub use asked::{ask, templates};
pub(crate) use deliver::{KIND as ERRAND_JOB, deliver};
pub use held::{Counts, arrived, counts, discard, errands, list, resend, retry};
pub(crate) use keep::{FILE_JOB, file};
pub use keep::{MOST_KEPT, challenged, hook, knows, verified};
pub use parts::parts;
pub(crate) use queue::{Written, go, to_requester, write};
pub use reacted::{Reaction, reacted};
pub use told::{Told, told};

/// The channel of WhatsApp.
pub const WHATSAPP: &str = "whatsapp";
/// The channel of commercial's webhook.
pub const COMMERCIAL: &str = "commercial";
/// Before the name of a chat tool.
pub const CHAT: &str = "chat:";

/// What an errand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What a person of the desk answered.
    Answer,
    /// The desk's own reminder of what a partner owes.
    Reminder,
    /// The desk's own word that a ticket is closed.
    Closing,
    /// The request to write again, so that what waits may be sent.
    Reopen,
    /// A request for a key, for commercial.
    Request,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Answer, Self::Reminder, Self::Closing, Self::Reopen, Self::Request];

    /// The code that rows have.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Reminder => "reminder",
            Self::Closing => "closing",
            Self::Reopen => "reopen",
            Self::Request => "request",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Something to be carried. It has no `Debug`: to whom it goes is nobody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The errand's id.
    pub id: String,
    /// By which the other side knows it again: the same at every try, another once a person has it sent anew.
    pub key: String,
    /// By which channel.
    pub channel: String,
    /// What it is.
    pub kind: Kind,
    /// To whom: a telephone, a conversation's id there; empty of commercial.
    pub to: Zeroizing<String>,
    /// In which language.
    pub language: Language,
    /// The ticket's protocol.
    pub protocol: String,
    /// Which template asks to write again, by its name there.
    pub template: Option<String>,
    /// What is said; empty where the carrier has its own words. Of a request it is JSON.
    pub body: String,
}

/// A text that the chat tool approved, which may be sent at any time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Its name there.
    pub name: String,
    /// What people here know it by.
    pub title: String,
    /// Whether it goes by itself when an answer must wait.
    pub by_itself: bool,
}

/// Why a parcel was not taken. Its text carries no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CarrierError {
    /// Another time it may.
    #[error("não foi aceito agora: {0}")]
    Later(String),
    /// It never will.
    #[error("foi recusado de vez: {0}")]
    Never(String),
    /// Nobody knows whether it was taken; handed over again it might be there twice.
    #[error("não se sabe se foi aceito: {0}")]
    Unsure(String),
    /// Not before the other side writes.
    #[error("só depois que o parceiro escrever: {0}")]
    Outside(String),
}

/// What somebody delivered, as it came: `header` gives the text of a header by its name.
pub struct Delivered<'d> {
    /// A header's text.
    pub header: &'d (dyn Fn(&str) -> Option<String> + Sync),
    /// The body.
    pub body: &'d [u8],
}

/// What [`Carrier::send`] gives: the id under which the other side knows it, if it has one.
pub type Carrying<'c> = Pin<Box<dyn Future<Output = Result<Option<String>, CarrierError>> + Send + 'c>>;
/// What [`Carrier::file`] gives.
pub type Filing<'c> = Pin<Box<dyn Future<Output = Result<(), DeskError>> + Send + 'c>>;

/// Whoever knows the chat tools.
pub trait Carrier: Send + Sync {
    /// Whether there is such a channel, from which something may come.
    fn knows(&self, channel: &str) -> bool;

    /// Whether something can go out by this channel.
    fn carries(&self, channel: &str) -> bool;

    /// The longest text that goes in one, in characters.
    fn longest(&self, channel: &str) -> usize;

    /// How long after the other side wrote it may be written to; `None`: always.
    fn window(&self, channel: &str) -> Option<SignedDuration>;

    /// By what the other side can be asked to write again.
    fn templates(&self, channel: &str) -> Vec<Template>;

    /// Whether the other side knows a parcel that is handed over twice by its id.
    fn knows_again(&self, channel: &str) -> bool;

    /// Why what this channel's other side delivered cannot be taken, for whoever wrote the program that sends it; `None`: it is kept.
    fn objects(&self, channel: &str, body: &[u8]) -> Option<String>;

    /// Whether this channel's other side really delivered this.
    fn is_from(&self, channel: &str, delivered: &Delivered<'_>, now: Timestamp) -> bool;

    /// Whether this is the word agreed upon for setting up WhatsApp's deliveries.
    fn is_agreed(&self, word: &str) -> bool;

    /// Hands a parcel over. It ends, well or not, within four minutes.
    fn send<'c>(&'c self, parcel: &'c Parcel, now: Timestamp) -> Carrying<'c>;

    /// Files what was kept: what of it is filed already stays so.
    fn file<'c>(&'c self, desk: &'c Desk, delivery: &'c ChatDeliveryId, now: Timestamp) -> Filing<'c>;
}

impl fmt::Debug for dyn Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carrier")
    }
}

/// The id by which an address or a message of a channel is known without being shown.
#[must_use]
pub fn mark(desk: &Desk, what: &str, (channel, id): (&str, &str)) -> String {
    desk.secrets().mark(what, &[channel.as_bytes(), id.as_bytes()])
}

/// Partners see nothing of how the desk reaches them.
///
/// # Errors
/// If the caller is one.
pub fn for_staff(caller: &Caller) -> Result<(), DeskError> {
    caller.must(Permission::ReadTickets)?;
    if caller.is_staff() { Ok(()) } else { Err(DeskError::Forbidden("ver o que sai por conversas")) }
}

/// Whether tickets of this channel are answered by a chat.
pub(crate) fn is_chat(channel: &str) -> bool {
    channel == WHATSAPP || channel == "chat"
}

/// The errands of a ticket and how each stands, oldest first.
///
/// # Errors
/// If the caller may not see the ticket, or the database fails.
pub async fn of_ticket(desk: &Desk, caller: &Caller, ticket: &TicketId) -> Result<Vec<Errand>, DeskError> {
    for_staff(caller)?;
    let mut conn = desk.store().read().await?;
    Ok(errand::of_ticket(&mut conn, &caller.scope(), ticket).await?)
}

/// Until when the other side of a ticket's chat may be written to freely; `None` where there is no such end.
///
/// # Errors
/// If the caller may not see tickets, or the database fails.
pub async fn window_end(
    desk: &Desk,
    caller: &Caller,
    ticket: &TicketId,
) -> Result<Option<Timestamp>, DeskError> {
    for_staff(caller)?;
    let Some(carrier) = desk.carrier() else { return Ok(None) };
    let mut conn = desk.store().read().await?;
    let Some(conversation) = chat_conversation::of_ticket(&mut conn, ticket).await? else { return Ok(None) };
    let last = conversation.last_in.map(instant);
    let window = carrier.window(&conversation.channel);
    Ok(last.zip(window).and_then(|(last, window)| last.saturating_add(window).ok()))
}
