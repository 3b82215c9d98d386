//! Correcting an evidence: a person says what is right and why, and the conversation is judged anew with it.

use balcao_core::inbound::Inbound;
use balcao_store::message::Message;
use balcao_store::{MessageId, Scope, TicketId, diagnosis, evidence};
use jiff::Timestamp;
use serde_json::json;

use super::conversation;
use super::examine::examine;
use super::follow_up::{Followed, Plan, differences};
use super::standing::Line;
use super::step::Before;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;

/// The channel of a message that is a correction.
pub(crate) const CHANNEL: &str = "correction";

/// A value that is right where the program's was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// One of the seven.
    pub evidence: String,
    /// What is right, as a partner would write it.
    pub value: String,
    /// Why, and whence one knows.
    pub reason: String,
}

/// How each evidence is named so that the program reads it as what it is.
fn label(evidence: &str) -> Option<&'static str> {
    Some(match evidence {
        "api_key" => "API Key",
        "user" => "Usuário",
        "environment" => "Ambiente",
        "endpoint" => "Endpoint",
        "payload" => "Payload",
        "occurred_at" => "Data e hora",
        "error_message" => "Mensagem de erro",
        _ => return None,
    })
}

/// Corrects an evidence.
///
/// # Errors
/// If there is no such evidence, no reason is given, the value cannot be read as one, or there is no such ticket for the caller.
pub async fn correct(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    correction: Correction,
    now: Timestamp,
) -> Result<Followed, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let name = label(&correction.evidence).ok_or_else(|| {
        let text = "`evidence` é api_key, user, environment, endpoint, payload, occurred_at ou error_message";
        DeskError::Invalid(text.to_owned())
    })?;
    if correction.reason.trim().is_empty() {
        return Err(DeskError::Invalid("diga em `reason` como se sabe que o valor certo é este".to_owned()));
    }
    if correction.value.trim().is_empty() || correction.value.len() > 256 * 1024 {
        return Err(DeskError::Invalid("`value` não pode ser vazio nem ter mais de 256 KiB".to_owned()));
    }
    let mut conn = desk.store().read().await?;
    let before = Before::read(&mut conn, &caller.scope(), id).await?;
    let old = diagnosis::newest(&mut conn, &Scope::All, id).await?;
    let old = old.ok_or(DeskError::Damaged("um chamado sem diagnóstico"))?;
    let earlier = conversation::read(desk, &mut conn, id).await?;
    let known = evidence::of_ticket(&mut conn, &Scope::All, id).await?;
    drop(conn);
    let newest = earlier.first().map(|(_, message)| message.clone());
    let newest = newest.ok_or(DeskError::Damaged("um chamado sem mensagem"))?;
    let body = match correction.evidence.as_str() {
        "endpoint" => format!("{name}: {}\n{}\n", correction.value.trim(), correction.value.trim()),
        _ => format!("{name}: {}\n", correction.value.trim()),
    };
    let inbound = Inbound { body, attachments: Vec::new(), subject: None, ..newest };
    let (ids, messages): (Vec<_>, Vec<_>) = earlier.into_iter().unzip();
    let mut examined = examine(desk, inbound.clone(), messages).await?;
    if examined.diagnosis.evidence.get(&correction.evidence).is_none() {
        let text = format!("o valor dado não se lê como {name}; escreva-o como o parceiro escreveria");
        return Err(DeskError::Invalid(text));
    }
    let reason = balcao_core::mask::Masker::new([]).mask(&correction.reason);
    examined.conversation.body = format!("{}({reason})", examined.conversation.body);
    let message = Message {
        id: MessageId::fresh(),
        ticket: id.clone(),
        at: millis(now),
        direction: "note".to_owned(),
        author: caller.name.clone(),
        body: examined.conversation.body.clone(),
        channel: CHANNEL.to_owned(),
        dedupe: None,
    };
    let line = examined.line.clone();
    let changes = differences(&Line::parse(&old.line)?, &Line::parse(&line)?);
    let raw = raw(&inbound);
    let parts = (examined, message, ids);
    let mut plan = Plan::of(desk, (before, &inbound, &raw), parts, (known, changes.clone()), now)?;
    plan.corrected(&correction.evidence, &caller.name, &reason);
    let writer = caller.clone();
    let written =
        desk.store().write(move |tx| Box::pin(async move { plan.write(tx, &writer, now).await })).await?;
    Ok(Followed { ticket: written, diagnosis: line, changes, known: false })
}

/// The correction as a message of the format, for when the conversation is read again.
fn raw(inbound: &Inbound) -> Vec<u8> {
    let from = json!({"name": inbound.from.name, "address": inbound.from.address});
    let message = json!({
        "id": inbound.id, "channel": inbound.channel, "received_at": inbound.received_at.to_string(),
        "from": from, "body": inbound.body,
    });
    message.to_string().into_bytes()
}
