//! Why a step was refused, and everything that is missing for it.

use std::fmt;

use serde::Serialize;

/// A step that was not taken. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Refusal {
    pub code: RefusalCode,
    /// What happened and what to do, in Portuguese, for whoever asked.
    pub detail: String,
    /// All that is missing, at once; empty unless the code is `incomplete`.
    pub missing: Vec<Missing>,
}

/// The kinds of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The methodology has no such step.
    NoSuchStep,
    /// This role may not take it.
    NotAllowed,
    /// A merged ticket is led by the one it was merged into.
    Merged,
    /// Something must be there first.
    Incomplete,
}

/// One thing that must be there first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Missing {
    /// For programs: `evidence:payload`, `check:usuario-ativo`, `analysis`, `solution`, …
    pub code: String,
    /// For people, in Portuguese.
    pub text: String,
}

impl Missing {
    pub(super) fn new(code: impl Into<String>, text: impl Into<String>) -> Self {
        Self { code: code.into(), text: text.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        for missing in &self.missing {
            write!(f, "; {}", missing.text)?;
        }
        Ok(())
    }
}
