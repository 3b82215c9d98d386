//! Having an errand carried: claimed first, tried again while there is hope, put off until the other side writes, ended where there is none.

use balcao_store::chat_conversation::{self, Conversation};
use balcao_store::errand::{self, Errand, Tried};
use balcao_store::job::MOST_ATTEMPTS;
use balcao_store::{ErrandId, MessageId, Scope, StoreError, Tx, message, sealed, ticket};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{COMMERCIAL, CarrierError, Kind, Parcel, parts};
use crate::caller::Caller;
use crate::commercial;
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::mail::Language;
use crate::trail::{self, Event};

/// The kind of the job, with the version of its payload.
pub(crate) const KIND: &str = "errand@1";
/// How long a worker may take before another takes the errand over; longer than a carrier takes.
const TERM: SignedDuration = SignedDuration::from_secs(290);
/// Errands of one conversation that one job carries.
const MOST_AT_ONCE: usize = 50;
const OUTSIDE: &str = "fora da janela de 24 horas; aguardando o parceiro";
const LOST: &str =
    "o envio foi interrompido antes de se saber se chegou; confira na conversa antes de reenviar";

/// Carries the errand that the job's payload names, after those before it in its conversation. `attempts` counts the job's tries.
pub(crate) async fn deliver(
    desk: &Desk,
    payload: &str,
    (worker, attempts): (&str, i64),
    now: Timestamp,
) -> Result<(), DeskError> {
    let named: Value = serde_json::from_str(payload).unwrap_or_default();
    let id = named.get("errand").and_then(Value::as_str).and_then(ErrandId::parse);
    let id = id.ok_or(DeskError::Damaged("uma tarefa de enviar por um canal de conversa"))?;
    for _ in 0..MOST_AT_ONCE {
        let mut conn = desk.store().read().await?;
        let Some(wanted) = errand::get(&mut conn, &id).await? else { return Ok(()) };
        let Some(next) = errand::first_before(&mut conn, &wanted).await? else { return Ok(()) };
        drop(conn);
        let Some(claimed) = claim(desk, &next.id, worker, now).await? else {
            return Err(DeskError::Stale);
        };
        one(desk, claimed, (worker, attempts), now).await?;
    }
    Err(DeskError::Stale)
}

/// One errand. What never goes is no failure of the job: it has ended.
async fn one(
    desk: &Desk,
    (errand, lost): (Errand, bool),
    (worker, attempts): (&str, i64),
    now: Timestamp,
) -> Result<(), DeskError> {
    let before = conversation(desk, &errand).await?.map(|conversation| conversation.version);
    let outcome = attempt(desk, (&errand, lost), now).await;
    let tried = match &outcome {
        Ok(id) => {
            Tried::Sent(id.as_deref().map(|id| super::mark(desk, "chat id", (errand.channel.as_str(), id))))
        }
        Err(CarrierError::Never(reason)) => Tried::Failed(reason.clone()),
        Err(CarrierError::Outside(_)) => Tried::Outside(OUTSIDE.to_owned()),
        Err(CarrierError::Unsure(reason)) => Tried::Unsure(reason.clone()),
        Err(CarrierError::Later(reason)) if attempts >= MOST_ATTEMPTS => Tried::Held(reason.clone()),
        Err(CarrierError::Later(reason)) => Tried::Waiting(reason.clone()),
    };
    let over = tried.is_over();
    note(desk, (errand, before), worker, tried, now).await?;
    outcome.err().filter(|_| !over).map_or(Ok(()), |error| Err(error.into()))
}

async fn claim(
    desk: &Desk,
    id: &ErrandId,
    worker: &str,
    now: Timestamp,
) -> Result<Option<(Errand, bool)>, DeskError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    let times = (millis(now), millis(now.saturating_add(TERM).unwrap_or(Timestamp::MAX)));
    let claimed = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { errand::claim(tx, &id, &worker, times).await })
    });
    Ok(claimed.await?)
}

