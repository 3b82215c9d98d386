//! `[[chat]]` of the channels' file: a chat tool that speaks the desk's own format.

use std::path::PathBuf;

use serde::Deserialize;
use url::Url;

use crate::channels::Secret;

/// How a chat tool is known and reached.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in the address: letters, digits, `-` and `_`.
    pub name: String,
    /// By which deliveries are signed (Standard Webhooks, `whsec_…`), both ways: each is taken, the first signs what goes out.
    pub secrets: Vec<Secret>,
    /// Where what the desk says is delivered; without it nothing goes out.
    pub url: Option<Url>,
    /// Whether the tool vouches for the addresses of those who write: only then they are looked for in the registry.
    #[serde(default)]
    pub vouches: bool,
    /// The longest text that goes in one delivery, in characters.
    #[serde(default = "longest")]
    pub longest: usize,
    /// Certificates that are trusted beside the system's.
    pub ca_file: Option<PathBuf>,
}

fn longest() -> usize {
    4_000
}
