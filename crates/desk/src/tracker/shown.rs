//! How a ticket's escalation stands at the tracker, for whoever looks at the ticket.

use std::collections::BTreeMap;

use balcao_store::escalation::{self, Escalation};
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{Conn, TicketId};

use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

/// Something that waits for the tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// What: `issue`, `joined`, `again`, `note`, `code`, `message`, `left`, `goes-on`; `fixed` and `not_a_bug` close it.
    pub kind: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it did not go, last.
    pub reason: Option<String>,
    /// Whether it waits for a person to let it be tried again.
    pub held: bool,
}

impl From<TrackerItem> for Queued {
    fn from(item: TrackerItem) -> Self {
        let held = item.state == "held";
        Self { kind: item.kind, attempts: item.attempts, reason: item.reason, held }
    }
}

/// An escalation as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The tracker's kind, as people call it.
    pub kind: String,
    /// The tracker's name in the settings.
    pub target: String,
    /// What the tracker calls the issue; `None` until it is there.
    pub external: Option<String>,
    /// Where people see it, if that is an address for browsers.
    pub url: Option<String>,
    /// `queued`, `open`, `closed` or `joined`.
    pub state: String,
    /// Who has it there.
    pub assignee: Option<String>,
    /// Its labels there.
    pub labels: Vec<String>,
    /// When it was last known how it stands there, in milliseconds.
    pub synced: Option<i64>,
    /// Why the last look failed.
    pub reason: Option<String>,
    /// How many tickets share it.
    pub tickets: usize,
    /// What waits, oldest first.
    pub queued: Vec<Queued>,
}

/// The escalations of a ticket, the newest first. People of the desk only.
///
/// # Errors
/// If the caller may not see the ticket, or the database fails.
pub async fn of_ticket(desk: &Desk, caller: &Caller, ticket: &TicketId) -> Result<Vec<Shown>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    if !caller.is_staff() {
        return Err(DeskError::Forbidden("ver escalações"));
    }
    let mut conn = desk.store().read().await?;
    let seen = balcao_store::ticket::get(&mut conn, &caller.scope(), ticket).await?;
    seen.ok_or(DeskError::NotFound("chamado"))?;
    let mut all = Vec::new();
    for (_, one) in escalation::of_tickets(&mut conn, std::slice::from_ref(ticket)).await? {
        all.push(shown(&mut conn, one).await?);
    }
    Ok(all)
}

/// The newest escalation of each of some tickets that the caller was shown, by the ticket's id.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn of_tickets(
    desk: &Desk,
    caller: &Caller,
    tickets: &[TicketId],
) -> Result<BTreeMap<String, Shown>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let mut found = BTreeMap::new();
    if !caller.is_staff() || desk.tracker().is_none() {
        return Ok(found);
    }
    let mut conn = desk.store().read().await?;
    for (ticket, one) in escalation::of_tickets(&mut conn, tickets).await? {
        if !found.contains_key(ticket.as_str()) {
            found.insert(ticket.to_string(), shown(&mut conn, one).await?);
        }
    }
    Ok(found)
}

async fn shown(conn: &mut Conn, one: Escalation) -> Result<Shown, DeskError> {
    let queued = tracker_item::waiting(conn, &one.id).await?.into_iter().map(Queued::from).collect();
    let tickets = escalation::tickets(conn, &one.id).await?.len();
    let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
    Ok(Shown {
        kind: one.kind,
        target: one.target,
        external: one.external,
        url: one.url.filter(web),
        state: one.state,
        assignee: one.assignee,
        labels: serde_json::from_str(&one.labels).unwrap_or_default(),
        synced: one.synced,
        reason: one.reason,
        tickets,
        queued,
    })
}
