//! A text freed of what mail programs do to pasted commands: `> ` quoting and HTML entities.
//!
//! **Invariant:** [`Plain::span`] turns any span of the plain text into one of the original text.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::head::{METHODS, pattern};
use super::{Line, cut, lines};

/// The plain text, and where its stretches come from.
pub(in super::super) struct Plain<'a> {
    original: &'a str,
    text: Cow<'a, str>,
    /// Where a stretch starts: in the plain text, in the original.
    stretches: Vec<(usize, usize)>,
}

impl<'a> Plain<'a> {
    /// Undoes quoting and, where quotes are written as entities, all entities. Borrows where nothing is to do.
    pub(in super::super) fn of(text: &'a str) -> Self {
        let entities =
            ["&quot;", "&#39;", "&#x27;", "&#34;", "&apos;"].iter().any(|entity| text.contains(entity));
        let quoted = text.starts_with('>') || text.contains("\n>") || text.contains("\n >");
        if !entities && !quoted {
            return Self { original: text, text: Cow::Borrowed(text), stretches: Vec::new() };
        }
        let mut plain = Builder { text: String::with_capacity(text.len()), stretches: Vec::new() };
        let mut in_transcript = false;
        let mut previous_quoted = false;
        for line in lines(text, 0) {
            let depth = if quoted { quote_prefix(line.text) } else { 0 };
            if depth > 0 && !previous_quoted {
                in_transcript = is_transcript(text, line);
            }
            previous_quoted = depth > 0;
            let start = if in_transcript { line.start } else { line.start + depth };
            plain.push(text, start..line.next, entities);
        }
        Self { original: text, text: Cow::Owned(plain.text), stretches: plain.stretches }
    }

    pub(in super::super) fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the original that a span of the plain text comes from.
    pub(in super::super) fn span(&self, span: Range<usize>) -> Range<usize> {
        if self.stretches.is_empty() {
            return span;
        }
        let (start, end) = (self.position(span.start), self.position(span.end));
        start..end.max(start)
    }

    fn position(&self, at: usize) -> usize {
        let next = self.stretches.partition_point(|(plain, _)| *plain <= at);
        let Some((plain, original)) = next.checked_sub(1).and_then(|last| self.stretches.get(last)) else {
            return 0;
        };
        let limit = self.stretches.get(next).map_or(self.original.len(), |(_, original)| *original);
        let mut position = (original + (at - plain)).min(limit);
        while !self.original.is_char_boundary(position) {
            position -= 1;
        }
        position
    }
}

struct Builder {
    text: String,
    stretches: Vec<(usize, usize)>,
}

impl Builder {
    fn push(&mut self, text: &str, range: Range<usize>, entities: bool) {
        let mut start = range.start;
        if entities {
            let piece = cut(text, range.clone());
            for (ahead, _) in piece.match_indices('&') {
                let at = range.start + ahead;
                if at >= start
                    && let Some((char, length)) = entity(cut(text, at..range.end))
                {
                    self.stretch(text, start..at);
                    self.stretches.push((self.text.len(), at));
                    self.text.push(char);
                    start = at + length;
                }
            }
        }
        self.stretch(text, start..range.end);
    }

    fn stretch(&mut self, text: &str, range: Range<usize>) {
        self.stretches.push((self.text.len(), range.start));
        self.text.push_str(cut(text, range));
    }
}

/// The character that an entity at the start of `text` stands for, and the entity's length.
fn entity(text: &str) -> Option<(char, usize)> {
    const KNOWN: [(&str, char); 10] = [
        ("&quot;", '"'),
        ("&#34;", '"'),
        ("&#39;", '\''),
        ("&#x27;", '\''),
        ("&apos;", '\''),
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&nbsp;", ' '),
        ("&#160;", ' '),
    ];
    KNOWN.iter().find(|(name, _)| text.starts_with(name)).map(|(name, char)| (*char, name.len()))
}

/// The length of the `> > ` before a quoted line.
fn quote_prefix(line: &str) -> usize {
    let mut length = 0;
    let mut tail = line;
    while let Some(after) = tail.strip_prefix(' ').unwrap_or(tail).strip_prefix('>') {
        let after = after.strip_prefix(' ').unwrap_or(after);
        length += tail.len() - after.len();
        tail = after;
    }
    length
}

/// Whether the quoted lines from `first` on are what `curl -v` prints rather than a quoted mail.
fn is_transcript(text: &str, first: Line<'_>) -> bool {
    static SENT: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^\s*> (?:{METHODS}) \S+ HTTP/\d")));
    lines(text, first.start)
        .take(8)
        .take_while(|line| quote_prefix(line.text) > 0)
        .any(|line| SENT.is_match(line.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lead_back_to_the_original() {
        let text = "> > curl &quot;x&quot; \\\n> >  -d é\nfim\n> GET / HTTP/1.1\n> a: b\n";
        let plain = Plain::of(text);
        assert_eq!(plain.text(), "curl \"x\" \\\n -d é\nfim\n> GET / HTTP/1.1\n> a: b\n");
        let at = plain.text().find("\"x").unwrap();
        assert_eq!(text.get(plain.span(at..at + 2)).unwrap(), "&quot;x");
        let at = plain.text().find("-d é").unwrap();
        assert_eq!(text.get(plain.span(at..at + 5)).unwrap(), "-d é");
    }

    proptest::proptest! {
        #[test]
        fn every_span_is_valid(text in "(> |>|\n|&quot;|&amp;|é|[ -~]){0,40}") {
            let plain = Plain::of(&text);
            let ends: Vec<usize> = plain.text().char_indices().map(|(at, _)| at).chain([plain.text().len()]).collect();
            for start in &ends {
                for end in ends.iter().filter(|end| *end >= start) {
                    proptest::prop_assert!(text.get(plain.span(*start..*end)).is_some());
                }
            }
        }
    }
}
