//! Replies that are being written: kept on the server, one for each person.

use balcao_core::mask::Masker;
use balcao_store::draft::{self, Draft};
use balcao_store::{TicketId, Tx, ticket};
use jiff::Timestamp;

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;

/// Whose drafts those are that the desk writes itself.
pub const DRAFTER: &str = "system";
/// Bytes of a draft, at most.
const LONGEST: usize = 256 * 1024;

/// Keeps what a person has written so far; `version` is that of the draft it goes on from, 0 for the first.
///
/// # Errors
/// If the caller may not, the draft is too long, or another window of the same person saved meanwhile.
pub async fn save(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    (body, version): (&str, i64),
    now: Timestamp,
) -> Result<i64, DeskError> {
    caller.must(Permission::WriteTickets)?;
    if body.len() > LONGEST {
        return Err(DeskError::Invalid("o rascunho tem mais de 256 KiB".to_owned()));
    }
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    drop(conn);
    let draft = Draft {
        ticket: id.clone(),
        account: caller.id.clone(),
        author: caller.name.clone(),
        body: Masker::new([]).mask(body),
        version,
        at: millis(now),
    };
    let kept = desk
        .store()
        .write(move |tx| Box::pin(async move { Ok::<_, DeskError>(draft::put(tx, &draft).await?) }));
    if kept.await? { Ok(version.saturating_add(1)) } else { Err(DeskError::Stale) }
}

/// Keeps what the desk itself drafts, in the place of what it drafted before; anybody may begin with it.
///
/// # Errors
/// If the database fails.
pub(crate) async fn drafted(tx: &mut Tx, id: &TicketId, body: &str, now: Timestamp) -> Result<(), DeskError> {
    draft::remove(tx, id, DRAFTER).await?;
    let draft = Draft {
        ticket: id.clone(),
        account: DRAFTER.to_owned(),
        author: Caller::system().name,
        body: Masker::new([]).mask(body),
        version: 0,
        at: millis(now),
    };
    draft::put(tx, &draft).await?;
    Ok(())
}

/// The drafts of a ticket, newest first: everybody's, so that two who write see each other.
///
/// # Errors
/// If the caller may not see the ticket's inside, or the database fails.
pub async fn of_ticket(desk: &Desk, caller: &Caller, id: &TicketId) -> Result<Vec<Draft>, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    Ok(draft::of_ticket(&mut conn, id).await?)
}
