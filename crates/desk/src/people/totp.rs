//! The second factor: codes of an authenticator, each good once.

use balcao_store::account::{self, Account};
use balcao_store::{AccountId, sealed};
use jiff::Timestamp;
use serde_json::json;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::account::{in_person, own, role};
use super::login::{count_failure, within_attempts};
use super::rank;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// What an authenticator is set up with; shown once.
pub struct Enrolment {
    /// For a program: `otpauth://…`.
    pub url: Zeroizing<String>,
    /// For a person to type.
    pub secret: Zeroizing<String>,
}

impl std::fmt::Debug for Enrolment {
    /// Without the secret, which the address has too.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment").finish_non_exhaustive()
    }
}

fn totp(secret: [u8; 20], login: &str) -> Result<Totp, DeskError> {
    let account = login.replace(':', "-");
    let builder = Builder::new().with_secret(secret).with_account_name(account);
    let built = builder.with_issuer(Some("Balcão")).with_skew(1).build();
    built.map_err(|_never_shown| DeskError::Damaged("o segundo fator de uma conta"))
}

fn already() -> DeskError {
    DeskError::Conflict("a conta já tem segundo fator; desligue-o antes".to_owned())
}

/// What the secret of an account that is not confirmed yet is sealed as.
fn pending(id: &AccountId) -> String {
    format!("totp pending {id}")
}

/// Begins to set up a second factor; it counts once a code was confirmed.
///
/// # Errors
/// If the caller is no person, or has one already.
pub async fn enrol(desk: &Desk, caller: &Caller) -> Result<Enrolment, DeskError> {
    let row = own_account(desk, caller).await?;
    if row.totp_sealed.is_some() {
        return Err(already());
    }
    let secret: [u8; 20] = random()?;
    let made = totp(secret, &row.login)?;
    let url = made.to_url().map_err(|_never_shown| DeskError::Damaged("o segundo fator de uma conta"))?;
    let text = totp_rs::Secret::from(secret).to_base32();
    let sealed = desk.secrets().seal(&pending(&row.id), &secret, random()?, None);
    desk.store()
        .write(move |tx| Box::pin(async move { Ok::<_, DeskError>(sealed::add(tx, &sealed).await?) }))
        .await?;
    Ok(Enrolment { url: Zeroizing::new(url), secret: Zeroizing::new(text) })
}

/// Confirms the second factor with a code; from now on it is needed.
///
/// # Errors
/// If nothing was begun, there is one already, or the code is wrong.
pub async fn confirm(desk: &Desk, caller: &Caller, code: &str, now: Timestamp) -> Result<(), DeskError> {
    let row = own_account(desk, caller).await?;
    if row.totp_sealed.is_some() {
        return Err(already());
    }
    let mut conn = desk.store().read().await?;
    let begun = sealed::about(&mut conn, &pending(&row.id)).await?;
    drop(conn);
    let begun = begun.into_iter().next_back().ok_or(DeskError::NotFound("segundo fator a confirmar"))?;
    let secret = secret_of(desk, &begun)?;
    let step = checked(&totp(*secret, &row.login)?, code, now);
    let Some(step) = step else {
        let text = "o código não confere; confira o relógio do aparelho e tente com o próximo";
        return Err(DeskError::Invalid(text.to_owned()));
    };
    let kept = desk.secrets().seal(row.id.as_str(), secret.as_slice(), random()?, None);
    let caller = caller.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                account::alone(tx).await?;
                let mut row = account::get(tx, &row.id).await?.ok_or(DeskError::Unknown)?;
                if row.totp_sealed.is_some() {
                    return Err(already());
                }
                // What was begun is confirmed once: it is of no use to whoever comes later with an old secret.
                sealed::forget(tx, &pending(&row.id)).await?;
                sealed::add(tx, &kept).await?;
                row.totp_sealed = Some(kept.id);
                row.totp_step = Some(step);
                row.updated = millis(now);
                account::update(tx, &row).await?;
                let data = json!({"account": row.id.as_str()});
                let event = Event { ticket: None, at: now, by: &caller, what: "second_factor_on", data };
                Ok::<_, DeskError>(trail::record(tx, event).await?)
            })
        })
        .await
}

