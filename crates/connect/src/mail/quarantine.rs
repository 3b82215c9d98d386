//! What waits and what was set aside: listed, tried again, counted.

use balcao_desk::caller::{Caller, Permission};
use balcao_desk::trail::{self, Event};
use balcao_desk::{Desk, DeskError, millis};
use balcao_store::MailId;
use balcao_store::mail::{self, Mail as Row};
use jiff::Timestamp;
use serde_json::json;

use super::{Taken, filing};

/// How many mails came, and where they are. They reconcile: `seen` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// That came.
    pub seen: i64,
    /// That are messages of tickets.
    pub filed: i64,
    /// That nothing came of.
    pub noted: i64,
    /// That were set aside.
    pub quarantined: i64,
    /// That wait to be filed.
    pub waiting: i64,
}

/// Counts the mails.
///
/// # Errors
/// If the database fails.
pub async fn counts(desk: &Desk) -> Result<Counts, DeskError> {
    let mut conn = desk.store().read().await?;
    let mut counts = Counts::default();
    for (state, count) in mail::counts(&mut conn).await? {
        counts.seen = counts.seen.saturating_add(count);
        let of = match state.as_str() {
            mail::FILED => &mut counts.filed,
            mail::NOTED => &mut counts.noted,
            mail::QUARANTINED => &mut counts.quarantined,
            _ => &mut counts.waiting,
        };
        *of = of.saturating_add(count);
    }
    Ok(counts)
}

/// The mails that were set aside, in order, from `after` on.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn quarantined(
    desk: &Desk,
    caller: &Caller,
    after: Option<&MailId>,
    limit: u16,
) -> Result<Vec<Row>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    Ok(mail::list(&mut conn, mail::QUARANTINED, after, limit).await?)
}

/// Tries a mail again that was set aside, at once.
///
/// # Errors
/// If the caller may not, it is not set aside, or the database fails.
pub async fn retry(desk: &Desk, caller: &Caller, id: &MailId, now: Timestamp) -> Result<Taken, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let (by, released) = (caller.clone(), id.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            if !mail::release(tx, &released).await? {
                return Err(DeskError::NotFound("e-mail em quarentena"));
            }
            let data = json!({"mail": released.as_str()});
            Ok(trail::record(tx, Event { ticket: None, at: now, by: &by, what: "mail_retried", data })
                .await?)
        })
    });
    written.await?;
    filing::again(desk, caller, id, now).await
}

/// Files what was left waiting since `before`, at most `limit` mails: whoever kept them is gone, or could not. How many were tried.
///
/// # Errors
/// If the database fails.
pub async fn resume(desk: &Desk, before: Timestamp, limit: u16, now: Timestamp) -> Result<usize, DeskError> {
    let mut conn = desk.store().read().await?;
    let waiting = mail::list(&mut conn, mail::RECEIVED, None, limit).await?;
    drop(conn);
    let system = Caller::system();
    let mut tried = 0;
    for row in waiting.iter().filter(|row| row.received_at <= millis(before)) {
        tried += 1;
        // One mail that fails holds no other up.
        if let Err(error) = filing::again(desk, &system, &row.id, now).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(mail = row.id.as_str(), error, "a mail that waits was not filed");
        }
    }
    Ok(tried)
}
