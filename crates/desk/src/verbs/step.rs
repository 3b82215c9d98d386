//! Taking a step of the methodology: the only way in which a ticket's state changes.

use balcao_core::ticket::{Changed, Closing, Rules, State, Team, Transition, transition};
use balcao_store::ticket::Ticket;
use balcao_store::{Conn, Scope, TicketId, Tx, diagnosis, evidence, pause, ticket};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::standing::{self, Line};
use super::{due, evidence as found};
use crate::caller::{Caller, Permission};
use crate::commercial;
use crate::desk::{Desk, State as World, millis};
use crate::error::DeskError;
use crate::mail::{self, Kind};
use crate::tracker;
use crate::trail::{self, Event};

/// How often a step is judged anew because the ticket was changed meanwhile, where the caller named no version.
const TRIES: u32 = 5;

/// Takes a step. `version` is the one that the caller read, if it insists on it.
///
/// # Errors
/// [`DeskError::Refused`] with everything that is missing; nothing has changed then.
pub async fn step(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (wanted, version): (&Transition, Option<i64>),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::MoveTickets)?;
    let mut done = attempt(desk, caller, id, (wanted, version), now).await;
    for _ in 1..TRIES {
        match done {
            Err(DeskError::Stale) if version.is_none() => {}
            _ => break,
        }
        done = attempt(desk, caller, id, (wanted, version), now).await;
    }
    commercial::asking(desk, caller, (id, wanted), done, now).await
}

/// As [`step`], by way of the states that lie between: all of them, or none.
///
/// # Errors
/// As [`step`].
pub async fn walk(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    wanted: &Transition,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::MoveTickets)?;
    for _ in 0..TRIES {
        let (who, one, step, own) = (caller.clone(), id.clone(), wanted.clone(), desk.clone());
        let walked = desk
            .store()
            .write(move |tx| Box::pin(async move { walk_in(tx, &own, &who, (&one, &step), now).await }));
        match walked.await {
            Err(DeskError::Stale) => {}
            done => return commercial::asking(desk, caller, (id, wanted), done, now).await,
        }
    }
    Err(DeskError::Stale)
}

/// The steps of [`walk`], within a change that is being written.
pub(crate) async fn walk_in(
    tx: &mut Tx,
    desk: &Desk,
    caller: &Caller,
    (id, wanted): (&TicketId, &Transition),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    let state = desk.state();
    let mut before = Before::read(tx, &caller.scope(), id).await?;
    // What is new is taken up on the way to anywhere.
    if before.ticket.state == State::Received.code() && wanted.to != State::Analysis {
        let taken_up = Transition::to(State::Analysis, "a caminho do próximo passo");
        let taken = before.take(&taken_up, caller, &state, now)?;
        write(tx, taken, &taken_up, caller, now).await?;
        before = Before::read(tx, &caller.scope(), id).await?;
    }
    let taken = before.take(wanted, caller, &state, now)?;
    write_and_mail(tx, desk, taken, (wanted, caller), now).await
}

/// Writes a granted step; whoever asked is told that the ticket is closed, and Code that it has it.
async fn write_and_mail(
    tx: &mut Tx,
    desk: &Desk,
    taken: Taken,
    (wanted, caller): (&Transition, &Caller),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    let was_escalated = taken.before == State::Escalated;
    let row = write(tx, taken, wanted, caller, now).await?;
    if wanted.to == State::Escalated && wanted.escalate_to == Some(Team::Commercial) {
        commercial::forward(tx, desk, &row, now).await?;
    }
    if was_escalated {
        tracker::left(tx, desk, &row, now).await?;
    }
    if wanted.to == State::Closed {
        mail::to_requester(tx, desk, Kind::Closing, (&row, None), now).await?;
    }
    if wanted.to == State::Escalated {
        tracker::escalated(tx, desk, &row, now).await?;
    }
    Ok(row)
}

async fn attempt(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (wanted, version): (&Transition, Option<i64>),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    let world = desk.state();
    let mut conn = desk.store().read().await?;
    let before = Before::read(&mut conn, &caller.scope(), id).await?;
    drop(conn);
    if version.is_some_and(|version| version != before.ticket.version) {
        return Err(DeskError::Stale);
    }
    let taken = before.take(wanted, caller, &world, now)?;
    let (caller, wanted, own) = (caller.clone(), wanted.clone(), desk.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move { write_and_mail(tx, &own, taken, (&wanted, &caller), now).await })
    });
    written.await
}

/// A ticket with what the guards look at.
pub(crate) struct Before {
    pub(crate) ticket: Ticket,
    line: Line,
    evidence: Vec<evidence::Evidence>,
    pauses: Vec<pause::Pause>,
}

/// A step that the core has granted, not yet written.
pub(crate) struct Taken {
    before: State,
    ticket: Ticket,
    asked: Vec<evidence::Evidence>,
    changed: Changed,
}

impl Before {
    pub(crate) async fn read(conn: &mut Conn, scope: &Scope, id: &TicketId) -> Result<Self, DeskError> {
        let ticket = ticket::get(conn, scope, id).await?.ok_or(DeskError::NotFound("chamado"))?;
        // Whoever sees the ticket is judged by all that is known of it.
        let run = diagnosis::newest(conn, &Scope::All, id).await?;
        let run = run.ok_or(DeskError::Damaged("um chamado sem diagnóstico"))?;
        let line = Line::parse(&run.line)?;
        let evidence = evidence::of_ticket(conn, &Scope::All, id).await?;
        let pauses = pause::of_ticket(conn, id).await?;
        Ok(Self { ticket, line, evidence, pauses })
    }

