//! The "General" block of a browser's network panel, with the header sections below it.
//!
//! Values stand behind their label or on the next line, as the browser's version has it.

use std::sync::LazyLock;

use regex::Regex;

use super::super::reading::answer::json_span;
use super::super::reading::head::{header, pattern};
use super::super::reading::{Line, cut};
use crate::evidence::call::{Body, Call};

/// More lines than a block and its headers have.
const MAX_LINES: usize = 120;

static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[\s*•-]*(?:(?P<url>request url|url (?:da|de) (?:requisição|solicitação|request)|url solicitada)",
        r"|(?P<method>request method|método (?:da|de) (?:requisição|solicitação|request))",
        r"|(?P<status>status code|código de status)",
        r"|(?P<sent>request headers|cabeçalhos (?:da|de) (?:requisição|solicitação))",
        r"|(?P<received>response headers|cabeçalhos (?:da|de) resposta)",
        r"|(?P<payload>request payload|payload|carga útil)",
        r"|(?P<other>remote address|referrer policy|endereço remoto|política (?:do|de) referenciador|general|geral))",
        r"\s*:?\s*(?P<value>\S.*)?$"
    ))
});

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    General,
    Sent,
    Received,
    Payload,
}

/// The call whose block starts with its address at `first`.
pub(super) fn read(text: &str, first: Line<'_>) -> Option<Call> {
    LABEL.captures(first.text)?.name("url")?;
    let mut call = Call { span: first.start..first.end(), ..Call::default() };
    let mut section = Section::General;
    let mut next = first.start;
    for _ in 0..MAX_LINES {
        let Some(line) = Line::at(text, next) else { break };
        next = line.next;
        if line.text.trim().is_empty() {
            continue;
        }
        let Some(found) = LABEL.captures(line.text).filter(|found| fits(found)) else {
            match unlabelled(text, line, section, &mut call) {
                Some(end) => next = end,
                None => break,
            }
            continue;
        };
        if found.name("url").is_some() && line.start != first.start {
            break; // The next block.
        }
        section = match &found {
            found if found.name("sent").is_some() => Section::Sent,
            found if found.name("received").is_some() => Section::Received,
            found if found.name("payload").is_some() => Section::Payload,
            _ => section,
        };
        call.span.end = line.end();
        if section == Section::General {
            next = general(text, line, &found, &mut call);
        }
    }
    let url = call.url.as_ref()?;
    (url.contains("://") && (call.method.is_some() || call.status.is_some())).then_some(call)
}

/// Whether a label is one: a section has no value behind it.
fn fits(found: &regex::Captures<'_>) -> bool {
    let section = ["sent", "received", "payload"].iter().any(|name| found.name(name).is_some());
    !section || found.name("value").is_none()
}

/// Takes the value of a label, from the next line if need be; returns where reading goes on.
fn general(text: &str, line: Line<'_>, found: &regex::Captures<'_>, call: &mut Call) -> usize {
    let (value, end, next) = match (found.name("value"), Line::at(text, line.next)) {
        (Some(value), _) => (value.as_str().trim(), line.end(), line.next),
        (None, Some(below)) if !LABEL.is_match(below.text) => (below.text.trim(), below.end(), below.next),
        _ => return line.next,
    };
    call.span.end = end;
    if found.name("url").is_some() {
        call.url = value.split_whitespace().next().map(str::to_owned);
    } else if found.name("method").is_some() {
        call.method = Some(value.to_ascii_uppercase())
            .filter(|method| method.chars().all(|char| char.is_ascii_uppercase()));
    } else if found.name("status").is_some() {
        let (status, reason) = value.split_once(' ').unwrap_or((value, ""));
        call.status = status.parse().ok().filter(|status| (100..600).contains(status));
        call.reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
    }
    next
}

/// Takes a header or the payload; `None` where the block ends.
fn unlabelled(text: &str, line: Line<'_>, section: Section, call: &mut Call) -> Option<usize> {
    if section == Section::Payload && call.body.is_none() {
        let span = json_span(text, line.start + (line.text.len() - line.text.trim_start().len()), line);
        call.body = Some(Body::Text(cut(text, span.clone()).to_owned()));
        call.span.end = span.end;
        return Some(Line::at(text, span.end).map_or(span.end, |rest| rest.next).max(line.next));
    }
    let (name, mut value) = header(line.text)?;
    let (mut end, mut next) = (line.end(), line.next);
    if value.is_empty()
        && let Some(below) = Line::at(text, line.next)
        && !below.text.trim_end().ends_with(':')
    {
        (value, end, next) = (below.text.trim(), below.end(), below.next);
    }
    let list = match section {
        Section::Sent => &mut call.headers,
        Section::Received => &mut call.response_headers,
        Section::General | Section::Payload => return None,
    };
    if !name.starts_with(':') {
        list.push((name.to_owned(), value.to_owned()));
    }
    call.span.end = end;
    Some(next)
}
