//! Opening a sealed original: needs a permission and a reason, and is in the trail before anything is shown.

use balcao_core::mask::Masker;
use balcao_store::{MessageId, Scope, TicketId, message, sealed, ticket};
use jiff::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::trail::{self, Event};

/// The original of a message, as it came.
///
/// # Errors
/// If the caller may not, no reason is given, there is no such message for the caller, or its original was thrown away by age.
pub async fn open_original(
    desk: &Desk,
    caller: &Caller,
    (id, message): (&TicketId, &MessageId),
    reason: &str,
    now: Timestamp,
) -> Result<Zeroizing<Vec<u8>>, DeskError> {
    caller.must(Permission::OpenOriginals)?;
    if reason.trim().is_empty() || reason.len() > 4_000 {
        return Err(DeskError::Invalid("diga em `reason` por que o original precisa ser aberto".to_owned()));
    }
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let words = message::of_ticket(&mut conn, &Scope::All, id).await?;
    if !words.iter().any(|row| row.id == *message) {
        return Err(DeskError::NotFound("mensagem deste chamado"));
    }
    let sealed = sealed::about(&mut conn, message.as_str()).await?;
    drop(conn);
    let sealed = sealed.into_iter().next().ok_or(DeskError::NotFound("original desta mensagem"))?;
    let opened = desk.secrets().open(&sealed).map_err(|why| DeskError::Conflict(why.to_string()))?;
    let data = json!({"message": message.as_str(), "reason": Masker::new([]).mask(reason)});
    let (caller, id) = (caller.clone(), id.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let what = "original_opened";
                let event = Event { ticket: Some(&id), at: now, by: &caller, what, data };
                trail::record(tx, event).await.map_err(DeskError::from)
            })
        })
        .await?;
    Ok(opened)
}
