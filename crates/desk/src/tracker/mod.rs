//! Escalations that travel: what goes to Code becomes an issue in Code's own tracker, and what is said and done there comes back.
//!
//! In: an escalation, a note for Code, what a partner adds; and what a [`Tracker`] tells of its issues. Out: at most one issue for the tickets of
//! one cause, one comment for one thing said, its end when Code answered here, and notes and steps here. Start at [`Tracker`]. `escalate` writes down what is to go with the
//! decision, `deliver` hands it over, `dossier` is what is told, `heard` takes in what comes, `closing` what follows from an end there, `drafted` the answer to begin with, `look`
//! asks where nobody tells, `shown` and `queue` are for pages.
//!
//! **Invariants:** what is to go and what asks for it are one transaction; each thing carries an id of its own, by which it is looked for before
//! it is tried again; a comment there is one note on each ticket, and never one of our own; everything is masked.
//! **Never here:** HTTP, the manners of one tracker, how an issue looks.

mod closing;
mod curl;
mod deliver;
mod dossier;
mod drafted;
mod escalate;
mod heard;
mod look;
mod queue;
mod shown;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};

pub use curl::{address, curl};
pub use dossier::{Dossier, Fact};
pub use heard::{heard, hook};
pub use look::look;
pub use queue::{Waiting, again, queue};
pub use shown::{Queued, Shown, of_ticket, of_tickets};

pub(crate) use deliver::{KIND as JOB, deliver};
pub(crate) use drafted::is_unrevised;
pub(crate) use escalate::{code_ended, code_said, escalated, left, linked, said, wrote};

/// The account under which the desk keeps the answer that it drafts.
pub use crate::verbs::draft::DRAFTER;

/// What an issue is called where it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its number or key there.
    pub external: String,
    /// Where people see it.
    pub url: Option<String>,
}

/// Something that is said on an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its own id, which it carries.
    pub id: String,
    /// The protocol of the ticket that it comes from.
    pub protocol: String,
    /// What is said.
    pub words: Words,
}

/// What a comment says. Every text is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// Another ticket of the same cause shares the issue.
    Joined(Box<Dossier>),
    /// The ticket is back at Code.
    Again(Box<Dossier>),
    /// A person of the desk speaks to Code, or Code spoke at the desk.
    Desk {
        /// Who.
        author: String,
        /// What.
        body: String,
    },
    /// The partner wrote something more.
    Partner(String),
    /// The desk took the ticket back.
    Left,
    /// The issue goes on in another one, at this address or of this number.
    GoesOn(String),
}

/// How an issue ended there, where the tracker says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was done.
    Done,
    /// The API does what it should.
    NotABug,
    /// It will not be done.
    NotPlanned,
}

/// How an issue stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is open.
    pub open: bool,
    /// How it ended, if it did and the tracker says so.
    pub ending: Option<Ending>,
    /// Who has it.
    pub assignee: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// The tracker's own time of this; without one it is taken for the newest.
    pub at: Option<Timestamp>,
}

/// A comment there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What the tracker calls it.
    pub external: String,
    /// Who wrote it.
    pub author: String,
    /// What it says, in the tracker's own markup.
    pub body: String,
    /// When it was written or last changed.
    pub at: Option<Timestamp>,
    /// The id that our own comments carry.
    pub marker: Option<String>,
}

/// Something that a tracker tells of one of its issues.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The issue's number or key there.
    pub issue: String,
    /// How it stands, if that is told.
    pub standing: Option<Standing>,
    /// A comment, if one is told.
    pub remark: Option<Remark>,
}

/// What a look at an issue saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How it stands.
    pub standing: Standing,
    /// Its comments since the instant asked for, oldest first.
    pub remarks: Vec<Remark>,
}

/// What a tracker delivered by itself.
pub struct Delivered<'d> {
    /// The value of a header, by its name in small letters.
    pub header: &'d (dyn Fn(&str) -> Option<String> + Send + Sync),
    /// The body.
    pub body: &'d [u8],
}

/// A delivery that was signed by the tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// By what the tracker tells it from others, if it does so under its signature.
    pub id: Option<String>,
    /// What it tells.
    pub told: Vec<Told>,
    /// Whether it tells of nothing but what the desk opened: an issue that is not known is not known yet.
    pub of_ours_alone: bool,
}

/// A delivery that is not the tracker's, or tells nothing that can be read: which of both is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a entrega não é deste rastreador")]
pub struct Stranger;

/// Why a tracker was not told or did not tell. Its text carries no token, and nothing that a server quoted of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct TrackerError {
    /// What happened, in words.
    pub reason: String,
    /// After how many seconds the tracker wants to be asked again.
    pub after: Option<u64>,
}

impl TrackerError {
    /// A failure with this reason.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), after: None }
    }
}

/// How long one question to a tracker may take, however many requests it needs: what is claimed meanwhile stays claimed.
pub const LONGEST_QUESTION: std::time::Duration = std::time::Duration::from_secs(30);

/// What asking a [`Tracker`] gives.
pub type Asked<'t, T> = Pin<Box<dyn Future<Output = Result<T, TrackerError>> + Send + 't>>;

/// Where Code lives. Everything ends, well or not, within [`LONGEST_QUESTION`].
pub trait Tracker: Send + Sync {
    /// Its name in the settings and in addresses.
    fn name(&self) -> &str;

    /// Its kind, as people call it: `GitLab`.
    fn kind(&self) -> &'static str;

    /// How often it is asked; `None` if it cannot be.
    fn poll(&self) -> Option<SignedDuration>;

    /// Opens an issue that carries `id`.
    fn open<'t>(&'t self, id: &'t str, dossier: &'t Dossier) -> Asked<'t, Opened>;

    /// The issue that carries `id`, opened not before `since`.
    fn find<'t>(&'t self, id: &'t str, since: Timestamp) -> Asked<'t, Option<Opened>>;

    /// Writes a comment on an issue; what the tracker calls it, if it says so.
    fn comment<'t>(&'t self, external: &'t str, comment: &'t Comment) -> Asked<'t, Option<String>>;

    /// Closes an issue because of what Code said at the desk, and how it stands then; nothing happens to one that is closed. The
    /// word has an id of its own.
    fn close<'t>(&'t self, external: &'t str, word: (&'t str, Ending)) -> Asked<'t, Standing>;

    /// How an issue stands, and its comments written or changed not before `since`; `None` where it cannot be asked.
    fn look<'t>(&'t self, external: &'t str, since: Timestamp) -> Asked<'t, Option<Seen>>;

    /// Whether a delivery is its own, and what it tells.
    ///
    /// # Errors
    /// If it is not, or cannot be read.
    fn read(&self, delivered: &Delivered<'_>, now: Timestamp) -> Result<Verified, Stranger>;
}

impl fmt::Debug for dyn Tracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tracker")
    }
}
