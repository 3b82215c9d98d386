//! What Postman's console shows of a call when it is copied: a line with status and time, then sections.

use std::sync::LazyLock;

use regex::Regex;

use super::super::reading::answer::unquoted;
use super::super::reading::head::{header, pattern, request_line, time_of};
use super::super::reading::{Line, cut, json, lines};
use super::MAX_CALLS;
use crate::evidence::call::{Body, Call};

/// How far below its line the sections of a call may start.
const NEAR: usize = 12;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Other,
    RequestHeaders,
    RequestBody,
    ResponseHeaders,
    ResponseBody,
}

/// Every call shown.
pub(super) fn read(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    if !text.contains("Headers") && !text.contains("Body") {
        return calls;
    }
    let mut at = 0;
    while let Some(line) = Line::at(text, at)
        && calls.len() < MAX_CALLS
    {
        at = line.next;
        if let Some(call) = call(text, line) {
            at = Line::at(text, call.span.end).map_or(call.span.end, |rest| rest.next).max(at);
            calls.push(call);
        }
    }
    calls
}

fn section(line: &str) -> Option<(Section, &str)> {
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^[^\p{L}\d{\[]*(?P<name>request headers|request body|response headers|response body|network|certificates?|tls)\b[^\p{L}\d{\[]*(?P<tail>[{\[].*)?$",
        )
    });
    let found = HEADING.captures(line.trim())?;
    let section = match found.name("name")?.as_str().to_ascii_lowercase().as_str() {
        "request headers" => Section::RequestHeaders,
        "request body" => Section::RequestBody,
        "response headers" => Section::ResponseHeaders,
        "response body" => Section::ResponseBody,
        _ => Section::Other,
    };
    Some((section, found.name("tail").map_or("", |tail| tail.as_str())))
}

fn call(text: &str, first: Line<'_>) -> Option<Call> {
    let request = request_line(first.text.trim())?;
    let told = request.before.chars().all(|char| !char.is_alphabetic());
    let near = lines(text, first.next).take(NEAR).take_while(|line| request_line(line.text).is_none());
    if !told || !near.into_iter().any(|line| section(line.text).is_some()) {
        return None;
    }
    let mut call = Call {
        span: first.start..first.end(),
        method: Some(request.method),
        url: Some(request.target.to_owned()),
        status: status(request.after),
        ..Call::default()
    };
    sections(text, first.next, &mut call);
    call.at = time_of(&call.headers).or_else(|| time_of(&call.response_headers));
    Some(call)
}

/// `400 312 ms`, `400`: the status first.
fn status(shown: &str) -> Option<u16> {
    let word = shown.split_whitespace().next()?;
    word.parse().ok().filter(|status| word.len() == 3 && (100..600).contains(status))
}

fn sections(text: &str, from: usize, call: &mut Call) {
    let mut current = Section::Other;
    let mut at = from;
    let mut blanks = 0;
    while let Some(line) = Line::at(text, at) {
        at = line.next;
        let shown = line.text.trim();
        if shown.is_empty() {
            blanks += 1;
            if blanks > 2 {
                return;
            }
            continue;
        }
        let tail = match section(line.text) {
            Some((section, tail)) => {
                (current, blanks, call.span.end) = (section, 0, line.end());
                tail
            }
            None if request_line(shown).is_some() => return,
            None => shown,
        };
        if tail.is_empty() {
            continue;
        }
        match current {
            Section::RequestBody | Section::ResponseBody => {
                let start = line.end() - tail.len().min(line.text.trim_end().len());
                let end = body_end(text, start, line);
                let body = cut(text, start..end).trim().to_owned();
                if current == Section::RequestBody && call.body.is_none() {
                    call.body = Some(Body::Text(body));
                } else if current == Section::ResponseBody && call.response_body.is_none() {
                    call.response_body = Some(body);
                } else {
                    return; // What follows the last body is no part of it.
                }
                call.span.end = end;
                at = Line::at(text, end).map_or(end, |rest| rest.next).max(at);
            }
            Section::RequestHeaders | Section::ResponseHeaders => match header(tail) {
                Some((name, value)) => {
                    let list = if current == Section::RequestHeaders {
                        &mut call.headers
                    } else {
                        &mut call.response_headers
                    };
                    list.push((name.to_owned(), unquoted(value).to_owned()));
                    call.span.end = line.end();
                }
                None => return,
            },
            Section::Other if call.status.is_none() => call.status = status(tail),
            Section::Other => {}
        }
    }
}

/// A body ends with its JSON, or before the next heading.
fn body_end(text: &str, start: usize, first: Line<'_>) -> usize {
    if let Some(node) = json::parse(text, start)
        .filter(|node| node.whole && matches!(node.kind, json::Kind::Object(_) | json::Kind::Array(_)))
    {
        return node.span.end;
    }
    lines(text, first.start)
        .take_while(|line| !line.text.trim().is_empty() && section(line.text).is_none())
        .last()
        .map_or(first.end(), |line| line.end())
        .max(start)
}
