//! Writing an errand down, within the transaction of the decision that asks for it.

use balcao_store::errand::{self, Errand};
use balcao_store::job::{self, Job};
use balcao_store::message;
use balcao_store::ticket::Ticket;
use balcao_store::{ConversationId, ErrandId, MessageId, Scope, TicketId, Tx, chat_conversation};
use jiff::Timestamp;
use serde_json::json;

use super::{Kind, is_chat, parts};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::mail;

/// What is to be carried.
pub(crate) struct Written<'w> {
    pub(crate) channel: &'w str,
    pub(crate) kind: Kind,
    pub(crate) ticket: &'w TicketId,
    pub(crate) message: Option<&'w MessageId>,
    pub(crate) conversation: Option<&'w ConversationId>,
    pub(crate) template: Option<&'w str>,
    /// In how many parts.
    pub(crate) parts: usize,
}

/// Queues what goes to whoever asked by a chat; whether it does. It does not where the ticket is of another channel, or nothing can go out.
pub(crate) async fn to_requester(
    tx: &mut Tx,
    desk: &Desk,
    kind: mail::Kind,
    (ticket, said): (&Ticket, Option<&MessageId>),
    now: Timestamp,
) -> Result<bool, DeskError> {
    let kind = match kind {
        mail::Kind::Answer => Kind::Answer,
        mail::Kind::Reminder => Kind::Reminder,
        mail::Kind::Closing => Kind::Closing,
        _ => return Ok(false),
    };
    let Some(carrier) = desk.carrier().filter(|_| is_chat(&ticket.channel)) else { return Ok(false) };
    let Some(to) = chat_conversation::of_ticket(tx, &ticket.id).await? else { return Ok(false) };
    if !carrier.carries(&to.channel) {
        return Ok(false);
    }
    let mut count = 1;
    if let Some(said) = said {
        let all = message::of_ticket(tx, &Scope::All, &ticket.id).await?;
        let body = all.iter().find(|one| one.id == *said).map_or("", |one| one.body.as_str());
        count = parts(body, carrier.longest(&to.channel)).len().max(1);
    }
    let written = Written {
        channel: &to.channel,
        kind,
        ticket: &ticket.id,
        message: said,
        conversation: Some(&to.id),
        template: None,
        parts: count,
    };
    write(tx, &written, now).await?;
    Ok(true)
}

/// Writes the errands of all parts, and the job that has them carried; the last of them.
pub(crate) async fn write(
    tx: &mut Tx,
    written: &Written<'_>,
    now: Timestamp,
) -> Result<Option<ErrandId>, DeskError> {
    let mut last = None;
    for part in 0..written.parts {
        let row = Errand {
            id: ErrandId::fresh(),
            channel: written.channel.to_owned(),
            ticket: written.ticket.clone(),
            message: written.message.cloned(),
            part: i64::try_from(part).unwrap_or(i64::MAX),
            conversation: written.conversation.cloned(),
            kind: written.kind.code().to_owned(),
            template: written.template.map(str::to_owned),
            created: millis(now),
            state: "waiting".to_owned(),
            attempts: 0,
            anew: 0,
            claimed_by: None,
            claimed_until: None,
            ended: None,
            reason: None,
            mark: None,
        };
        errand::add(tx, &row).await?;
        last = Some(row.id);
    }
    // Whoever carries the last carries those before it.
    if let Some(id) = &last {
        go(tx, id, now).await?;
    }
    Ok(last)
}

/// Queues the carrying of whatever waits in a conversation; of what is no conversation's the errand itself.
pub(super) async fn go_on(tx: &mut Tx, errand: &Errand, now: Timestamp) -> Result<(), DeskError> {
    let last = match &errand.conversation {
        Some(conversation) => errand::last_waiting(tx, conversation).await?,
        None => Some(errand.clone()),
    };
    match last {
        Some(last) => go(tx, &last.id, now).await,
        None => Ok(()),
    }
}

/// Queues the carrying of an errand and of those before it.
pub(crate) async fn go(tx: &mut Tx, id: &ErrandId, now: Timestamp) -> Result<(), DeskError> {
    let payload = json!({"errand": id.as_str()}).to_string();
    Ok(job::add(tx, &Job::new(super::ERRAND_JOB, &payload, millis(now))).await?)
}
