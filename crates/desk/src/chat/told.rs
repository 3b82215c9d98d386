//! What the other side tells of an errand: that it arrived, was read, or did not arrive.

use balcao_store::errand::{self, Errand};
use balcao_store::{ErrandId, MessageId, Tx, chat_conversation};
use jiff::Timestamp;
use serde_json::json;

use super::WHATSAPP;
use super::deliver::{ask_to_write, go_after_all, not_asked};
use crate::caller::Caller;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// One word of the other side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The id under which it knows the errand.
    pub id: String,
    /// Our own id of it, if it says that.
    pub errand: Option<String>,
    /// `sent`, `delivered`, `read`, `failed`, or `outside` where it must write first.
    pub state: &'static str,
    /// Why not, without any address.
    pub reason: Option<String>,
}

/// Notes it; the ticket's id, or `None` if it is of nothing that we sent.
///
/// # Errors
/// [`DeskError::Stale`] if it may be of something that is being sent right now: then try again; if the database fails.
pub async fn told(
    desk: &Desk,
    channel: &str,
    told: Told,
    now: Timestamp,
) -> Result<Option<balcao_store::TicketId>, DeskError> {
    let mark = super::mark(desk, "chat id", (channel, told.id.as_str()));
    let Some((known, earlier)) = find(desk, channel, (&mark, told.errand.as_deref()), now).await? else {
        return Ok(None);
    };
    let ticket = known.ticket.clone();
    if earlier && ["failed", "outside"].contains(&told.state) {
        // It was sent anew since: how that goes is told of that sending.
        return Ok(Some(ticket));
    }
    let own = desk.clone();
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            let word = (told.state, told.reason.as_deref());
            if !errand::told(tx, &known.id, word, (millis(now), &mark)).await? {
                return Ok(());
            }
            let what = match told.state {
                "failed" => "errand_failed",
                "outside" => "errand_outside",
                // How far it came is on its row.
                _ => return Ok(()),
            };
            if told.state == "outside" {
                if has_written_since(tx, &known).await? {
                    return go_after_all(tx, &known, now).await;
                }
                ask_to_write(tx, &own, &known, now).await?;
            } else {
                not_asked(tx, &known).await?;
            }
            let message = known.message.as_ref().map(MessageId::as_str);
            let data = json!({"errand": known.kind, "channel": known.channel, "message": message, "part": known.part, "reason": told.reason});
            let system = Caller::system();
            let event = Event { ticket: Some(&known.ticket), at: now, by: &system, what, data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await?;
    Ok(Some(ticket))
}

/// Whether the other side wrote after this went: then it is no longer outside of any window.
async fn has_written_since(tx: &mut Tx, sent: &Errand) -> Result<bool, DeskError> {
    let Some(id) = &sent.conversation else { return Ok(false) };
    let last = chat_conversation::get(tx, id).await?.and_then(|conversation| conversation.last_in);
    Ok(last.zip(sent.ended).is_some_and(|(last, sent)| last > sent))
}

/// The errand that is meant, and whether an earlier sending of it.
async fn find(
    desk: &Desk,
    channel: &str,
    (mark, own): (&str, Option<&str>),
    now: Timestamp,
) -> Result<Option<(Errand, bool)>, DeskError> {
    let mut conn = desk.store().read().await?;
    if let Some(known) = errand::by_mark(&mut conn, mark).await? {
        return Ok(Some((known, false)));
    }
    if let Some((id, anew)) = own.and_then(sending)
        && let Some(known) = errand::get(&mut conn, &id).await?.filter(|known| known.channel == channel)
    {
        // WhatsApp gives back just what it was given; a tool that says the bare id speaks of the last sending.
        let anew = if channel == WHATSAPP { Some(anew.unwrap_or(0)) } else { anew };
        let earlier = anew.is_some_and(|anew| anew != known.anew);
        return Ok(Some((known, earlier)));
    }
    // Its answer may not be written down yet.
    if errand::under_way(&mut conn, (channel, None), millis(now)).await? {
        Err(DeskError::Stale)
    } else {
        Ok(None)
    }
}

/// An errand's id, and which sending of it if it was sent anew, as the other side gives them back.
fn sending(own: &str) -> Option<(ErrandId, Option<i64>)> {
    match own.split_once('_') {
        Some((id, anew)) => Some((ErrandId::parse(id)?, Some(anew.parse().ok()?))),
        None => Some((ErrandId::parse(own)?, None)),
    }
}
