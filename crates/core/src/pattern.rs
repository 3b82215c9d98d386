//! Regular expressions with a small memory: there are about a hundred, each with a cache for every thread.

use aho_corasick::AhoCorasick;
use regex::{Regex, RegexBuilder};

/// Bytes of the lazily built automaton that one pattern may hold in one thread; the default of two megabytes would add up
/// to hundreds. A pattern that outgrows it starts its cache anew.
const CACHE_BYTES: usize = 512 * 1024;

/// What `\d` and `\w` stand for here, as the inside of a class. All of Unicode's digits and letters would make each
/// automaton ten times as large, and no figure or identifier that anybody pastes is written in them.
const DIGITS: &str = "0-9";
const LETTERS: &str = r"0-9A-Za-z_\p{Latin}\x{300}-\x{36f}";

/// Compiles a pattern, in which `\d` is an ASCII digit and `\w` a Latin letter with or without accent, a digit or `_`
/// (and `\W`, outside a class, all else). Fails as `Regex::new` does.
pub(crate) fn compiled(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(&narrowed(source)).dfa_size_limit(CACHE_BYTES).build()
}

/// As [`compiled`], with `\b` looking at ASCII letters alone: for patterns whose words begin and end with such. That of
/// all letters keeps the quick automaton from running on any text with an accent.
pub(crate) fn compiled_ascii_bounds(source: &str) -> Result<Regex, regex::Error> {
    compiled(&source.replace(r"\b", r"(?-u:\b)"))
}

/// The pattern with its `\d`, `\w` and `\W` written out.
fn narrowed(source: &str) -> String {
    let mut written = String::with_capacity(source.len() * 2);
    let mut chars = source.chars();
    let mut in_class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match (chars.next(), in_class) {
                (Some('d'), true) => written.push_str(DIGITS),
                (Some('w'), true) => written.push_str(LETTERS),
                (Some('d'), false) => written.extend(["[", DIGITS, "]"]),
                (Some('w'), false) => written.extend(["[", LETTERS, "]"]),
                (Some('W'), false) => written.extend(["[^", LETTERS, "]"]),
                (other, _) => written.extend(std::iter::once(c).chain(other)),
            },
            _ => {
                in_class = if in_class { c != ']' } else { c == '[' };
                written.push(c);
            }
        }
    }
    written
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_and_letters_are_written_out_and_nothing_else_is() {
        let table = [
            (r"\d+", "[0-9]+"),
            (r"[\d.]", "[0-9.]"),
            (r"\W", r"[^0-9A-Za-z_\p{Latin}\x{300}-\x{36f}]"),
            (r"\\d", r"\\d"),
            (r"\[\d", r"\[[0-9]"),
            (r"[\]\d]\d", r"[\]0-9][0-9]"),
            (r"\b\s", r"\b\s"),
        ];
        for (source, expected) in table {
            assert_eq!(narrowed(source), expected, "{source}");
        }
        let word = compiled(r"^\w+$").unwrap();
        assert!(word.is_match("ação_2") && word.is_match("ac\u{327}a\u{303}o") && !word.is_match("a-b"));
    }
}
