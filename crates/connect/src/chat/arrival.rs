//! A message of a chat on its way to a ticket: its conversation, its files, its place.

use balcao_desk::caller::Caller;
use balcao_desk::chat::{WHATSAPP, mark};
use balcao_desk::verbs::chatted::Chatted;
use balcao_desk::verbs::follow_up::follow_up_chat;
use balcao_desk::verbs::receive::{Arrival, receive_chat};
use balcao_desk::{Desk, DeskError, millis, random};
use balcao_store::chat_conversation::{self, Conversation};
use balcao_store::chat_delivery::ChatDelivery;
use balcao_store::errand;
use balcao_store::{ConversationId, ErrandId, chat_said, sealed};
use balcao_wire::inbound;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::json;

use super::carrier::Chats;
use super::event::{File, Media, Message};
use super::filing::{Came, came, later, mark_of};
use super::place::{self, Place};
use crate::whatsapp::graph::Missing;

/// How often it is decided anew because another message of the conversation was filed meanwhile.
const TRIES: u32 = 5;
/// Tries of a delivery after which the words of a message no longer wait for its file, which then comes after them.
const PATIENCE: i64 = 2;
/// The least time for which an address stays readable, in days: longer than anybody may be answered.
const LEAST_DAYS: i64 = 2;

/// The conversation with this address, if anybody wrote in it before.
pub(super) async fn known(
    desk: &Desk,
    channel: &str,
    address: &str,
) -> Result<Option<Conversation>, DeskError> {
    let mut conn = desk.store().read().await?;
    let mark = mark(desk, "chat address", (channel, address));
    Ok(chat_conversation::by_mark(&mut conn, &mark).await?)
}

/// Files a message, the `n`th of its delivery; a file that is not to be had now comes after its words.
pub(super) async fn message(
    chats: &Chats,
    desk: &Desk,
    (row, n, mut message): (&ChatDelivery, usize, Message),
    now: Timestamp,
) -> Result<Came, DeskError> {
    let mark = mark_of(desk, &row.channel, &message.id);
    if let Some(ticket) = filed(desk, &mark).await? {
        return Ok(ticket);
    }
    if is_ours(chats, desk, (row, &message, &mark), now).await? {
        return Ok(Came::Noted("é uma mensagem nossa"));
    }
    let Some(media) = message.media.take() else {
        return write(chats, desk, (row, n, message, &mark), now).await;
    };
    // Its words may be there already, without the file.
    let without = mark_of(desk, &row.channel, &format!("{} without its file", message.id));
    let words_are_there = filed(desk, &without).await?.is_some();
    match fetch(chats, &media).await {
        Ok(bytes) => {
            message.files.push(File { name: media.name, media_type: media.media_type, bytes });
            if words_are_there {
                message.text = String::new();
            }
        }
        Err(Missing::Never(why)) if words_are_there => {
            message.text = format!("[o arquivo {} não pôde ser trazido: {why}]", media.name);
        }
        Err(Missing::Never(why)) => {
            add(&mut message, &format!("[o arquivo {} não pôde ser trazido: {why}]", media.name));
        }
        Err(Missing::Later(why)) => {
            if row.attempts > PATIENCE && !words_are_there {
                let note =
                    format!("[o arquivo {} ainda não pôde ser trazido; o Balcão tenta de novo]", media.name);
                add(&mut message, &note);
                write(chats, desk, (row, n, message, &without), now).await?;
            }
            return Err(later(why));
        }
    }
    write(chats, desk, (row, n, message, &mark), now).await
}

/// Adds a note to what a message says.
fn add(message: &mut Message, note: &str) {
    let text = std::mem::take(&mut message.text);
    message.text = if text.is_empty() { note.to_owned() } else { format!("{text}\n\n{note}") };
}

/// Whether a chat tool tells us what we said ourselves.
async fn is_ours(
    chats: &Chats,
    desk: &Desk,
    (row, message, mark): (&ChatDelivery, &Message, &str),
    now: Timestamp,
) -> Result<bool, DeskError> {
    if chats.tool(&row.channel).is_none() {
        // WhatsApp tells nobody his own messages.
        return Ok(false);
    }
    let conversation = known(desk, &row.channel, &message.conversation).await?;
    let mut conn = desk.store().read().await?;
    if errand::by_mark(&mut conn, mark).await?.is_some() {
        return Ok(true);
    }
    if let Some(id) = ErrandId::parse(&message.id)
        && errand::get(&mut conn, &id).await?.is_some_and(|errand| errand.channel == row.channel)
    {
        return Ok(true);
    }
    // Under which id the tool knows what is being said right now is not written down yet.
    let said = (row.channel.as_str(), conversation.as_ref().map(|conversation| &conversation.id));
    if conversation.is_some() && errand::under_way(&mut conn, said, millis(now)).await? {
        return Err(DeskError::Stale);
    }
    Ok(false)
}

