//! Strings that may be an API Key, a login or a request id, whatever they look like: tried against what the
//! registry and the log know, never judged by shape here.

use std::collections::HashSet;
use std::ops::Range;

use super::key::{SHORTEST_KEY, is_invisible};

/// Distinct strings tried per message; beyond it a text is bulk data, and its named fields are read all the same.
pub const MOST_CANDIDATES: usize = 40_000;
/// No key or login known to us is longer.
const LONGEST: usize = 256;
/// Shorter words are no logins.
const SHORTEST_WORD: usize = 3;

/// A string of the text and where it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct Candidate {
    pub span: Range<usize>,
    pub text: String,
}

/// The strings already tried. Only looked into, never walked, so its order does not show; a log of a megabyte asks it
/// hundreds of thousands of times.
pub type Tried<'t> = HashSet<&'t str>;

/// Each distinct string of `text` that could be a key, a login or an id, at its first place, in order.
///
/// A string is tried whole and in the pieces between `=`, `:`, `&`, `?` and `/`, so that `?apiKey=…` and
/// `Login:X` are found too.
pub fn find<'t>(text: &'t str, seen: &mut Tried<'t>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for run in runs(text, is_delimiter) {
        if seen.len() >= MOST_CANDIDATES {
            break;
        }
        let Some(word) = text.get(run.clone()) else { continue };
        push(text, run.clone(), seen, &mut found);
        if word.contains(is_joint) {
            for piece in runs(word, is_joint) {
                push(text, run.start + piece.start..run.start + piece.end, seen, &mut found);
            }
        }
    }
    found
}

/// Adds the string at `span`, trimmed of punctuation at its ends, unless it was seen or can be nothing.
fn push<'t>(text: &'t str, span: Range<usize>, seen: &mut Tried<'t>, found: &mut Vec<Candidate>) {
    let Some(raw) = text.get(span.clone()) else { return };
    let left = raw.trim_start_matches(is_edge);
    let word = left.trim_end_matches(is_edge);
    let start = span.start + (raw.len() - left.len());
    if word.len() < SHORTEST_WORD || word.len() > LONGEST || !worth_trying(word) || !seen.insert(word) {
        return;
    }
    let visible = |word: &str| word.chars().filter(|c| !is_invisible(*c)).collect();
    found.push(Candidate { span: start..start + word.len(), text: visible(word) });
    // Base64 keys may end in `=`, which is also how prose and code go on after a name.
    let padded = left.trim_end_matches(|c| c != '=' && is_edge(c));
    if padded.len() > word.len() && padded.len() <= LONGEST && seen.insert(padded) {
        found.push(Candidate { span: start..start + padded.len(), text: visible(padded) });
    }
}

/// Plain words are tried only as logins, so long as they are short; the rest needs a digit or a joint of ids.
fn worth_trying(word: &str) -> bool {
    word.len() < 24 || word.chars().any(|c| c.is_ascii_digit())
}

/// Whether a candidate is long and mixed enough to be fingerprinted as a key.
pub fn may_be_key(word: &str) -> bool {
    word.len() >= SHORTEST_KEY
        && (word.chars().any(|c| c.is_ascii_digit())
            || word.chars().skip(1).any(|c| c.is_ascii_uppercase())
                && word.chars().any(|c| c.is_ascii_lowercase())
            || word.contains(['_', '-', '+']))
}

fn is_delimiter(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '"' | '\''
                | '`'
                | ','
                | ';'
                | '<'
                | '>'
                | '('
                | ')'
                | '['
                | ']'
                | '{'
                | '}'
                | '|'
                | '\\'
                | '“'
                | '”'
                | '‘'
                | '’'
                | '«'
                | '»'
        )
}

fn is_joint(c: char) -> bool {
    matches!(c, '=' | ':' | '&' | '?' | '/')
}

fn is_edge(c: char) -> bool {
    matches!(c, '.' | ':' | '!' | '?' | '*' | '_' | '~' | '#' | '/' | '—' | '–' | '-' | '=' | '…')
        || is_invisible(c)
}

/// The maximal runs of characters that are no `separator`.
fn runs(text: &str, separator: fn(char) -> bool) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (separator(c), start) {
            (true, Some(from)) => {
                runs.push(from..at);
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    if let Some(from) = start {
        runs.push(from..text.len());
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let mut seen = Tried::new();
        find(text, &mut seen).into_iter().map(|c| c.text).collect()
    }

    #[test]
    fn a_string_is_found_wherever_it_stands() {
        let table = [
            ("chave=ab12-cd34-ef56", "ab12-cd34-ef56"),
            ("GET https://x.example/a?apiKey=K9f8e7d6c5b4&z=1", "K9f8e7d6c5b4"),
            (r#"{\"apiKey\":\"K9f8e7d6c5b4\"}"#, "K9f8e7d6c5b4"),
            ("a chave é (K9f8e7d6c5b4).", "K9f8e7d6c5b4"),
            ("K9f8e7\u{200b}d6c5b4", "K9f8e7d6c5b4"),
            ("user integrador.ft,", "integrador.ft"),
            ("bm90YSBzZWNyZXQ9PQ+/x9==", "bm90YSBzZWNyZXQ9PQ+/x9"),
            ("chave bm90YSBzZWNy9==.", "bm90YSBzZWNy9=="),
        ];
        for (text, wanted) in table {
            assert!(texts(text).iter().any(|found| found == wanted), "{text}: {:?}", texts(text));
        }
    }

    #[test]
    fn a_word_is_tried_once() {
        assert_eq!(texts("abc1 abc1 abc1").len(), 1);
    }
}
