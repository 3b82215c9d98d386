//! What a tracker tells becomes notes and steps here, once however often it is told.

use balcao_core::ticket::Role;
use balcao_store::escalation::{self, Escalation};
use balcao_store::message::{self, Message};
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{MessageId, Scope, StoreError, TicketId, TrackerItemId, Tx, search, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::closing;
use super::dossier::clean;
use super::escalate::plant;
use super::{Delivered, Remark, Standing, Told, Tracker};
use crate::caller::Caller;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};
use crate::verbs::examine::stems;

/// How the author of every note begins that came from a tracker.
pub(super) const AUTHOR: &str = "Code · ";
/// Characters of a comment that are kept.
const LONGEST: usize = 16_000;
/// Characters of a name.
const LONGEST_NAME: usize = 80;
/// Labels that are shown.
const MOST_LABELS: usize = 20;

/// Takes a delivery of the tracker `name`. The same a second time changes nothing.
///
/// # Errors
/// [`DeskError::Unknown`] for whoever is not that tracker, and for what cannot be read: strangers learn nothing;
/// [`DeskError::NotFound`] if the issue is not known yet, or if the database fails: the tracker may deliver again.
pub async fn hook(
    desk: &Desk,
    name: &str,
    delivered: &Delivered<'_>,
    now: Timestamp,
) -> Result<(), DeskError> {
    let tracker = desk.tracker().filter(|tracker| tracker.name() == name).ok_or(DeskError::Unknown)?;
    let verified = tracker.read(delivered, now).map_err(|_stranger| DeskError::Unknown)?;
    if verified.told.is_empty() {
        return Ok(());
    }
    if !is_any_ours(desk, name, &verified.told).await? {
        // Whoever tells of our issues alone was quicker than our own note of one, and delivers again; of another's issues nobody need know.
        return if verified.of_ours_alone { Err(DeskError::NotFound("escalação")) } else { Ok(()) };
    }
    let id = verified.id.unwrap_or_default();
    let delivery = desk.secrets().mark("delivery", &[name.as_bytes(), id.as_bytes(), delivered.body]);
    take(desk, tracker.as_ref(), (verified.told, Some(delivery)), now).await
}

/// Takes what a tracker told when it was asked.
///
/// # Errors
/// If the database fails.
pub async fn heard(desk: &Desk, told: Vec<Told>, now: Timestamp) -> Result<(), DeskError> {
    let Some(tracker) = desk.tracker() else { return Ok(()) };
    take(desk, tracker.as_ref(), (told, None), now).await
}

