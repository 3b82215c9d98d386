//! The first administrator: made with a link that whoever starts the desk reads, while there is no account.

use balcao_core::ticket::Role;
use balcao_store::account::{self, Account};
use balcao_store::one_time::{self, OneTime};
use jiff::{SignedDuration, Timestamp};

use super::account::{NewAccount, add, row_of};
use super::{fresh_secret, hash_of, password};
use crate::caller::Caller;
use crate::desk::{Desk, millis};
use crate::error::DeskError;

const PURPOSE: &str = "first-administrator";
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A token for making the first administrator, good once and for a day; `None` once there is an account. An earlier one ends.
///
/// # Errors
/// If the database fails.
pub async fn first_administrator(desk: &Desk, now: Timestamp) -> Result<Option<String>, DeskError> {
    let secret = fresh_secret()?;
    let link = OneTime {
        hash: hash_of(&secret),
        purpose: PURPOSE.to_owned(),
        account: None,
        expires: millis(now.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX)),
        used: None,
    };
    let made = desk.store().write(move |tx| {
        Box::pin(async move {
            account::alone(tx).await?;
            if !account::list(tx).await?.is_empty() {
                return Ok(false);
            }
            one_time::end_all(tx, PURPOSE, millis(now)).await?;
            one_time::add(tx, &link).await?;
            Ok::<_, DeskError>(true)
        })
    });
    Ok(made.await?.then_some(secret))
}

/// Whoever is to look after the desk.
#[derive(Clone)]
pub struct NewAdministrator {
    /// What is typed to log in.
    pub login: String,
    /// What is shown.
    pub name: String,
    /// The password.
    pub password: String,
}

impl std::fmt::Debug for NewAdministrator {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("NewAdministrator");
        shown.field("login", &self.login).field("name", &self.name).finish_non_exhaustive()
    }
}

/// Makes the first administrator.
///
/// # Errors
/// [`DeskError::Unknown`] if the token was used, has ended or never was, or there is an account already.
pub async fn claim_first(
    desk: &Desk,
    token: &str,
    new: NewAdministrator,
    now: Timestamp,
) -> Result<Account, DeskError> {
    let link_hash = hash_of(token);
    let mut conn = desk.store().read().await?;
    let link = one_time::live(&mut conn, &link_hash, millis(now)).await?;
    drop(conn);
    link.filter(|link| link.purpose == PURPOSE).ok_or(DeskError::Unknown)?;
    let NewAdministrator { login, name, password } = new;
    let account = NewAccount { login, name, role: Role::Administrator, partner: None, team: None };
    let mut row = row_of(desk, account, now)?;
    password::is_fit(&password, &row.login, &row.name)?;
    row.password_hash = Some(password::hash(password).await?);
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                account::alone(tx).await?;
                let taken = one_time::take(tx, &link_hash, millis(now)).await?;
                if !taken || !account::list(tx).await?.is_empty() {
                    return Err(DeskError::Unknown);
                }
                let by = Caller { id: "console".to_owned(), name: "console".to_owned(), ..Caller::system() };
                add(tx, &row, &by, now).await?;
                Ok(row)
            })
        })
        .await
}
