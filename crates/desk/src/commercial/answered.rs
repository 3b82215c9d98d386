//! Commercial's answer: recorded on the ticket, which goes back to those who speak with the partner, with the answer to it drafted.

use std::fmt;

use balcao_core::ticket::{State, Transition};
use balcao_store::message::{self, Message};
use balcao_store::ticket::{self, Ticket};
use balcao_store::{MessageId, Scope, TicketId, Tx};
use jiff::Timestamp;
use serde_json::json;

use super::keys::without_keys;
use super::outside;
use super::request::Request;
use super::round::{Round, is_with_commercial};
use super::said::{Cut, Outcome, Said};
use crate::caller::{Caller, Permission};
use crate::chat::Delivered;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::mail::Language;
use crate::trail::{self, Event};
use crate::verbs::answer::{Then, Word, answer_and};
use crate::verbs::draft::drafted;
use crate::verbs::mailed::Mailed;
use crate::verbs::step::walk_in;

/// How often it is tried anew because the ticket was changed meanwhile.
const TRIES: u32 = 5;
/// The tag of tickets that commercial wrote to without deciding.
pub const TAG: &str = "comercial-respondeu";

/// What came of it.
pub struct Answered {
    /// The ticket after it.
    pub ticket: Ticket,
    /// Whether it had come before: then nothing changed.
    pub known: bool,
}

/// An answer with how it came.
#[derive(Clone)]
struct Came {
    said: Said,
    /// `mail`, `webhook` or `desk`.
    by: &'static str,
    /// The mark of the delivery itself.
    once: String,
    /// The kept mail that it came in.
    mail: Option<Mailed>,
}

/// What goes with a decision at the desk.
#[derive(Debug, Clone, Default)]
pub struct Deciding {
    /// The form's own number: sent twice with it, it is one decision.
    pub once: Option<String>,
    /// What the partner is told at once; without it the answer is drafted for those who speak with the partner.
    pub tell: Option<String>,
}

/// Takes commercial's answer from a mail that was kept: filed with it. One to a ticket that commercial no longer has is noted, and
/// changes no state.
///
/// # Errors
/// If there is no such ticket, or the database fails.
pub async fn by_mail(
    desk: &Desk,
    (id, said): (&TicketId, Said),
    mail: Mailed,
    now: Timestamp,
) -> Result<Answered, DeskError> {
    let once = mark(desk, id, &format!("mail {}", mail.id));
    answered(desk, &outside(), (id, Came { said, by: "mail", once, mail: Some(mail) }), now).await
}

/// Takes commercial's answer from its webhook; `named` is a ticket's id or protocol.
///
/// # Errors
/// [`DeskError::Unknown`] if it is not commercial that delivers; if there is no such ticket, or something is not said. One that comes too
/// late, or answers an earlier request, is noted and changes no state.
pub async fn hook(
    desk: &Desk,
    delivered: &Delivered<'_>,
    (named, said): (&str, Said),
    now: Timestamp,
) -> Result<Answered, DeskError> {
    verified(desk, delivered, now)?;
    said.must_be_whole(&desk.state().world)?;
    let mut conn = desk.store().read().await?;
    let found = match TicketId::parse(named) {
        Some(id) => ticket::get(&mut conn, &Scope::All, &id).await?,
        None => ticket::by_protocol(&mut conn, &Scope::All, named).await?,
    };
    drop(conn);
    let id = found.ok_or(DeskError::NotFound("chamado"))?.id;
    let once = (delivered.header)("webhook-id").unwrap_or_default();
    let once = mark(desk, &id, &format!("webhook {once}"));
    answered(desk, &outside(), (&id, Came { said, by: "webhook", once, mail: None }), now).await
}

/// Whether it is commercial that delivers.
///
/// # Errors
/// [`DeskError::Unknown`] if not, and where no way to it is set up: both look alike.
pub fn verified(desk: &Desk, delivered: &Delivered<'_>, now: Timestamp) -> Result<(), DeskError> {
    let known = desk.office().is_some_and(|office| office.is_from(delivered, now));
    if known { Ok(()) } else { Err(DeskError::Unknown) }
}

