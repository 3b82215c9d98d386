//! What the trail tells of a ticket's requests: the one that commercial has now, and what was answered.

use balcao_core::ticket::{State, Team};
use balcao_store::errand::Errand;
use balcao_store::ticket::{self, Ticket};
use balcao_store::trail::Entry;
use balcao_store::{Conn, MessageId, Scope, TicketId, trail};
use serde_json::Value;

use crate::desk::Desk;
use crate::error::DeskError;

/// The newest request of a ticket.
#[derive(Debug, Default)]
pub(super) struct Round {
    /// Where in the trail it was handed to commercial; 0 if it never was.
    pub(super) seq: i64,
    /// The note with it, if it was forwarded.
    pub(super) request: Option<String>,
    /// By what it was forwarded.
    pub(super) by: Vec<String>,
    /// Every answer of the ticket, oldest first, with its moment in milliseconds and whether it answers this request.
    pub(super) answers: Vec<(i64, bool, Value)>,
}

impl Round {
    pub(super) async fn of(conn: &mut Conn, id: &TicketId) -> Result<Self, DeskError> {
        let mut round = Self::default();
        for Entry { seq, at, what, data, .. } in trail::of_ticket(conn, &Scope::All, id).await? {
            let data: Value = serde_json::from_str(&data).unwrap_or_default();
            let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
            match what.as_str() {
                "state_changed"
                    if text("to").as_deref() == Some(State::Escalated.code())
                        && text("escalate_to").as_deref() == Some(Team::Commercial.code()) =>
                {
                    (round.seq, round.request, round.by) = (seq, None, Vec::new());
                    round.answers.iter_mut().for_each(|(_, own, _)| *own = false);
                }
                "commercial_forwarded" => {
                    round.request = text("message");
                    let by = data.get("by").and_then(Value::as_array).into_iter().flatten();
                    round.by = by.filter_map(Value::as_str).map(str::to_owned).collect();
                }
                "commercial_answered" => round.answers.push((at, true, data)),
                _ => {}
            }
        }
        Ok(round)
    }

    /// Whether this very delivery came before, whatever it said.
    pub(super) fn knows(&self, once: &str) -> bool {
        self.answers.iter().any(|(_, _, data)| data.get("once").and_then(Value::as_str) == Some(once))
    }
}

/// Whether commercial has the ticket now.
pub(super) fn is_with_commercial(row: &Ticket) -> bool {
    row.state == State::Escalated.code()
        && row.escalation.as_deref() == Some(Team::Commercial.code())
        && row.merged_into.is_none()
}

/// Whether commercial is still to answer the request that an errand carries.
pub(crate) async fn waits_for_it(desk: &Desk, errand: &Errand) -> Result<bool, DeskError> {
    let mut conn = desk.store().read().await?;
    let row = ticket::get(&mut conn, &Scope::All, &errand.ticket).await?;
    if !row.is_some_and(|row| is_with_commercial(&row)) {
        return Ok(false);
    }
    let newest = Round::of(&mut conn, &errand.ticket).await?.request;
    Ok(newest.as_deref() == errand.message.as_ref().map(MessageId::as_str))
}
