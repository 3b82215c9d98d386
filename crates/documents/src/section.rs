//! What a document is cut into.

use std::ops::Range;

/// One file of the documentation, already read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Below the documentation directory, with `/` between its parts: `guias/webhooks.md`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Where a section came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionKind {
    /// From one heading to the next.
    Prose,
    /// One operation of an OpenAPI file.
    Operation,
}

/// A part of a document that can be found and cited on its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The file's path without its ending.
    pub document: String,
    /// The heading's slug in ASCII; of an operation, `METHOD path` with the server's prefix. Empty in a document without headings.
    pub heading: String,
    /// The heading as people read it.
    pub title: String,
    /// The document's title, then the headings above, outermost first.
    pub parents: Vec<String>,
    /// The version it holds for, as the document says.
    pub version: Option<String>,
    /// Its address, with the heading as fragment.
    pub url: Option<String>,
    /// When the document was last changed, as it says.
    pub updated: Option<String>,
    /// Its bytes in the document.
    pub range: Range<usize>,
    /// BLAKE3 of those bytes, in hexadecimal.
    pub hash: String,
    /// Prose or operation.
    pub kind: SectionKind,
    /// Other bytes of the document that belong to it: schemas that an operation refers to.
    pub referred: Vec<Range<usize>>,
}
