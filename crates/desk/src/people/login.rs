//! Logging in. A known and an unknown name answer, wait and lock alike.

use balcao_store::account::{self, Account};
use balcao_store::{Tx, attempt, session};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::account::folded;
use super::{fresh_secret, hash_of, password, totp};
use crate::caller::Caller;
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// Failures after which a name waits.
const PATIENCE: i64 = 5;
/// The first wait; each further failure doubles it.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);
/// How long a session lasts.
const SESSION: SignedDuration = SignedDuration::from_hours(12);

/// What was typed.
pub struct Attempted {
    /// The name.
    pub login: String,
    /// The password.
    pub password: String,
    /// The code of the second factor, if it was asked for.
    pub code: Option<String>,
    /// The browser or program, as its owner will see it.
    pub agent: String,
}

/// What came of it.
#[derive(Debug)]
pub enum Entered {
    /// In.
    In(LoggedIn),
    /// The password is right; the code of the second factor is needed too.
    NeedsCode,
}

/// A session that was opened.
pub struct LoggedIn {
    /// Shown once; what is kept is its hash.
    pub token: String,
    /// When it ends by itself.
    pub expires: Timestamp,
    /// Who came in.
    pub caller: Caller,
}

impl std::fmt::Debug for LoggedIn {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("LoggedIn");
        shown.field("expires", &self.expires).field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// Logs in.
///
/// # Errors
/// [`DeskError::Unknown`] for whatever is wrong; [`DeskError::TooMany`] while the name waits.
pub async fn log_in(desk: &Desk, attempted: Attempted, now: Timestamp) -> Result<Entered, DeskError> {
    let login = folded(&attempted.login);
    within_attempts(desk, &login, now).await?;
    if attempted.password.len() > 4096 || login.len() > 4096 {
        return Err(DeskError::Unknown);
    }
    let mut conn = desk.store().read().await?;
    let found = account::by_login(&mut conn, &login).await?;
    drop(conn);
    let open = found.filter(|row| row.disabled_at.is_none());
    let hash = open.as_ref().and_then(|row| row.password_hash.clone());
    let fits = password::fits(attempted.password, hash).await;
    let Some(row) = open.filter(|_| fits) else {
        count_failure(desk, &login, now).await?;
        return Err(DeskError::Unknown);
    };
    if row.totp_sealed.is_some() {
        let Some(code) = &attempted.code else {
            // Others may have failed while this one was checked: then a right guess looks like theirs.
            within_attempts(desk, &login, now).await?;
            return Ok(Entered::NeedsCode);
        };
        if !totp::take_code(desk, &row, code, now).await? {
            count_failure(desk, &login, now).await?;
            return Err(DeskError::Unknown);
        }
    }
    open_session(desk, row, (login, attempted.agent), now).await.map(Entered::In)
}

pub(super) async fn open_session(
    desk: &Desk,
    checked: Account,
    (login, agent): (String, String),
    now: Timestamp,
) -> Result<LoggedIn, DeskError> {
    let token = fresh_secret()?;
    let expires = now.saturating_add(SESSION).unwrap_or(Timestamp::MAX);
    let masker = balcao_core::mask::Masker::new([]);
    let opened = session::Session {
        hash: hash_of(&token),
        account: checked.id.clone(),
        agent: masker.mask(&agent).chars().take(200).collect(),
        created: millis(now),
        seen: millis(now),
        expires: millis(expires),
        revoked: None,
    };
    let mark = mark(desk, &login);
    let caller = desk.store().write(move |tx| {
        Box::pin(async move {
            account::alone(tx).await?;
            // Checking took a while: whoever was disabled meanwhile, or proves himself otherwise by now, is not let in.
            let row = account::get(tx, &checked.id).await?.ok_or(DeskError::Unknown)?;
            let changed =
                (&row.password_hash, &row.totp_sealed) != (&checked.password_hash, &checked.totp_sealed);
            if row.disabled_at.is_some() || changed {
                return Err(DeskError::Unknown);
            }
            count(tx, &mark, now).await?;
            attempt::clear(tx, &mark).await?;
            session::add(tx, &opened).await?;
            let by = super::session::caller_of(&row)?;
            let data = json!({"agent": opened.agent});
            let event = Event { ticket: None, at: now, by: &by, what: "logged_in", data };
            trail::record(tx, event).await?;
            Ok(by)
        })
    });
    Ok(LoggedIn { caller: caller.await?, token, expires })
}

/// What failures are counted under: not even the log of failures has the names that were typed.
fn mark(desk: &Desk, login: &str) -> String {
    desk.secrets().mark("login", &[login.as_bytes()])
}

/// # Errors
/// [`DeskError::TooMany`] while the name waits.
pub(super) async fn within_attempts(desk: &Desk, login: &str, now: Timestamp) -> Result<(), DeskError> {
    let mut conn = desk.store().read().await?;
    waited(attempt::get(&mut conn, &mark(desk, login)).await?, now)
}

fn waited(known: Option<attempt::Attempt>, now: Timestamp) -> Result<(), DeskError> {
    let until = known.and_then(|attempt| attempt.locked_until).map(instant);
    match until.map(|until| until.duration_since(now)) {
        Some(left) if left > SignedDuration::ZERO => {
            Err(DeskError::TooMany(u64::try_from(left.as_secs()).unwrap_or(0).saturating_add(1)))
        }
        _ => Ok(()),
    }
}

/// Counts an attempt that was checked. Those at the same time stand behind each other here: whoever finds that the name waits by
/// now learns no more than that, however his check came out, and is not counted.
async fn count(tx: &mut Tx, mark: &str, now: Timestamp) -> Result<i64, DeskError> {
    let failures = attempt::failed(tx, mark, millis(now)).await?;
    waited(attempt::get(tx, mark).await?, now)?;
    Ok(failures)
}

/// Counts a failure and lets the name wait if there were too many.
///
/// # Errors
/// [`DeskError::TooMany`] if the name waits already: others failed meanwhile.
pub(super) async fn count_failure(desk: &Desk, login: &str, now: Timestamp) -> Result<(), DeskError> {
    let mark = mark(desk, login);
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let failures = count(tx, &mark, now).await?;
                let over = failures.saturating_sub(PATIENCE);
                if over < 0 {
                    return Ok(());
                }
                let doubled = FIRST_WAIT.saturating_mul(1 << over.clamp(0, 10)).min(LONGEST_WAIT);
                let until = now.saturating_add(doubled).unwrap_or(Timestamp::MAX);
                attempt::lock(tx, &mark, millis(until)).await?;
                let data = json!({"name": mark, "failures": failures});
                let by = Caller::system();
                let event = Event { ticket: None, at: now, by: &by, what: "login_locked", data };
                Ok::<_, DeskError>(trail::record(tx, event).await?)
            })
        })
        .await
}
