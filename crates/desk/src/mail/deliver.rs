//! Handing a mail over: claimed first, tried again while there is hope, ended where there is none.
//!
//! A worker that vanishes between the server's word and the note of it makes the mail go a second time, with the same `Message-ID`: SMTP
//! knows no better. Every other end leaves one mail.

use balcao_store::job::MOST_ATTEMPTS;
use balcao_store::outbox::{self, Outbox, Tried};
use balcao_store::{MessageId, OutboxId, Scope, StoreError, Tx, message, sealed, ticket};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::queue::Envelope;
use super::{Kind, Language, Letter, PostError, Thread};
use crate::caller::Caller;
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::reply_token;
use crate::trail::{self, Event};

/// The kind of the job, with the version of its payload.
pub(crate) const KIND: &str = "mail@1";
/// How long a worker may take before another takes the mail over; longer than a post takes.
const TERM: SignedDuration = SignedDuration::from_secs(290);
/// The first wait, in milliseconds; each further one is twice as long.
const FIRST_WAIT: i64 = 15_000;
/// What never goes is known after half a day.
const LONGEST_WAIT: i64 = 4 * 3_600_000;

/// How long to wait after so many tries, in milliseconds.
pub(crate) fn wait(attempts: i64) -> i64 {
    FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).clamp(0, 12)).min(LONGEST_WAIT)
}

/// Sends the mail that the job's payload names, if it is still to be sent. `attempts` counts the job's tries, this one too.
pub(crate) async fn deliver(
    desk: &Desk,
    payload: &str,
    (worker, attempts): (&str, i64),
    now: Timestamp,
) -> Result<(), DeskError> {
    let named: Value = serde_json::from_str(payload).unwrap_or_default();
    let id = named.get("mail").and_then(Value::as_str).and_then(OutboxId::parse);
    let id = id.ok_or(DeskError::Damaged("uma tarefa de enviar e-mail"))?;
    let Some(mail) = claim(desk, &id, worker, now).await? else {
        return if is_over(desk, &id).await? { Ok(()) } else { Err(DeskError::Stale) };
    };
    let failed = attempt(desk, &mail, now).await.err();
    let tried = match &failed {
        None => Tried::Sent,
        Some(PostError::Never(reason)) => Tried::Failed(reason.clone()),
        Some(PostError::Later(reason)) if attempts >= MOST_ATTEMPTS => Tried::Held(reason.clone()),
        Some(PostError::Later(reason)) => Tried::Waiting(reason.clone()),
    };
    let over = tried.is_over();
    note(desk, mail, worker, tried, now).await?;
    // What never goes is no failure of the job: it has ended.
    failed.filter(|_| !over).map_or(Ok(()), |error| Err(error.into()))
}

async fn claim(
    desk: &Desk,
    id: &OutboxId,
    worker: &str,
    now: Timestamp,
) -> Result<Option<Outbox>, DeskError> {
    let (id, worker) = (id.clone(), worker.to_owned());
    let times = (millis(now), millis(now.saturating_add(TERM).unwrap_or(Timestamp::MAX)));
    let claimed = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { outbox::claim(tx, &id, &worker, times).await })
    });
    Ok(claimed.await?)
}

/// Whether nothing is left to do for it: sent, given up, or thrown away.
async fn is_over(desk: &Desk, id: &OutboxId) -> Result<bool, DeskError> {
    let mut conn = desk.store().read().await?;
    let mail = outbox::get(&mut conn, id).await?;
    Ok(mail.is_none_or(|mail| ["sent", "failed"].contains(&mail.state.as_str())))
}

async fn attempt(desk: &Desk, mail: &Outbox, now: Timestamp) -> Result<(), PostError> {
    let later = |error: DeskError| PostError::Later(error.to_string());
    let Some(post) = desk.post() else {
        return Err(PostError::Later("nenhum servidor de e-mail está configurado".to_owned()));
    };
    if mail.expires.is_some_and(|expires| expires <= millis(now)) {
        return Err(PostError::Never("o link terminou antes de ser enviado".to_owned()));
    }
    match letter(desk, mail).await.map_err(later)? {
        Some(letter) => post.send(&letter).await,
        None => Err(PostError::Never("o endereço não está mais guardado".to_owned())),
    }
}

/// The mail with its addressee and its words; `None` if the addressee was thrown away by age.
async fn letter(desk: &Desk, mail: &Outbox) -> Result<Option<Letter>, DeskError> {
    let mut conn = desk.store().read().await?;
    let Some(sealed) = sealed::about(&mut conn, mail.id.as_str()).await?.into_iter().next() else {
        return Ok(None);
    };
    let damaged = || DeskError::Damaged("um e-mail a enviar");
    let opened = desk.secrets().open(&sealed).map_err(|why| DeskError::Conflict(why.to_string()))?;
    let mut envelope: Envelope = serde_json::from_slice(&opened).map_err(|_own_text| damaged())?;
    let kind = Kind::parse(&mail.kind).ok_or_else(damaged)?;
    let (mut thread, mut body) = (None, String::new());
    if let Some(id) = &mail.ticket {
        let row = ticket::get(&mut conn, &Scope::All, id).await?.ok_or_else(damaged)?;
        if let Some(said) = &mail.message {
            let all = message::of_ticket(&mut conn, &Scope::All, id).await?;
            body = all.into_iter().find(|one| one.id == *said).map(|one| one.body).ok_or_else(damaged)?;
        }
        thread = Some(Thread {
            protocol: row.protocol,
            subject: row.subject,
            token: match kind {
                Kind::Commercial => reply_token::made_for_commercial(id, desk.secrets()),
                _ => reply_token::made(id, desk.secrets()),
            },
            in_reply_to: envelope.in_reply_to.take(),
            references: std::mem::take(&mut envelope.references),
        });
    }
    Ok(Some(Letter {
        kind,
        to: envelope.to.clone(),
        language: Language::of(Some(&envelope.language)),
        message_id: mail.message_id.clone(),
        thread,
        body,
        secret: envelope.secret.clone().map(Zeroizing::new),
    }))
}

/// Writes down what became of a try; whoever lost the mail to another worker says nothing.
async fn note(
    desk: &Desk,
    mail: Outbox,
    worker: &str,
    tried: Tried,
    now: Timestamp,
) -> Result<(), DeskError> {
    let worker = worker.to_owned();
    let written = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            if !outbox::tried(tx, &mail.id, &worker, (&tried, millis(now))).await? {
                return Ok(());
            }
            if tried.is_over() {
                // Nobody is written to any more: the addressee is not kept.
                sealed::forget(tx, mail.id.as_str()).await?;
            }
            tell(tx, &mail, &tried, now).await
        })
    });
    Ok(written.await?)
}

/// Links that went well are not told of: that they were made is.
async fn tell(tx: &mut Tx, mail: &Outbox, tried: &Tried, now: Timestamp) -> Result<(), StoreError> {
    let what = match tried {
        Tried::Sent if mail.ticket.is_some() => "mailed",
        Tried::Failed(_) => "mail_failed",
        Tried::Held(_) => "mail_held",
        Tried::Sent | Tried::Waiting(_) => return Ok(()),
    };
    let message = mail.message.as_ref().map(MessageId::as_str);
    let data = json!({"mail": mail.kind, "message": message, "reason": tried.reason()});
    let system = Caller::system();
    trail::record(tx, Event { ticket: mail.ticket.as_ref(), at: now, by: &system, what, data }).await
}
