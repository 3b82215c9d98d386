//! The exact bytes of a document, with all that is needed to find them again.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A quotation: contiguous bytes of one document, unchanged.
///
/// Invariant: made only from a document's own text, and checked again by [`Library::verify`](crate::Library::verify) before it is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// The file's path without its ending.
    pub document: String,
    /// The heading's slug, or `METHOD path`.
    pub heading: String,
    /// The heading as people read it.
    pub title: String,
    /// Where people can read it, if the document says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
    /// The version it holds for, if the document says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub version: Option<String>,
    /// The bytes, at most [`LONGEST`](Self::LONGEST) characters.
    pub excerpt: String,
    /// Where they stand in the document.
    pub range: Range<usize>,
    /// BLAKE3 of them, in hexadecimal.
    pub hash: String,
}

impl Excerpt {
    /// The most characters an excerpt has: what fits a reply without being scrolled.
    pub const LONGEST: usize = 1_200;

    /// The excerpt without a Markdown heading line at its front, for places that show the title apart.
    pub fn body(&self) -> &str {
        match self.excerpt.split_once('\n') {
            Some((first, rest)) if first.starts_with('#') => rest.trim_start_matches(['\n', '\r']),
            _ => &self.excerpt,
        }
    }
}

/// BLAKE3 of a text, in hexadecimal.
pub(crate) fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}
