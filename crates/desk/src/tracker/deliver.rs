//! Telling a tracker: in order, one worker at a time for each issue, and what may have arrived is looked for before it is told again.
//!
//! A worker that vanishes between the tracker's word and the note of it leaves an item that was begun; the next one asks the tracker for the
//! item's id first. What a tracker cannot be asked for (the signed webhook) carries the same id again, by which its receiver tells.

use balcao_store::escalation::{self, Escalation};
use balcao_store::job::MOST_ATTEMPTS;
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{EscalationId, Scope, StoreError, message, ticket};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dossier::{self, clean};
use super::{Comment, Ending, Tracker, TrackerError, Words};
use crate::caller::Caller;
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::jobs;
use crate::trail::{self, Event};
use crate::verbs::code_says::CodeSays;

/// The kind of the job, with the version of its payload.
pub(crate) const KIND: &str = "tracker@1";
/// How long a worker may take before another takes the issue over.
const TERM: SignedDuration = SignedDuration::from_secs(280);
/// Items that are told in one turn: each asks at most twice, and all of it ends within the term.
const IN_A_TURN: usize = 4;
/// How much the clocks of two machines may differ.
const CLOCKS: SignedDuration = SignedDuration::from_mins(10);
/// Characters of a message that are told.
const LONGEST: usize = 8_000;

/// What became of an item.
enum Outcome {
    /// It is an issue there now.
    Opened(super::Opened),
    /// It is a comment there now, if it is anything.
    Said(Option<String>),
    /// The issue is closed there.
    Closed(super::Standing),
    /// There is nothing to say any more, and why.
    Dropped(&'static str),
}

/// Tells what waits of the escalation that the job's payload names. `attempts` counts the job's tries, this one too.
pub(crate) async fn deliver(
    desk: &Desk,
    payload: &str,
    (worker, attempts): (&str, i64),
    now: Timestamp,
) -> Result<(), DeskError> {
    let named: Value = serde_json::from_str(payload).unwrap_or_default();
    let id = named.get("escalation").and_then(Value::as_str).and_then(EscalationId::parse);
    let id = id.ok_or(DeskError::Damaged("uma tarefa de avisar o rastreador"))?;
    let waiting = waiting(desk, &id).await?;
    // Whoever tells the first item tells those behind it too: what waits behind another is not tried by itself. A job whose own item is
    // over goes on with what is left: its worker may have vanished in between.
    let own = named.get("item").and_then(Value::as_str);
    let Some(first) = waiting.first() else { return Ok(()) };
    let is_behind = waiting.iter().skip(1).any(|item| Some(item.id.as_str()) == own);
    // Another job met a failure of it, and tries again then.
    let is_left_to_another = attempts == 1 && first.not_before.is_some_and(|at| at > millis(now));
    if is_behind || is_left_to_another {
        return Ok(());
    }
    let claimed = claim(desk, &id, worker, now).await?.ok_or(DeskError::Stale)?;
    let told = in_order(desk, claimed, attempts, now).await;
    let (freed, worker) = (id.clone(), worker.to_owned());
    let freed = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { escalation::let_go(tx, &freed, &worker).await })
    });
    freed.await?;
    told?;
    // What came meanwhile, or is too much for one turn, has a turn of its own.
    if !self::waiting(desk, &id).await?.is_empty() {
        let next = desk
            .store()
            .write(move |tx| Box::pin(async move { super::escalate::plant(tx, (&id, None), now).await }));
        next.await?;
    }
    Ok(())
}

/// What waits, oldest first.
async fn waiting(desk: &Desk, id: &EscalationId) -> Result<Vec<TrackerItem>, DeskError> {
    let mut conn = desk.store().read().await?;
    Ok(tracker_item::waiting(&mut conn, id).await?)
}

async fn claim(
    desk: &Desk,
    id: &EscalationId,
    worker: &str,
    now: Timestamp,
) -> Result<Option<Escalation>, DeskError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    let times = (millis(now), millis(now.saturating_add(TERM).unwrap_or(Timestamp::MAX)));
    let claimed = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { escalation::claim(tx, &id, &worker, times).await })
    });
    Ok(claimed.await?)
}

