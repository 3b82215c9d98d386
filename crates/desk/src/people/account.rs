//! Accounts: made, changed, invited; and passwords set by whoever was invited.

use balcao_core::ticket::Role;
use balcao_store::account::{self, Account};
use balcao_store::one_time::{self, OneTime};
use balcao_store::{AccountId, StoreError, Tx, session};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{fresh_secret, hash_of, password, rank};
use crate::caller::{Caller, Permission, role_code, role_of};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::mail::{self, Kind, Language, Linked};
use crate::trail::{self, Event};

/// How long an invitation is good.
const INVITED: SignedDuration = SignedDuration::from_hours(72);
const PASSWORD: &str = "password";

/// A person to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// What is typed to log in.
    pub login: String,
    /// What is shown.
    pub name: String,
    /// What the person is to the desk.
    pub role: Role,
    /// Of which partner, for a contact.
    pub partner: Option<String>,
    /// Of which team.
    pub team: Option<String>,
}

/// What of an account is to change; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// What is shown.
    pub name: Option<String>,
    /// What the person is to the desk.
    pub role: Option<Role>,
    /// Of which partner, for a contact. Whoever stops being a contact is of none.
    pub partner: Option<String>,
    /// Of which team: `Some(None)` for none.
    pub team: Option<Option<String>>,
    /// Whether it may no longer be used; its sessions then end.
    pub disabled: Option<bool>,
}

/// What is typed to log in, as it is kept.
pub(super) fn folded(login: &str) -> String {
    login.trim().to_lowercase()
}

/// Makes an account; whoever is invited sets its password.
///
/// # Errors
/// If the caller may not, or would give more than he has; if a value is not fit, or the login is another's.
pub async fn create(
    desk: &Desk,
    caller: &Caller,
    new: NewAccount,
    now: Timestamp,
) -> Result<Account, DeskError> {
    caller.must(Permission::ManagePeople)?;
    rank::may_give(caller, new.role)?;
    let row = row_of(desk, new, now)?;
    let caller = caller.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                add(tx, &row, &caller, now).await?;
                Ok(row)
            })
        })
        .await
}

/// Writes an account with its entry in the trail.
pub(super) async fn add(tx: &mut Tx, row: &Account, by: &Caller, now: Timestamp) -> Result<(), DeskError> {
    account::add(tx, row).await.map_err(|error| match error {
        StoreError::Taken { .. } => DeskError::Conflict("já existe uma conta com este login".to_owned()),
        other => other.into(),
    })?;
    let data = json!({"account": row.id.as_str(), "role": row.role, "partner": row.partner});
    Ok(trail::record(tx, Event { ticket: None, at: now, by, what: "account_created", data }).await?)
}

/// A new row, its values checked.
pub(super) fn row_of(desk: &Desk, new: NewAccount, now: Timestamp) -> Result<Account, DeskError> {
    let login = folded(&new.login);
    if !is_fit(&login, 200) || login.contains(char::is_whitespace) || !is_fit(&new.name, 200) {
        let text = "`login` (sem espaços) e `name` têm de 1 a 200 caracteres visíveis";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    team_fits(new.team.as_deref())?;
    partner_fits(desk, new.role, new.partner.as_deref())?;
    Ok(Account {
        id: AccountId::fresh(),
        login,
        name: new.name.trim().to_owned(),
        role: role_code(new.role).to_owned(),
        partner: new.partner,
        team: new.team,
        password_hash: None,
        totp_sealed: None,
        totp_step: None,
        failures: 0,
        locked_until: None,
        disabled_at: None,
        created: millis(now),
        updated: millis(now),
    })
}

fn is_fit(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control)
}

fn team_fits(team: Option<&str>) -> Result<(), DeskError> {
    if team.is_some_and(|team| !is_fit(team, 40)) {
        return Err(DeskError::Invalid("`team` tem de 1 a 40 caracteres visíveis".to_owned()));
    }
    Ok(())
}

/// A contact is of a partner that the registry knows; nobody else is of one.
pub(super) fn partner_fits(desk: &Desk, role: Role, partner: Option<&str>) -> Result<(), DeskError> {
    let known = partner.map(|code| desk.state().world.registry.partner(code).is_some());
    match (role, known) {
        (Role::PartnerContact, Some(true)) => Ok(()),
        (Role::PartnerContact, Some(false)) => {
            Err(DeskError::Invalid("`partner` não está no cadastro".to_owned()))
        }
        (Role::PartnerContact, None) => {
            Err(DeskError::Invalid("o papel partner_contact precisa de `partner`".to_owned()))
        }
        (_, None) => Ok(()),
        (_, Some(_)) => Err(DeskError::Invalid("só partner_contact tem `partner`".to_owned())),
    }
}

