//! The registry: partners, users, keys, environments, products, routines and releases.
//!
//! In: `registry.json`. Out: a [`Registry`] whose references all hold, or every mistake with its place.
//!
//! Start at [`Registry::parse`] (`parse.rs`); look-ups are in `lookup.rs`, route patterns in `route.rs`.
//!
//! **Invariant:** keys enter as text and stay as [`KeyPrint`] only; no message shows a whole key.
//! **Never here:** the system's time zones (the bundled ones are used), the clock, a verdict.

use std::fmt;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::calendar::{Holiday, Window};
use crate::evidence::key::KeyPrint;

mod file;
mod in_text;
mod index;
mod lookup;
mod parse;
pub mod problem;
mod route;
mod stored;
mod telephone;
#[cfg(test)]
mod tests;

pub(crate) use file::instant;
pub use problem::RegistryError;
pub use route::RoutePattern;

/// Everything the desk knows of the company and its partners. Built by `Registry::parse` only.
#[derive(Clone)]
pub struct Registry {
    pub timezone: TimeZone,
    pub token_validity: SignedDuration,
    pub business_hours: Vec<Window>,
    pub holidays: Vec<Holiday>,
    pub environments: Vec<Environment>,
    pub api_versions: Vec<ApiVersion>,
    pub products: Vec<Product>,
    pub partners: Vec<Partner>,
    pub users: Vec<User>,
    pub api_keys: Vec<ApiKey>,
    pub routines: Vec<Routine>,
    pub releases: Vec<Release>,
    /// Follows the lists; [`Registry::reindex`] after changing one.
    index: index::Index,
}

impl Registry {
    /// The same without partners, users and keys: what anybody may be told.
    #[must_use]
    pub fn in_public(&self) -> Self {
        let mut public = self.clone();
        (public.partners, public.users, public.api_keys) = (Vec::new(), Vec::new(), Vec::new());
        public.index = index::Index::default();
        public
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("timezone", &self.timezone)
            .field("partners", &self.partners.len())
            .field("users", &self.users.len())
            .field("api_keys", &self.api_keys.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pub code: String,
    pub name: String,
    /// Without a trailing slash.
    pub base_urls: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiVersion {
    pub code: String,
    /// Starts with a slash, without a trailing one.
    pub path_prefix: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub code: String,
    pub name: String,
    pub aliases: Vec<String>,
    /// Codes of the versions that have it; empty: not in the API.
    pub api_versions: Vec<String>,
    /// Where it is done if not in the API.
    pub channel: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    pub code: String,
    pub name: String,
    pub tax_id: Option<String>,
    /// Which targets of the procedure are its own, where those for everybody are not.
    pub tier: Option<String>,
    /// In which language it is written to: `pt-BR` or `en`; what is not said is the former.
    pub language: Option<String>,
    pub email_domains: Vec<String>,
    pub contacts: Vec<Contact>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    pub name: Option<String>,
    /// An e-mail address or a telephone.
    pub address: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub login: String,
    pub partner: String,
    pub status: UserStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    Active,
    Inactive,
    Blocked,
}

impl UserStatus {
    /// The word of the registry's format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "ativo",
            Self::Inactive => "inativo",
            Self::Blocked => "bloqueado",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub print: KeyPrint,
    pub partner: String,
    pub environment: String,
    pub active: bool,
    /// Logins linked to the key.
    pub users: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routine {
    pub code: String,
    pub name: String,
    pub environment: String,
    pub window: Window,
    pub routes: Vec<RoutePattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    pub version: String,
    pub environment: String,
    pub deployed_at: Timestamp,
    pub routes: Vec<RoutePattern>,
    pub notes: Option<String>,
}