/// Tells one item after the other, until one fails.
async fn in_order(desk: &Desk, of: Escalation, attempts: i64, now: Timestamp) -> Result<(), DeskError> {
    let items = waiting(desk, &of.id).await?;
    let mut of = of;
    for item in items.into_iter().take(IN_A_TURN) {
        if !begin(desk, &item).await? {
            continue;
        }
        let tried = match attempt(desk, (&of, &item)).await {
            Ok(outcome) => {
                if let Outcome::Opened(opened) = &outcome {
                    (of.external, of.url) = (Some(opened.external.clone()), opened.url.clone());
                }
                note(desk, (&of, &item), outcome, now).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = tried {
            failed(desk, (&of, item), (&error, attempts), now).await?;
            return Err(error);
        }
    }
    Ok(())
}

/// Counts the try before it is made, on disk.
async fn begin(desk: &Desk, item: &TrackerItem) -> Result<bool, DeskError> {
    let id = item.id.clone();
    let begun = desk
        .store()
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { tracker_item::begin(tx, &id).await }));
    Ok(begun.await?)
}

async fn attempt(desk: &Desk, (of, item): (&Escalation, &TrackerItem)) -> Result<Outcome, DeskError> {
    let tracker = desk.tracker().filter(|tracker| tracker.name() == of.target);
    let tracker = tracker.ok_or_else(|| {
        TrackerError::new(format!("o rastreador `{}` não está mais configurado", of.target))
    })?;
    let since = instant(item.created).saturating_sub(CLOCKS).unwrap_or(Timestamp::MIN);
    // An earlier try may have arrived without our being told.
    let again = item.attempts > 0;
    if item.kind == "issue" {
        return open(desk, tracker.as_ref(), (of, item), (again, since)).await;
    }
    let Some(external) = of.external.as_deref() else {
        if of.joined.is_some() {
            return Ok(Outcome::Dropped("a issue não chegou a ser aberta"));
        }
        return Err(TrackerError::new("a issue ainda não foi aberta").into());
    };
    if let Some(ending) = ending(&item.kind) {
        return Ok(Outcome::Closed(tracker.close(external, (item.id.as_str(), ending)).await?));
    }
    if again && let Some(seen) = tracker.look(external, since).await? {
        let ours = |marker: &Option<String>| marker.as_deref() == Some(item.id.as_str());
        if let Some(there) = seen.remarks.into_iter().find(|remark| ours(&remark.marker)) {
            return Ok(Outcome::Said(Some(there.external)));
        }
    }
    let Some(comment) = comment(desk, (of, item)).await? else {
        return Ok(Outcome::Dropped("o que se diria não está mais guardado"));
    };
    Ok(Outcome::Said(tracker.comment(external, &comment).await?))
}

/// How an issue is to end, if that is what an item says.
fn ending(kind: &str) -> Option<Ending> {
    match CodeSays::parse(kind)? {
        CodeSays::Fixed => Some(Ending::Done),
        CodeSays::NotABug => Some(Ending::NotABug),
        CodeSays::Accepted | CodeSays::Needs => None,
    }
}

async fn open(
    desk: &Desk,
    tracker: &dyn Tracker,
    (of, item): (&Escalation, &TrackerItem),
    (again, since): (bool, Timestamp),
) -> Result<Outcome, DeskError> {
    if of.external.is_some() {
        return Ok(Outcome::Said(None));
    }
    if again && let Some(there) = tracker.find(item.id.as_str(), since).await? {
        return new_here(desk, of, there).await;
    }
    if of.joined.is_some() {
        return Ok(Outcome::Dropped("a escalação segue em outra"));
    }
    let Some(row) = row(desk, item).await? else {
        return Ok(Outcome::Dropped("o chamado não está mais lá"));
    };
    let mut conn = desk.store().read().await?;
    let before = escalation::of_tickets(&mut conn, std::slice::from_ref(&row.id)).await?;
    drop(conn);
    let earlier =
        before.into_iter().map(|(_, one)| one).find(|one| one.id != of.id && one.external.is_some());
    let earlier = earlier.and_then(|one| one.url.or(one.external));
    let dossier = dossier::of(desk, &row, earlier).await?;
    let opened = tracker.open(item.id.as_str(), &dossier).await?;
    new_here(desk, of, opened).await
}

/// An issue that no other escalation has: what is told of a number would be told of both.
async fn new_here(desk: &Desk, of: &Escalation, opened: super::Opened) -> Result<Outcome, DeskError> {
    let mut conn = desk.store().read().await?;
    let known = escalation::by_external(&mut conn, &of.target, &opened.external).await?;
    if known.is_some_and(|known| known.id != of.id) {
        let (external, target) = (&opened.external, &of.target);
        return Err(TrackerError::new(format!(
            "a issue {external} de `{target}` já é a de outra escalação; se `url` ou `project` mudou, mude também `name`"
        ))
        .into());
    }
    Ok(Outcome::Opened(opened))
}

