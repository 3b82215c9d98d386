//! A diagnosis as a page shows it, from a line of the public format.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::around;
use super::frame::Frame;

/// A diagnosis.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Shown {
    pub(crate) partner: Option<String>,
    pub(crate) situation: String,
    pub(crate) section: Option<String>,
    pub(crate) cause: String,
    pub(crate) next_step: String,
    pub(crate) actions: Vec<String>,
    pub(crate) checks: Vec<Check>,
    evidence: BTreeMap<String, Option<Evidence>>,
    pub(crate) missing_evidence: Vec<String>,
    pub(crate) citations: Vec<Excerpt>,
    pub(crate) suggestions: Vec<Excerpt>,
    pub(crate) reply: Option<Reply>,
    pub(crate) notes: Vec<String>,
}

/// A check with its verdict.
#[derive(Deserialize)]
pub(crate) struct Check {
    pub(crate) check: String,
    pub(crate) verdict: String,
    pub(crate) proof: Vec<Proof>,
}

impl Check {
    /// So that verdicts can be told without colour.
    pub(crate) fn sign(&self) -> &'static str {
        match self.verdict.as_str() {
            "sim" => "✓",
            "nao" => "✗",
            "indeterminado" => "?",
            _ => "–",
        }
    }
}

/// What a verdict rests on.
#[derive(Deserialize)]
pub(crate) struct Proof {
    pub(crate) source: String,
    #[serde(rename = "ref")]
    pub(crate) place: String,
    pub(crate) text: String,
}

/// One of the seven.
#[derive(Deserialize)]
pub(crate) struct Evidence {
    pub(crate) value: String,
    pub(crate) source: String,
    #[serde(rename = "where", default)]
    pub(crate) place: Option<String>,
}

/// Words of the documentation.
#[derive(Deserialize)]
pub(crate) struct Excerpt {
    pub(crate) document: String,
    pub(crate) heading: String,
    #[serde(default)]
    pub(crate) url: Option<String>,
    pub(crate) excerpt: String,
}

/// The suggested reply.
#[derive(Deserialize)]
pub(crate) struct Reply {
    pub(crate) body: String,
}

/// The seven, in the order of the procedure.
const SEVEN: [&str; 7] =
    ["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"];

impl Shown {
    /// Of a line; an empty one where it does not read.
    pub(crate) fn parse(line: &str) -> Self {
        serde_json::from_str(line).unwrap_or_default()
    }

    /// Whether anything can be said beyond that more must be known.
    pub(crate) fn is_clear(&self) -> bool {
        self.checks.iter().any(|check| check.verdict == "nao")
    }

    /// The checks that decided something, those that say no first; then the open ones, then those that do not matter here.
    pub(crate) fn ordered(&self) -> Vec<&Check> {
        let rank = |check: &&Check| match check.verdict.as_str() {
            "nao" => 0,
            "sim" => 1,
            "indeterminado" => 2,
            _ => 3,
        };
        let mut all: Vec<&Check> = self.checks.iter().collect();
        all.sort_by_key(rank);
        all
    }

    /// The checks that say no, with their proof.
    pub(crate) fn refused(&self) -> Vec<&Check> {
        self.checks.iter().filter(|check| check.verdict == "nao").collect()
    }

    /// Each of the seven with what is known of it.
    pub(crate) fn seven(&self) -> Vec<(&'static str, Option<&Evidence>)> {
        SEVEN.iter().map(|name| (*name, self.evidence.get(*name).and_then(Option::as_ref))).collect()
    }

    /// The value of one of the seven.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.evidence.get(name).and_then(Option::as_ref).map(|found| found.value.as_str())
    }

    /// When the request was made.
    pub(crate) fn moment(&self, f: &Frame) -> Option<Timestamp> {
        around::moment(self.value("occurred_at")?, &f.state.world.registry.timezone)
    }

    /// What the reply rests on.
    pub(crate) fn cited(&self) -> &[Excerpt] {
        &self.citations
    }

    /// Further excerpts.
    pub(crate) fn further(&self) -> &[Excerpt] {
        &self.suggestions
    }

    pub(crate) fn lacks(&self, name: &str) -> bool {
        self.missing_evidence.iter().any(|missing| missing == name)
    }
}

/// The line of the body that a place names: "corpo, linha 7".
pub(crate) fn line_of(place: &Option<String>) -> Option<u32> {
    let place = place.as_deref()?.strip_prefix("corpo, linha ")?;
    place.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_body_leads_to_its_line() {
        let of = |place: &str| line_of(&Some(place.to_owned()));
        assert_eq!(of("corpo, linha 7"), Some(7));
        assert_eq!(of("corpo, linha 12 (curl)"), Some(12));
        assert_eq!(of("anexo erro.har, linha 7"), None);
        assert_eq!(of("corpo, linha x"), None);
        assert_eq!(line_of(&None), None);
    }

    #[test]
    fn what_does_not_read_shows_nothing() {
        let shown = Shown::parse("{");
        assert!(shown.checks.is_empty() && !shown.is_clear());
        assert_eq!(shown.seven().len(), 7);
    }
}