/// Records at the desk what commercial decided: by commercial itself, or by whoever was told.
///
/// # Errors
/// If the caller may not, something is not said, or the ticket is not with commercial ([`DeskError::Conflict`]): then nothing is told either.
pub async fn decide(
    desk: &Desk,
    caller: &Caller,
    (id, said): (&TicketId, Said),
    deciding: Deciding,
    now: Timestamp,
) -> Result<Answered, DeskError> {
    caller.must(Permission::WriteTickets)?;
    caller.must(Permission::MoveTickets)?;
    said.must_be_whole(&desk.state().world)?;
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    drop(conn);
    let outcome = said.outcome;
    let Deciding { once, tell } = deciding;
    let tell = tell.map(|text| without_keys(text.trim())).filter(|text| !text.is_empty());
    // A program that names no number of its own is known by what it says.
    let own = once.clone().unwrap_or_else(|| MessageId::fresh().to_string());
    let mark = mark(desk, id, &format!("desk {} {own}", caller.id));
    let came = Came { said, by: "desk", once: mark, mail: None };
    let Some(body) = tell else { return answered(desk, caller, (id, came), now).await };
    let mut conn = desk.store().read().await?;
    let known = Round::of(&mut conn, id).await?.knows(&came.once);
    drop(conn);
    let solution = Some(format!("{} {body}", reason(outcome)));
    let step = Transition { solution, ..Transition::to(State::Resolved, reason(outcome)) };
    let word = Word::Reply { body, citations: Vec::new() };
    let then = Then { step: Some(step), once, decided: Some(Decision(came)), code_said: None };
    let (ticket, _) = answer_and(desk, caller, id, (word, then), now).await?;
    Ok(Answered { ticket, known })
}

/// A decision that is recorded with the word to the partner, in the same transaction.
#[derive(Clone)]
pub struct Decision(Came);

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Decision")
    }
}

/// Records a decision of which the partner is told in the same transaction; whoever tells takes the ticket further.
///
/// # Errors
/// [`DeskError::Conflict`] if the ticket is not with commercial.
pub(crate) async fn record(
    tx: &mut Tx,
    (desk, caller): (&Desk, &Caller),
    (id, decision): (&TicketId, &Decision),
    now: Timestamp,
) -> Result<(), DeskError> {
    noted(tx, (desk, caller), (id, &decision.0), now).await.map(|_| ())
}

/// What the trail says of a step that a decision leads to.
fn reason(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Issued => "o comercial emitiu a API Key",
        Outcome::Refused | Outcome::Unclear => "o comercial recusou o pedido",
    }
}

fn mark(desk: &Desk, id: &TicketId, once: &str) -> String {
    desk.secrets().mark("commercial delivery", &[id.as_str().as_bytes(), once.as_bytes()])
}

async fn answered(
    desk: &Desk,
    caller: &Caller,
    (id, came): (&TicketId, Came),
    now: Timestamp,
) -> Result<Answered, DeskError> {
    for _ in 0..TRIES {
        let (own, caller, id, came) = (desk.clone(), caller.clone(), id.clone(), came.clone());
        let written = desk
            .store()
            .write(move |tx| Box::pin(async move { write(tx, (&own, &caller), (&id, &came), now).await }));
        match written.await {
            Err(DeskError::Stale) => {}
            done => return done,
        }
    }
    Err(DeskError::Stale)
}

async fn write(
    tx: &mut Tx,
    (desk, caller): (&Desk, &Caller),
    (id, came): (&TicketId, &Came),
    now: Timestamp,
) -> Result<Answered, DeskError> {
    let (row, cut) = noted(tx, (desk, caller), (id, came), now).await?;
    let Some(cut) = cut else { return Ok(Answered { ticket: row, known: true }) };
    let decides = is_with_commercial(&row) && cut.outcome != Outcome::Unclear;
    let ticket = if decides { back(tx, (desk, caller), (id, &cut), now).await? } else { row };
    Ok(Answered { ticket, known: false })
}

