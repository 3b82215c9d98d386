//! What a procedure file says that cannot be meant: one file per kind of mistake.

mod coverage;
mod meta;
mod names;
mod reach;
mod replies;

use super::{Procedure, ProcedureProblem};

impl Procedure {
    /// Every mistake of meaning, in the order of the file; empty for a procedure fit for use.
    ///
    /// Unknown names (with the nearest known), entries that nothing can reach, decisions without a
    /// reply, replies that cannot be filled, sections that nothing implements, and the like.
    pub fn check(&self) -> Vec<ProcedureProblem> {
        let mut problems = Vec::new();
        meta::check(self, &mut problems);
        names::check(self, &mut problems);
        reach::check(self, &mut problems);
        replies::check(self, &mut problems);
        coverage::check(self, &mut problems);
        problems.sort();
        problems.dedup();
        problems
    }

    /// Line of the file on which a word stands.
    fn line_of(&self, word: &super::file::Word) -> u32 {
        self.lines.at(&word.span())
    }
}
