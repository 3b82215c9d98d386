//! `[[feed]]` of the channels' file: who may feed the request log, and how its attributes are called.

use super::attributes::Attributes;
use crate::channels::Secret;

/// One feed.
#[derive(Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its name in the address: letters, digits, `-` and `_`.
    pub name: String,
    /// The secrets by which bodies are signed (Standard Webhooks, `whsec_…`): each is taken, so that a new one can come before the old one goes.
    #[serde(default)]
    pub secrets: Vec<Secret>,
    /// The secrets that a Collector sends as `Authorization: Bearer …`, since it signs no bodies: at least 24 characters each.
    #[serde(default)]
    pub bearer: Vec<Secret>,
    /// How OTLP is let in.
    #[serde(default)]
    pub otlp: Otlp,
    /// The environment of records that say none.
    pub environment: Option<String>,
    /// Which attribute is which field.
    #[serde(default)]
    pub attributes: Attributes,
    /// How many requests of this feed are taken in at once; the others come again.
    #[serde(default = "four")]
    pub at_once: u16,
}

/// How OTLP is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Otlp {
    /// By a bearer token.
    #[default]
    Bearer,
    /// By the HMAC-SHA-256 of the body in `X-Hub-Signature-256`, under one of `bearer`.
    Hmac,
    /// By the signature of Standard Webhooks, as NDJSON is.
    Signature,
}

fn four() -> u16 {
    4
}
