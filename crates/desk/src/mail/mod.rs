//! Mail that goes out: decided on here, kept in the outbox with the decision itself, handed to a [`Post`] by a background job.
//!
//! In: an answer, a reminder, a closing, a link, an invitation. Out: at most one mail that a server took for each.
//! Start at [`Post`]. `requester` finds out to whom a ticket is answered, `queue` writes the row, `deliver` sends it.
//!
//! **Invariants:** a mail and what asks for it are one transaction; addresses and links stand nowhere in the clear; the `Message-ID` is
//! fixed before the first try. Where no post is set up nothing is written.
//! **Never here:** SMTP, templates, how a mail looks.

mod deliver;
mod queue;
mod requester;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use balcao_store::TicketId;
use balcao_store::outbox::{self, Outbox};
use zeroize::Zeroizing;

use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

pub(crate) use deliver::{KIND as JOB, deliver, wait};
pub(crate) use queue::{Linked, link, to_commercial, to_requester};

/// What a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What a person of the desk answered.
    Answer,
    /// The desk's own reminder of what a partner owes.
    Reminder,
    /// The desk's own word that a ticket is closed.
    Closing,
    /// A link with which a contact comes in.
    Link,
    /// A link with which a person of the desk sets a password.
    Invitation,
    /// A request for a key, to commercial.
    Commercial,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Answer, Self::Reminder, Self::Closing, Self::Link, Self::Invitation, Self::Commercial];

    /// The code that rows have.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Reminder => "reminder",
            Self::Closing => "closing",
            Self::Link => "link",
            Self::Invitation => "invitation",
            Self::Commercial => "commercial",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// Whether no person wrote it: programs that answer by themselves must leave it alone.
    #[must_use]
    pub fn is_automatic(self) -> bool {
        self != Self::Answer
    }
}

/// In which language a mail is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Brazilian Portuguese.
    #[default]
    Portuguese,
    /// English.
    English,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::Portuguese, Self::English];

    /// The code that the registry has.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Portuguese => "pt-BR",
            Self::English => "en",
        }
    }

    /// The language with this code; what nobody said is Portuguese.
    #[must_use]
    pub fn of(code: Option<&str>) -> Self {
        if code == Some("en") { Self::English } else { Self::Portuguese }
    }
}

/// Where in a conversation a mail stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thread {
    /// The ticket's protocol.
    pub protocol: String,
    /// The ticket's subject.
    pub subject: String,
    /// The token by which an answer is known.
    pub token: String,
    /// The `Message-ID` that it answers, if known.
    pub in_reply_to: Option<String>,
    /// Those before, oldest first.
    pub references: Vec<String>,
}

/// A mail, ready to be written out. It has no `Debug`: its address and its link are nobody's.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it is.
    pub kind: Kind,
    /// To whom.
    pub to: String,
    /// In which language.
    pub language: Language,
    /// Its own `Message-ID`, with its angle brackets.
    pub message_id: String,
    /// Its conversation; none of a link.
    pub thread: Option<Thread>,
    /// What is said, where a person said it.
    pub body: String,
    /// What is in the link.
    pub secret: Option<Zeroizing<String>>,
}

/// Why a mail did not go. Its text carries no address: servers quote them, and whoever makes this takes them out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostError {
    /// Another time it may.
    #[error("o servidor de e-mail não aceitou agora: {0}")]
    Later(String),
    /// It never will.
    #[error("o servidor de e-mail recusou de vez: {0}")]
    Never(String),
}

/// What [`Post::send`] gives.
pub type Sending<'l> = Pin<Box<dyn Future<Output = Result<(), PostError>> + Send + 'l>>;

/// Whoever takes mails to their addresses.
pub trait Post: Send + Sync {
    /// The domain that a `Message-ID` ends with.
    fn domain(&self) -> &str;

    /// Hands a mail over. It ends, well or not, within four minutes.
    fn send<'l>(&'l self, letter: &'l Letter) -> Sending<'l>;
}

impl fmt::Debug for dyn Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}

/// The mails of a ticket and how each stands, oldest first.
///
/// # Errors
/// If the caller may not see the ticket, or the database fails.
pub async fn of_ticket(desk: &Desk, caller: &Caller, ticket: &TicketId) -> Result<Vec<Outbox>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let mut conn = desk.store().read().await?;
    Ok(outbox::of_ticket(&mut conn, &caller.scope(), ticket).await?)
}