/// Changes an account.
///
/// # Errors
/// If the caller may not, would give more than he has or touch whoever has more; for the last administrator; if it is not there.
pub async fn change(
    desk: &Desk,
    caller: &Caller,
    id: &AccountId,
    changes: Changes,
    now: Timestamp,
) -> Result<Account, DeskError> {
    caller.must(Permission::ManagePeople)?;
    if let Some(role) = changes.role {
        rank::may_give(caller, role)?;
    }
    let desk_of = desk.clone();
    let (caller, id) = (caller.clone(), id.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                account::alone(tx).await?;
                let before = account::get(tx, &id).await?.ok_or(DeskError::NotFound("conta"))?;
                rank::may_give(&caller, role(&before)?)?;
                let after = changed(&desk_of, before.clone(), &changes, now)?;
                if is_open_administrator(&before) && !is_open_administrator(&after) {
                    let all = account::list(tx).await?;
                    if !all.iter().any(|other| other.id != id && is_open_administrator(other)) {
                        let text = "é a última conta de administrador; crie outra antes";
                        return Err(DeskError::Conflict(text.to_owned()));
                    }
                }
                account::update(tx, &after).await?;
                if after.disabled_at.is_some() {
                    session::revoke_all(tx, &id, millis(now)).await?;
                    one_time::end_of(tx, &id, millis(now)).await?;
                }
                let data = json!({
                    "account": id.as_str(), "role": after.role, "partner": after.partner,
                    "disabled": after.disabled_at.is_some(),
                });
                let event = Event { ticket: None, at: now, by: &caller, what: "account_changed", data };
                trail::record(tx, event).await?;
                Ok(after)
            })
        })
        .await
}

fn changed(desk: &Desk, mut row: Account, changes: &Changes, now: Timestamp) -> Result<Account, DeskError> {
    if let Some(name) = &changes.name {
        if !is_fit(name, 200) {
            return Err(DeskError::Invalid("`name` tem de 1 a 200 caracteres visíveis".to_owned()));
        }
        row.name = name.trim().to_owned();
    }
    if changes.role.is_some() || changes.partner.is_some() {
        let role = changes.role.map_or_else(|| role(&row), Ok)?;
        let stays = row.partner.take().filter(|_| role == Role::PartnerContact);
        row.partner = changes.partner.clone().or(stays);
        partner_fits(desk, role, row.partner.as_deref())?;
        role_code(role).clone_into(&mut row.role);
    }
    if let Some(team) = &changes.team {
        team_fits(team.as_deref())?;
        row.team.clone_from(team);
    }
    match changes.disabled {
        Some(true) => row.disabled_at = row.disabled_at.or(Some(millis(now))),
        Some(false) => row.disabled_at = None,
        None => {}
    }
    row.updated = millis(now);
    Ok(row)
}

/// The role of a row.
pub(super) fn role(row: &Account) -> Result<Role, DeskError> {
    role_of(&row.role).ok_or(DeskError::Damaged("o papel de uma conta"))
}

fn is_open_administrator(row: &Account) -> bool {
    row.role == role_code(Role::Administrator) && row.disabled_at.is_none()
}

/// Every account, by login.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn list(desk: &Desk, caller: &Caller) -> Result<Vec<Account>, DeskError> {
    caller.must(Permission::ManagePeople)?;
    let mut conn = desk.store().read().await?;
    Ok(account::list(&mut conn).await?)
}

/// One account: anybody's own, or any for whoever looks after people.
///
/// # Errors
/// If it is not there or not the caller's to see.
pub async fn get(desk: &Desk, caller: &Caller, id: &AccountId) -> Result<Account, DeskError> {
    if own(caller).as_ref() != Some(id) {
        caller.must(Permission::ManagePeople)?;
    }
    let mut conn = desk.store().read().await?;
    account::get(&mut conn, id).await?.ok_or(DeskError::NotFound("conta"))
}

/// The account behind a caller, if there is one.
#[must_use]
pub fn own(caller: &Caller) -> Option<AccountId> {
    caller.id.strip_prefix("account:").and_then(AccountId::parse)
}

/// The person who asks himself. A narrowed token is not: it does what it was made for, and does not change how its owner comes in.
pub(super) fn in_person(caller: &Caller) -> Option<AccountId> {
    own(caller).filter(|_| caller.narrowed.is_none())
}

