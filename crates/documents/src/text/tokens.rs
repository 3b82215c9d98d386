//! Cutting a text into words, and identifiers into the words they are made of.

use super::{fold, stem};
use std::ops::Range;

/// A word of a text. Words of one identifier follow each other and share nothing but their place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) stem: String,
    /// The word folded, before it was stemmed.
    pub(crate) folded: String,
    /// Its bytes in the text.
    pub(crate) range: Range<usize>,
    /// The whole of a compound identifier (`tipoConta`), after the words it is made of.
    pub(crate) whole: bool,
}

/// The words of `text` in order. `tipoConta` gives `tipo`, `conta` and the whole; `5MB` gives `5`, `mb`. Linear.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices() {
        match (c.is_alphanumeric() || is_mark(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                push_word(text, from..at, &mut found);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        push_word(text, from..text.len(), &mut found);
    }
    found
}

/// Only the stems, for texts whose places do not matter.
pub(crate) fn stems(text: &str) -> Vec<String> {
    tokens(text).into_iter().filter(|t| !t.whole).map(|t| t.stem).collect()
}

/// The stems of `text` with their bytes in it, in order: what a text is found by, and where. Identifiers give their words and
/// themselves.
pub fn words(text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    tokens(text).into_iter().map(|token| (token.stem, token.range))
}

fn is_mark(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Longer runs are base64 or hashes, which nobody asks for by their beginning.
const LONGEST_WORD: usize = 48;

fn push_word(text: &str, range: Range<usize>, found: &mut Vec<Token>) {
    let Some(word) = text.get(range.clone()) else { return };
    if word.len() > LONGEST_WORD {
        return;
    }
    let cuts = cuts(word);
    if cuts.len() < 2 {
        found.push(token(word, range, false));
        return;
    }
    let compound = word.chars().next().is_some_and(char::is_alphabetic);
    for part in cuts {
        if let Some(piece) = word.get(part.clone()) {
            found.push(token(piece, range.start + part.start..range.start + part.end, false));
        }
    }
    if compound {
        found.push(token(word, range, true));
    }
}

fn token(word: &str, range: Range<usize>, whole: bool) -> Token {
    let folded = fold(word);
    let stem = if whole { folded.clone() } else { stem(&folded) };
    Token { stem, folded, range, whole }
}

/// Where a word falls apart: at a capital after a small letter, and between a leading number and its unit.
fn cuts(word: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut before: Option<char> = None;
    let starts_with_digit = word.chars().next().is_some_and(|c| c.is_ascii_digit());
    for (at, c) in word.char_indices() {
        let cut = before.is_some_and(|b| {
            (b.is_lowercase() && c.is_uppercase())
                || (starts_with_digit && b.is_ascii_digit() != c.is_ascii_digit())
        });
        if cut {
            parts.push(from..at);
            from = at;
        }
        before = Some(c);
    }
    parts.push(from..word.len());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_and_units_fall_apart() {
        let table = [
            ("tipoConta", "tipo|conta|tipoconta"),
            ("X-Request-Id", "x|request|id"),
            ("5MB às 14h30", "5|mb|as|14|h|30"),
            ("V2 HTTPS", "v2|https"),
            ("", ""),
        ];
        for (text, expected) in table {
            let found: Vec<_> = tokens(text).into_iter().map(|t| t.folded).collect();
            assert_eq!(found.join("|"), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_token_lies_in_its_text(text in "\\PC{0,80}") {
            for token in tokens(&text) {
                prop_assert!(text.get(token.range).is_some());
            }
        }
    }
}
