//! Writing down what is to go to the tracker, within the transaction of the decision that asks for it.

use balcao_core::ticket::State;
use balcao_store::escalation::{self, Escalation};
use balcao_store::job::{self, Job};
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{EscalationId, MessageId, Scope, TicketId, Tx, ticket};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::deliver::KIND;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::verbs::code_says::{CodeSays, is_with_code, same_cause};

/// A note that begins so is for Code, and goes to its tracker too.
const FOR_CODE: &str = "@code";

/// The same words of Code within this time are one answer to several tickets.
const SAME_ANSWER: SignedDuration = SignedDuration::from_mins(10);

/// A ticket was escalated: it shares the issue of its cause, goes on in its own, or gets one. Nothing where no tracker is set up.
pub(crate) async fn escalated(
    tx: &mut Tx,
    desk: &Desk,
    row: &Ticket,
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(tracker) = desk.tracker().filter(|_| is_with_code(row)) else { return Ok(()) };
    let target = tracker.name();
    if let Some(own) = live(tx, target, &row.id).await? {
        return queue(tx, TrackerItem::out(&own.id, "again", &row.id, millis(now)), now).await;
    }
    if let Some(shared) = shared(tx, target, row).await? {
        return share(tx, (&shared.id, &row.id), now).await;
    }
    let new = Escalation::new((target, tracker.kind()), row.signature.clone(), millis(now));
    if !escalation::add(tx, &new).await? {
        // Another ticket of the same failure was quicker.
        let cause = row.signature.as_deref().unwrap_or_default();
        let other = escalation::of_cause(tx, target, cause).await?.ok_or(DeskError::Stale)?;
        return share(tx, (&other.id, &row.id), now).await;
    }
    escalation::put_ticket(tx, (&new.id, &row.id), millis(now)).await?;
    queue(tx, TrackerItem::out(&new.id, "issue", &row.id, millis(now)), now).await
}

/// A ticket that was escalated is so no more: Code is told, unless that is what Code said itself.
pub(crate) async fn left(tx: &mut Tx, desk: &Desk, row: &Ticket, now: Timestamp) -> Result<(), DeskError> {
    let was_answered = row.code_said.as_deref().is_some_and(|said| said != CodeSays::Accepted.code());
    let Some(tracker) = desk.tracker().filter(|_| !was_answered) else { return Ok(()) };
    let Some(live) = live(tx, tracker.name(), &row.id).await? else { return Ok(()) };
    queue(tx, TrackerItem::out(&live.id, "left", &row.id, millis(now)), now).await
}

/// Two tickets were said to have one cause: they go on in the older issue.
pub(crate) async fn linked(
    tx: &mut Tx,
    desk: &Desk,
    (one, other): (&Ticket, &Ticket),
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(tracker) = desk.tracker().filter(|_| is_with_code(one) && is_with_code(other)) else {
        return Ok(());
    };
    let a = live(tx, tracker.name(), &one.id).await?;
    let b = live(tx, tracker.name(), &other.id).await?;
    match (a, b) {
        (Some(a), Some(b)) if a.id == b.id => Ok(()),
        (Some(a), Some(b)) => {
            let (older, newer) = if (a.created, &a.id) <= (b.created, &b.id) { (a, b) } else { (b, a) };
            join(tx, (&older, &newer), now).await
        }
        (Some(there), None) => share(tx, (&there.id, &other.id), now).await,
        (None, Some(there)) => share(tx, (&there.id, &one.id), now).await,
        (None, None) => Ok(()),
    }
}

/// A note was written: if it is for Code, and Code has the ticket, it goes there.
pub(crate) async fn said(
    tx: &mut Tx,
    desk: &Desk,
    (row, message): (&Ticket, &Message),
    now: Timestamp,
) -> Result<(), DeskError> {
    let first = message.body.split_whitespace().next().unwrap_or_default();
    let for_code = first.trim_end_matches([':', ',']).eq_ignore_ascii_case(FOR_CODE);
    if message.direction != "note" || !for_code {
        return Ok(());
    }
    carry(tx, desk, (&row.id, &message.id, "note"), now).await
}

/// Code answered at the desk: its issue is told, once however many of its tickets were answered with the same words.
pub(crate) async fn code_said(
    tx: &mut Tx,
    desk: &Desk,
    (ticket, message): (&TicketId, &Message),
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(tracker) = desk.tracker() else { return Ok(()) };
    let Some(live) = live(tx, tracker.name(), ticket).await? else { return Ok(()) };
    let hash = desk.secrets().mark("tracker answer", &[message.body.as_bytes()]);
    let since = millis(now.saturating_sub(SAME_ANSWER).unwrap_or(Timestamp::MIN));
    if tracker_item::is_said(tx, &live.id, &hash, since).await? {
        return Ok(());
    }
    let item = TrackerItem::out(&live.id, "code", ticket, millis(now));
    let item = TrackerItem { message: Some(message.id.clone()), hash: Some(hash), ..item };
    queue(tx, item, now).await
}

/// Code gave a ticket's end at the desk: its issue is closed, once no other of its tickets waits for Code.
pub(crate) async fn code_ended(
    tx: &mut Tx,
    desk: &Desk,
    (id, word): (&TicketId, CodeSays),
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(tracker) = desk.tracker().filter(|_| word.is_final()) else { return Ok(()) };
    let Some(live) = live(tx, tracker.name(), id).await? else { return Ok(()) };
    for other in escalation::tickets(tx, &live.id).await? {
        if ticket::get(tx, &Scope::All, &other).await?.as_ref().is_some_and(waits_for_code) {
            return Ok(());
        }
    }
    escalation::end(tx, &live.id, millis(now)).await?;
    queue(tx, TrackerItem::out(&live.id, word.code(), id, millis(now)), now).await
}

