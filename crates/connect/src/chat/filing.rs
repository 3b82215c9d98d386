//! Filing: what a chat tool delivered becomes tickets, further messages and notes, once however often it is begun.

use std::collections::BTreeSet;

use balcao_core::mask::Masker;
use balcao_desk::caller::Caller;
use balcao_desk::chat::{self, CarrierError, Reaction as Sign, Told, WHATSAPP, mark};
use balcao_desk::trail::{self, Event as Entry};
use balcao_desk::{Desk, DeskError, instant};
use balcao_store::chat_delivery::{self, ChatDelivery};
use balcao_store::{ChatDeliveryId, TicketId, sealed};
use jiff::Timestamp;
use serde_json::json;

use super::carrier::Chats;
use super::event::{Event, Status};
use super::{arrival, read};
use crate::whatsapp;
use crate::whatsapp::faults::{Fate, fault};

/// Tries after which a delivery is set aside for a person; fewer than those of the job that files.
const MOST_TRIES: i64 = 8;

/// What came of one event.
pub(super) enum Came {
    /// It is on this ticket.
    On(TicketId),
    /// Nothing; why.
    Noted(&'static str),
    /// It is a message to another number.
    Elsewhere,
}

/// What came of a whole delivery.
#[derive(Default)]
struct Sum {
    /// The ticket of the last event that has one.
    ticket: Option<TicketId>,
    /// Whether some of it was written to another number.
    elsewhere: bool,
    /// Why nothing came of the rest.
    why: String,
}

/// Files a delivery that waits; one that does not is left as it is.
pub(super) async fn file(
    chats: &Chats,
    desk: &Desk,
    id: &ChatDeliveryId,
    now: Timestamp,
) -> Result<(), DeskError> {
    let begun = id.clone();
    let begun = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move { Ok(chat_delivery::begin(tx, &begun).await?) })
    });
    let Some(row) = begun.await? else { return Ok(()) };
    if row.attempts > MOST_TRIES {
        let why = row.reason.clone().unwrap_or_else(|| "o programa foi interrompido ao lê-la".to_owned());
        return end(desk, &row, (chat_delivery::QUARANTINED, why, None), now).await;
    }
    match filed(chats, desk, &row, now).await {
        Ok(Sum { ticket: Some(ticket), .. }) => {
            end(desk, &row, (chat_delivery::FILED, String::new(), Some(ticket)), now).await
        }
        Ok(Sum { elsewhere: true, .. }) => {
            let why = "é uma mensagem a um número que não é o configurado".to_owned();
            end(desk, &row, (chat_delivery::ELSEWHERE, why, None), now).await
        }
        Ok(Sum { why, .. }) => end(desk, &row, (chat_delivery::NOTED, why, None), now).await,
        Err(error) => failed(desk, &row, error, now).await,
    }
}

/// Why a try did not succeed is kept; after the last one, or where no other helps, the delivery is set aside.
async fn failed(desk: &Desk, row: &ChatDelivery, error: DeskError, now: Timestamp) -> Result<(), DeskError> {
    let why = match &error {
        // Its own text says more than that something was not sent.
        DeskError::Chat(why) => why.to_string(),
        error => error.to_string(),
    };
    let why = Masker::new([]).mask(&why);
    let lasting = matches!(error, DeskError::Invalid(_) | DeskError::Conflict(_));
    if lasting || row.attempts >= MOST_TRIES {
        return end(desk, row, (chat_delivery::QUARANTINED, why, None), now).await;
    }
    let id = row.id.clone();
    let noted = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move { Ok(chat_delivery::failed(tx, &id, &why).await?) })
    });
    noted.await?;
    Err(error)
}