/// `lost` is one that a worker had before and never said what became of it.
async fn attempt(
    desk: &Desk,
    (errand, lost): (&Errand, bool),
    now: Timestamp,
) -> Result<Option<String>, CarrierError> {
    let later = |error: DeskError| CarrierError::Later(error.to_string());
    if errand.channel == COMMERCIAL {
        return to_commercial(desk, errand, now).await;
    }
    let Some(carrier) = desk.carrier().filter(|carrier| carrier.carries(&errand.channel)) else {
        return Err(CarrierError::Later("este canal não está configurado".to_owned()));
    };
    if lost && !carrier.knows_again(&errand.channel) {
        return Err(CarrierError::Unsure(LOST.to_owned()));
    }
    let conversation = conversation(desk, errand).await.map_err(later)?;
    if errand.kind != Kind::Reopen.code()
        && let Some(conversation) = &conversation
        && let Some(window) = carrier.window(&errand.channel)
    {
        let end = conversation.last_in.map(|last| instant(last).saturating_add(window));
        if end.is_none_or(|end| end.is_ok_and(|end| end <= now)) {
            return Err(CarrierError::Outside(OUTSIDE.to_owned()));
        }
    }
    match parcel(desk, errand, conversation.as_ref()).await.map_err(later)? {
        Some(parcel) => carrier.send(&parcel, now).await,
        None => Err(CarrierError::Never("o endereço não está mais guardado".to_owned())),
    }
}

/// A request goes only while commercial is to answer it.
async fn to_commercial(desk: &Desk, errand: &Errand, now: Timestamp) -> Result<Option<String>, CarrierError> {
    let later = |error: DeskError| CarrierError::Later(error.to_string());
    let Some(office) = desk.office().filter(|office| office.takes_webhooks()) else {
        return Err(CarrierError::Later("o webhook do comercial não está configurado".to_owned()));
    };
    if !commercial::waits_for_it(desk, errand).await.map_err(later)? {
        return Err(CarrierError::Never("o comercial não tem mais este pedido".to_owned()));
    }
    match parcel(desk, errand, None).await.map_err(later)? {
        Some(parcel) => office.send(&parcel, now).await,
        None => Err(CarrierError::Never("o pedido não está mais guardado".to_owned())),
    }
}

async fn conversation(desk: &Desk, errand: &Errand) -> Result<Option<Conversation>, DeskError> {
    let Some(id) = &errand.conversation else { return Ok(None) };
    let mut conn = desk.store().read().await?;
    Ok(chat_conversation::get(&mut conn, id).await?)
}

/// The parcel with its addressee and its words; `None` if the addressee was thrown away by age.
async fn parcel(
    desk: &Desk,
    errand: &Errand,
    conversation: Option<&Conversation>,
) -> Result<Option<Parcel>, DeskError> {
    let damaged = || DeskError::Damaged("o que se envia por um canal de conversa");
    let kind = Kind::parse(&errand.kind).ok_or_else(damaged)?;
    let mut conn = desk.store().read().await?;
    let mut to = Zeroizing::new(String::new());
    if let Some(conversation) = conversation {
        let sealed = sealed::about(&mut conn, conversation.id.as_str()).await?.pop();
        let Some(sealed) = sealed else { return Ok(None) };
        *to = opened(desk, &sealed)?;
    }
    let row = ticket::get(&mut conn, &Scope::All, &errand.ticket).await?.ok_or_else(damaged)?;
    let mut body = String::new();
    if kind == Kind::Request {
        let Some(sealed) = sealed::about(&mut conn, errand.id.as_str()).await?.pop() else { return Ok(None) };
        body = opened(desk, &sealed)?;
    } else if let Some(said) = &errand.message {
        let all = message::of_ticket(&mut conn, &Scope::All, &row.id).await?;
        let whole = all.into_iter().find(|one| one.id == *said).map(|one| one.body).ok_or_else(damaged)?;
        let longest = desk.carrier().map_or(usize::MAX, |carrier| carrier.longest(&errand.channel));
        let part = usize::try_from(errand.part).unwrap_or_default();
        body = parts(&whole, longest).get(part).copied().unwrap_or_default().to_owned();
    }
    let registry = &desk.state().world.registry;
    let partner = row.partner.as_deref().and_then(|code| registry.partner(code));
    Ok(Some(Parcel {
        id: errand.id.to_string(),
        key: sending(errand),
        channel: errand.channel.clone(),
        kind,
        to,
        language: Language::of(partner.and_then(|partner| partner.language.as_deref())),
        protocol: row.protocol,
        template: errand.template.clone(),
        body,
    }))
}

