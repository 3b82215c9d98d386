//! Tokens of the API: made once, shown once, recognised by their hash.

use balcao_core::ticket::Role;
use balcao_store::api_token::{self, ApiToken};
use balcao_store::{ApiTokenId, account};
use jiff::Timestamp;
use serde_json::json;

use super::account::{own, partner_fits};
use super::{hash_of, rank};
use crate::caller::{Caller, Permission, role_code, role_of};
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// Every token begins so: people, and programs that look for leaked secrets, know it by that.
const PREFIX: &str = "blc_";
/// 62 to the power of 40 is more than 2 to the power of 238.
const LENGTH: usize = 40;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A token to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// What it is called.
    pub name: String,
    /// What its bearer is to the desk.
    pub role: Role,
    /// What it may do; empty: all that its role may.
    pub scopes: Vec<Permission>,
    /// The partner it belongs to, for a partner's contact.
    pub partner: Option<String>,
    /// When it ends by itself.
    pub expires: Option<Timestamp>,
    /// Whether it acts for the account of whoever makes it.
    pub personal: bool,
}

/// Whether this looks like a token of ours, and not like a session.
#[must_use]
pub fn is_token(text: &str) -> bool {
    text.starts_with(PREFIX)
}

/// Draws a token: bytes that would favour some letters are passed over.
fn draw() -> Result<String, DeskError> {
    let mut token = PREFIX.to_owned();
    while token.len() < PREFIX.len() + LENGTH {
        for byte in random::<64>()? {
            let letter = ALPHABET.get(usize::from(byte % 62)).filter(|_| byte < 248);
            if let Some(letter) = letter.filter(|_| token.len() < PREFIX.len() + LENGTH) {
                token.push(char::from(*letter));
            }
        }
    }
    Ok(token)
}

/// Makes a token. It is in the answer, and nowhere else.
///
/// # Errors
/// If the caller may not, or would give more than he has; if a value is not fit.
pub async fn create(
    desk: &Desk,
    caller: &Caller,
    new: NewToken,
    now: Timestamp,
) -> Result<(ApiToken, String), DeskError> {
    // A narrowed token makes none that is wider.
    if let Some(list) = &caller.narrowed
        && (new.scopes.is_empty() || !new.scopes.iter().all(|scope| list.contains(scope)))
    {
        return Err(DeskError::Forbidden("dar a um token mais escopos do que os seus"));
    }
    if new.personal {
        if own(caller).is_none() || new.role != caller.role {
            return Err(DeskError::Invalid("um token pessoal é de uma conta e tem o papel dela".to_owned()));
        }
        let partner = caller.partner.clone();
        return write(desk, caller, NewToken { partner, ..new }, now).await;
    }
    caller.must(Permission::ManageTokens)?;
    rank::may_give(caller, new.role)?;
    write(desk, caller, new, now).await
}

/// Makes a token for whoever can read the data directory, who may do all anyway.
///
/// # Errors
/// If a value is not fit, or the database fails.
pub async fn create_unchecked(
    desk: &Desk,
    new: NewToken,
    now: Timestamp,
) -> Result<(ApiToken, String), DeskError> {
    let console = Caller { id: "console".to_owned(), name: "console".to_owned(), ..Caller::system() };
    write(desk, &console, NewToken { personal: false, ..new }, now).await
}

async fn write(
    desk: &Desk,
    caller: &Caller,
    new: NewToken,
    now: Timestamp,
) -> Result<(ApiToken, String), DeskError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(DeskError::Invalid("`name` tem de 1 a 100 caracteres visíveis".to_owned()));
    }
    if new.role == Role::System {
        return Err(DeskError::Invalid("`role` tem de ser o papel de uma pessoa".to_owned()));
    }
    if new.expires.is_some_and(|expires| expires <= now) {
        return Err(DeskError::Invalid("`expires_at` já passou".to_owned()));
    }
    partner_fits(desk, new.role, new.partner.as_deref())?;
    let token = draw()?;
    let codes: Vec<&str> = new.scopes.iter().map(|scope| scope.code()).collect();
    let last4: Vec<char> = token.chars().rev().take(4).collect();
    let row = ApiToken {
        id: ApiTokenId::fresh(),
        name: name.to_owned(),
        role: role_code(new.role).to_owned(),
        scopes: json!(codes).to_string(),
        partner: new.partner,
        account: if new.personal { own(caller) } else { None },
        hash: hash_of(&token),
        last4: last4.iter().rev().collect(),
        created: millis(now),
        expires: new.expires.map(millis),
        revoked: None,
    };
    let caller = caller.clone();
    let written = desk
        .store()
        .write(move |tx| {
            Box::pin(async move {
                api_token::add(tx, &row).await?;
                let data = json!({"token": row.id.as_str(), "role": row.role, "partner": row.partner});
                let event = Event { ticket: None, at: now, by: &caller, what: "token_created", data };
                trail::record(tx, event).await?;
                Ok::<_, DeskError>(row)
            })
        })
        .await?;
    Ok((written, token))
}