/// Files every event; of those that fail the first is told once the others are done.
async fn filed(chats: &Chats, desk: &Desk, row: &ChatDelivery, now: Timestamp) -> Result<Sum, DeskError> {
    let body = original(desk, row).await?;
    let events = events(chats, &row.channel, body).await?;
    let (mut sum, mut notes, mut failure) = (Sum::default(), BTreeSet::new(), None);
    for (n, event) in events.into_iter().enumerate() {
        match one(chats, desk, (row, n, event), now).await {
            Ok(Came::On(id)) => sum.ticket = Some(id),
            Ok(Came::Elsewhere) => sum.elsewhere = true,
            Ok(Came::Noted(why)) => {
                notes.insert(why);
            }
            Err(error) if failure.is_none() => failure = Some(error),
            Err(_) => {}
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    let why: Vec<&str> = notes.into_iter().collect();
    sum.why = if why.is_empty() { "não traz nada".to_owned() } else { why.join("; ") };
    Ok(sum)
}

/// The events of a delivery. They are read on a thread of their own: whatever a body does to its reader ends there.
async fn events(chats: &Chats, channel: &str, body: Vec<u8>) -> Result<Vec<Event>, DeskError> {
    let own = chats.whatsapp.as_ref().map(|graph| graph.settings().phone_number_id.clone());
    let is_whatsapp = channel == WHATSAPP;
    if is_whatsapp && own.is_none() {
        return Err(DeskError::Conflict("o WhatsApp não está mais configurado".to_owned()));
    }
    let done = tokio::task::spawn_blocking(move || {
        if !is_whatsapp {
            return read(&body).map(|event| vec![event]).map_err(|error| error.to_string());
        }
        let told = whatsapp::read(&body).map_err(|error| error.to_string())?;
        let event = |told: whatsapp::Told| match told.event {
            Event::Ignored(why) => Event::Ignored(why),
            Event::Message(_) if own.as_deref() != Some(told.number.as_str()) => Event::Elsewhere,
            _ if own.as_deref() != Some(told.number.as_str()) => {
                Event::Ignored("é de um número que não é o configurado")
            }
            event => event,
        };
        Ok(told.into_iter().map(event).collect())
    });
    let read = done.await.map_err(|_panicked| DeskError::Damaged("uma entrega de conversa, ao ser lida"))?;
    read.map_err(DeskError::Invalid)
}

async fn one(
    chats: &Chats,
    desk: &Desk,
    (row, n, event): (&ChatDelivery, usize, Event),
    now: Timestamp,
) -> Result<Came, DeskError> {
    match event {
        Event::Message(message) => arrival::message(chats, desk, (row, n, *message), now).await,
        Event::Status(status) => told(desk, &row.channel, status, now).await,
        Event::Reaction(reaction) => {
            let known = arrival::known(desk, &row.channel, &reaction.conversation).await?;
            let at = came(reaction.at, row);
            let sign = Sign { id: reaction.id, about: reaction.about, sign: reaction.sign, at };
            let found = match &known {
                Some(known) => chat::reacted(desk, (&row.channel, &known.id), &sign, now).await?,
                None => None,
            };
            Ok(found.map_or(Came::Noted("é uma reação a uma mensagem que não é de um chamado"), Came::On))
        }
        Event::Ignored(why) => Ok(Came::Noted(why)),
        Event::Elsewhere => Ok(Came::Elsewhere),
        Event::Unreadable(why) => Err(DeskError::Conflict(why.to_owned())),
    }
}

/// How something that we sent stands now.
async fn told(desk: &Desk, channel: &str, status: Status, now: Timestamp) -> Result<Came, DeskError> {
    let (mut state, mut reason) = (status.state, status.reason);
    if state == "failed" && channel == WHATSAPP {
        let (fate, words) = fault(status.code.unwrap_or(-1), 0);
        if fate == Fate::Outside {
            state = "outside";
        }
        reason = Some(words);
    }
    let told = Told { id: status.id, errand: status.own, state, reason };
    let found = chat::told(desk, channel, told, now).await?;
    Ok(found.map_or(Came::Noted("é o aviso de uma mensagem que não saiu daqui"), Came::On))
}

/// The bytes as they came.
async fn original(desk: &Desk, row: &ChatDelivery) -> Result<Vec<u8>, DeskError> {
    let mut conn = desk.store().read().await?;
    let sealed = sealed::about(&mut conn, row.id.as_str()).await?.into_iter().next();
    drop(conn);
    let gone = || DeskError::Invalid("o original desta entrega já foi apagado por idade".to_owned());
    let opened = desk.secrets().open(&sealed.ok_or_else(gone)?);
    opened.map(|bytes| bytes.to_vec()).map_err(|why| DeskError::Conflict(why.to_string()))
}

/// Ends a row that waits; of one that a person must look at the trail tells.
async fn end(
    desk: &Desk,
    row: &ChatDelivery,
    (state, why, ticket): (&'static str, String, Option<TicketId>),
    now: Timestamp,
) -> Result<(), DeskError> {
    let (id, channel) = (row.id.clone(), row.channel.clone());
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            let ended = chat_delivery::end(tx, &id, state, (&why, ticket.as_ref())).await?;
            if !ended || state != chat_delivery::QUARANTINED {
                return Ok(());
            }
            let system = Caller::system();
            let data = json!({"delivery": id.as_str(), "channel": channel, "why": why});
            let entry = Entry { ticket: None, at: now, by: &system, what: "chat_quarantined", data };
            Ok(trail::record(tx, entry).await?)
        })
    });
    written.await
}

/// A file or an answer that may come another time.
pub(super) fn later(why: String) -> DeskError {
    DeskError::Chat(CarrierError::Later(why))
}

/// The mark of the id that a chat tool gave a message.
pub(super) fn mark_of(desk: &Desk, channel: &str, id: &str) -> String {
    mark(desk, "chat id", (channel, id))
}

/// When something was written: never later than it came.
pub(super) fn came(at: Option<Timestamp>, row: &ChatDelivery) -> Timestamp {
    let received = instant(row.received_at);
    at.map_or(received, |at| at.min(received))
}