/// The ticket that an item comes from.
async fn row(desk: &Desk, item: &TrackerItem) -> Result<Option<ticket::Ticket>, DeskError> {
    let Some(id) = &item.ticket else { return Ok(None) };
    let mut conn = desk.store().read().await?;
    Ok(ticket::get(&mut conn, &Scope::All, id).await?)
}

/// What an item says; `None` if that is gone.
async fn comment(desk: &Desk, (of, item): (&Escalation, &TrackerItem)) -> Result<Option<Comment>, DeskError> {
    let Some(row) = row(desk, item).await? else { return Ok(None) };
    let words = match item.kind.as_str() {
        "joined" => Words::Joined(Box::new(dossier::of(desk, &row, None).await?)),
        "again" => Words::Again(Box::new(dossier::of(desk, &row, None).await?)),
        "left" => Words::Left,
        "goes-on" => match goes_on(desk, of).await? {
            Some(place) => Words::GoesOn(place),
            None => return Err(TrackerError::new("a issue em que ela segue ainda não foi aberta").into()),
        },
        kind => {
            let Some(id) = &item.message else { return Ok(None) };
            let mut conn = desk.store().read().await?;
            let all = message::of_ticket(&mut conn, &Scope::All, &row.id).await?;
            let Some(said) = all.into_iter().find(|one| one.id == *id) else { return Ok(None) };
            let body = clean(&said.body, LONGEST);
            if kind == "message" { Words::Partner(body) } else { Words::Desk { author: said.author, body } }
        }
    };
    Ok(Some(Comment { id: item.id.to_string(), protocol: row.protocol, words }))
}

/// Where a joined escalation goes on.
async fn goes_on(desk: &Desk, of: &Escalation) -> Result<Option<String>, DeskError> {
    let Some(id) = &of.joined else { return Ok(None) };
    let mut conn = desk.store().read().await?;
    let into = escalation::get(&mut conn, id).await?;
    Ok(into.and_then(|into| into.url.or(into.external)))
}

async fn note(
    desk: &Desk,
    (of, item): (&Escalation, &TrackerItem),
    outcome: Outcome,
    now: Timestamp,
) -> Result<(), DeskError> {
    let (of, item) = (of.clone(), item.clone());
    let written = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let (what, at) = match &outcome {
                Outcome::Opened(opened) => {
                    let url = opened.url.as_deref();
                    escalation::opened(tx, &of.id, (&opened.external, url), millis(now)).await?;
                    tracker_item::done(tx, &item.id, None, millis(now)).await?;
                    ("tracker_opened", Some(opened.external.clone()))
                }
                Outcome::Said(external) => {
                    tracker_item::done(tx, &item.id, external.as_deref(), millis(now)).await?;
                    ("tracker_told", of.external.clone())
                }
                Outcome::Closed(stands) => {
                    super::heard::keep(tx, &of, ("closed", stands), now).await?;
                    tracker_item::done(tx, &item.id, None, millis(now)).await?;
                    ("tracker_told", of.external.clone())
                }
                Outcome::Dropped(why) => {
                    return tracker_item::drop_it(tx, &item.id, why, millis(now)).await;
                }
            };
            let data = json!({"target": of.target, "issue": at, "kind": item.kind});
            let system = Caller::system();
            let event = Event { ticket: item.ticket.as_ref(), at: now, by: &system, what, data };
            trail::record(tx, event).await
        })
    });
    Ok(written.await?)
}

async fn failed(
    desk: &Desk,
    (of, item): (&Escalation, TrackerItem),
    (error, attempts): (&DeskError, i64),
    now: Timestamp,
) -> Result<(), DeskError> {
    let (reason, held) = (clean(&error.to_string(), 300), attempts >= MOST_ATTEMPTS);
    let not_before = (!held).then(|| millis(now).saturating_add(jobs::wait(KIND, attempts, error)));
    let of = of.clone();
    let written = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            tracker_item::failed(tx, &item.id, &reason, not_before).await?;
            if !held {
                return Ok(());
            }
            let data = json!({"target": of.target, "kind": item.kind, "reason": reason});
            let system = Caller::system();
            let what = "tracker_held";
            trail::record(tx, Event { ticket: item.ticket.as_ref(), at: now, by: &system, what, data }).await
        })
    });
    Ok(written.await?)
}
