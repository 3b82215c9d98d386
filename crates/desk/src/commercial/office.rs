//! Commercial as the desk reaches it: who it is, where it reads, and how a request is handed to it.

use std::fmt;

use jiff::Timestamp;

use crate::chat::{Carrying, Delivered, Parcel};
use crate::mail::Language;

/// Whoever knows the way to commercial.
pub trait Office: Send + Sync {
    /// Where commercial reads mail, if requests are mailed to it.
    fn mail(&self) -> Option<&str>;

    /// Whether requests go out by webhook.
    fn takes_webhooks(&self) -> bool;

    /// By which way commercial hands a key to a partner, as the end of "a chave chega a vocês …"; `None` if nobody said.
    fn hands_over(&self, language: Language) -> Option<&str>;

    /// Whether commercial really delivered this, lately.
    fn is_from(&self, delivered: &Delivered<'_>, now: Timestamp) -> bool;

    /// Hands a request over by webhook. It ends, well or not, within four minutes.
    fn send<'o>(&'o self, parcel: &'o Parcel, now: Timestamp) -> Carrying<'o>;
}

impl fmt::Debug for dyn Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Office")
    }
}

/// Domains of which anybody may have an address: there only the mailbox itself is commercial's.
const PUBLIC: [&str; 14] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "outlook.com.br",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.com.br",
    "icloud.com",
    "uol.com.br",
    "bol.com.br",
    "terra.com.br",
    "proton.me",
];

/// Whether an address is commercial's: the mailbox itself, or anybody of its domain, where that is the company's own.
#[must_use]
pub fn is_of(office: &dyn Office, address: &str) -> bool {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.trim().to_lowercase());
    if office.mail().is_some_and(|own| own.trim().eq_ignore_ascii_case(address.trim())) {
        return true;
    }
    let own = office.mail().and_then(domain);
    own.is_some_and(|own| !PUBLIC.contains(&own.as_str()) && Some(own) == domain(address))
}
