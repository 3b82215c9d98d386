//! Quoted text of an e-mail: what the sender wrote now, apart from what he answers to.

use std::ops::Range;

/// The byte ranges of `text` that the sender wrote himself (no quotation, no signature), in order.
pub fn own_words(text: &str) -> Vec<Range<usize>> {
    vec![0..text.len()]
}
