//! What the partner said of the solution, recorded with the message in which it was said.

use balcao_core::ticket::{Confirmation, State};
use balcao_store::ticket::Ticket;
use balcao_store::{MessageId, Scope, TicketId, message, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::standing::confirmation_code;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// Records that the partner confirms or contests, in a message of theirs that came after the solution.
///
/// # Errors
/// If the ticket is not resolved, or the message is not the partner's or is older than the solution.
pub async fn confirm(
    desk: &Desk,
    caller: &Caller,
    (id, message): (&TicketId, &MessageId),
    confirmation: Confirmation,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let mut conn = desk.store().read().await?;
    let mut row = ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    if row.state != State::Resolved.code() {
        let text = "só se registra confirmação de um chamado resolvido; registre antes a solução";
        return Err(DeskError::Conflict(text.to_owned()));
    }
    let words = message::of_ticket(&mut conn, &Scope::All, id).await?;
    drop(conn);
    let said = words.iter().find(|row| row.id == *message);
    let said =
        said.ok_or_else(|| DeskError::Invalid("`message` não é uma mensagem deste chamado".to_owned()))?;
    if said.direction != "in" || !came_after(&words, said, row.last_out) {
        let text =
            "a confirmação se registra com uma mensagem do parceiro, posterior à resposta que ele recebeu";
        return Err(DeskError::Conflict(text.to_owned()));
    }
    row.confirmation = confirmation_code(confirmation).map(str::to_owned);
    row.updated = millis(now);
    let (caller, message) = (caller.clone(), message.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let row = ticket::update(tx, &caller.scope(), &row).await?;
                let data = json!({"message": message.as_str(), "confirmation": row.confirmation});
                let what = "confirmation_recorded";
                trail::record(tx, Event { ticket: Some(&row.id), at: now, by: &caller, what, data }).await?;
                Ok(row)
            })
        })
        .await
}

/// Whether a message was registered after the solution was told. Ids are made in the order of their coming; what a message says of its own
/// time is the sender's word.
fn came_after(
    all: &[balcao_store::message::Message],
    said: &balcao_store::message::Message,
    answered: Option<i64>,
) -> bool {
    let outs = all.iter().filter(|row| row.direction == "out");
    let last_out = outs.map(|row| row.id.as_str()).max();
    let first_in = all.iter().filter(|row| row.direction == "in").map(|row| row.id.as_str()).min();
    match last_out {
        Some(out) => said.id.as_str() > out,
        // The solution was told with the step itself: then any message but the first.
        None => answered.is_some() && first_in.is_some_and(|first| said.id.as_str() > first),
    }
}
