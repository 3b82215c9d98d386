//! Forwarding a request with the escalation itself: a note that says what was asked for, and what carries it.

use balcao_core::ticket::{Refusal, RefusalCode};
use balcao_store::message::{self, Message};
use balcao_store::ticket::Ticket;
use balcao_store::{MessageId, Tx, sealed};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::request::Request;
use crate::caller::Caller;
use crate::chat::{self, COMMERCIAL, Kind, Written};
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::mail;
use crate::trail::{self, Event};

/// How long what is to be carried is kept if it does not go.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// Forwards the request of a ticket that is escalated to commercial. Nothing where commercial is reached by its page alone.
///
/// # Errors
/// [`DeskError::Refused`] with everything that the request lacks; it is asked of the partner first.
pub(crate) async fn forward(
    tx: &mut Tx,
    desk: &Desk,
    ticket: &Ticket,
    now: Timestamp,
) -> Result<(), DeskError> {
    let Some(office) = desk.office() else { return Ok(()) };
    let request = Request::of(tx, desk, ticket).await?;
    let missing = request.lacks(&desk.state().world.procedure, false);
    if !missing.is_empty() {
        let detail = "ao pedido de API Key falta o que o comercial precisa; peça tudo ao parceiro de uma vez";
        let missing = missing.into_iter().map(|(missing, _)| missing).collect();
        let code = RefusalCode::Incomplete;
        return Err(DeskError::Refused(Refusal { code, detail: detail.to_owned(), missing }));
    }
    let system = Caller::system();
    let note = Message {
        id: MessageId::fresh(),
        ticket: ticket.id.clone(),
        at: millis(now),
        direction: "note".to_owned(),
        author: system.name.clone(),
        body: request.words(),
        channel: ticket.channel.clone(),
        dedupe: None,
    };
    message::add(tx, &note).await?;
    let mut by = Vec::new();
    if let Some(to) = office.mail()
        && mail::to_commercial(tx, desk, (ticket, &note.id), to, now).await?
    {
        by.push("mail");
    }
    if office.takes_webhooks() {
        by_webhook(tx, desk, (ticket, &note.id, &request), now).await?;
        by.push("webhook");
    }
    let data = json!({"message": note.id.as_str(), "by": by});
    let event = Event { ticket: Some(&ticket.id), at: now, by: &system, what: "commercial_forwarded", data };
    Ok(trail::record(tx, event).await?)
}

async fn by_webhook(
    tx: &mut Tx,
    desk: &Desk,
    (ticket, note, request): (&Ticket, &MessageId, &Request),
    now: Timestamp,
) -> Result<(), DeskError> {
    let written = Written {
        channel: COMMERCIAL,
        kind: Kind::Request,
        ticket: &ticket.id,
        message: Some(note),
        conversation: None,
        template: None,
        parts: 1,
    };
    let Some(id) = chat::write(tx, &written, now).await? else { return Ok(()) };
    let body = request.json(note.as_str(), now).to_string();
    let expires = millis(now.saturating_add(KEPT).unwrap_or(Timestamp::MAX));
    let kept = desk.secrets().seal(id.as_str(), body.as_bytes(), random()?, Some(expires));
    Ok(sealed::add(tx, &kept).await?)
}