    pub(crate) fn take(
        self,
        wanted: &Transition,
        caller: &Caller,
        world: &World,
        now: Timestamp,
    ) -> Result<Taken, DeskError> {
        let standing = standing::of(&self.ticket, &self.line, &self.evidence, world)?;
        let situation = self.ticket.situation.as_deref().unwrap_or(&self.line.situation);
        let mut rules = Rules::of(&world.world.procedure, situation);
        // What a person says of the situation takes no validation away.
        let diagnosed = Rules::of(&world.world.procedure, &self.line.situation);
        rules.validations.extend(diagnosed.validations);
        // Whoever writes an analysis or a solution may paste a secret into it; the ticket does not keep it.
        let wanted = &masked(wanted);
        let changed = transition(&standing, wanted, &caller.actor(), &rules, now)?;
        let known = |name: &String| rules.evidence.contains_key(name);
        let asked = wanted.asked.iter().filter(|name| known(name));
        let asked = asked.map(|name| found::asked(&self.ticket.id, millis(now), name)).collect();
        let mut after = applied(self.ticket, &changed, wanted, now);
        let mut pauses = due::pauses(&self.pauses);
        if standing.state == State::AwaitingPartner {
            pauses.iter_mut().filter(|pause| pause.to.is_none()).for_each(|pause| pause.to = Some(now));
        }
        due::set(&mut after, &pauses, &world.world);
        Ok(Taken { before: standing.state, ticket: after, asked, changed })
    }
}

/// The same without secrets in its words.
fn masked(wanted: &Transition) -> Transition {
    let masker = balcao_core::mask::Masker::new([]);
    let text = |text: &Option<String>| text.as_deref().map(|text| masker.mask(text));
    Transition {
        reason: masker.mask(&wanted.reason),
        analysis: text(&wanted.analysis),
        solution: text(&wanted.solution),
        asked: wanted.asked.iter().map(|one| masker.mask(one)).collect(),
        ..wanted.clone()
    }
}

/// The ticket's row after the step.
fn applied(mut row: Ticket, changed: &Changed, wanted: &Transition, now: Timestamp) -> Ticket {
    row.updated = millis(now);
    let now = Some(row.updated);
    let (was_awaiting, standing) = (row.state == State::AwaitingPartner.code(), &changed.standing);
    if row.state == State::Escalated.code() && standing.state != State::Escalated {
        // What it still waits for is no longer commercial's to say.
        row.tags = commercial::untagged(&row.tags);
    }
    row.state = standing.state.code().to_owned();
    row.escalation = standing.escalated_to.map(|team| team.code().to_owned());
    if let Some(team) = standing.escalated_to {
        row.team = Some(team.code().to_owned());
        // Whatever Code said was about the escalation before.
        row.code_said = None;
        row.handed_over += i64::from(team == Team::Code);
    }
    row.analysis.clone_from(&standing.analysis);
    row.solution.clone_from(&standing.solution);
    row.confirmation = standing::confirmation_code(standing.confirmation).map(str::to_owned);
    row.reminders = i64::from(standing.reminders.sent);
    row.last_reminder = standing.reminders.last.map(millis);
    row.awaiting_since = match standing.state {
        State::AwaitingPartner if !was_awaiting => now,
        State::AwaitingPartner => row.awaiting_since,
        // Waiting for a confirmation is waiting for the partner too.
        State::Resolved => now,
        _ => None,
    };
    match standing.state {
        State::Resolved => row.resolved = now,
        State::Closed => row.closed = now,
        _ if changed.reopened => (row.resolved, row.closed, row.closing) = (None, None, None),
        _ => {}
    }
    if wanted.to == State::AwaitingPartner || wanted.to == State::Resolved {
        // Asking for something, and telling the solution, are answers.
        row.last_out = now;
        row.first_answer = row.first_answer.or(now);
    }
    if let Some(closing) = changed.closing {
        row.closing = Some(closing_code(closing).to_owned());
    }
    if let Some(last) = &changed.final_classification {
        row.final_situation = Some(last.situation.clone());
        row.final_cause = Some(last.cause.clone());
    }
    row
}

fn closing_code(closing: Closing) -> &'static str {
    match closing {
        Closing::Confirmed => "confirmed",
        Closing::NoAnswer => "no_answer",
    }
}

/// Writes a granted step, with its entry in the trail.
pub(crate) async fn write(
    tx: &mut Tx,
    taken: Taken,
    wanted: &Transition,
    caller: &Caller,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    let Taken { before, ticket: row, asked, changed } = taken;
    let row = ticket::update(tx, &caller.scope(), &row).await?;
    match (before, wanted.to) {
        (_, State::AwaitingPartner) => pause::begin(tx, &row.id, millis(now)).await?,
        (State::AwaitingPartner, _) => pause::end(tx, &row.id, millis(now)).await?,
        _ => {}
    }
    for evidence in &asked {
        evidence::add(tx, evidence).await?;
    }
    let data = particulars(before, wanted, &changed);
    let event = Event { ticket: Some(&row.id), at: now, by: caller, what: "state_changed", data };
    trail::record(tx, event).await?;
    Ok(row)
}

fn particulars(before: State, wanted: &Transition, changed: &Changed) -> Value {
    let said = masked(wanted);
    json!({
        "from": before.code(), "to": wanted.to.code(), "reason": said.reason,
        "escalate_to": wanted.escalate_to, "asked": said.asked,
        "analysis": said.analysis, "solution": said.solution,
        "confirmation": standing::confirmation_code(changed.standing.confirmation),
        "closing": changed.closing, "final_classification": changed.final_classification,
        "reclassified": changed.reclassified, "reopened": changed.reopened,
    })
}
