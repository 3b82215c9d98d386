//! `cargo xtask tidy`: what a compiler does not see. Each rule is one function that lists what it finds.

mod budgets;
mod documents;
mod purity;
mod source;

use crate::root;

/// One thing that is not as it should be: where, and what to do.
type Finding = String;

/// What a rule finds in the files of the repository.
type Rule = fn(&[source::File]) -> Vec<Finding>;

/// The rules, each by the name under which its findings are reported.
const RULES: &[(&str, Rule)] = &[
    ("budgets", budgets::find),
    ("purity", purity::find),
    ("documents", documents::find),
    ("files", source::find),
];

pub(crate) fn run() -> Result<(), String> {
    let files = source::all(&root())?;
    let mut count = 0;
    for (rule, find) in RULES {
        for finding in find(&files) {
            eprintln!("tidy/{rule}: {finding}");
            count += 1;
        }
    }
    if count == 0 { Ok(()) } else { Err(format!("tidy found {count} thing(s)")) }
}
