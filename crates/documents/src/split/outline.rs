//! The headings of a Markdown text, and sections made from them.

use super::unique_slug;
use crate::excerpt::hash;
use crate::section::{Section, SectionKind};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// A heading: its level, its text as people read it, and where it begins.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    pub(super) level: usize,
    pub(super) text: String,
    pub(super) start: usize,
}

/// The headings of `markdown` in order; places count from `offset`.
pub(super) fn headings(markdown: &str, offset: usize) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut open = false;
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                found.push(Heading {
                    level: level as usize,
                    text: String::new(),
                    start: offset + range.start,
                });
                open = true;
            }
            Event::End(TagEnd::Heading(_)) => open = false,
            Event::Text(text) | Event::Code(text) if open => {
                if let Some(heading) = found.last_mut() {
                    heading.text.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak if open => {
                if let Some(heading) = found.last_mut() {
                    heading.text.push(' ');
                }
            }
            _ => {}
        }
    }
    found
}

/// What all sections of one document share.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    pub(super) document: String,
    pub(super) title: Option<String>,
    pub(super) url: Option<String>,
    pub(super) version: Option<String>,
    pub(super) updated: Option<String>,
}

/// One section from each heading to the next of any level; the first takes what stands before it from `from` on.
pub(super) fn sections(
    text: &str,
    body: Range<usize>,
    headings: &[Heading],
    shared: &Shared,
) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    let mut above: Vec<&Heading> = Vec::new();
    for (n, heading) in headings.iter().enumerate() {
        let start = if n == 0 { body.start } else { heading.start };
        let end = headings.get(n + 1).map_or(body.end, |next| next.start);
        above.retain(|other| other.level < heading.level);
        let parents = parents(shared, &above);
        let slug = unique_slug(&heading.text, &sections);
        sections.push(section(text, start..end, shared, (slug, heading.text.trim().to_owned(), parents)));
        above.push(heading);
    }
    if headings.is_empty() {
        let title = shared.title.clone().unwrap_or_else(|| shared.document.clone());
        sections.push(section(text, body, shared, (String::new(), title, Vec::new())));
    }
    sections
}

fn parents(shared: &Shared, above: &[&Heading]) -> Vec<String> {
    let mut parents: Vec<String> = shared.title.iter().cloned().collect();
    for heading in above {
        if parents.last() != Some(&heading.text) {
            parents.push(heading.text.clone());
        }
    }
    parents
}

fn section(
    text: &str,
    range: Range<usize>,
    shared: &Shared,
    names: (String, String, Vec<String>),
) -> Section {
    let (heading, title, parents) = names;
    let range = trimmed(text, range);
    let address = |url: &String| match heading.as_str() {
        "" => url.clone(),
        slug => format!("{url}#{slug}"),
    };
    Section {
        url: shared.url.as_ref().map(address),
        document: shared.document.clone(),
        heading,
        title,
        parents,
        version: shared.version.clone(),
        updated: shared.updated.clone(),
        hash: hash(text.get(range.clone()).unwrap_or_default()),
        range,
        kind: SectionKind::Prose,
        referred: Vec::new(),
    }
}

/// `range` without the white space at its ends.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let Some(inside) = text.get(range.clone()) else { return range.start..range.start };
    let start = range.start + (inside.len() - inside.trim_start().len());
    let end = start + inside.trim().len();
    start..end
}