/// Whether Code has not had its last word on a ticket: it has it, or will have it back with what it asked for.
fn waits_for_code(row: &Ticket) -> bool {
    let said = row.code_said.as_deref().and_then(CodeSays::parse);
    let is_over = [State::Resolved.code(), State::Closed.code()].contains(&row.state.as_str());
    match said {
        Some(word) if word.is_final() => false,
        Some(CodeSays::Needs) => !is_over,
        _ => is_with_code(row),
    }
}

/// The partner wrote something more to a ticket that is with Code.
pub(crate) async fn wrote(
    tx: &mut Tx,
    desk: &Desk,
    (row, message): (&Ticket, &MessageId),
    now: Timestamp,
) -> Result<(), DeskError> {
    if !is_with_code(row) {
        return Ok(());
    }
    carry(tx, desk, (&row.id, message, "message"), now).await
}

async fn carry(
    tx: &mut Tx,
    desk: &Desk,
    (ticket, message, kind): (&TicketId, &MessageId, &str),
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(tracker) = desk.tracker() else { return Ok(()) };
    let Some(live) = live(tx, tracker.name(), ticket).await? else { return Ok(()) };
    let item = TrackerItem::out(&live.id, kind, ticket, millis(now));
    queue(tx, TrackerItem { message: Some(message.clone()), ..item }, now).await
}

/// The live escalation of a ticket.
async fn live(tx: &mut Tx, target: &str, ticket: &TicketId) -> Result<Option<Escalation>, DeskError> {
    let all = escalation::of_tickets(tx, std::slice::from_ref(ticket)).await?;
    Ok(all.into_iter().map(|(_, one)| one).find(|one| one.target == target && one.is_live()))
}

/// The oldest live escalation of the tickets of the same cause.
async fn shared(tx: &mut Tx, target: &str, row: &Ticket) -> Result<Option<Escalation>, DeskError> {
    if let Some(cause) = &row.signature
        && let Some(found) = escalation::of_cause(tx, target, cause).await?
    {
        return Ok(Some(found));
    }
    let others = same_cause(tx, &Scope::All, row).await?;
    let ids: Vec<TicketId> = others.into_iter().map(|other| other.id).collect();
    let all = escalation::of_tickets(tx, &ids).await?.into_iter().map(|(_, one)| one);
    Ok(all
        .filter(|one| one.target == target && one.is_live())
        .min_by_key(|one| (one.created, one.id.clone())))
}

async fn share(
    tx: &mut Tx,
    (id, ticket): (&EscalationId, &TicketId),
    now: Timestamp,
) -> Result<(), DeskError> {
    escalation::put_ticket(tx, (id, ticket), millis(now)).await?;
    queue(tx, TrackerItem::out(id, "joined", ticket, millis(now)), now).await
}

/// Lets the newer of two issues go on in the older one: its tickets are told there, and where they went is told in the newer.
async fn join(
    tx: &mut Tx,
    (older, newer): (&Escalation, &Escalation),
    now: Timestamp,
) -> Result<(), DeskError> {
    let at = millis(now);
    // What was begun may be there already: whoever tells it finds that out.
    let (begun, waiting): (Vec<_>, Vec<_>) =
        tracker_item::waiting(tx, &newer.id).await?.into_iter().partition(|item| item.attempts > 0);
    for item in &waiting {
        tracker_item::drop_it(tx, &item.id, "a escalação segue em outra", at).await?;
    }
    escalation::join(tx, &newer.id, &older.id).await?;
    let tickets = escalation::tickets(tx, &newer.id).await?;
    for id in &tickets {
        if ticket::get(tx, &Scope::All, id).await?.as_ref().is_some_and(is_with_code) {
            share(tx, (&older.id, id), now).await?;
        } else {
            escalation::put_ticket(tx, (&older.id, id), at).await?;
        }
    }
    // What the partner wrote stands in the dossier that goes there; what was said to Code does not.
    for item in waiting.into_iter().filter(|item| ["note", "code"].contains(&item.kind.as_str())) {
        let Some(ticket) = &item.ticket else { continue };
        let moved = TrackerItem::out(&older.id, &item.kind, ticket, at);
        queue(tx, TrackerItem { message: item.message, hash: item.hash, ..moved }, now).await?;
    }
    // Of an issue that is not there yet, and will not be, nobody need be told.
    let is_there = newer.external.is_some() || begun.iter().any(|item| item.kind == "issue");
    if let (true, Some(first)) = (is_there, tickets.first()) {
        queue(tx, TrackerItem::out(&newer.id, "goes-on", first, at), now).await?;
    }
    Ok(())
}

async fn queue(tx: &mut Tx, item: TrackerItem, now: Timestamp) -> Result<(), DeskError> {
    if tracker_item::add(tx, &item).await? {
        plant(tx, (&item.escalation, Some(&item)), now).await?;
    }
    Ok(())
}

/// Asks for the escalation's waiting items to be told, once `item` is the first of them.
pub(super) async fn plant(
    tx: &mut Tx,
    (id, item): (&EscalationId, Option<&TrackerItem>),
    now: Timestamp,
) -> Result<(), DeskError> {
    let item = item.map(|item| item.id.as_str());
    let payload = json!({"escalation": id.as_str(), "item": item}).to_string();
    Ok(job::add(tx, &Job::new(KIND, &payload, millis(now))).await?)
}
