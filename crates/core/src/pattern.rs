//! Regular expressions with a small memory: there are about a hundred, each with a cache for every thread.

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};

/// Bytes of the lazily built automaton that one pattern may hold in one thread; the default of two megabytes would add up
/// to hundreds. A pattern that outgrows it starts its cache anew.
const CACHE_BYTES: usize = 512 * 1024;

/// Compiles a pattern. Fails as `Regex::new` does.
pub(crate) fn compiled(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).dfa_size_limit(CACHE_BYTES).build()
}

/// Words of which a pattern needs one: looking for them is far cheaper than the pattern, and most texts have none.
pub(crate) struct AnyOf(AhoCorasick);

impl AnyOf {
    /// `words` as literals; the case of ASCII letters does not matter.
    #[expect(
        clippy::expect_used,
        reason = "the words are a few literals, far below any limit of the automaton"
    )]
    pub(crate) fn new(words: &[&str]) -> Self {
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
        Self(automaton.expect("a small automaton"))
    }

    /// Whether `text` holds one of the words.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
