//! Files to sections.
//!
//! In: a [`SourceFile`]. Out: a [`Document`]: the text that its ranges count in, and its sections in order.
//! Splitting never fails: what cannot be read as what its ending says becomes one section, and a problem that says so.

mod blocks;
mod front_matter;
mod html;
mod markdown;
mod openapi;
mod outline;
mod refs;

use crate::section::{Section, SourceFile};
use unicode_normalization::UnicodeNormalization;

/// One file, split.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// What ranges count in: the file itself, or of HTML its text.
    pub(crate) text: String,
    pub(crate) sections: Vec<Section>,
}

/// Splits one file by its ending; what is none of the known kinds is left out.
pub(crate) fn split(file: &SourceFile, problems: &mut Vec<String>) -> Option<Document> {
    let (document, ending) = file.path.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "md" | "markdown" => Some(markdown::split(document, file.text.clone())),
        "html" | "htm" => Some(html::split(document, &file.text, problems)),
        "yaml" | "yml" | "json" => openapi::split(document, &file.text, problems),
        _ => None,
    }
}

/// The slug of a heading: ASCII, small letters, hyphens; `Visão Geral do Fluxo` is `visao-geral-do-fluxo`.
pub fn slug(heading: &str) -> String {
    let mut slug = String::with_capacity(heading.len());
    for c in heading.nfd().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            '\u{300}'..='\u{36f}' | '`' | '\'' | '’' => {}
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// `slug`, or `slug-1`, `slug-2` for the second and third of a document.
fn unique_slug(heading: &str, before: &[Section]) -> String {
    let plain = slug(heading);
    let taken = |name: &str| before.iter().any(|section| section.heading == name);
    if !taken(&plain) {
        return plain;
    }
    (1..=before.len()).map(|n| format!("{plain}-{n}")).find(|name| !taken(name)).unwrap_or(plain)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong range should fail the test")]
mod tests;
