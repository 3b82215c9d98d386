//! The section `[whatsapp]` of the file of channels.

use std::collections::BTreeMap;
use std::path::PathBuf;

use balcao_desk::mail::Language;
use serde::Deserialize;
use url::{Host, Url};

use crate::channels::Secret;

/// The most that a file may have: what is larger does not fit the public format once it is written as base64.
const MOST_MEDIA: usize = 40 << 20;

/// Characters that a secret has at least: fewer could be guessed.
const SHORTEST: usize = 16;

/// How WhatsApp is reached, and by what it is known.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Meta's id of our number: digits.
    pub phone_number_id: String,
    /// With which we send and fetch.
    pub access_token: Secret,
    /// With which Meta signs what it delivers.
    pub app_secret: Secret,
    /// What Meta says when its deliveries are set up.
    pub verify_token: Secret,
    /// Where Graph is.
    #[serde(default = "graph")]
    pub graph: Url,
    /// Of which version.
    #[serde(default = "version")]
    pub version: String,
    /// What may be sent where more than 24 hours have passed; without any, answers wait until the partner writes.
    #[serde(default)]
    pub template: Vec<Template>,
    /// The largest file that is fetched, in bytes.
    #[serde(default = "most_bytes")]
    pub most_bytes: usize,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
}

/// A template, approved by Meta, that asks to write again.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name there.
    pub name: String,
    /// What people here know it by; else its name.
    pub title: Option<String>,
    /// Its language there, by the desk's: `pt-BR` and, where there is one, `en`.
    pub languages: BTreeMap<String, String>,
    /// Whether its text has one variable, which is filled with the ticket's number.
    #[serde(default = "yes")]
    pub with_protocol: bool,
    /// Whether it goes by itself when an answer must wait; else a person sends it.
    #[serde(default)]
    pub by_itself: bool,
}

impl Template {
    /// The language that is asked for, else the first.
    #[must_use]
    pub fn language(&self, wanted: Language) -> Option<&str> {
        let code = self.languages.get(wanted.code());
        let code = code.or_else(|| self.languages.get(Language::default().code()));
        code.or_else(|| self.languages.values().next()).map(String::as_str)
    }
}

impl Settings {
    /// Whether everything can be meant so.
    ///
    /// # Errors
    /// What cannot, in words.
    pub fn check(&self) -> Result<(), String> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(&self.phone_number_id) {
            return Err(
                "`phone_number_id` é o identificador que a Meta dá ao número: só algarismos".to_owned()
            );
        }
        if !self.version.strip_prefix('v').is_some_and(|rest| rest.split('.').all(digits)) {
            return Err("`version` se escreve como `v23.0`".to_owned());
        }
        if !is_safe(&self.graph) {
            return Err(
                "`graph` é um endereço `https://`; sem TLS só se chega a esta própria máquina".to_owned()
            );
        }
        if self.most_bytes == 0 || self.most_bytes > MOST_MEDIA {
            return Err(format!("`most_bytes` vai de 1 a {MOST_MEDIA}"));
        }
        let lacking = |template: &Template| template.name.is_empty() || template.languages.is_empty();
        if self.template.iter().any(lacking) {
            return Err(
                "`[[whatsapp.template]]` precisa de `name` e de ao menos um idioma em `languages`".to_owned()
            );
        }
        if self.template.iter().filter(|template| template.by_itself).count() > 1 {
            return Err("só um `[[whatsapp.template]]` pode ir sozinho (`by_itself`)".to_owned());
        }
        if self.verify_token.text().len() < SHORTEST || self.app_secret.text().len() < SHORTEST {
            return Err(format!("`verify_token` e `app_secret` têm ao menos {SHORTEST} caracteres"));
        }
        Ok(())
    }
}

/// Whether secrets may be sent to this address: over TLS, or to this very machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && here
}

#[expect(clippy::expect_used, reason = "the text is an address")]
fn graph() -> Url {
    Url::parse("https://graph.facebook.com").expect("an address")
}

fn version() -> String {
    "v23.0".to_owned()
}

fn most_bytes() -> usize {
    25 << 20
}

fn yes() -> bool {
    true
}
