//! Splitting: a message that is about something else becomes a ticket of its own, linked to the one it came in.

use balcao_core::inbound::Inbound;
use balcao_store::ticket::Ticket;
use balcao_store::{MessageId, Scope, TicketId, message, sealed, ticket};
use balcao_wire::inbound;
use jiff::Timestamp;

use super::link::{self, Kind};
use super::receive::{Arrival, Received, receive_from};
use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

/// Whose the keys of messages that were split off are; no account or token is called so.
const SENDER: &str = "split";

/// Makes a ticket of one message of another; asked again, it is the same ticket.
///
/// # Errors
/// If there is no such message of the partner for the caller, or its original is gone.
pub async fn split(
    desk: &Desk,
    caller: &Caller,
    (id, message): (&TicketId, &MessageId),
    reason: &str,
    now: Timestamp,
) -> Result<Received, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let (inbound, raw) = original(desk, caller, id, message).await?;
    let arrival =
        Arrival { inbound, raw, idempotency_key: Some(format!("split {message}")), told_apart_by: None };
    // The key is the desk's own: two people who split the same message off mean the same ticket.
    let received = receive_from(desk, caller, (SENDER, arrival), now).await?;
    let new: &Ticket = &received.ticket;
    match link::link(desk, caller, (Kind::Split, id, &new.id), reason, now).await {
        Ok(_) | Err(DeskError::Conflict(_)) => Ok(received),
        Err(error) => Err(error),
    }
}

async fn original(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    message: &MessageId,
) -> Result<(Inbound, Vec<u8>), DeskError> {
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let rows = message::of_ticket(&mut conn, &Scope::All, id).await?;
    if !rows.iter().any(|row| row.id == *message && row.direction == "in") {
        return Err(DeskError::NotFound("mensagem do parceiro neste chamado"));
    }
    let sealed = sealed::about(&mut conn, message.as_str()).await?.into_iter().next();
    let sealed = sealed.ok_or(DeskError::NotFound("original desta mensagem"))?;
    let opened = desk.secrets().open(&sealed).map_err(|why| DeskError::Conflict(why.to_string()))?;
    let text = std::str::from_utf8(&opened).map_err(|_own_bytes| DeskError::Damaged("um original"))?;
    let inbound = inbound::parse(text).map_err(|_own_text| DeskError::Damaged("um original"))?;
    Ok((inbound, opened.to_vec()))
}
