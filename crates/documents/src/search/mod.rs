//! Finding the section that answers.
//!
//! In: the documents, split. Out: an [`Index`], and for a [`Query`] its sections ranked. `passages` cuts sections into what can be
//! quoted alone, `signals` sees what a passage shows (a term, a size, a route), `query` reads a question, `rank` compares.
//!
//! **Invariant:** the same documents and the same question give the same order; ties fall by the order of the files.

mod index;
mod passages;
mod query;
mod rank;
mod signals;

pub(crate) use index::{Index, Source};
pub(crate) use query::{Query, Word, flat};
pub(crate) use rank::{Ranked, rank};

/// A section found, and how well it fits: higher is better, comparable within one search only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit<'a> {
    /// The section.
    pub section: &'a crate::section::Section,
    /// Its score.
    pub score: f32,
}
