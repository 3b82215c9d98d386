//! What a decision is made from: verdicts, facts, and which evidences are there.

use std::collections::{BTreeMap, BTreeSet};

use super::vocabulary::{EVIDENCES, FACTS, FactType, UNKNOWN_VERDICT};

/// The value of one fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    Bool(bool),
    Int(i64),
    Text(String),
}

impl FactValue {
    /// What an unknown fact counts as.
    pub(super) fn default_of(kind: FactType) -> Self {
        match kind {
            FactType::Bool => Self::Bool(false),
            FactType::Int => Self::Int(0),
            FactType::Text => Self::Text(String::new()),
        }
    }

    pub(super) fn kind(&self) -> FactType {
        match self {
            Self::Bool(_) => FactType::Bool,
            Self::Int(_) => FactType::Int,
            Self::Text(_) => FactType::Text,
        }
    }
}

impl From<bool> for FactValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for FactValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for FactValue {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for FactValue {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

/// The inputs of one decision. What is not set is unknown, and a line that needs it does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs {
    checks: BTreeMap<String, String>,
    facts: BTreeMap<String, FactValue>,
    evidence: BTreeSet<String>,
}

impl Inputs {
    /// Sets the verdict (`sim`, `nao`, `indeterminado`, `nao-se-aplica`) of a check.
    #[must_use]
    pub fn check(mut self, code: &str, verdict: &str) -> Self {
        self.checks.insert(code.to_owned(), verdict.to_owned());
        self
    }

    /// Sets a fact of [`FACTS`]. A name outside the list, or a value of another type, counts as unknown.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<FactValue>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Says that an evidence of [`EVIDENCES`] is there.
    #[must_use]
    pub fn evidence(mut self, name: &str) -> Self {
        self.evidence.insert(name.to_owned());
        self
    }

    /// The verdict of a check; `indeterminado` where nobody answered it.
    pub fn verdict(&self, code: &str) -> &str {
        self.checks.get(code).map_or(UNKNOWN_VERDICT, String::as_str)
    }

    /// The value of each fact of the vocabulary, unknown ones at their default.
    pub(super) fn fact_values(&self) -> impl Iterator<Item = (&'static str, FactValue)> + '_ {
        FACTS.iter().map(|fact| {
            let known = self.facts.get(fact.name).filter(|value| value.kind() == fact.kind);
            (fact.name, known.cloned().unwrap_or_else(|| FactValue::default_of(fact.kind)))
        })
    }

    /// Whether an evidence is there.
    pub fn has(&self, evidence: &str) -> bool {
        self.evidence.contains(evidence)
    }

    /// The evidences that are not there, in the order in which they are asked for.
    pub fn missing(&self) -> Vec<&'static str> {
        EVIDENCES.iter().copied().filter(|name| !self.has(name)).collect()
    }
}
