//! Coming in by a link: a partner's contact asks for one at a registered address, or somebody of the desk makes one for them.

use balcao_core::facts::registry::Registry;
use balcao_core::ticket::Role;
use balcao_store::account::{self, Account};
use balcao_store::one_time::{self, OneTime};
use balcao_store::{AccountId, Tx};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::account::{NewAccount, add, folded, row_of};
use super::login::{LoggedIn, count_failure, open_session, within_attempts};
use super::{fresh_secret, hash_of};
use crate::caller::{Caller, Permission, role_code};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::mail::{self, Kind, Language, Linked};
use crate::trail::{self, Event};

const PURPOSE: &str = "enter";
/// How long a link is good that somebody asked for.
const ASKED: SignedDuration = SignedDuration::from_mins(30);
/// How long one is good that the desk made.
const MADE: SignedDuration = SignedDuration::from_hours(24);

/// A link for whoever has this address, if the registry names it as a partner's contact; to be sent there and nowhere else. Whoever
/// asks must be told the same either way. Where mail goes out the link goes with it, and `None` is left to be carried.
///
/// # Errors
/// [`DeskError::TooMany`] where links were asked for too often, registered or not.
pub async fn ask(desk: &Desk, address: &str, now: Timestamp) -> Result<Option<String>, DeskError> {
    let address = folded(address);
    // Each asking counts as a try: nobody floods a mailbox.
    let name = format!("link {address}");
    within_attempts(desk, &name, now).await?;
    count_failure(desk, &name, now).await?;
    let Some((partner, shown)) = contact(&desk.state().world.registry, &address) else { return Ok(None) };
    let by = Caller::system();
    make(desk, &by, (&address, &shown, &partner), Lasting::Asked, now).await
}

/// A link for a contact of the registry, to be handed over by whoever makes it.
///
/// # Errors
/// If the caller may not, or the registry names no such contact.
pub async fn hand_over(
    desk: &Desk,
    caller: &Caller,
    address: &str,
    now: Timestamp,
) -> Result<String, DeskError> {
    caller.must(Permission::WriteTickets)?;
    if !caller.is_staff() {
        return Err(DeskError::Forbidden("criar links de acesso"));
    }
    let address = folded(address);
    let found = contact(&desk.state().world.registry, &address);
    let (partner, shown) = found.ok_or(DeskError::NotFound("contato"))?;
    let made = make(desk, caller, (&address, &shown, &partner), Lasting::Made, now).await?;
    made.ok_or_else(|| DeskError::Conflict("este endereço é o de uma conta da equipe".to_owned()))
}

/// The partner whose contact has this address, and the contact's name.
fn contact(registry: &Registry, address: &str) -> Option<(String, String)> {
    // A link goes to a mailbox; telephones have none.
    let partner = registry.partner_of_address(address).filter(|_| address.contains('@'))?;
    let contact = partner.contacts.iter().find(|contact| folded(&contact.address) == address)?;
    Some((partner.code.clone(), contact.name.clone().unwrap_or_else(|| partner.name.clone())))
}

/// For whom a link is made, and so how it gets there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lasting {
    /// Whoever comes in asked for it: it goes by mail, if mail goes out.
    Asked,
    /// The desk made it: whoever made it hands it over.
    Made,
}

/// Nothing for an address that belongs to a person of the desk, to another partner's contact, or to an account that is turned off.
async fn make(
    desk: &Desk,
    by: &Caller,
    (address, shown, partner): (&str, &str, &str),
    lasting: Lasting,
    now: Timestamp,
) -> Result<Option<String>, DeskError> {
    let secret = fresh_secret()?;
    let new = NewAccount {
        login: address.to_owned(),
        name: shown.to_owned(),
        role: Role::PartnerContact,
        partner: Some(partner.to_owned()),
        team: None,
    };
    let (fresh, hash) = (row_of(desk, new, now)?, hash_of(&secret));
    let lasts = if lasting == Lasting::Asked { ASKED } else { MADE };
    let expires = millis(now.saturating_add(lasts).unwrap_or(Timestamp::MAX));
    let known = desk.state().world.registry.partner(partner).and_then(|partner| partner.language.clone());
    let (own, carried) = (desk.clone(), secret.clone());
    let (by, address, partner) = (by.clone(), address.to_owned(), partner.to_owned());
    let made = desk.store().write(move |tx| {
        Box::pin(async move {
            account::alone(tx).await?;
            let Some(id) = known_or_new(tx, (fresh, &address, &partner), &by, now).await? else {
                return Ok(Made::Nothing);
            };
            let link =
                OneTime { hash, purpose: PURPOSE.to_owned(), account: Some(id.clone()), expires, used: None };
            one_time::add(tx, &link).await?;
            let linked = Linked {
                kind: Kind::Link,
                to: &address,
                language: Language::of(known.as_deref()),
                secret: &carried,
                expires,
            };
            let mailed = lasting == Lasting::Asked && mail::link(tx, &own, linked, now).await?;
            let data = json!({"account": id.as_str()});
            trail::record(tx, Event { ticket: None, at: now, by: &by, what: "link_made", data }).await?;
            Ok::<_, DeskError>(if mailed { Made::Mailed } else { Made::ToCarry })
        })
    });
    Ok((made.await? == Made::ToCarry).then_some(secret))
}

/// What became of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Nothing,
    Mailed,
    ToCarry,
}

async fn known_or_new(
    tx: &mut Tx,
    (fresh, address, partner): (Account, &str, &str),
    by: &Caller,
    now: Timestamp,
) -> Result<Option<AccountId>, DeskError> {
    match account::by_login(tx, address).await? {
        Some(row) => {
            let contact = row.role == role_code(Role::PartnerContact);
            let same = row.partner.as_deref() == Some(partner);
            Ok((contact && same && row.disabled_at.is_none()).then_some(row.id))
        }
        None => {
            add(tx, &fresh, by, now).await?;
            Ok(Some(fresh.id))
        }
    }
}

/// Opens a session with a link, once.
///
/// # Errors
/// [`DeskError::Unknown`] if the link was used, has ended or never was.
pub async fn enter(desk: &Desk, secret: &str, agent: &str, now: Timestamp) -> Result<LoggedIn, DeskError> {
    let hash = hash_of(secret);
    let mut conn = desk.store().read().await?;
    let link = one_time::live(&mut conn, &hash, millis(now)).await?;
    let id = link.filter(|link| link.purpose == PURPOSE).and_then(|link| link.account);
    let row = account::get(&mut conn, &id.ok_or(DeskError::Unknown)?).await?.ok_or(DeskError::Unknown)?;
    drop(conn);
    let taken = desk.store().write(move |tx| {
        Box::pin(async move { Ok::<_, DeskError>(one_time::take(tx, &hash, millis(now)).await?) })
    });
    if !taken.await? {
        return Err(DeskError::Unknown);
    }
    let login = row.login.clone();
    open_session(desk, row, (login, agent.to_owned()), now).await
}
