//! Sessions: who one is while they last, which there are, and their end.

use balcao_store::account::Account;
use balcao_store::session::{self, Session};
use balcao_store::{AccountId, account};
use jiff::Timestamp;
use serde_json::json;

use super::account::{in_person, role};
use super::{hash_of, rank};
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// A session's use is noted at most so often, in milliseconds.
const NOTED_EVERY: i64 = 60_000;

/// The caller that an account is.
pub(super) fn caller_of(row: &Account) -> Result<Caller, DeskError> {
    Ok(Caller {
        id: format!("account:{}", row.id),
        name: row.name.clone(),
        role: role(row)?,
        partner: row.partner.clone(),
        narrowed: None,
    })
}

/// Who has this session.
///
/// # Errors
/// [`DeskError::Unknown`] if it has ended, was ended, or never was, or its account may not be used.
pub async fn caller_of_session(desk: &Desk, token: &str, now: Timestamp) -> Result<Caller, DeskError> {
    let hash = hash_of(token);
    let mut conn = desk.store().read().await?;
    let found = session::live(&mut conn, &hash, millis(now)).await?.ok_or(DeskError::Unknown)?;
    let row = account::get(&mut conn, &found.account).await?.ok_or(DeskError::Unknown)?;
    drop(conn);
    if row.disabled_at.is_some() {
        return Err(DeskError::Unknown);
    }
    if millis(now).saturating_sub(found.seen) > NOTED_EVERY {
        desk.store()
            .write(move |tx| {
                Box::pin(async move { Ok::<_, DeskError>(session::touch(tx, &hash, millis(now)).await?) })
            })
            .await?;
    }
    caller_of(&row)
}

/// The sessions of an account: one's own, or anybody's for whoever looks after people.
///
/// # Errors
/// If the caller may not.
pub async fn list(desk: &Desk, caller: &Caller, of: &AccountId) -> Result<Vec<Session>, DeskError> {
    if in_person(caller).as_ref() != Some(of) {
        caller.must(Permission::ManagePeople)?;
    }
    let mut conn = desk.store().read().await?;
    Ok(session::of_account(&mut conn, of).await?)
}

/// Ends the session that was shown: logging out.
///
/// # Errors
/// [`DeskError::Unknown`] if it had ended.
pub async fn log_out(desk: &Desk, token: &str, now: Timestamp) -> Result<(), DeskError> {
    let caller = caller_of_session(desk, token, now).await?;
    end(desk, &caller, hash_of(token), now).await
}

/// Ends a session of an account by its id, the first characters of its hash.
///
/// # Errors
/// If the caller may not, or there is no such session.
pub async fn revoke(
    desk: &Desk,
    caller: &Caller,
    (of, id): (&AccountId, &str),
    now: Timestamp,
) -> Result<(), DeskError> {
    may_end(desk, caller, of).await?;
    let known = list(desk, caller, of).await?;
    let found = known.into_iter().find(|session| id_of(session) == id && session.revoked.is_none());
    let found = found.ok_or(DeskError::NotFound("sessão"))?;
    end(desk, caller, found.hash, now).await
}

/// Ends every session of an account: one's own, or anybody's by whoever looks after people. How many there were.
///
/// # Errors
/// If the caller may not.
pub async fn revoke_all(
    desk: &Desk,
    caller: &Caller,
    of: &AccountId,
    now: Timestamp,
) -> Result<u64, DeskError> {
    may_end(desk, caller, of).await?;
    let (caller, of) = (caller.clone(), of.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let ended = session::revoke_all(tx, &of, millis(now)).await?;
                let data = json!({"account": of.as_str(), "sessions": ended});
                let event = Event { ticket: None, at: now, by: &caller, what: "sessions_ended", data };
                trail::record(tx, event).await?;
                Ok(ended)
            })
        })
        .await
}

/// Everybody ends his own sessions; whoever looks after people those of whoever has no more than himself.
async fn may_end(desk: &Desk, caller: &Caller, of: &AccountId) -> Result<(), DeskError> {
    if in_person(caller).as_ref() == Some(of) {
        return Ok(());
    }
    caller.must(Permission::ManagePeople)?;
    let mut conn = desk.store().read().await?;
    let row = account::get(&mut conn, of).await?.ok_or(DeskError::NotFound("conta"))?;
    if rank::may_give(caller, role(&row)?).is_err() {
        return Err(DeskError::Forbidden("encerrar a sessão de quem pode mais do que você"));
    }
    Ok(())
}

/// By what a session is named: enough of its hash to tell it from others, not enough to find it.
#[must_use]
pub fn id_of(session: &Session) -> String {
    session.hash.chars().take(16).collect()
}

async fn end(desk: &Desk, caller: &Caller, hash: String, now: Timestamp) -> Result<(), DeskError> {
    let caller = caller.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                if !session::revoke(tx, &hash, millis(now)).await? {
                    return Err(DeskError::NotFound("sessão"));
                }
                let id: String = hash.chars().take(16).collect();
                let data = json!({"session": id});
                let event = Event { ticket: None, at: now, by: &caller, what: "session_ended", data };
                Ok(trail::record(tx, event).await?)
            })
        })
        .await
}