/// What is sealed, as text.
fn opened(desk: &Desk, sealed: &sealed::Sealed) -> Result<String, DeskError> {
    let opened = desk.secrets().open(sealed).map_err(|why| DeskError::Conflict(why.to_string()))?;
    let text = std::str::from_utf8(&opened);
    Ok(text.map_err(|_own_bytes| DeskError::Damaged("o que se envia por um canal de conversa"))?.to_owned())
}

/// Writes down what became of a try; whoever lost the errand to another worker says nothing. `before` is the conversation's version when it
/// was begun.
async fn note(
    desk: &Desk,
    (errand, before): (Errand, Option<i64>),
    worker: &str,
    tried: Tried,
    now: Timestamp,
) -> Result<(), DeskError> {
    let (own, worker) = (desk.clone(), worker.to_owned());
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            if !errand::tried(tx, &errand.id, &worker, (&tried, millis(now))).await? {
                return Ok(());
            }
            match &tried {
                Tried::Outside(_) if version(tx, &errand).await? != before => {
                    return go_after_all(tx, &errand, now).await;
                }
                Tried::Outside(_) => ask_to_write(tx, &own, &errand, now).await?,
                Tried::Failed(_) => not_asked(tx, &errand).await?,
                _ => {}
            }
            tell(tx, &errand, &tried, now).await
        })
    });
    written.await
}

/// What the other side gives back to say which sending of an errand it speaks of.
fn sending(errand: &Errand) -> String {
    match errand.anew {
        0 => errand.id.to_string(),
        anew => format!("{}_{anew}", errand.id),
    }
}

async fn version(tx: &mut Tx, errand: &Errand) -> Result<Option<i64>, DeskError> {
    let Some(id) = &errand.conversation else { return Ok(None) };
    Ok(chat_conversation::get(tx, id).await?.map(|conversation| conversation.version))
}

/// Has an errand carried of which it was said that it must wait until the other side writes: that is what it did meanwhile.
pub(super) async fn go_after_all(tx: &mut Tx, errand: &Errand, now: Timestamp) -> Result<(), DeskError> {
    errand::has_written(tx, &errand.id).await?;
    super::queue::go_on(tx, errand, now).await
}

/// Asks the other side to write again where a template goes by itself, once until it does.
pub(super) async fn ask_to_write(
    tx: &mut Tx,
    desk: &Desk,
    errand: &Errand,
    now: Timestamp,
) -> Result<(), DeskError> {
    let (Some(carrier), Some(conversation)) = (desk.carrier(), &errand.conversation) else { return Ok(()) };
    let template = carrier.templates(&errand.channel).into_iter().find(|template| template.by_itself);
    let Some(template) = template else { return Ok(()) };
    let to = (errand.channel.as_str(), conversation);
    super::asked::write(tx, to, (&errand.ticket, &template.name), now).await.map(|_| ())
}

/// An asking that never arrives leaves it open to ask again.
pub(super) async fn not_asked(tx: &mut Tx, errand: &Errand) -> Result<(), DeskError> {
    match &errand.conversation {
        Some(conversation) if errand.kind == Kind::Reopen.code() => {
            Ok(chat_conversation::not_asked(tx, conversation).await?)
        }
        _ => Ok(()),
    }
}

async fn tell(tx: &mut Tx, errand: &Errand, tried: &Tried, now: Timestamp) -> Result<(), DeskError> {
    let what = match tried {
        Tried::Sent(_) => "errand_sent",
        Tried::Failed(_) => "errand_failed",
        Tried::Held(_) => "errand_held",
        Tried::Outside(_) => "errand_outside",
        Tried::Unsure(_) => "errand_unsure",
        Tried::Waiting(_) => return Ok(()),
    };
    let message = errand.message.as_ref().map(MessageId::as_str);
    let data = json!({"errand": errand.kind, "channel": errand.channel, "message": message, "part": errand.part, "reason": tried.reason()});
    let system = Caller::system();
    let event = Event { ticket: Some(&errand.ticket), at: now, by: &system, what, data };
    Ok(trail::record(tx, event).await?)
}
