//! A sign that the other side puts on a message, such as a thumb: a note on the ticket, and no new message.

use balcao_store::message::{self, Message};
use balcao_store::{ConversationId, MessageId, Scope, TicketId, chat_said, errand};
use jiff::Timestamp;
use serde_json::json;

use crate::caller::Caller;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// How much of the message is repeated, in characters.
const SHOWN: usize = 60;

/// A sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reaction {
    /// Its own id there.
    pub id: String,
    /// The id there of the message that it is on.
    pub about: String,
    /// The sign; empty where it was taken back.
    pub sign: String,
    /// When it was put there.
    pub at: Timestamp,
}

/// Notes it on the ticket that the message is in, once; `None` if it is on nothing of this conversation that the desk knows.
///
/// # Errors
/// If the database fails.
pub async fn reacted(
    desk: &Desk,
    (channel, conversation): (&str, &ConversationId),
    reaction: &Reaction,
    now: Timestamp,
) -> Result<Option<TicketId>, DeskError> {
    let mark = super::mark(desk, "chat id", (channel, reaction.about.as_str()));
    let mut conn = desk.store().read().await?;
    let ours = errand::by_mark(&mut conn, &mark).await?;
    let (ticket, about) = match ours.filter(|errand| errand.conversation.as_ref() == Some(conversation)) {
        Some(errand) => (errand.ticket, errand.message),
        None => {
            let theirs = chat_said::get(&mut conn, &mark).await?;
            let theirs = theirs.filter(|said| said.conversation == *conversation);
            match (theirs, chat_said::known(&mut conn, &mark).await?) {
                (Some(said), Some(ticket)) => (ticket, Some(said.message)),
                _ => return Ok(None),
            }
        }
    };
    let said = message::of_ticket(&mut conn, &Scope::All, &ticket).await?;
    drop(conn);
    let said = about.and_then(|about| said.into_iter().find(|one| one.id == about));
    let channel = channel.split(':').next().unwrap_or_default().to_owned();
    let note = Message {
        id: MessageId::fresh(),
        ticket: ticket.clone(),
        at: millis(reaction.at),
        direction: "note".to_owned(),
        author: Caller::system().name,
        body: words(&reaction.sign, said.map(|one| one.body)),
        channel,
        dedupe: Some(desk.secrets().mark("chat reaction", &[mark.as_bytes(), reaction.id.as_bytes()])),
    };
    let id = ticket.clone();
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            if !message::add(tx, &note).await? {
                return Ok(());
            }
            let system = Caller::system();
            let data = json!({"message": note.id.as_str()});
            let event = Event { ticket: Some(&id), at: now, by: &system, what: "chat_reacted", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await?;
    Ok(Some(ticket))
}

fn words(sign: &str, said: Option<String>) -> String {
    let about =
        said.and_then(|body| body.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned));
    let about = about.map(|line| {
        let short: String = line.chars().take(SHOWN).collect();
        if short.len() < line.len() { format!("{short}…") } else { short }
    });
    let about = about.map(|about| format!(" a «{about}»")).unwrap_or_default();
    if sign.is_empty() {
        format!("O parceiro retirou a sua reação{about}.")
    } else {
        format!("O parceiro reagiu com {sign}{about}.")
    }
}
