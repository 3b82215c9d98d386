//! What several formats need in order to read: lines with positions, lenient JSON, header and status lines.
//!
//! **Invariant:** every position taken and returned is a byte offset of the text, on a character boundary.

pub(super) mod answer;
pub(super) mod head;
pub(super) mod json;
pub(super) mod plain;
pub(super) mod script;

use std::ops::Range;

/// The text of `range`; empty where that is no valid range.
pub(super) fn cut(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The text from `at` on; empty where that is no valid position.
pub(super) fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// One line without its ending, and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
    /// Where the next line starts.
    pub(super) next: usize,
}

impl<'a> Line<'a> {
    /// The (rest of the) line that holds position `at`; `None` at the end of the text.
    pub(super) fn at(text: &'a str, at: usize) -> Option<Self> {
        let tail = text.get(at..).filter(|tail| !tail.is_empty())?;
        let (line, next) = match tail.find('\n') {
            Some(length) => (cut(tail, 0..length), at + length + 1),
            None => (tail, text.len()),
        };
        Some(Self { text: line.strip_suffix('\r').unwrap_or(line), start: at, next })
    }

    /// The end of the line, before its line break.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Every line of `text` from `at` on.
pub(super) fn lines(text: &str, at: usize) -> impl Iterator<Item = Line<'_>> {
    let mut next = at;
    std::iter::from_fn(move || {
        let line = Line::at(text, next)?;
        next = line.next;
        Some(line)
    })
}