/// A link, good once and for three days, with which the account's owner sets its password.
///
/// # Errors
/// If the caller may not, or the account is not there or is more than the caller.
pub async fn invite(
    desk: &Desk,
    caller: &Caller,
    id: &AccountId,
    now: Timestamp,
) -> Result<String, DeskError> {
    caller.must(Permission::ManagePeople)?;
    let secret = fresh_secret()?;
    let link = OneTime {
        hash: hash_of(&secret),
        purpose: PASSWORD.to_owned(),
        account: Some(id.clone()),
        expires: millis(now.saturating_add(INVITED).unwrap_or(Timestamp::MAX)),
        used: None,
    };
    let (caller, id, own, carried) = (caller.clone(), id.clone(), desk.clone(), secret.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let row = account::get(tx, &id).await?.ok_or(DeskError::NotFound("conta"))?;
                rank::may_give(&caller, role(&row)?)?;
                one_time::add(tx, &link).await?;
                let linked = Linked {
                    kind: Kind::Invitation,
                    to: &row.login,
                    language: Language::Portuguese,
                    secret: &carried,
                    expires: link.expires,
                };
                // Whoever invites sees the link too, and may hand it over where no mail goes out.
                mail::link(tx, &own, linked, now).await?;
                let data = json!({"account": id.as_str()});
                let event = Event { ticket: None, at: now, by: &caller, what: "account_invited", data };
                Ok::<_, DeskError>(trail::record(tx, event).await?)
            })
        })
        .await?;
    Ok(secret)
}

/// Sets the password of whoever was invited; the account's sessions and other links end.
///
/// # Errors
/// If the link was used, has ended or never was, or its account may not be used; if the password is not fit.
pub async fn set_password(
    desk: &Desk,
    invitation: &str,
    password: &str,
    now: Timestamp,
) -> Result<(), DeskError> {
    let link_hash = hash_of(invitation);
    let mut conn = desk.store().read().await?;
    let link = one_time::live(&mut conn, &link_hash, millis(now)).await?;
    let link = link.filter(|link| link.purpose == PASSWORD).ok_or(DeskError::Unknown)?;
    let id = link.account.ok_or(DeskError::Unknown)?;
    let row = account::get(&mut conn, &id).await?.filter(|row| row.disabled_at.is_none());
    let row = row.ok_or(DeskError::Unknown)?;
    drop(conn);
    password::is_fit(password, &row.login, &row.name)?;
    let hash = password::hash(password.to_owned()).await?;
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                account::alone(tx).await?;
                if !one_time::take(tx, &link_hash, millis(now)).await? {
                    return Err(DeskError::Unknown);
                }
                write_password(tx, &id, hash, now).await
            })
        })
        .await
}

/// Changes one's own password; every session ends, as do links for setting it.
///
/// # Errors
/// If the caller is no person, the old password is wrong, or the new one is not fit.
pub async fn change_password(
    desk: &Desk,
    caller: &Caller,
    (old, new): (&str, &str),
    now: Timestamp,
) -> Result<(), DeskError> {
    let id = in_person(caller).ok_or(DeskError::Forbidden("trocar a senha: só a própria pessoa troca"))?;
    let mut conn = desk.store().read().await?;
    let row = account::get(&mut conn, &id).await?.ok_or(DeskError::Unknown)?;
    drop(conn);
    super::login::within_attempts(desk, &row.login, now).await?;
    if !password::fits(old.to_owned(), row.password_hash.clone()).await {
        super::login::count_failure(desk, &row.login, now).await?;
        return Err(DeskError::Unknown);
    }
    password::is_fit(new, &row.login, &row.name)?;
    let hash = password::hash(new.to_owned()).await?;
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                account::alone(tx).await?;
                write_password(tx, &id, hash, now).await
            })
        })
        .await
}

async fn write_password(tx: &mut Tx, id: &AccountId, hash: String, now: Timestamp) -> Result<(), DeskError> {
    let row = account::get(tx, id).await?.filter(|row| row.disabled_at.is_none());
    let mut row = row.ok_or(DeskError::Unknown)?;
    row.password_hash = Some(hash);
    row.updated = millis(now);
    account::update(tx, &row).await?;
    session::revoke_all(tx, id, millis(now)).await?;
    one_time::end_of(tx, id, millis(now)).await?;
    let by = super::session::caller_of(&row)?;
    let data = json!({"account": id.as_str()});
    let event = Event { ticket: None, at: now, by: &by, what: "password_set", data };
    Ok(trail::record(tx, event).await?)
}
