//! Asking the other side to write again, by a template that the chat tool approved: outside of its window nothing else may be sent.

use balcao_store::{ConversationId, TicketId, Tx, chat_conversation};
use jiff::Timestamp;
use serde_json::json;

use super::queue::{self, Written};
use super::{Kind, Template};
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// The templates by which whoever asked in this ticket can be asked to write again.
///
/// # Errors
/// If the caller may not see tickets, or the database fails.
pub async fn templates(desk: &Desk, caller: &Caller, ticket: &TicketId) -> Result<Vec<Template>, DeskError> {
    super::for_staff(caller)?;
    let Some(carrier) = desk.carrier() else { return Ok(Vec::new()) };
    let mut conn = desk.store().read().await?;
    let found = chat_conversation::of_ticket(&mut conn, ticket).await?;
    Ok(found.map(|conversation| carrier.templates(&conversation.channel)).unwrap_or_default())
}

/// Has the other side of a ticket's chat asked to write again by the template of this name; once until it does.
///
/// # Errors
/// If the caller may not see or change the ticket, it is of no such channel, there is no such template, it was asked already, or the
/// database fails.
pub async fn ask(
    desk: &Desk,
    caller: &Caller,
    (ticket, name): (&TicketId, &str),
    now: Timestamp,
) -> Result<(), DeskError> {
    caller.must(Permission::WriteTickets)?;
    let found = crate::verbs::show::find(desk, caller, ticket.as_str()).await?;
    if !templates(desk, caller, &found.id).await?.iter().any(|template| template.name == name) {
        let text =
            "este chamado não tem modelo de mensagem com este nome; veja os que há no arquivo de canais";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    let (by, id, name) = (caller.clone(), found.id.clone(), name.to_owned());
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            let to = chat_conversation::of_ticket(tx, &id).await?.ok_or(DeskError::NotFound("conversa"))?;
            if !write(tx, (&to.channel, &to.id), (&id, &name), now).await? {
                let text = "já se pediu que o parceiro escreva; aguarde que ele o faça";
                return Err(DeskError::Conflict(text.to_owned()));
            }
            let data = json!({"template": name, "channel": to.channel});
            let event = Event { ticket: Some(&id), at: now, by: &by, what: "errand_asked", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await
}

/// Writes the errand, unless it was asked since the other side last wrote; whether it did.
pub(super) async fn write(
    tx: &mut Tx,
    (channel, conversation): (&str, &ConversationId),
    (ticket, template): (&TicketId, &str),
    now: Timestamp,
) -> Result<bool, DeskError> {
    if !chat_conversation::reopen(tx, conversation, millis(now)).await? {
        return Ok(false);
    }
    let written = Written {
        channel,
        kind: Kind::Reopen,
        ticket,
        message: None,
        conversation: Some(conversation),
        template: Some(template),
        parts: 1,
    };
    queue::write(tx, &written, now).await?;
    Ok(true)
}
