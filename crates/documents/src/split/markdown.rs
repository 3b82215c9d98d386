//! Markdown: by heading.

use super::outline::{Shared, headings, sections};
use super::{Document, front_matter};

/// Splits a Markdown file; ranges count in the file itself, front matter included.
pub(super) fn split(document: &str, text: String) -> Document {
    let matter = front_matter::read(&text);
    let body = matter.length..text.len();
    let headings = headings(text.get(body.clone()).unwrap_or_default(), body.start);
    let title = matter.title.or_else(|| headings.first().map(|first| first.text.clone()));
    let shared = Shared {
        document: document.to_owned(),
        title,
        url: matter.url,
        version: matter.version,
        updated: matter.updated,
    };
    let sections = sections(&text, body, &headings, &shared);
    Document { text, sections }
}
