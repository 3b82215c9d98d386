//! HTML: turned to text first; that text is the document.

use super::Document;
use super::outline::{Shared, headings, sections};
use regex::Regex;
use std::sync::LazyLock;

/// Wide enough that no paragraph is wrapped; a table's rules are as wide as its text.
const WIDTH: usize = 2_000;

#[expect(clippy::expect_used, reason = "a literal pattern")]
static TITLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?is)<title[^>]*>([^<]*)</title>").expect("literal"));

/// Splits a page by the headings of its text. A page that cannot be read is one empty section, and a problem.
pub(super) fn split(document: &str, html: &str, problems: &mut Vec<String>) -> Document {
    let rendered = html2text::config::plain()
        .link_footnotes(false)
        .no_table_borders()
        .string_from_read(html.as_bytes(), WIDTH);
    let text = rendered.unwrap_or_else(|cause| {
        problems.push(format!("{document}: the page could not be read as HTML: {cause}"));
        String::new()
    });
    let named =
        TITLE.captures(html).and_then(|found| found.get(1)).map(|title| title.as_str().trim().to_owned());
    let headings = headings(&text, 0);
    let title =
        named.filter(|title| !title.is_empty()).or_else(|| headings.first().map(|first| first.text.clone()));
    let shared = Shared { document: document.to_owned(), title, ..Shared::default() };
    let sections = sections(&text, 0..text.len(), &headings, &shared);
    Document { text, sections }
}
