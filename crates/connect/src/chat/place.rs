//! Where a message of a chat goes: the ticket that it answers, the open one of its conversation, or a new one.

use balcao_desk::chat::mark;
use balcao_desk::{Desk, DeskError};
use balcao_store::ticket::{self, Ticket};
use balcao_store::{Conn, ConversationId, Scope, TicketId, chat_conversation, chat_said, errand};

use super::event::Message;

/// Open tickets of one conversation that are looked at.
const MOST_TICKETS: u16 = 20;
/// Merged tickets are followed so far.
const MOST_MERGES: usize = 5;

/// Where it goes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    New(&'static str),
    On(TicketId, &'static str),
}

/// Decides; `partner` is the sender's, if the registry knows him.
pub(super) async fn of(
    desk: &Desk,
    (channel, conversation): (&str, &ConversationId),
    (message, partner): (&Message, Option<&str>),
) -> Result<Place, DeskError> {
    let mut conn = desk.store().read().await?;
    // Another partner's ticket is none of his, whoever writes in one room.
    let fits = |ticket: &Ticket| match (ticket.partner.as_deref(), partner) {
        (Some(known), Some(own)) => known == own,
        _ => true,
    };
    if let Some(id) = &message.answers {
        let mark = mark(desk, "chat id", (channel, id));
        let answered = answered(&mut conn, conversation, &mark).await?;
        if let Some(ticket) = leading(&mut conn, answered).await?.filter(|ticket| fits(ticket)) {
            return Ok(Place::On(ticket.id, "responde a uma mensagem dele"));
        }
    }
    let mut other = false;
    for open in chat_conversation::open_tickets(&mut conn, conversation, MOST_TICKETS).await? {
        let Some(ticket) = leading(&mut conn, Some(open.id)).await? else { continue };
        if ticket.state == "closed" {
            continue;
        }
        if fits(&ticket) {
            return Ok(Place::On(ticket.id, "o chamado aberto da mesma conversa"));
        }
        other = true;
    }
    Ok(Place::New(if other {
        "o chamado aberto da conversa é de outro parceiro"
    } else {
        "a conversa não tem chamado aberto"
    }))
}

/// The ticket of the message that is answered, if it is of this conversation.
async fn answered(
    conn: &mut Conn,
    conversation: &ConversationId,
    mark: &str,
) -> Result<Option<TicketId>, DeskError> {
    if let Some(ours) = errand::by_mark(conn, mark).await? {
        return Ok((ours.conversation.as_ref() == Some(conversation)).then_some(ours.ticket));
    }
    match chat_said::get(conn, mark).await? {
        Some(said) if said.conversation == *conversation => Ok(chat_said::known(conn, mark).await?),
        _ => Ok(None),
    }
}

/// The ticket itself; of one that was merged the one that goes on.
async fn leading(conn: &mut Conn, id: Option<TicketId>) -> Result<Option<Ticket>, DeskError> {
    let mut next = id;
    for _ in 0..MOST_MERGES {
        let Some(id) = next.take() else { break };
        let Some(found) = ticket::get(conn, &Scope::All, &id).await? else { break };
        if found.merged_into.is_none() {
            return Ok(Some(found));
        }
        next = found.merged_into;
    }
    Ok(None)
}
