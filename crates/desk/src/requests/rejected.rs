//! The lines that were rejected, and what is thrown away by age.

use balcao_store::rejected::{self, Rejected};
use balcao_store::{RejectedId, StoreError, request};
use jiff::{SignedDuration, Timestamp};

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;

/// The longest page.
const MOST: u16 = 500;
/// Requests thrown away in one transaction: others write meanwhile.
const AT_ONCE: u32 = 10_000;

/// The lines kept aside after the one with the id `after`, oldest first, 1 to 500 of them.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn rejected_lines(
    desk: &Desk,
    caller: &Caller,
    after: Option<&str>,
    limit: u16,
) -> Result<Vec<Rejected>, DeskError> {
    caller.must(Permission::ReadRequests)?;
    let wrong =
        || DeskError::Invalid("`after` é o identificador de uma linha rejeitada; comece sem ele".to_owned());
    let after = after.map(|id| RejectedId::parse(id).ok_or_else(wrong)).transpose()?;
    let mut conn = desk.store().read_log().await?;
    Ok(rejected::list(&mut conn, after.as_ref(), limit.clamp(1, MOST)).await?)
}

/// What was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Requests.
    pub requests: u64,
    /// Lines that had been rejected.
    pub rejected: u64,
}

/// Throws away what is older than the settings say. A timer's work: nobody asks for it.
///
/// # Errors
/// If the database fails; what was thrown away before stays so.
pub async fn forget_old(desk: &Desk, now: Timestamp) -> Result<Forgotten, DeskError> {
    let age = SignedDuration::from_hours(i64::from(desk.settings().keep_requests) * 24);
    let before = millis(now.saturating_sub(age).unwrap_or(Timestamp::MIN));
    let store = desk.store();
    let rejected = store.write_log(move |tx| Box::pin(rejected::forget(tx, before)));
    let mut done = Forgotten { rejected: rejected.await?, requests: 0 };
    loop {
        let gone = store.write_log::<_, StoreError, _>(move |tx| {
            Box::pin(async move { request::forget(tx, before, AT_ONCE).await })
        });
        match gone.await? {
            0 => return Ok(done),
            some => done.requests = done.requests.saturating_add(some),
        }
    }
}
