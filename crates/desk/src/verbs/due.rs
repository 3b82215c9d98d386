//! Which deadline of a ticket runs, and how it was counted.

use balcao_core::procedure::{Targets, USUAL_PRIORITY};
use balcao_core::sla::{self, Deadline, Pause};
use balcao_core::ticket::State;
use balcao_store::ticket::Ticket;
use balcao_store::{pause, ticket};
use jiff::{SignedDuration, Timestamp};

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::world::World;

/// A deadline of a ticket, met, running or missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// `first_answer`, `next_answer` or `resolution`.
    pub kind: &'static str,
    /// The business time that was promised.
    pub budget: SignedDuration,
    /// When it is due, and how that was counted.
    pub deadline: Deadline,
    /// When it was kept, if it was.
    pub kept: Option<Timestamp>,
    /// The counting, a line for each stretch, in Portuguese.
    pub explained: Vec<String>,
}

/// Every promise of a ticket, those without a target left out.
#[must_use]
pub fn promises(ticket: &Ticket, pauses: &[Pause], world: &World) -> Vec<Promise> {
    let Some(targets) = targets(ticket, world) else { return Vec::new() };
    let calendar = world.calendar();
    let created = instant(ticket.created);
    let promise = |kind, from, budget, kept: Option<i64>| {
        let deadline = sla::deadline(from, budget, pauses, calendar);
        let explained = deadline.explained(budget, pauses, calendar);
        Promise { kind, budget, deadline, kept: kept.map(instant), explained }
    };
    let mut all = vec![promise("first_answer", created, targets.first_answer, ticket.first_answer)];
    if let (Some(last_in), Some(first)) = (ticket.last_in, ticket.first_answer)
        && last_in > first
    {
        let kept = ticket.last_out.filter(|out| *out >= last_in);
        all.push(promise("next_answer", instant(last_in), targets.next_answer, kept));
    }
    all.push(promise("resolution", created, targets.resolution, ticket.resolved));
    all
}

fn targets(ticket: &Ticket, world: &World) -> Option<Targets> {
    let priority = ticket.priority.as_deref().unwrap_or(USUAL_PRIORITY);
    let partner = ticket.partner.as_deref().and_then(|code| world.registry.partner(code));
    world.procedure.targets(priority, partner.and_then(|partner| partner.tier.as_deref()))
}

/// Writes into the ticket which deadline runs next; none while the partner owes an answer or nothing is owed.
pub(crate) fn set(ticket: &mut Ticket, pauses: &[Pause], world: &World) {
    let paused = ticket.state == State::AwaitingPartner.code();
    let ended = ticket.merged_into.is_some();
    let open = promises(ticket, pauses, world).into_iter().filter(|promise| promise.kept.is_none());
    let running = open.filter_map(|promise| Some((promise.deadline.at?, promise.kind)));
    // Whoever was answered for good is owed nothing more but answers to new messages.
    let closed = [State::Resolved, State::Closed].iter().any(|state| ticket.state == state.code());
    let next = running.filter(|(_, kind)| !closed || *kind == "next_answer").min();
    let next = next.filter(|_| !paused && !ended);
    ticket.due = next.map(|(at, _)| millis(at));
    ticket.due_kind = next.map(|(_, kind)| kind.to_owned());
}

/// The stored pauses as the core counts them.
pub(crate) fn pauses(rows: &[pause::Pause]) -> Vec<Pause> {
    let rows = rows.iter();
    rows.map(|row| Pause { from: instant(row.from_at), to: row.to_at.map(instant) }).collect()
}

/// The promises of a ticket that the caller may see.
///
/// # Errors
/// If there is no such ticket for the caller, or the database fails.
pub async fn of_ticket(
    desk: &Desk,
    caller: &Caller,
    id: &balcao_store::TicketId,
) -> Result<Vec<Promise>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let mut conn = desk.store().read().await?;
    let found = ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let rows = pause::of_ticket(&mut conn, id).await?;
    Ok(promises(&found, &pauses(&rows), &desk.state().world))
}
