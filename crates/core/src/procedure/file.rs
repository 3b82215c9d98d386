//! The shape of `procedure.toml`, as it is written. Names keep their position for the checks.

use serde::Deserialize;
use toml::Spanned;

/// A name or text that knows where it stands in the file.
pub(super) type Word = Spanned<String>;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub procedure: Metadata,
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
    #[serde(default, rename = "goal")]
    pub goals: Vec<Goal>,
    #[serde(default, rename = "limit")]
    pub limits: Vec<LimitLine>,
    #[serde(default, rename = "target")]
    pub targets: Vec<TargetLine>,
    #[serde(default, rename = "next_step")]
    pub next_steps: Vec<Named>,
    #[serde(default, rename = "action")]
    pub actions: Vec<Named>,
    #[serde(default, rename = "evidence")]
    pub evidences: Vec<EvidenceLine>,
    #[serde(default, rename = "key_request")]
    pub key_requests: Vec<KeyRequestLine>,
    pub handover: Handover,
    #[serde(default, rename = "situation")]
    pub situations: Vec<Situation>,
    #[serde(default, rename = "decision")]
    pub decisions: Vec<Entry>,
    #[serde(default, rename = "supposition")]
    pub suppositions: Vec<Supposition>,
    #[serde(default, rename = "stage")]
    pub stages: Vec<Stage>,
    #[serde(default, rename = "attention")]
    pub attention: Vec<Attention>,
    #[serde(default, rename = "practice")]
    pub practices: Vec<Practice>,
    #[serde(default, rename = "disposition")]
    pub dispositions: Vec<Practice>,
}

/// `[procedure]`: what it is, which revision, and when it is looked at again.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    pub code: String,
    pub title: String,
    pub revision: u32,
    pub created: Word,
    pub updated: Word,
    pub next_review: Word,
    pub review_period: Word,
    /// Numbers of the sections that something of this file must implement.
    pub sections: Vec<Word>,
}

/// `[[section]]`: a section in our own words.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub number: Word,
    pub title: String,
    pub summary: String,
}

/// `[[goal]]`: what the procedure is for, and the figure that tells whether it is met.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Goal {
    pub section: Word,
    pub words: String,
    pub measured_by: String,
}

/// `[[limit]]`: a number of times, or a length of time, that conditions know as `limits.<code>`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitLine {
    pub code: Word,
    pub value: Spanned<LimitValue>,
    /// `vezes`, `segundos`, `minutos`, `horas` or `dias`: the unit in which conditions see it.
    pub unit: Word,
    pub section: Word,
    pub why: String,
}

/// `[[target]]`: by when, in business time, a ticket of this priority is answered and resolved. One without `tier` is for partners of
/// every tier that has none of its own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetLine {
    pub priority: Word,
    pub tier: Option<String>,
    pub first_answer: Word,
    pub next_answer: Word,
    pub resolution: Word,
}

/// A bare number, or a length of time such as `10m`, `12h`, `3d`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum LimitValue {
    Count(i64),
    Duration(String),
}

/// `[[next_step]]`, `[[action]]`: a code and how people call it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub code: Word,
    pub name: String,
    /// Of a cause: words by which the documentation on it is looked for, as further reading.
    pub search: Option<String>,
}

/// `[[supposition]]`: what partners often suppose, and the causes that would bear it out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Supposition {
    /// How the reply names it; stands in parentheses.
    pub words: String,
    /// Phrases that voice it, without accents, in lower case.
    pub phrases: Vec<String>,
    /// Causes with which it is no contradiction.
    #[serde(default)]
    pub true_for: Vec<Word>,
}

/// `[[evidence]]`: one of the seven, and the words that ask a partner for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EvidenceLine {
    pub code: Word,
    pub section: Word,
    pub name: String,
    pub ask: String,
}

/// `[[key_request]]`: something that a request for a key must contain before commercial gets it, and the words that ask a partner for it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRequestLine {
    pub code: Word,
    pub section: Word,
    pub name: String,
    pub ask: String,
    /// The same for partners who are written to in English; without it they read `ask`.
    pub ask_en: Option<String>,
}

/// `[handover]`: what must be there before a demand is handed over, and what is done until it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Handover {
    pub section: Word,
    pub next_step: Word,
    pub requires: Vec<Word>,
    pub otherwise: Otherwise,
}

/// What is done instead while an evidence is missing.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Otherwise {
    pub next_step: Word,
    #[serde(default)]
    pub actions: Vec<Word>,
}

/// `[[situation]]`: one kind of demand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Situation {
    pub code: Word,
    pub section: Word,
    pub name: String,
    pub summary: String,
    #[serde(default)]
    pub signs: Vec<String>,
    #[serde(default)]
    pub evidence: Vec<Word>,
    #[serde(default)]
    pub validate: Vec<Validation>,
    #[serde(default)]
    pub before_handover: Vec<Validation>,
    #[serde(default)]
    pub guidance: Vec<String>,
    #[serde(default, rename = "cause")]
    pub causes: Vec<Named>,
}

/// A validation the section asks for, and the check or evidence that answers it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Validation {
    pub words: String,
    pub check: Option<Word>,
    pub evidence: Option<Word>,
}

/// `[[decision]]`: when the condition holds, and no entry above it did, this is what is decided.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub line: u32,
    pub when: Word,
    pub situation: Word,
    pub cause: Word,
    pub next_step: Word,
    #[serde(default)]
    pub actions: Vec<Word>,
    pub why: String,
}

/// `[[stage]]`: a stage of the methodology and the states of a ticket in it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stage {
    pub section: Word,
    pub code: String,
    pub name: String,
    pub summary: String,
    pub states: Vec<String>,
    pub steps: Vec<String>,
}

/// `[[attention]]`: a known trap, and what keeps watch over it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attention {
    pub section: Word,
    pub words: Word,
    #[serde(default)]
    pub checks: Vec<Word>,
    #[serde(default)]
    pub evidence: Vec<Word>,
}

/// `[[practice]]`, `[[disposition]]`: a rule for people, and how the program keeps it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Practice {
    pub section: Word,
    pub words: String,
    pub kept_by: String,
}
