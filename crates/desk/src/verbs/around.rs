//! What stands around a ticket: the requests that its diagnosis saw, and other tickets that show the same failure.

use std::collections::BTreeSet;

use balcao_core::facts::request_log::LoggedRequest;
use balcao_store::ticket::Ticket;
use balcao_store::{Scope, diagnosis, ticket};
use jiff::{SignedDuration, Timestamp};

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::facts::Seen;

/// How long a failure that others show too is one incident.
const TOGETHER: SignedDuration = SignedDuration::from_hours(72);
/// Tickets of one failure that are looked at.
const MOST: u16 = 200;
/// Others with the same failure from which on it is called an incident.
const AN_INCIDENT: usize = 2;

/// Open tickets that show one failure, this one included.
pub struct Incident {
    /// How many, at most 201.
    pub tickets: usize,
    /// From how many partners.
    pub partners: usize,
    /// When the first of them came.
    pub since: Timestamp,
    /// Those that the caller may see, newest first; at most ten.
    pub seen: Vec<Ticket>,
}

/// What stands around a ticket.
pub struct Around {
    /// The rows of the log that the newest diagnosis saw, by time.
    pub requests: Vec<LoggedRequest>,
    /// The incident that it belongs to, if others show the same failure.
    pub incident: Option<Incident>,
}

/// What stands around `of`. People of the desk only: numbers speak of all partners.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn around(desk: &Desk, caller: &Caller, of: &Ticket) -> Result<Around, DeskError> {
    caller.must(Permission::ReadTickets)?;
    if !caller.is_staff() {
        return Err(DeskError::Forbidden("ver o log de um chamado"));
    }
    let mut conn = desk.store().read().await?;
    let of = ticket::get(&mut conn, &caller.scope(), &of.id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let run = diagnosis::newest(&mut conn, &Scope::All, &of.id).await?;
    let seen = run.and_then(|run| Seen::unpack(&run.facts));
    let mut requests: Vec<LoggedRequest> =
        seen.map(|seen| seen.requests.into_iter().map(LoggedRequest::from).collect()).unwrap_or_default();
    requests.sort_by_key(|row| row.at);
    let Some(signature) = &of.signature else { return Ok(Around { requests, incident: None }) };
    let since = of.created.saturating_sub(millis_of(TOGETHER));
    let wanted = (signature.as_str(), &of.id);
    let all = ticket::with_signature(&mut conn, &Scope::All, wanted, (since, MOST)).await?;
    let seen = ticket::with_signature(&mut conn, &caller.scope(), wanted, (since, 10)).await?;
    Ok(Around { requests, incident: incident(&of, &all, seen) })
}

fn incident(of: &Ticket, others: &[Ticket], seen: Vec<Ticket>) -> Option<Incident> {
    if others.len() < AN_INCIDENT {
        return None;
    }
    let partners: BTreeSet<&str> =
        others.iter().chain([of]).filter_map(|ticket| ticket.partner.as_deref()).collect();
    let since = others.iter().map(|ticket| ticket.created).min().unwrap_or(of.created).min(of.created);
    Some(Incident { tickets: others.len() + 1, partners: partners.len(), since: instant(since), seen })
}

fn millis_of(span: SignedDuration) -> i64 {
    millis(Timestamp::UNIX_EPOCH.saturating_add(span).unwrap_or(Timestamp::UNIX_EPOCH))
}