/// Notes what commercial said, once: the ticket, and what may be kept of it; `None` if it came before. Where nothing is decided by it a tag
/// says so: a person must look.
async fn noted(
    tx: &mut Tx,
    (desk, caller): (&Desk, &Caller),
    (id, came): (&TicketId, &Came),
    now: Timestamp,
) -> Result<(Ticket, Option<Cut>), DeskError> {
    let mut row = ticket::get(tx, &Scope::All, id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let round = Round::of(tx, id).await?;
    if round.knows(&came.once) {
        return Ok((row, None));
    }
    let request = Request::of(tx, desk, &row).await?;
    let mut cut = Cut::of(&came.said, &desk.state().world, &request.environments());
    let asked = is_with_commercial(&row);
    let earlier = came.said.request.as_ref().is_some_and(|said| Some(said) != round.request.as_ref());
    // The same words to another request are another answer.
    let to = if earlier { came.said.request.as_deref().unwrap_or_default() } else { "" };
    let (seq, said) = (round.seq.to_le_bytes(), cut.parts());
    let parts = [id.as_str().as_bytes(), &seq, to.as_bytes(), said.as_bytes()];
    let dedupe = desk.secrets().mark("commercial answer", &parts);
    if message::known(tx, &dedupe).await?.is_some() {
        return Ok((row, None));
    }
    if came.by == "desk" && !asked {
        let text = "o chamado não está com o time comercial: a resposta já veio, ou ele foi retomado";
        return Err(DeskError::Conflict(text.to_owned()));
    }
    if !asked {
        cut.doubt("o chamado já não estava com o comercial; nada mudou por esta resposta");
    } else if earlier {
        cut.doubt("ela responde a um pedido anterior deste chamado; o comercial já tem outro");
    }
    note(tx, (caller, came), (&row, &cut, dedupe), now).await?;
    let (tags, changed) = tagged(&row.tags, cut.outcome == Outcome::Unclear);
    if changed {
        (row.tags, row.updated) = (tags, millis(now));
        row = ticket::update(tx, &Scope::All, &row).await?;
    }
    Ok((row, Some(cut)))
}

/// The note with what was said, its mail, and the entry in the trail.
async fn note(
    tx: &mut Tx,
    (caller, came): (&Caller, &Came),
    (row, cut, dedupe): (&Ticket, &Cut, String),
    now: Timestamp,
) -> Result<(), DeskError> {
    let note = Message {
        id: MessageId::fresh(),
        ticket: row.id.clone(),
        at: millis(now),
        direction: "note".to_owned(),
        author: caller.name.clone(),
        body: cut.note(),
        channel: row.channel.clone(),
        dedupe: Some(dedupe),
    };
    if !message::add(tx, &note).await? {
        // The same was written meanwhile; the next try finds it.
        return Err(DeskError::Stale);
    }
    let mut data = json!({
        "outcome": cut.outcome.code(), "environment": cut.environment, "last_four": cut.tail, "reason": cut.reason,
        "message": note.id.as_str(), "by": came.by, "once": came.once,
    });
    if let Some(mail) = &came.mail {
        mail.file(tx, caller, (&row.id, &note.id), now).await?;
        if let Some(data) = data.as_object_mut() {
            data.insert("mail".to_owned(), mail.told());
        }
    }
    let event = Event { ticket: Some(&row.id), at: now, by: caller, what: "commercial_answered", data };
    Ok(trail::record(tx, event).await?)
}

/// Back to those who speak with the partner, with the answer drafted.
async fn back(
    tx: &mut Tx,
    (desk, caller): (&Desk, &Caller),
    (id, cut): (&TicketId, &Cut),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    let back = Transition::to(State::Investigation, reason(cut.outcome));
    let ticket = walk_in(tx, desk, caller, (id, &back), now).await?;
    let state = desk.state();
    let partner = ticket.partner.as_deref().and_then(|code| state.world.registry.partner(code));
    let language = Language::of(partner.and_then(|partner| partner.language.as_deref()));
    let way = desk.office().and_then(|office| office.hands_over(language));
    let about = (&state.world.procedure, ticket.protocol.as_str());
    if let Some(body) = cut.draft(about, (language, way)) {
        drafted(tx, id, &body, now).await?;
    }
    Ok(ticket)
}

/// The tags of a ticket that commercial no longer has.
pub(crate) fn untagged(tags: &str) -> String {
    tagged(tags, false).0
}

/// The tags with or without the one that says that commercial wrote, and whether they changed.
fn tagged(tags: &str, wanted: bool) -> (String, bool) {
    let before: Vec<String> = serde_json::from_str(tags).unwrap_or_default();
    let mut after: Vec<String> = before.iter().filter(|tag| *tag != TAG).cloned().collect();
    if wanted {
        after.push(TAG.to_owned());
    }
    let changed = before.len() != after.len();
    (serde_json::to_string(&after).unwrap_or_else(|_infallible| "[]".to_owned()), changed)
}
