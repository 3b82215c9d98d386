//! One request from its line on: headers, body, and the answer below.

use std::sync::LazyLock;

use regex::Regex;

use super::super::reading::answer::{self, Prefix, json_span, unprefixed};
use super::super::reading::head::{
    RequestLine, header, is_time_line, is_usual_header, pattern, request_line,
};
use super::super::reading::{Line, cut, json, lines};
use crate::evidence::call::{Body, Call};

/// The call whose request line is `line`. `None` where no request starts, or where a loose request line stands alone in
/// prose.
pub(super) fn read(text: &str, line: Line<'_>) -> Option<Call> {
    let (prefix, shown) = unprefixed(line.text);
    let first = request_line(shown)?;
    if !first.after.is_empty() || !announces(first.before) {
        return None;
    }
    let mut reader = Reader {
        text,
        strict: first.versioned,
        prefix,
        call: Call { span: line.start..line.end(), ..Call::default() },
        at: line.next,
        skipped: 0,
        in_body: false,
        found: first.versioned || first.target.starts_with("{{"),
    };
    reader.start(&first);
    while reader.step() {}
    reader.answer();
    reader.found.then_some(reader.call)
}

/// Whether what stands before a request line is no sentence: a time, a label, a list mark.
fn announces(before: &str) -> bool {
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*(?:[-*•>#]+|\d{1,2}[.)])?\s*(?:\[[^\]]{1,40}\]\s*)?(?:[-=]+>\s*)?(?:[\p{L}\d /_-]{1,30}:\s*)?$",
        )
    });
    let before = before.trim_end_matches(['-', '>', '|', ' ']);
    MARK.is_match(before) || is_time_line(before)
}

struct Reader<'a> {
    text: &'a str,
    /// Whether the request line said `HTTP/x`.
    strict: bool,
    prefix: Option<Prefix>,
    call: Call,
    /// Where reading goes on.
    at: usize,
    /// Lines passed over because they say nothing about the request.
    skipped: usize,
    in_body: bool,
    /// Whether anything but a bare request line was found.
    found: bool,
}

