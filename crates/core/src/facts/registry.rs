//! The registry: partners, users, keys, environments, products, routines and releases.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::calendar::{Holiday, Window};
use crate::evidence::key::KeyPrint;

/// Everything the desk knows of the company and its partners. Built by `Registry::parse` only.
#[derive(Debug, Clone)]
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

/// `METHOD path`: `*` as the method is any; in a path `*` is one or more segments, `{name}` exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoutePattern {
    pub method: Option<String>,
    pub path: String,
}
