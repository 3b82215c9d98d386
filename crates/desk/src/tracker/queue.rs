//! Everything that waits for the tracker, of whatever ticket, and how a person lets it go on.

use std::collections::BTreeMap;

use balcao_store::escalation;
use balcao_store::job;
use balcao_store::{EscalationId, ticket, tracker_item};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::deliver::KIND;
use super::escalate::plant;
use super::shown::Queued;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// Things that are shown, the oldest.
const MOST: u16 = 200;
/// Jobs that were set aside among which one is looked for.
const MOST_JOBS: u16 = 1_000;

/// Something that waits, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The escalation's own id.
    pub escalation: EscalationId,
    /// The tracker's kind, as people call it.
    pub kind: String,
    /// What the tracker calls the issue; `None` until it is there.
    pub external: Option<String>,
    /// What people call the ticket that it comes from.
    pub protocol: String,
    /// When it was decided on, in milliseconds.
    pub since: i64,
    /// What it is, and how often and why it did not go.
    pub item: Queued,
}

/// What waits, oldest first, of the tickets that the caller sees. People of the desk only.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn queue(desk: &Desk, caller: &Caller) -> Result<Vec<Waiting>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    if !caller.is_staff() {
        return Err(DeskError::Forbidden("ver escalações"));
    }
    let mut conn = desk.store().read().await?;
    let mut known = BTreeMap::new();
    let mut waiting = Vec::new();
    for item in tracker_item::queue(&mut conn, MOST).await? {
        let Some(ticket) = &item.ticket else { continue };
        let Some(row) = ticket::get(&mut conn, &caller.scope(), ticket).await? else { continue };
        if !known.contains_key(item.escalation.as_str())
            && let Some(found) = escalation::get(&mut conn, &item.escalation).await?
        {
            known.insert(item.escalation.to_string(), found);
        }
        let Some(of) = known.get(item.escalation.as_str()) else { continue };
        waiting.push(Waiting {
            escalation: item.escalation.clone(),
            kind: of.kind.clone(),
            external: of.external.clone(),
            protocol: row.protocol,
            since: item.created,
            item: item.into(),
        });
    }
    Ok(waiting)
}

/// Lets what waits of an escalation be tried again now, however long it was to wait: its jobs that were set aside are released.
///
/// # Errors
/// If the caller may not, or nothing of it waits.
pub async fn again(desk: &Desk, caller: &Caller, id: &EscalationId, now: Timestamp) -> Result<(), DeskError> {
    caller.must(Permission::ManageJobs)?;
    let (caller, id) = (caller.clone(), id.clone());
    let done = desk.store().write(move |tx| {
        Box::pin(async move {
            if tracker_item::waiting(tx, &id).await?.is_empty() {
                return Err(DeskError::NotFound("aviso ao rastreador que esteja parado"));
            }
            let aside = job::list(tx, "quarantined", None, MOST_JOBS).await?;
            let mut released = false;
            for job in aside.iter().filter(|job| job.kind == KIND && is_of(&job.payload, &id)) {
                released |= job::release(tx, &job.id, millis(now)).await?;
            }
            if !released {
                plant(tx, (&id, None), now).await?;
            }
            tracker_item::unhold(tx, &id).await?;
            let data = json!({"escalation": id.as_str()});
            let event = Event { ticket: None, at: now, by: &caller, what: "job_released", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    done.await
}

fn is_of(payload: &str, id: &EscalationId) -> bool {
    let payload: Value = serde_json::from_str(payload).unwrap_or_default();
    payload.get("escalation").and_then(Value::as_str) == Some(id.as_str())
}
