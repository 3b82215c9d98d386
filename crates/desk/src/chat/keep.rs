//! Taking a delivery: whoever it is from is proven, its bytes are sealed and on disk, and a job files it.

use balcao_store::chat_delivery::{self, ChatDelivery};
use balcao_store::job::{self, Job};
use balcao_store::{ChatDeliveryId, Tx, sealed};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Delivered;
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;

/// The kind of the job that files, with the version of its payload.
pub(crate) const FILE_JOB: &str = "chat-file@1";
/// The most that is kept of one delivery, in bytes.
pub const MOST_KEPT: usize = 48 << 20;

/// Takes what a chat tool delivered. The same delivery again changes nothing.
///
/// # Errors
/// [`DeskError::Unknown`] for whoever is not that tool, and where there is no such channel: both look alike. [`DeskError::Invalid`] if it is
/// not what the channel takes. If the database fails; then it must be delivered again.
pub async fn hook(
    desk: &Desk,
    channel: &str,
    delivered: &Delivered<'_>,
    now: Timestamp,
) -> Result<(), DeskError> {
    verified(desk, channel, delivered, now)?;
    if delivered.body.len() > MOST_KEPT {
        return Err(DeskError::Invalid(format!("são guardados até {MOST_KEPT} bytes de uma entrega")));
    }
    if let Some(why) = desk.carrier().and_then(|carrier| carrier.objects(channel, delivered.body)) {
        return Err(DeskError::Invalid(why));
    }
    let once = (delivered.header)("webhook-id").unwrap_or_default();
    let row = ChatDelivery {
        id: ChatDeliveryId::fresh(),
        // What is told twice in the same words, with two ids, was told twice.
        hash: desk.secrets().mark("chat delivery", &[channel.as_bytes(), once.as_bytes(), delivered.body]),
        channel: channel.to_owned(),
        received_at: millis(now),
        size: i64::try_from(delivered.body.len()).unwrap_or(i64::MAX),
        state: chat_delivery::RECEIVED.to_owned(),
        attempts: 0,
        reason: None,
        ticket: None,
    };
    let days = i64::from(desk.settings().keep_originals);
    let expires = millis(now).saturating_add(days.saturating_mul(86_400_000));
    let original = desk.secrets().seal(row.id.as_str(), delivered.body, random()?, Some(expires));
    let kept = desk.store().write(move |tx| {
        Box::pin(async move {
            if chat_delivery::add(tx, &row).await? {
                sealed::add(tx, &original).await?;
                to_be_filed(tx, &row.id, now).await?;
            }
            Ok::<_, DeskError>(())
        })
    });
    kept.await
}

/// Queues the filing of a delivery.
pub(super) async fn to_be_filed(tx: &mut Tx, id: &ChatDeliveryId, now: Timestamp) -> Result<(), DeskError> {
    let payload = json!({"delivery": id.as_str()}).to_string();
    Ok(job::add(tx, &Job::new(FILE_JOB, &payload, millis(now))).await?)
}

/// Whether there is such a channel; whoever delivers by another is not even read.
#[must_use]
pub fn knows(desk: &Desk, channel: &str) -> bool {
    desk.carrier().is_some_and(|carrier| carrier.knows(channel))
}

/// Whether a channel's other side delivered this.
///
/// # Errors
/// [`DeskError::Unknown`] if not.
pub fn verified(
    desk: &Desk,
    channel: &str,
    delivered: &Delivered<'_>,
    now: Timestamp,
) -> Result<(), DeskError> {
    let known = desk.carrier().is_some_and(|carrier| carrier.is_from(channel, delivered, now));
    if known { Ok(()) } else { Err(DeskError::Unknown) }
}

/// Whether whoever sets up WhatsApp's deliveries knows the word agreed upon.
///
/// # Errors
/// [`DeskError::Unknown`] if not.
pub fn challenged(desk: &Desk, word: &str) -> Result<(), DeskError> {
    let known = desk.carrier().is_some_and(|carrier| carrier.is_agreed(word));
    if known { Ok(()) } else { Err(DeskError::Unknown) }
}

/// Files the delivery that the job's payload names, if it waits.
pub(crate) async fn file(desk: &Desk, payload: &str, now: Timestamp) -> Result<(), DeskError> {
    let named: Value = serde_json::from_str(payload).unwrap_or_default();
    let id = named.get("delivery").and_then(Value::as_str).and_then(ChatDeliveryId::parse);
    let id = id.ok_or(DeskError::Damaged("uma tarefa de arquivar uma conversa"))?;
    let Some(carrier) = desk.carrier() else {
        return Err(DeskError::Conflict("nenhum canal de conversa está configurado".to_owned()));
    };
    carrier.file(desk, &id, now).await
}