impl Reader<'_> {
    fn start(&mut self, first: &RequestLine<'_>) {
        self.call.method = Some(first.method.clone());
        self.call.url = Some(first.target.to_owned());
        let before = first.before.trim().trim_matches(['[', ']', '-', '>', ' ']);
        if is_time_line(before) {
            self.call.at = Some(before.to_owned());
        }
    }

    /// Reads one line; false where the request ends.
    fn step(&mut self) -> bool {
        let Some(line) = Line::at(self.text, self.at) else { return false };
        let (prefix, shown) = unprefixed(line.text);
        if shown.is_empty() {
            return self.blank(line, prefix);
        }
        if matches!(prefix, Some(Prefix::Received)) || shown.starts_with("HTTP/") {
            return false;
        }
        if matches!(prefix, Some(Prefix::Note)) && self.prefix.is_some() || answer::is_chunk_note(shown) {
            self.at = line.next;
            return true;
        }
        if prefix == Some(Prefix::Body) {
            return self.prefixed_body(line, Prefix::Body);
        }
        if shown.starts_with(['{', '[']) {
            return match (self.prefix, prefix) {
                (Some(Prefix::Sent), Some(Prefix::Sent)) => self.prefixed_body(line, Prefix::Sent),
                _ if !answer::is_json(self.text, answer::indent_end(line)) => false,
                _ => self.json_body(line),
            };
        }
        if self.in_body {
            return self.other_body(shown, line);
        }
        self.head(shown, line)
    }

    fn blank(&mut self, line: Line<'_>, prefix: Option<Prefix>) -> bool {
        let doubled = self.in_body
            && prefix.is_none()
            && Line::at(self.text, line.next).is_some_and(|next| next.text.trim().is_empty());
        self.in_body = true;
        self.at = line.next;
        !doubled || self.strict
    }

    fn head(&mut self, shown: &str, line: Line<'_>) -> bool {
        static BODY: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)^[*#\s_-]*(?:body|payload|corpo|json|request body|dados|enviado|envio|headers?|cabe[cç]alhos?)[^{\[:]{0,20}:[\s*_]*(?P<tail>[{\[].*)?$",
            )
        });
        static WHEN: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"(?i)^(?:hor[aá]rio|hora|data(?: ?/? ?e? ?hora)?|quando|data da chamada|timestamp)\s*:\s*(?P<when>.*\d.*)$",
            )
        });
        if let Some(found) = BODY.captures(shown) {
            if let Some(tail) = found.name("tail") {
                let start = line.end() - tail.as_str().len().min(line.text.len());
                return self.json_from(start, line);
            }
            self.at = line.next;
            return true;
        }
        if let Some(when) = WHEN.captures(shown).and_then(|found| found.name("when")) {
            self.call.at.get_or_insert_with(|| when.as_str().trim().to_owned());
            return self.take(line);
        }
        if let Some((name, value)) = header(shown)
            && (self.strict || is_usual_header(name))
        {
            self.call.headers.push((name.to_owned(), value.to_owned()));
            return self.take(line);
        }
        if !self.strict && is_time_line(shown) && self.call.at.is_none() && !is_answer_next(self.text, line) {
            self.call.at = Some(shown.to_owned());
            self.at = line.next;
            return true;
        }
        // In a file for an editor, queries go on in indented lines.
        if self.call.headers.is_empty() && shown.starts_with(['?', '&']) && line.text.starts_with([' ', '\t'])
        {
            if let Some(url) = &mut self.call.url {
                url.push_str(shown);
            }
            return self.take(line);
        }
        false
    }

    fn take(&mut self, line: Line<'_>) -> bool {
        self.found = true;
        self.call.span.end = line.end();
        self.at = line.next;
        true
    }

    fn json_body(&mut self, line: Line<'_>) -> bool {
        self.json_from(answer::indent_end(line), line)
    }

    fn json_from(&mut self, start: usize, line: Line<'_>) -> bool {
        let method = self.call.method.as_deref().unwrap_or_default();
        let bodyless = matches!(method, "GET" | "HEAD" | "DELETE" | "OPTIONS");
        let answers = json::parse(self.text, start).is_some_and(|node| json::is_answer(&node));
        if self.call.body.is_some() || answers || bodyless && !self.strict {
            return false;
        }
        let span = json_span(self.text, start, line);
        self.call.body = Some(Body::Text(cut(self.text, span.clone()).to_owned()));
        self.call.span.end = span.end;
        self.found = true;
        self.at = Line::at(self.text, span.end).map_or(span.end, |rest| rest.next);
        self.at = self.at.max(line.next);
        false
    }

    fn prefixed_body(&mut self, first: Line<'_>, prefix: Prefix) -> bool {
        let mut body = String::new();
        for line in lines(self.text, first.start) {
            let (found, _) = unprefixed(line.text);
            if found != Some(prefix) || body.len() > 1 << 20 {
                break;
            }
            let inner = line.text.trim_start();
            let inner = inner.get(1..).unwrap_or_default();
            body.push_str(inner.strip_prefix(' ').unwrap_or(inner));
            body.push('\n');
            self.call.span.end = line.end();
            self.at = line.next;
        }
        self.call.body = Some(Body::Text(body.trim().to_owned()));
        self.found = true;
        false
    }

    /// A form or an XML document; in a strict dump anything else too.
    fn other_body(&mut self, shown: &str, line: Line<'_>) -> bool {
        static FORM: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"^[\w.\[\]%-]+=[^\s&]*(?:&[\w.\[\]%-]+=[^\s&]*)*$"));
        let known = FORM.is_match(shown) || shown.starts_with("<?xml") || shown.starts_with("<soap");
        let typed = self.strict
            && self.call.headers.iter().any(|(name, _)| {
                name.eq_ignore_ascii_case("content-type") || name.eq_ignore_ascii_case("content-length")
            });
        if self.call.body.is_some() || !known && !typed || shown.starts_with("###") {
            return false;
        }
        let end = answer::paragraph_end(self.text, line.start);
        self.call.body = Some(Body::Text(cut(self.text, line.start..end).trim().to_owned()));
        self.call.span.end = end;
        self.found = true;
        self.at = Line::at(self.text, end).map_or(end, |rest| rest.next);
        false
    }

    /// Adds the answer below, passing over up to two lines that are about neither.
    fn answer(&mut self) {
        let mut at = self.call.span.end;
        let mut line = Line::at(self.text, at);
        if let Some(rest) = line.filter(|rest| rest.text.trim().is_empty()) {
            at = rest.next;
        }
        loop {
            if let Some(found) = answer::after(self.text, at) {
                found.add_to(&mut self.call);
                self.found = true;
                return;
            }
            line = Line::at(self.text, at);
            let Some(below) = line.filter(|below| self.may_skip(below.text)) else { return };
            self.skipped += 1;
            at = below.next;
        }
    }

    /// A line between request and answer that belongs to neither: a time, a label with its value.
    fn may_skip(&self, line: &str) -> bool {
        let shown = line.trim();
        self.skipped < 3
            && request_line(shown).is_none()
            && (shown.is_empty()
                || is_time_line(shown)
                || shown.len() <= 80 && shown.contains(": ") && !shown.ends_with('.'))
    }
}

/// Whether a time line is followed by an answer: it is then the answer's.
fn is_answer_next(text: &str, line: Line<'_>) -> bool {
    Line::at(text, line.next).is_some_and(|next| next.text.trim_start().starts_with("HTTP/"))
}

/// The `@name = value` lines of a file for an editor.
pub(super) fn file_variables(text: &str) -> Vec<(String, String)> {
    static VARIABLE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?m)^@([\w.-]{1,60})[ \t]*=[ \t]*(\S[^\r\n]*)$"));
    if !text.contains("{{") {
        return Vec::new();
    }
    let pair = |found: regex::Captures<'_>| {
        Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().trim().to_owned()))
    };
    VARIABLE.captures_iter(text).take(200).filter_map(pair).collect()
}
