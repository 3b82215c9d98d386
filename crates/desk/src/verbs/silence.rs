//! What the desk does by itself while a partner is silent: two reminders, then, of a resolved ticket, the end.

use balcao_core::ticket::{Classification, Rules, State, Transition};
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::{MessageId, Scope, StoreError, message, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::step;
use crate::caller::Caller;
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Reminders sent.
    pub reminded: u64,
    /// Tickets closed without an answer.
    pub closed: u64,
}

/// Tickets that one round looks at.
const MOST: u16 = 500;

/// Sends the reminders that are due and closes what was reminded of often enough.
///
/// # Errors
/// If the database fails; what was done before stays done.
pub async fn round(desk: &Desk, now: Timestamp) -> Result<Round, DeskError> {
    let state = desk.state();
    let mut done = Round::default();
    let mut conn = desk.store().read().await?;
    let waiting = ticket::awaiting_since(&mut conn, &Scope::All, millis(now), MOST).await?;
    drop(conn);
    for row in waiting {
        let rules = Rules::of(&state.world.procedure, row.situation.as_deref().unwrap_or_default());
        let since = row.last_reminder.or(row.awaiting_since).map(instant);
        let waited = since.is_some_and(|since| now.duration_since(since) >= rules.between_reminders);
        let said = row.confirmation.is_some();
        if !waited || said {
            continue;
        }
        let outcome = if row.reminders < i64::from(rules.reminders) {
            remind(desk, &row, now).await.map(|()| done.reminded += 1)
        } else if row.state == State::Resolved.code() {
            close(desk, &row, now).await.map(|()| done.closed += 1)
        } else {
            // What was asked for did not come: a person decides what becomes of it.
            Ok(())
        };
        match outcome {
            // Somebody took it up meanwhile, or a guard holds it: the next round looks again.
            Ok(()) | Err(DeskError::Stale | DeskError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
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
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let row = ticket::update(tx, &Scope::All, &row).await?;
                message::add(tx, &message).await?;
                let system = Caller::system();
                let data = json!({"reminder": row.reminders, "message": message.id.as_str()});
                let event = Event { ticket: Some(&row.id), at: now, by: &system, what: "reminded", data };
                trail::record(tx, event).await
            })
        })
        .await
        .map_err(|error: StoreError| DeskError::from(error))
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
