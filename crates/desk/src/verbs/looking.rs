//! Who else is looking at a ticket.

use balcao_store::presence::{self, Presence};
use balcao_store::{TicketId, ticket};
use jiff::{SignedDuration, Timestamp};

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;

/// Whoever was there within this time is there.
const LASTS: SignedDuration = SignedDuration::from_secs(45);

/// Notes that the caller looks at a ticket; the names of the others who do.
///
/// # Errors
/// If the caller may not see the ticket, or the database fails.
pub async fn look(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    now: Timestamp,
) -> Result<Vec<String>, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let since = millis(now.saturating_sub(LASTS).unwrap_or(Timestamp::MIN));
    let there = presence::since(&mut conn, id, since).await?;
    drop(conn);
    let own = Presence {
        ticket: id.clone(),
        account: caller.id.clone(),
        name: caller.name.clone(),
        at: millis(now),
    };
    let noted = desk.store().write(move |tx| {
        Box::pin(async move {
            presence::put(tx, &own).await?;
            Ok::<_, DeskError>(presence::forget(tx, since).await?)
        })
    });
    noted.await?;
    let others = there.into_iter().filter(|other| other.account != caller.id);
    Ok(others.map(|other| other.name).collect())
}
