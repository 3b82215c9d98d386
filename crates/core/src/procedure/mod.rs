//! The procedure as data: situations, decision order, limits, required evidences, replies.
//!
//! In: [`ProcedureFiles`], the text of `procedure.toml` and of its reply templates. Out: a
//! [`Procedure`] that decides ([`Procedure::decide`]), checks itself ([`Procedure::check`]) and can
//! be read by people ([`Procedure::show`]).
//!
//! Start at [`Procedure::parse`]. The names that a condition may use are in `vocabulary.rs`; how a
//! condition is compiled is in `condition.rs`; one file per kind of mistake is in `check/`.
//!
//! **Invariant:** a parsed procedure always decides, the same way for the same inputs.
//! **Never here:** disk, how a fact or a verdict is found, or a situation, cause or threshold by name.

mod check;
mod condition;
mod context;
mod decide;
mod file;
mod inputs;
mod parse;
mod problem;
mod show;
mod views;
pub mod vocabulary;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use decide::Decision;
pub use inputs::{FactValue, Inputs};
pub use problem::ProcedureProblem;
pub(crate) use problem::nearest as nearest_name;
pub use views::{AFTER_CODE, Limit, OF_COMMERCIAL, StageView, Targets, USUAL_PRIORITY};

use crate::reply::Replies;

/// The texts a procedure is made of, already read by the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcedureFiles {
    /// The text of `procedure.toml`.
    pub toml: String,
    /// Reply templates by file name (`chave-inativa.md.j2`), without the folder.
    pub replies: BTreeMap<String, String>,
}

/// A procedure ready to decide: conditions compiled, limits read, templates parsed.
///
/// Built by [`Procedure::parse`] only. It may still name things that do not exist; those entries never
/// hold, and [`Procedure::check`] tells of them.
#[derive(Debug)]
pub struct Procedure {
    file: file::File,
    lines: problem::Lines,
    entries: Vec<condition::Condition>,
    limits: BTreeMap<String, Limit>,
    limits_value: cel::Value,
    dates: Dates,
    replies: Replies,
}

/// When the procedure was written, last changed, and is next to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    pub created: Date,
    pub updated: Date,
    pub next_review: Date,
}
