//! `[[lookup]]` of the channels' file: whom to ask, for what, and how to read the answer.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::SignedDuration;

use super::mapping::Mapping;
use super::url::{Template, TemplateError};
use crate::channels::Secret;

/// One registry that is kept elsewhere.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// By what logs and reasons name it.
    pub name: String,
    /// What it is asked for.
    pub what: Asked,
    /// The address of a question, with `{fingerprint}`, `{tail}`, `{key}`, `{login}`, `{address}` or `{domain}`.
    pub url: String,
    /// What of a key travels.
    #[serde(default)]
    pub sends: Sends,
    /// The secret of `sends = "hmac-sha256"`, that the other side has too.
    pub fingerprint_secret: Option<Secret>,
    /// Headers of every question, such as `authorization`; their values are secrets.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// Where the fields stand in an answer.
    #[serde(default)]
    pub fields: Mapping,
    /// How long a question may take, in milliseconds; at most ten seconds.
    #[serde(default = "two_seconds")]
    pub timeout_ms: u64,
    /// How long an answer is remembered, in seconds, also that there is none; 0 remembers nothing.
    #[serde(default = "half_a_minute")]
    pub cache_seconds: u32,
    /// How many answers are remembered.
    #[serde(default = "a_thousand")]
    pub cache_entries: usize,
    /// After how many failures in a row it is left alone.
    #[serde(default = "five")]
    pub failures: u32,
    /// For how long, in seconds.
    #[serde(default = "half_a_minute")]
    pub rest_seconds: u32,
    /// Whether it is right where our own registry says something else; else it is asked only for what ours does not hold.
    #[serde(default)]
    pub authoritative: bool,
    /// Certificates to trust beside the usual ones.
    pub ca_file: Option<PathBuf>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// An API Key.
    Key,
    /// A user, by the login.
    User,
    /// The partner of whoever writes, by the address.
    Partner,
}

/// What of a key travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sends {
    /// This desk's own print: the other side was fed from our registry.
    #[default]
    Print,
    /// The SHA-256 of the key, in hexadecimal.
    Sha256,
    /// Its HMAC-SHA-256 under `fingerprint_secret`, in hexadecimal.
    HmacSha256,
    /// The key itself.
    Key,
}

/// Why a section is refused; for whoever wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[[lookup]] `{name}`: {why}")]
pub struct SettingsError {
    /// Which one.
    pub name: String,
    /// What is wrong and what to write.
    pub why: String,
}

impl Settings {
    /// The template of its address, if the section is in order.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn template(&self) -> Result<Template, SettingsError> {
        let refused = |why: String| SettingsError { name: self.name.clone(), why };
        let template = Template::parse(&self.url, self.places());
        let template = template.map_err(|error: TemplateError| refused(error.to_string()))?;
        if self.sends == Sends::HmacSha256 && self.fingerprint_secret.is_none() {
            return Err(refused("`sends = \"hmac-sha256\"` precisa de `fingerprint_secret`".to_owned()));
        }
        if !(1..=10_000).contains(&self.timeout_ms) {
            return Err(refused("`timeout_ms` vai de 1 a 10000".to_owned()));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if let Some(name) = self.headers.keys().find(|name| name.is_empty() || !name.chars().all(plain)) {
            let name: String = name.chars().take(40).collect();
            return Err(refused(format!(
                "`headers.{name}` não é nome de cabeçalho: só letras, algarismos e `-`"
            )));
        }
        if self.cache_entries > 100_000 {
            return Err(refused("`cache_entries` vai até 100000".to_owned()));
        }
        let fields = &self.fields;
        let needed: &[(&str, &Option<String>)] = match self.what {
            Asked::Key => &[
                ("status", &fields.status),
                ("environment", &fields.environment),
                ("partner", &fields.partner),
            ],
            Asked::User => &[("status", &fields.status), ("partner", &fields.partner)],
            Asked::Partner => &[("partner", &fields.partner)],
        };
        if let Some((name, _)) = needed.iter().find(|(_, pointer)| pointer.is_none()) {
            let why = format!(
                "falta `fields.{name}`: o ponteiro JSON até o valor, ou `=valor` se é sempre o mesmo"
            );
            return Err(refused(why));
        }
        Ok(template)
    }

    /// What may stand in its address.
    fn places(&self) -> &'static [&'static str] {
        match (self.what, self.sends) {
            (Asked::Key, Sends::Key) => &["key", "tail"],
            (Asked::Key, _) => &["fingerprint", "tail"],
            (Asked::User, _) => &["login"],
            (Asked::Partner, _) => &["address", "domain"],
        }
    }

    /// How long an answer is remembered.
    #[must_use]
    pub fn lasts(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.cache_seconds))
    }

    /// For how long it is left alone after failures.
    #[must_use]
    pub fn rest(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.rest_seconds))
    }
}

fn two_seconds() -> u64 {
    2_000
}

fn half_a_minute() -> u32 {
    30
}

fn a_thousand() -> usize {
    1_000
}

fn five() -> u32 {
    5
}
