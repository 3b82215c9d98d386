//! Regular expressions with a small memory: there are about a hundred, each with a cache for every thread.

use regex::{Regex, RegexBuilder};

/// Bytes of the lazily built automaton that one pattern may hold in one thread; the default of two megabytes would add up
/// to hundreds. A pattern that outgrows it starts its cache anew.
const CACHE_BYTES: usize = 512 * 1024;

/// Compiles a pattern. Fails as `Regex::new` does.
pub(crate) fn compiled(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).dfa_size_limit(CACHE_BYTES).build()
}