/// Who bears this token.
///
/// # Errors
/// [`DeskError::Unknown`] if it has ended, was ended, or never was, or its account may not be used.
pub async fn caller_of_token(desk: &Desk, token: &str, now: Timestamp) -> Result<Caller, DeskError> {
    let mut conn = desk.store().read().await?;
    let row = api_token::live(&mut conn, &hash_of(token), millis(now)).await?.ok_or(DeskError::Unknown)?;
    let damaged = || DeskError::Damaged("um token da API");
    let scopes: Vec<String> = serde_json::from_str(&row.scopes).map_err(|_own_list| damaged())?;
    // A scope that this program does not know allows nothing.
    let listed = scopes.iter().filter_map(|code| Permission::parse(code)).collect();
    let narrowed = (!scopes.is_empty()).then_some(listed);
    if let Some(id) = &row.account {
        let account = account::get(&mut conn, id).await?.ok_or(DeskError::Unknown)?;
        if account.disabled_at.is_some() {
            return Err(DeskError::Unknown);
        }
        let caller = super::session::caller_of(&account)?;
        return Ok(Caller { narrowed, ..caller });
    }
    Ok(Caller {
        id: format!("token:{}", row.id),
        name: row.name,
        role: role_of(&row.role).ok_or_else(damaged)?,
        partner: row.partner,
        narrowed,
    })
}

/// The tokens that the caller may see: his own, or all.
///
/// # Errors
/// If the database fails.
pub async fn list(desk: &Desk, caller: &Caller) -> Result<Vec<ApiToken>, DeskError> {
    let mut conn = desk.store().read().await?;
    let mut rows = api_token::list(&mut conn).await?;
    if !caller.may(Permission::ManageTokens) {
        let id = own(caller).ok_or(DeskError::Forbidden(Permission::ManageTokens.words()))?;
        rows.retain(|row| row.account.as_ref() == Some(&id));
    }
    Ok(rows)
}

/// Ends a token: one's own, or any for whoever looks after tokens and is no less than it.
///
/// # Errors
/// If the caller may not, or there is no such token.
pub async fn revoke(desk: &Desk, caller: &Caller, id: &ApiTokenId, now: Timestamp) -> Result<(), DeskError> {
    let rows = list(desk, caller).await?;
    let row = rows.into_iter().find(|row| row.id == *id).ok_or(DeskError::NotFound("token"))?;
    if row.account.is_none() || row.account != own(caller) {
        rank::may_give(caller, role_of(&row.role).ok_or(DeskError::Damaged("um token da API"))?)?;
    }
    let (caller, id) = (caller.clone(), id.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                if !api_token::revoke(tx, &id, millis(now)).await? {
                    return Err(DeskError::NotFound("token"));
                }
                let data = json!({"token": id.as_str()});
                let event = Event { ticket: None, at: now, by: &caller, what: "token_ended", data };
                Ok(trail::record(tx, event).await?)
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_of_every_letter() {
        let drawn: Vec<String> = (0..200).map(|_| draw().unwrap()).collect();
        let mut letters = std::collections::BTreeSet::new();
        for token in &drawn {
            let rest = token.strip_prefix(PREFIX).unwrap();
            assert_eq!(rest.len(), LENGTH);
            letters.extend(rest.chars());
        }
        assert_eq!(letters.len(), 62);
        let different: std::collections::BTreeSet<_> = drawn.iter().collect();
        assert_eq!(different.len(), drawn.len());
    }
}