/// Puts a message on its ticket, once under this mark.
async fn write(
    chats: &Chats,
    desk: &Desk,
    (row, n, mut message, mark): (&ChatDelivery, usize, Message, &str),
    now: Timestamp,
) -> Result<Came, DeskError> {
    // A tool that vouches for nobody gives no address: whose it is nobody knows.
    let vouched = row.channel == WHATSAPP || chats.tool(&row.channel).is_some_and(|tool| tool.vouches);
    message.address = message.address.filter(|_| vouched);
    let state = desk.state();
    let registry = &state.world.registry;
    let partner = message.address.as_deref().and_then(|address| registry.partner_of_address(address));
    let partner = partner.map(|partner| partner.code.clone());
    let system = Caller::system();
    for _ in 0..TRIES {
        let conversation = conversation(desk, (row, &message.conversation), now).await?;
        let to = (row.channel.as_str(), &conversation.id);
        let place = place::of(desk, to, (&message, partner.as_deref())).await?;
        let chatted = |reason| Chatted {
            delivery: row.id.clone(),
            conversation: conversation.id.clone(),
            version: conversation.version,
            mark: mark.to_owned(),
            at: millis(came(message.at, row)),
            reason,
        };
        let arrival = arrival((row, n, mark), &message)?;
        let done = match place {
            Place::New(why) => {
                let received = receive_chat(desk, &system, (arrival, chatted(why)), now).await;
                received.map(|received| received.ticket.id)
            }
            Place::On(id, why) => {
                let followed = follow_up_chat(desk, &system, &id, (arrival, chatted(why)), now).await;
                followed.map(|followed| followed.ticket.id)
            }
        };
        match done {
            // Another message of the conversation came between, or this one by another delivery.
            Err(DeskError::Stale) => {}
            done => return done.map(Came::On),
        }
        if let Some(ticket) = filed(desk, mark).await? {
            return Ok(ticket);
        }
    }
    Err(DeskError::Stale)
}

/// Where a message is that was filed before.
async fn filed(desk: &Desk, mark: &str) -> Result<Option<Came>, DeskError> {
    let mut conn = desk.store().read().await?;
    Ok(chat_said::known(&mut conn, mark).await?.map(Came::On))
}

/// Brings a file.
async fn fetch(chats: &Chats, media: &Media) -> Result<Vec<u8>, Missing> {
    match &chats.whatsapp {
        None => Err(Missing::Later("o WhatsApp não está configurado".to_owned())),
        Some(graph) => graph.fetch(media).await,
    }
}

/// The conversation of this address; a new one if nobody wrote in it before. Its address stays readable as long as originals do.
async fn conversation(
    desk: &Desk,
    (row, address): (&ChatDelivery, &str),
    now: Timestamp,
) -> Result<Conversation, DeskError> {
    const DAY: i64 = 86_400_000;

    let channel = row.channel.as_str();
    let found = known(desk, channel, address).await?;
    let days = i64::from(desk.settings().keep_originals).max(LEAST_DAYS);
    let expires = millis(now).saturating_add(days.saturating_mul(DAY));
    if let Some(found) = found.as_ref()
        && is_kept(desk, found, expires.saturating_sub(DAY / 2)).await?
    {
        return Ok(found.clone());
    }
    let new = Conversation {
        id: ConversationId::fresh(),
        mark: mark(desk, "chat address", (channel, address)),
        channel: channel.to_owned(),
        version: 0,
        last_in: None,
        reopened: None,
    };
    let id = found.as_ref().map_or(&new.id, |found| &found.id).clone();
    let own = desk.secrets().seal(id.as_str(), address.as_bytes(), random()?, Some(expires));
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            let kept = match found {
                Some(found) => found,
                None if chat_conversation::add(tx, &new).await? => new,
                // Another was quicker.
                None => return Ok(None),
            };
            sealed::forget(tx, kept.id.as_str()).await?;
            sealed::add(tx, &own).await?;
            Ok(Some(kept))
        })
    });
    match written.await? {
        Some(kept) => Ok(kept),
        None => known(desk, channel, address).await?.ok_or(DeskError::Stale),
    }
}

/// Whether a conversation's address stays readable so long.
async fn is_kept(desk: &Desk, conversation: &Conversation, until: i64) -> Result<bool, DeskError> {
    let mut conn = desk.store().read().await?;
    let newest = sealed::about(&mut conn, conversation.id.as_str()).await?.pop();
    Ok(newest.is_some_and(|sealed| sealed.expires_at.is_none_or(|expires| expires >= until)))
}

/// The message in the public format: what is sealed with it is what every other channel seals.
fn arrival((row, n, mark): (&ChatDelivery, usize, &str), message: &Message) -> Result<Arrival, DeskError> {
    let file = |file: &File| json!({"name": file.name, "media_type": file.media_type, "base64": BASE64_STANDARD.encode(&file.bytes)});
    let channel = row.channel.split(':').next().unwrap_or_default();
    let raw = json!({
        "id": format!("{}.{n}", row.id), "channel": channel, "received_at": came(message.at, row).to_string(),
        "from": {"name": message.name, "address": message.address},
        "subject": message.subject, "body": message.text,
        "attachments": message.files.iter().map(file).collect::<Vec<_>>(),
    });
    let raw = raw.to_string();
    let inbound = inbound::parse(&raw).map_err(|error| DeskError::Invalid(error.to_string()))?;
    Ok(Arrival {
        inbound,
        raw: raw.into_bytes(),
        idempotency_key: None,
        told_apart_by: Some(format!("chat {mark}").into_bytes()),
    })
}