/// Takes the second factor away: one's own with a code, anybody's by whoever looks after people.
///
/// # Errors
/// If the caller may not, or the code is wrong; [`DeskError::TooMany`] after too many that were.
pub async fn disable(
    desk: &Desk,
    caller: &Caller,
    (of, code): (&AccountId, Option<&str>),
    now: Timestamp,
) -> Result<(), DeskError> {
    let is_own = own(caller).as_ref() == Some(of);
    if is_own {
        own_id(caller)?;
    } else {
        caller.must(Permission::ManagePeople)?;
    }
    let mut conn = desk.store().read().await?;
    let row = account::get(&mut conn, of).await?.ok_or(DeskError::NotFound("conta"))?;
    drop(conn);
    if is_own {
        own_code(desk, &row, code, now).await?;
    } else {
        rank::may_give(caller, role(&row)?)?;
    }
    let (caller, of) = (caller.clone(), of.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                account::alone(tx).await?;
                let mut row = account::get(tx, &of).await?.ok_or(DeskError::NotFound("conta"))?;
                (row.totp_sealed, row.totp_step, row.updated) = (None, None, millis(now));
                account::update(tx, &row).await?;
                sealed::forget(tx, of.as_str()).await?;
                let data = json!({"account": of.as_str()});
                let event = Event { ticket: None, at: now, by: &caller, what: "second_factor_off", data };
                Ok::<_, DeskError>(trail::record(tx, event).await?)
            })
        })
        .await
}

/// Somebody at an open session may guess codes too: that counts, and waits, as at the door.
async fn own_code(desk: &Desk, row: &Account, code: Option<&str>, now: Timestamp) -> Result<(), DeskError> {
    let wrong = || DeskError::Invalid("o código não confere".to_owned());
    let code = code.ok_or_else(wrong)?;
    within_attempts(desk, &row.login, now).await?;
    if take_code(desk, row, code, now).await? {
        return Ok(());
    }
    count_failure(desk, &row.login, now).await?;
    Err(wrong())
}

/// Whether a code is right and was not used before; it is used then.
pub(super) async fn take_code(
    desk: &Desk,
    row: &Account,
    code: &str,
    now: Timestamp,
) -> Result<bool, DeskError> {
    let Some(id) = row.totp_sealed.clone() else { return Ok(false) };
    let mut conn = desk.store().read().await?;
    let kept =
        sealed::get(&mut conn, &id).await?.ok_or(DeskError::Damaged("o segundo fator de uma conta"))?;
    drop(conn);
    let secret = secret_of(desk, &kept)?;
    let Some(step) = checked(&totp(*secret, &row.login)?, code, now) else { return Ok(false) };
    let account = row.id.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                // Two at once with one code: whoever comes second waits, and reads what the first wrote.
                account::alone(tx).await?;
                let mut row = account::get(tx, &account).await?.ok_or(DeskError::Unknown)?;
                if row.totp_step.is_some_and(|last| last >= step) {
                    return Ok(false);
                }
                row.totp_step = Some(step);
                account::update(tx, &row).await?;
                Ok::<_, DeskError>(true)
            })
        })
        .await
}

fn checked(totp: &Totp, code: &str, now: Timestamp) -> Option<i64> {
    let code = code.trim();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = u64::try_from(now.as_second()).ok()?;
    totp.check(code, seconds).and_then(|step| i64::try_from(step).ok())
}

fn secret_of(desk: &Desk, kept: &sealed::Sealed) -> Result<Zeroizing<[u8; 20]>, DeskError> {
    let damaged = || DeskError::Damaged("o segundo fator de uma conta");
    let opened = desk.secrets().open(kept).map_err(|_why| damaged())?;
    let bytes: [u8; 20] = opened.as_slice().try_into().map_err(|_wrong_length| damaged())?;
    Ok(Zeroizing::new(bytes))
}

fn own_id(caller: &Caller) -> Result<AccountId, DeskError> {
    in_person(caller).ok_or(DeskError::Forbidden("mudar o segundo fator: só a própria pessoa muda o seu"))
}

async fn own_account(desk: &Desk, caller: &Caller) -> Result<Account, DeskError> {
    let id = own_id(caller)?;
    let mut conn = desk.store().read().await?;
    account::get(&mut conn, &id).await?.ok_or(DeskError::Unknown)
}