/// Whether something is told of an issue that is known here.
async fn is_any_ours(desk: &Desk, name: &str, told: &[Told]) -> Result<bool, DeskError> {
    let mut conn = desk.store().read().await?;
    for one in told {
        if escalation::by_external(&mut conn, name, &one.issue).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn take(
    desk: &Desk,
    tracker: &dyn Tracker,
    (told, delivery): (Vec<Told>, Option<String>),
    now: Timestamp,
) -> Result<(), DeskError> {
    for _ in 0..5 {
        let (own, told, delivery) = (desk.clone(), told.clone(), delivery.clone());
        let (target, by) = (tracker.name().to_owned(), speaker(tracker));
        let written = desk.store().write(move |tx| {
            Box::pin(async move {
                if let Some(delivery) = &delivery
                    && !tracker_item::delivered(tx, delivery, millis(now)).await?
                {
                    return Ok(());
                }
                for one in &told {
                    // Of an issue that is none of ours nobody need know.
                    if let Some(of) = escalation::by_external(tx, &target, &one.issue).await? {
                        each(tx, &own, (&of, one), &by, now).await?;
                    }
                }
                Ok(())
            })
        });
        match written.await {
            // Somebody changed one of the tickets meanwhile.
            Err(DeskError::Stale) => {}
            done => return done,
        }
    }
    Err(DeskError::Stale)
}

/// A tracker as whoever acts here.
fn speaker(tracker: &dyn Tracker) -> Caller {
    Caller {
        id: format!("tracker:{}", tracker.name()),
        name: format!("Code ({})", tracker.kind()),
        role: Role::Code,
        partner: None,
        narrowed: None,
    }
}

async fn each(
    tx: &mut Tx,
    desk: &Desk,
    (of, told): (&Escalation, &Told),
    by: &Caller,
    now: Timestamp,
) -> Result<(), DeskError> {
    // The words first: what is said with the end is known when the answer is drafted.
    if let Some(said) = &told.remark {
        remark(tx, desk, (of, said), by, now).await?;
    }
    if let Some(stands) = &told.standing {
        standing(tx, desk, (of, stands), by, now).await?;
    }
    Ok(())
}

async fn remark(
    tx: &mut Tx,
    desk: &Desk,
    (of, said): (&Escalation, &Remark),
    by: &Caller,
    now: Timestamp,
) -> Result<(), DeskError> {
    let body = clean(said.body.trim(), LONGEST);
    if body.is_empty() {
        return Ok(());
    }
    let hash = desk.secrets().mark("tracker comment", &[said.external.as_bytes(), body.as_bytes()]);
    let known = tracker_item::by_external(tx, &of.id, &said.external).await?;
    let body = match known {
        Some(known) if known.direction == "out" || known.hash.as_deref() == Some(hash.as_str()) => {
            return Ok(());
        }
        Some(known) => {
            tracker_item::edited(tx, &known.id, &hash).await?;
            format!("(comentário editado)\n\n{body}")
        }
        None => {
            if is_ours(tx, of, said).await? {
                return Ok(());
            }
            let came = TrackerItem::came(&of.id, (&said.external, &hash), millis(now));
            if !tracker_item::add(tx, &came).await? {
                return Ok(());
            }
            body
        }
    };
    let author = format!("{AUTHOR}{}", clean(said.author.trim(), LONGEST_NAME));
    let same = (said.external.as_str(), hash.as_str());
    for id in escalation::tickets(tx, &of.id).await? {
        note(tx, desk, (of, &id), (&author, &body, same), (by, now)).await?;
    }
    Ok(())
}

/// Whether a comment is one that the desk wrote itself, and what it is called is not known yet. A copy of its id is not.
async fn is_ours(tx: &mut Tx, of: &Escalation, said: &Remark) -> Result<bool, DeskError> {
    let Some(id) = said.marker.as_deref().and_then(TrackerItemId::parse) else { return Ok(false) };
    // The id of an issue stands in its own text, never in a comment of ours.
    let own =
        |item: &TrackerItem| item.direction == "out" && item.escalation == of.id && item.kind != "issue";
    match tracker_item::get(tx, &id).await?.filter(own) {
        Some(item) => Ok(tracker_item::named(tx, &item.id, &said.external).await?),
        None => Ok(false),
    }
}

/// Writes a note on a ticket; `false` if it is there already. `same` tells it from others.
async fn note(
    tx: &mut Tx,
    desk: &Desk,
    (of, id): (&Escalation, &TicketId),
    (author, body, same): (&str, &str, (&str, &str)),
    (by, now): (&Caller, Timestamp),
) -> Result<bool, DeskError> {
    let Some(mut row) = ticket::get(tx, &Scope::All, id).await? else { return Ok(false) };
    let parts = [id.as_str().as_bytes(), of.id.as_str().as_bytes(), same.0.as_bytes(), same.1.as_bytes()];
    let message = Message {
        id: MessageId::fresh(),
        ticket: id.clone(),
        at: millis(now),
        direction: "note".to_owned(),
        author: author.to_owned(),
        body: body.to_owned(),
        channel: row.channel.clone(),
        dedupe: Some(desk.secrets().mark("tracker note", &parts)),
    };
    if !message::add(tx, &message).await? {
        return Ok(false);
    }
    row.updated = millis(now);
    let row = ticket::update(tx, &Scope::All, &row).await?;
    search::add_words(tx, &row, &stems(std::iter::once(body))).await?;
    let data = json!({"message": message.id.as_str(), "target": of.target, "issue": of.external});
    trail::record(tx, Event { ticket: Some(id), at: now, by, what: "tracker_noted", data }).await?;
    Ok(true)
}

/// Keeps how an issue stands, unless something newer is known; whether it was kept.
pub(super) async fn keep(
    tx: &mut Tx,
    of: &Escalation,
    (state, stands): (&str, &Standing),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let labels: Vec<String> =
        stands.labels.iter().take(MOST_LABELS).map(|label| clean(label, LONGEST_NAME)).collect();
    let assignee = stands.assignee.as_deref().map(|name| clean(name, LONGEST_NAME));
    let new = escalation::Standing {
        state,
        assignee: assignee.as_deref(),
        labels: &serde_json::to_string(&labels).unwrap_or_default(),
        heard: millis(stands.at.unwrap_or(now)),
    };
    escalation::stands(tx, &of.id, &new, millis(now)).await
}

async fn standing(
    tx: &mut Tx,
    desk: &Desk,
    (of, stands): (&Escalation, &Standing),
    by: &Caller,
    now: Timestamp,
) -> Result<(), DeskError> {
    let state = match (of.state.as_str(), stands.open) {
        // What goes on elsewhere ends there.
        ("joined", _) => "joined",
        (_, true) => "open",
        (_, false) => "closed",
    };
    let close = closing::told(tx, &of.id).await?;
    if close.is_some() && stands.open {
        // It is about to be closed, by what Code said here: until then that it is open is no news.
        return Ok(());
    }
    if !keep(tx, of, (state, stands), now).await? {
        return Ok(());
    }
    if let Some(close) = close {
        tracker_item::drop_it(tx, &close.id, "a issue já foi fechada lá", millis(now)).await?;
        // What waited behind it waits for nobody now: its job may be set aside.
        plant(tx, (&of.id, None), now).await?;
    }
    if of.state == state {
        return Ok(());
    }
    let words = match (of.state.as_str(), state) {
        (_, "closed") => closing::words(of, stands.ending),
        ("closed", "open") => {
            format!("A issue {} foi reaberta.", of.external.as_deref().unwrap_or_default())
        }
        _ => return Ok(()),
    };
    let moment = millis(stands.at.unwrap_or(now)).to_string();
    let author = format!("{AUTHOR}{}", of.kind);
    for id in escalation::tickets(tx, &of.id).await? {
        note(tx, desk, (of, &id), (&author, &words, (state, moment.as_str())), (by, now)).await?;
        if state == "closed" {
            closing::closed(tx, desk, (of, &id), (stands.ending, by), now).await?;
        }
    }
    Ok(())
}
