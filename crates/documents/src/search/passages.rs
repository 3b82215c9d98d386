//! What of a section can be quoted alone: a paragraph, a row of a table, an item of a list, a part of an operation.

use std::ops::Range;

/// A part of a section; places count in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) range: Range<usize>,
    /// Of a row, the row that names its columns.
    pub(super) columns: Option<Range<usize>>,
}

/// The parts of prose in `range`, in order, without the heading itself.
pub(super) fn of_prose(text: &str, range: Range<usize>) -> Vec<Part> {
    let mut parts = Parts::default();
    let mut at = range.start;
    for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
        let here = at..at + line.trim_end().len();
        at += line.len();
        parts.read(line, here);
    }
    parts.close();
    parts.done
}

#[derive(Default)]
struct Parts {
    done: Vec<Part>,
    open: Option<Range<usize>>,
    columns: Option<Range<usize>>,
    fenced: bool,
}

impl Parts {
    fn read(&mut self, line: &str, here: Range<usize>) {
        let bare = line.trim();
        if bare.starts_with("```") {
            self.fenced = !self.fenced;
            self.extend(here);
        } else if self.fenced {
            self.extend(here);
        } else if bare.is_empty() || is_heading(bare) {
            self.close();
            self.columns = None;
        } else if bare.starts_with('|') {
            self.close();
            self.row(bare, here);
        } else if is_item(bare) {
            self.close();
            self.extend(here);
        } else {
            self.extend(here);
        }
    }

    fn row(&mut self, bare: &str, here: Range<usize>) {
        match &self.columns {
            None => self.columns = Some(here),
            Some(_) if bare.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' ' | b'+' | b'=')) => {}
            Some(columns) => self.done.push(Part { range: here, columns: Some(columns.clone()) }),
        }
    }

    fn extend(&mut self, here: Range<usize>) {
        match &mut self.open {
            Some(open) => open.end = here.end,
            None => self.open = Some(here),
        }
    }

    fn close(&mut self) {
        if let Some(range) = self.open.take() {
            self.done.push(Part { range, columns: None });
        }
    }
}

fn is_heading(bare: &str) -> bool {
    let level = bare.bytes().take_while(|b| *b == b'#').count();
    (1..=6).contains(&level) && bare.get(level..).is_some_and(|rest| rest.starts_with(' '))
}

fn is_item(bare: &str) -> bool {
    let after_number = bare.trim_start_matches(|c: char| c.is_ascii_digit());
    bare.starts_with("- ")
        || bare.starts_with("* ")
        || bare.starts_with("+ ")
        || (after_number.len() < bare.len()
            && (after_number.starts_with(". ") || after_number.starts_with(") ")))
}

/// Lines of one part of an operation that describe nothing in words.
const MOST_LINES: usize = 8;

/// The parts of an operation's block, or of a schema: each description with its lines, and what stands between them.
pub(super) fn of_block(text: &str, range: Range<usize>) -> Vec<Part> {
    let mut done: Vec<Part> = Vec::new();
    let mut lines = 0;
    let mut describing: Option<usize> = None;
    let mut at = range.start;
    for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
        let bare = line.trim_start();
        let depth = line.len() - bare.len();
        let here = at..at + line.trim_end().len();
        at += line.len();
        let inside = describing.is_some_and(|outer| depth > outer || bare.is_empty());
        let begins = bare.starts_with("description:") || bare.starts_with("\"description\"");
        let new = !inside && (begins || describing.is_some() || lines >= MOST_LINES);
        if !inside {
            describing = begins.then_some(depth);
        }
        match done.last_mut().filter(|_| !new) {
            Some(last) => last.range.end = here.end.max(last.range.end),
            None => {
                lines = 0;
                done.push(Part { range: here, columns: None });
            }
        }
        lines += 1;
    }
    done
}

/// Words of the OpenAPI format itself, which say nothing about one operation.
const STRUCTURE: [&str; 40] = [
    "type",
    "string",
    "integer",
    "number",
    "boolean",
    "object",
    "array",
    "items",
    "required",
    "properties",
    "schema",
    "schemas",
    "content",
    "application",
    "json",
    "description",
    "summary",
    "responses",
    "response",
    "example",
    "examples",
    "value",
    "in",
    "name",
    "format",
    "ref",
    "components",
    "parameters",
    "parameter",
    "requestbody",
    "tags",
    "operationid",
    "headers",
    "header",
    "true",
    "false",
    "null",
    "query",
    "path",
    "enum",
];

/// Whether a folded word is one of the format's own.
pub(super) fn is_structure(folded: &str) -> bool {
    STRUCTURE.contains(&folded)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong range should fail the test")]
mod tests {
    use super::*;

    #[test]
    fn prose_falls_into_paragraphs_rows_and_items() {
        let text = "## T\n\nUm.\nDois.\n\n- a\n  b\n- c\n\n| x | y |\n| --- | --- |\n| 1 | 2 |\n\n```\n| z |\n\n```\n";
        let parts: Vec<_> = of_prose(text, 0..text.len()).into_iter().map(|p| &text[p.range]).collect();
        assert_eq!(parts, ["Um.\nDois.", "- a\n  b", "- c", "| 1 | 2 |", "```\n| z |\n\n```"]);
    }

    #[test]
    fn a_block_is_cut_at_its_descriptions() {
        let text = "get:\n  summary: A\n  description: |\n    B\n\n    C\n  tags: [x]\n  y: z";
        let parts: Vec<_> = of_block(text, 0..text.len()).into_iter().map(|p| &text[p.range]).collect();
        assert_eq!(parts, ["get:\n  summary: A", "  description: |\n    B\n\n    C", "  tags: [x]\n  y: z"]);
    }
}
