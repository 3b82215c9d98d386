//! What the desk does by itself while a partner is silent: two reminders, then, of a resolved ticket, the end.

use balcao_core::ticket::{Classification, Rules, State, Transition};
use balcao_store::message::Message;
use balcao_store::ticket::{Filter, Ticket};
use balcao_store::{MessageId, Page, Scope, message, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::step;
use crate::caller::Caller;
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::mail::{self, Kind};
use crate::trail::{self, Event};

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Reminders sent.
    pub reminded: u64,
    /// Tickets closed without an answer.
    pub closed: u64,
}

/// Tickets that are read at a time.
const SOME: u16 = 500;

/// Sends the reminders that are due and closes what was reminded of often enough.
///
/// # Errors
/// If the database fails; what was done before stays done.
pub async fn round(desk: &Desk, now: Timestamp) -> Result<Round, DeskError> {
    let mut done = Round::default();
    for waiting in [State::AwaitingPartner, State::Resolved] {
        let mut page = Page::first(SOME);
        loop {
            let filter = Filter { state: Some(waiting.code().to_owned()), ..Filter::default() };
            let mut conn = desk.store().read().await?;
            let found = ticket::list(&mut conn, &Scope::All, &filter, &page).await?;
            drop(conn);
            for row in &found.items {
                match next(desk, row, now).await {
                    Ok(taken) => {
                        done.reminded += u64::from(taken == Taken::Reminded);
                        done.closed += u64::from(taken == Taken::Closed);
                    }
                    // Somebody took it up meanwhile, or a guard holds it: the next round looks again.
                    Err(DeskError::Stale | DeskError::Refused(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            match found.next {
                Some(cursor) => page.cursor = Some(cursor),
                None => break,
            }
        }
    }
    Ok(done)
}

/// What became of one ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Nothing,
    Reminded,
    Closed,
}

/// Takes the next step of a silence, if its time has come.
async fn next(desk: &Desk, row: &Ticket, now: Timestamp) -> Result<Taken, DeskError> {
    // Whoever was merged is answered elsewhere; whoever said something of the solution was not silent.
    if row.merged_into.is_some() || row.confirmation.is_some() {
        return Ok(Taken::Nothing);
    }
    let Some(waiting) = row.awaiting_since else { return Ok(Taken::Nothing) };
    let since = row.last_reminder.unwrap_or(waiting);
    let state = desk.state();
    let rules = Rules::of(&state.world.procedure, row.situation.as_deref().unwrap_or_default());
    if now.duration_since(instant(since)) < rules.between_reminders {
        return Ok(Taken::Nothing);
    }
    if row.reminders < i64::from(rules.reminders) {
        remind(desk, row, now).await?;
        return Ok(Taken::Reminded);
    }
    if row.state == State::Resolved.code() {
        close(desk, row, now).await?;
        return Ok(Taken::Closed);
    }
    // What was asked for did not come: a person decides what becomes of it.
    Ok(Taken::Nothing)
}

/// One reminder: a message out, counted on the ticket.
async fn remind(desk: &Desk, row: &Ticket, now: Timestamp) -> Result<(), DeskError> {
    let body = match row.state.as_str() {
        "resolved" => format!(
            "O chamado {} foi respondido. A solução resolveu? Confirme, ou conte o que ainda acontece.",
            row.protocol
        ),
        _ => format!("No chamado {} falta a sua resposta para seguirmos. Pode nos enviar?", row.protocol),
    };
    let mut row = row.clone();
    row.reminders = row.reminders.saturating_add(1);
    row.last_reminder = Some(millis(now));
    row.updated = millis(now);
    let message = Message {
        id: MessageId::fresh(),
        ticket: row.id.clone(),
        at: millis(now),
        direction: "out".to_owned(),
        author: "Balcão".to_owned(),
        body,
        channel: row.channel.clone(),
        dedupe: None,
    };
    let own = desk.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let row = ticket::update(tx, &Scope::All, &row).await?;
                message::add(tx, &message).await?;
                mail::to_requester(tx, &own, Kind::Reminder, (&row, Some(&message.id)), now).await?;
                let system = Caller::system();
                let data = json!({"reminder": row.reminders, "message": message.id.as_str()});
                let event = Event { ticket: Some(&row.id), at: now, by: &system, what: "reminded", data };
                Ok::<_, DeskError>(trail::record(tx, event).await?)
            })
        })
        .await
}

/// The end without an answer: classified as it was diagnosed last.
async fn close(desk: &Desk, row: &Ticket, now: Timestamp) -> Result<(), DeskError> {
    let mut wanted = Transition::to(State::Closed, "o parceiro não respondeu a dois lembretes");
    wanted.silence = true;
    let (situation, cause) = (row.situation.clone(), row.cause.clone());
    wanted.final_classification =
        situation.zip(cause).map(|(situation, cause)| Classification { situation, cause });
    step::step(desk, &Caller::system(), &row.id, (&wanted, Some(row.version)), now).await.map(|_| ())
}
