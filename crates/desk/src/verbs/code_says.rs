//! What Code says of an escalation, to one ticket or to all that share it.

use balcao_core::ticket::{State, Team, Transition};
use balcao_store::ticket::Ticket;
use balcao_store::{Conn, Scope, TicketId, ticket};
use jiff::Timestamp;

use super::answer::{LONGEST, Then, Word, answer_and};
use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

/// Code's word on an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeSays {
    /// It is being worked on.
    Accepted,
    /// Something is not known yet.
    Needs,
    /// A release mends it.
    Fixed,
    /// The API does what it should.
    NotABug,
}

impl CodeSays {
    /// Every word.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Needs, Self::Fixed, Self::NotABug];

    /// As a row keeps it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Needs => "needs",
            Self::Fixed => "fixed",
            Self::NotABug => "not_a_bug",
        }
    }

    /// Whether nothing is left for Code to do after it.
    pub(crate) fn is_final(self) -> bool {
        matches!(self, Self::Fixed | Self::NotABug)
    }

    /// Notes it on the row of a ticket that is with Code.
    pub(crate) fn note_on(self, row: &mut Ticket) -> Result<(), DeskError> {
        if !is_with_code(row) {
            let text = "o chamado não está com o time de Code; escale-o antes de responder por ele";
            return Err(DeskError::Conflict(text.to_owned()));
        }
        row.code_said = Some(self.code().to_owned());
        row.returned += i64::from(self == Self::Needs);
        Ok(())
    }

    /// The word with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|word| word.code() == code)
    }
}

/// What is said, in full.
#[derive(Debug, Clone)]
pub struct Said {
    /// Code's word.
    pub word: CodeSays,
    /// The text for those who speak with the partner.
    pub body: String,
    /// Why the ticket goes back to them, where it does.
    pub reason: String,
    /// The form's own number.
    pub once: Option<String>,
}

/// What came of one ticket.
pub type Told = (Ticket, Result<(), DeskError>);

/// Notes Code's word on a ticket and, with `linked`, on every other ticket of the same cause that is with Code; each by itself, so that
/// one that was changed meanwhile holds no other up. Everything but an acceptance gives the ticket back.
///
/// # Errors
/// If the caller does not speak for Code, nothing is said, or there is no such ticket for it.
pub async fn code_says(
    desk: &Desk,
    caller: &Caller,
    (id, linked): (&TicketId, bool),
    said: &Said,
    now: Timestamp,
) -> Result<Vec<Told>, DeskError> {
    caller.must(Permission::AnswerForCode)?;
    if said.body.trim().is_empty() || said.body.len() > LONGEST {
        return Err(DeskError::Invalid("`body` não pode ser vazio nem ter mais de 256 KiB".to_owned()));
    }
    let mut all = vec![one(desk, caller, id).await?];
    if linked {
        all.extend(with_the_same_cause(desk, caller, id).await?);
    }
    let mut told = Vec::new();
    for ticket in all {
        let step = (said.word != CodeSays::Accepted)
            .then(|| Transition::to(State::Investigation, said.reason.as_str()));
        let then = Then { step, once: said.once.clone(), code_said: Some(said.word), decided: None };
        let word = Word::Note { body: said.body.clone() };
        let done = answer_and(desk, caller, &ticket.id, (word, then), now).await;
        told.push((ticket, done.map(|_| ())));
    }
    Ok(told)
}

/// Whether a ticket is with Code now.
pub(crate) fn is_with_code(row: &Ticket) -> bool {
    row.state == State::Escalated.code() && row.escalation.as_deref() == Some(Team::Code.code())
}

async fn one(desk: &Desk, caller: &Caller, id: &TicketId) -> Result<Ticket, DeskError> {
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))
}

/// The other tickets that are linked to it as one cause, or show the same failure, and are with Code now.
///
/// # Errors
/// If the database fails.
pub async fn with_the_same_cause(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
) -> Result<Vec<Ticket>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let own = one(desk, caller, id).await?;
    let mut conn = desk.store().read().await?;
    same_cause(&mut conn, &caller.scope(), &own).await
}

/// As [`with_the_same_cause`], of those that `scope` sees.
pub(crate) async fn same_cause(
    conn: &mut Conn,
    scope: &Scope,
    own: &Ticket,
) -> Result<Vec<Ticket>, DeskError> {
    let mut found: Vec<Ticket> = Vec::new();
    for link in balcao_store::ticket_link::of_ticket(conn, scope, &own.id).await? {
        let other = if link.a == own.id { link.b } else { link.a };
        if link.kind == "same-cause" {
            found.extend(ticket::get(conn, scope, &other).await?);
        }
    }
    if let Some(signature) = &own.signature {
        let alike = ticket::with_signature(conn, scope, (signature, &own.id), (0, 200)).await?;
        found.extend(alike);
    }
    found.retain(is_with_code);
    found.sort_by_key(|other| other.position);
    found.dedup_by_key(|other| other.position);
    Ok(found)
}
