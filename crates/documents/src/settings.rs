//! The numbers that ranking and refusing rest on, kept as data with the measurement that set them.

use crate::error::LexiconError;
use serde::Deserialize;

/// The default file.
const STANDARD: &str = include_str!("../../../procedures/api-parceiros/answering.toml");

/// How sections are ranked and when the best one answers. Read from `answering.toml`, which explains every key.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answering {
    /// An answer below this confidence (0 to 1) is refused.
    pub threshold: f32,
    pub(crate) ranking: Ranking,
    pub(crate) confidence: Weights,
    /// What was measured when these numbers were set; for people, the program does not read it.
    #[serde(default)]
    pub measured: Vec<toml::Table>,
}

/// How much each kind of match counts when sections are compared.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ranking {
    pub(crate) heading: f32,
    pub(crate) title: f32,
    pub(crate) parents: f32,
    pub(crate) body: f32,
    pub(crate) referred: f32,
    pub(crate) asked: f32,
    pub(crate) saturation: f32,
    pub(crate) length_norm: f32,
    pub(crate) passage: f32,
    pub(crate) passage_heading: f32,
    pub(crate) passage_title: f32,
    pub(crate) coverage: f32,
    pub(crate) cue: f32,
    pub(crate) operation: f32,
    pub(crate) history: f32,
    pub(crate) other_version: f32,
    pub(crate) common_word: f32,
    pub(crate) phrase_part: f32,
    pub(crate) synonym: f32,
    pub(crate) quoted: f32,
    pub(crate) focus: f32,
}

impl Ranking {
    /// In the order of the index's fields.
    pub(crate) fn fields(&self) -> [f32; 6] {
        [self.heading, self.title, self.parents, self.body, self.referred, self.asked]
    }
}

/// The logistic weights of the features in [`Features`](crate::Features).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Weights {
    pub(crate) bias: f32,
    pub(crate) covered: f32,
    pub(crate) covered_by_passage: f32,
    pub(crate) covered_exactly: f32,
    pub(crate) covered_by_heading: f32,
    pub(crate) missing: f32,
    pub(crate) unknown: f32,
    pub(crate) unknown_term: f32,
    pub(crate) focus: f32,
    pub(crate) focus_exact: f32,
    pub(crate) strength: f32,
    pub(crate) margin: f32,
    pub(crate) consensus: f32,
    pub(crate) asked_for: f32,
    pub(crate) not_shown: f32,
    pub(crate) evidence: f32,
    pub(crate) quoted: f32,
    pub(crate) words: f32,
}

impl Answering {
    /// The numbers that come with the program.
    pub fn standard() -> Result<Self, LexiconError> {
        Self::parse(STANDARD)
    }

    /// Reads an answering file (TOML).
    pub fn parse(text: &str) -> Result<Self, LexiconError> {
        toml::from_str(text).map_err(|cause| LexiconError::Malformed(Box::new(cause)))
    }
}
