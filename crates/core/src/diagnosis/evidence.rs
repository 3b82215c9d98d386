//! The seven evidences as they may be shown.

use std::ops::Range;

use crate::evidence::reading::Reading;
use crate::incident::{Found, Incident, NO_BODY, Payload, Source};

/// Names of the evidences, in the order in which they are asked for (procedure, 5).
pub const EVIDENCE_NAMES: [&str; 7] =
    ["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"];

/// One evidence, without secrets, with where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub value: String,
    pub source: Source,
    /// For people: `requisicao.har, entrada 1`.
    pub place: String,
    /// Part of the message and bytes in it, where there are such.
    pub span: Option<(usize, Range<usize>)>,
}

/// The seven evidences, in the order of [`EVIDENCE_NAMES`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EvidenceSet([Option<Shown>; 7]);

impl EvidenceSet {
    pub(super) fn of(incident: &Incident<'_>, reading: &Reading) -> Self {
        let zone = reading.received_at.time_zone();
        let at = incident.at.as_ref().map(|at| {
            let local = at.value.to_zoned_datetime(zone.clone());
            shown(at, local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
        });
        let endpoint = match (&incident.method, &incident.path) {
            (Some(method), Some(path)) => Some(shown(path, format!("{} {}", method.value, path.value))),
            _ => None,
        };
        let payload = incident.payload.as_ref().map(|payload| {
            let text = match &payload.value {
                Payload::Text(text) | Payload::Opaque(text) => text.clone(),
                Payload::None => NO_BODY.to_owned(),
            };
            shown(payload, text)
        });
        Self([
            incident.key.as_ref().map(|key| shown(key, key.value.to_string())),
            incident.user.as_ref().map(|user| shown(user, user.value.clone())),
            incident.environment.as_ref().map(|found| shown(found, found.value.clone())),
            endpoint,
            payload,
            at,
            incident.error.as_ref().map(|error| shown(error, error.value.clone())),
        ])
    }

    /// Name and value of each evidence, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, Option<&Shown>)> {
        EVIDENCE_NAMES.into_iter().zip(self.0.iter().map(Option::as_ref))
    }

    /// The evidence of that name, if it was found.
    pub fn get(&self, name: &str) -> Option<&Shown> {
        self.iter().find(|(own, _)| *own == name).and_then(|(_, shown)| shown)
    }

    /// Names of those that were not found.
    pub fn missing(&self) -> Vec<&'static str> {
        self.iter().filter(|(_, shown)| shown.is_none()).map(|(name, _)| name).collect()
    }

    /// Every text of it that came from the message and may hold a secret: key, environment and time are shown in a form
    /// that carries none.
    pub(super) fn texts(&mut self) -> Vec<&mut String> {
        let mut texts = Vec::new();
        for (name, shown) in EVIDENCE_NAMES.iter().zip(self.0.iter_mut()) {
            let Some(shown) = shown else { continue };
            if !matches!(*name, "api_key" | "occurred_at" | "environment") {
                texts.push(&mut shown.value);
            }
            texts.push(&mut shown.place);
        }
        texts
    }
}

fn shown<T>(found: &Found<T>, value: String) -> Shown {
    let whence = &found.whence;
    Shown { value, source: whence.source, place: whence.place.clone(), span: whence.span.clone() }
}
