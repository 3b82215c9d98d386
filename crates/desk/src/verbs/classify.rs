//! A person says what situation and cause a ticket is of: it stands whatever a later diagnosis finds, and the difference from the first
//! diagnosis is a figure.

use balcao_core::mask::Masker;
use balcao_core::ticket::{Classification, Rules, State};
use balcao_store::ticket::Ticket;
use balcao_store::{TicketId, ticket};
use jiff::Timestamp;
use serde_json::json;

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// Classifies a ticket; saying what the diagnosis says too is a confirmation.
///
/// # Errors
/// If the procedure has no such cause of this situation, the ticket is closed, or there is none for the caller.
pub async fn classify(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (said, reason): (&Classification, &str),
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let state = desk.state();
    let rules = Rules::of(&state.world.procedure, &said.situation);
    if !rules.knows(said) {
        let text = "o procedimento não tem esta causa nesta situação; escolha uma das que ele tem";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    let reason = Masker::new([]).mask(reason.trim());
    if reason.chars().count() > 2_000 {
        return Err(DeskError::Invalid("o motivo tem no máximo 2.000 caracteres".to_owned()));
    }
    let (caller, id, said) = (caller.clone(), id.clone(), said.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            let row = ticket::get(tx, &caller.scope(), &id).await?;
            let mut row = row.ok_or(DeskError::NotFound("chamado"))?;
            if row.state == State::Closed.code() {
                let text = "o chamado está encerrado com a sua classificação final; reabra-o para mudá-la";
                return Err(DeskError::Conflict(text.to_owned()));
            }
            let data = json!({
                "situation": said.situation, "cause": said.cause, "reason": reason,
                "was_situation": row.situation, "was_cause": row.cause,
            });
            row.situation = Some(said.situation);
            row.cause = Some(said.cause);
            row.classified_by = Some(caller.name.clone());
            row.updated = millis(now);
            let row = ticket::update(tx, &caller.scope(), &row).await?;
            let event = Event { ticket: Some(&row.id), at: now, by: &caller, what: "classified", data };
            trail::record(tx, event).await?;
            Ok(row)
        })
    });
    written.await
}
