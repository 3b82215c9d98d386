//! `[commercial]` of the channels' file.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use super::webhook::Commercial;
use crate::channels::Secret;
use crate::outside::Limits;

/// How commercial is reached.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where it reads mail.
    pub(super) mail: Option<String>,
    /// Where it takes signed webhooks.
    pub(super) url: Option<String>,
    /// By which webhooks are signed (Standard Webhooks, `whsec_…`), both ways: each is believed, the first signs what goes out.
    #[serde(default)]
    pub(super) secrets: Vec<Secret>,
    /// By which way it hands a key to a partner, as the end of "ela chega a vocês …".
    pub(super) hands_over: Option<String>,
    /// The same in English, as the end of "it reaches you …".
    pub(super) hands_over_en: Option<String>,
    /// Certificates that are trusted beside the system's, PEM.
    pub(super) ca_file: Option<PathBuf>,
}

/// Why the settings cannot be.
#[derive(Debug, thiserror::Error)]
#[error("[commercial] {0}")]
pub struct SettingsError(pub(super) String);

impl Settings {
    /// The way to commercial, ready.
    ///
    /// # Errors
    /// If a value cannot be so.
    pub fn open(&self) -> Result<Commercial, SettingsError> {
        self.open_with(Limits { most: 1 << 16, ..Limits::default() })
    }

    /// As [`Settings::open`], with other limits.
    ///
    /// # Errors
    /// As [`Settings::open`].
    pub fn open_with(&self, limits: Limits) -> Result<Commercial, SettingsError> {
        Commercial::new(self, limits)
    }

    /// The address of its mailbox.
    pub(super) fn address(&self) -> Result<Option<String>, SettingsError> {
        let Some(mail) = self.mail.as_deref().map(str::trim) else { return Ok(None) };
        let parts = mail.split_once('@');
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | ';' | '@' | '"');
        let right = parts.is_some_and(|(user, domain)| {
            !user.is_empty() && domain.contains('.') && user.chars().chain(domain.chars()).all(plain)
        });
        if right {
            Ok(Some(mail.to_owned()))
        } else {
            Err(SettingsError("`mail` não é um endereço de e-mail".to_owned()))
        }
    }

    /// Where webhooks go.
    pub(super) fn place(&self) -> Result<Option<Url>, SettingsError> {
        let Some(text) = &self.url else { return Ok(None) };
        let url =
            Url::parse(text).map_err(|_own_text| SettingsError("`url` não é um endereço".to_owned()))?;
        if !crate::whatsapp::settings::is_safe(&url) {
            let text = "`url` é um endereço `https://`; sem TLS só se chega a esta própria máquina";
            return Err(SettingsError(text.to_owned()));
        }
        Ok(Some(url))
    }
}
