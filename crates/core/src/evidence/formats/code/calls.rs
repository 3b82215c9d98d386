//! Libraries that take the whole request in one call: requests, httpx, axios, jQuery, Guzzle, Laravel.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::reading::head::pattern;
use super::super::reading::script::{Script, Settings};
use super::super::reading::{cut, rest};
use super::MAX_CALLS;
use crate::evidence::call::Call;

/// `object.verb(`, `axios(`, `$.ajax(`, `$client->request(`, `Http::withHeaders(…)->post(`.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?P<object>[$]?[A-Za-z_][\w.]*|\$|\))\s*(?P<sign>\.|->|::)\s*",
        r"(?P<verb>get|post|put|patch|delete|head|options|request|ajax|getJSON|postAsync|requestAsync)\s*(?:<[^>()]{0,80}>)?\(",
        r"|\b(?P<bare>axios|request|got|superagent|ky)\s*\("
    ))
});

/// What every call has, in ASCII alone so that the quick automaton runs.
static HINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u)(?:\.|->|::)\s*(?:get|post|put|patch|delete|head|options|request|ajax|getJSON|postAsync|requestAsync)\s*[<(]",
        r"|(?:axios|request|got|superagent|ky)\s*\("
    ))
});

pub(super) fn may_hold(text: &str) -> bool {
    text.contains('(') && HINT.is_match(text) && CALL.is_match(text)
}

/// Every call in the script.
pub(super) fn read(script: &Script<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut at = 0;
    let mut tried = 0;
    while let Some(found) = CALL.captures_at(script.text(), at)
        && tried < MAX_CALLS * 4
        && calls.len() < MAX_CALLS
    {
        tried += 1;
        let Some(whole) = found.get(0) else { break };
        at = whole.end();
        let named = |name: &str| found.name(name).map_or("", |part| part.as_str());
        let place = Place {
            object: named("object"),
            php: matches!(named("sign"), "->" | "::"),
            verb: named("verb").trim_end_matches("Async"),
            open: whole.end() - 1,
        };
        if let Some(mut call) = call(script, &place) {
            call.span.start = statement_start(script, whole.start());
            at = call.span.end.max(at);
            calls.push(call);
        }
    }
    calls
}

struct Place<'a> {
    object: &'a str,
    php: bool,
    /// Empty where the library itself is called.
    verb: &'a str,
    open: usize,
}

fn call(script: &Script<'_>, place: &Place<'_>) -> Option<Call> {
    let text = script.text();
    let end = script.balanced(place.open);
    let inner = place.open + 1..end.map_or(text.len(), |end| end - 1);
    let arguments = script.split(inner, &[',']);
    let mut settings = Settings::default();
    settings.call.span = place.open..end.unwrap_or(text.len());
    let first = arguments.first()?.clone();
    let takes_object = matches!(place.verb, "" | "request" | "ajax")
        && !cut(text, first.clone()).starts_with(['"', '\'', '`']);
    if takes_object && arguments.len() == 1 {
        settings.add_object(script, first);
        return settings.finish("GET");
    }
    let mut rest_of = arguments.into_iter().peekable();
    let mut method = place.verb.to_ascii_uppercase();
    if matches!(place.verb, "" | "request" | "ajax") {
        method = "GET".to_owned();
        if let Some(word) = script.string(first.clone()).filter(|word| is_method(word)) {
            method = word.to_ascii_uppercase();
            rest_of.next();
        }
    }
    if method == "GETJSON" {
        method = "GET".to_owned();
    }
    let mut positional = Vec::new();
    for argument in rest_of {
        match keyword(script, argument.clone()) {
            Some((name, value)) => add_keyword(script, &mut settings, &name, value),
            None => positional.push(argument),
        }
    }
    let known_client = settings.call.url.is_some() || is_client(place.object);
    add_positional(script, &mut settings, place, &method, positional);
    if place.php && place.object == ")" {
        chained_headers(script, place.open, &mut settings);
    }
    let absolute = settings
        .call
        .url
        .as_deref()
        .is_some_and(|url| url.starts_with("http://") || url.starts_with("https://"));
    // `app.post("/rota", …)` declares a route, it calls none.
    (absolute || known_client).then(|| settings.finish(&method))?
}

fn is_method(word: &str) -> bool {
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
        .iter()
        .any(|method| method.eq_ignore_ascii_case(word))
}

/// Whether an object is by its name something that makes calls.
fn is_client(object: &str) -> bool {
    let object = object.to_ascii_lowercase();
    let last = object.rsplit('.').next().unwrap_or_default().trim_start_matches('$');
    [
        "requests", "axios", "httpx", "client", "session", "sess", "http", "guzzle", "api", "cliente", "ky",
        "got", ")",
    ]
    .iter()
    .any(|name| last == *name || last.ends_with("client") && *name == "client")
}

/// Python's `name=value`.
fn keyword(script: &Script<'_>, argument: Range<usize>) -> Option<(String, Range<usize>)> {
    let written = cut(script.text(), argument.clone());
    let (name, value) = written.split_once('=')?;
    let name = name.trim();
    let plain = !name.is_empty() && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    (plain && !value.starts_with(['=', '>']))
        .then(|| (name.to_owned(), argument.end - value.len()..argument.end))
        .map(|(name, value)| {
            let blanks = cut(script.text(), value.clone()).len()
                - cut(script.text(), value.clone()).trim_start().len();
            (name, value.start + blanks..value.end)
        })
}

fn add_keyword(script: &Script<'_>, settings: &mut Settings, name: &str, value: Range<usize>) {
    match name {
        // A dictionary as `data` is sent as a form; a string or `json.dumps(…)` as it is.
        "data" if script.is_object(value.clone()) => settings.add_form(script, value),
        _ => settings.add(script, name, value),
    }
}

fn add_positional(
    script: &Script<'_>,
    settings: &mut Settings,
    place: &Place<'_>,
    method: &str,
    positional: Vec<Range<usize>>,
) {
    let mut positional = positional.into_iter();
    if settings.call.url.is_none() {
        settings.call.url = positional.next().and_then(|url| script.string(url));
    }
    let with_body = matches!(method, "POST" | "PUT" | "PATCH");
    let Some(second) = positional.next() else { return };
    if place.php && place.object != ")" || !with_body || matches!(place.verb, "" | "request") {
        settings.add_object(script, second);
        return;
    }
    settings.call.body = script.body(second).or_else(|| settings.call.body.take());
    if let Some(third) = positional.next() {
        settings.add_object(script, third);
    }
}

/// Laravel: `Http::withHeaders([…])->withToken('…')->post(…)`.
fn chained_headers(script: &Script<'_>, open: usize, settings: &mut Settings) {
    let text = script.text();
    let mut start = open.saturating_sub(2_000);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let Some(chain) = cut(text, start..open).rfind("Http::").map(|ahead| start + ahead) else { return };
    for (mark, token) in [("withHeaders(", false), ("withToken(", true)] {
        let Some(at) = cut(text, chain..open).find(mark).map(|ahead| chain + ahead + mark.len()) else {
            continue;
        };
        let end = script.balanced(at - 1).map_or(open, |end| end - 1);
        if token {
            let token = script.string(at..end).unwrap_or_else(|| "***".to_owned());
            settings.default_header("Authorization", &format!("Bearer {token}"));
        } else {
            settings.add_headers(script, at..end);
        }
    }
}

/// Where the line of a call starts, so that `r = ` belongs to it.
fn statement_start(script: &Script<'_>, at: usize) -> usize {
    let line = script.text().get(..at).and_then(|head| head.rfind('\n')).map_or(0, |line| line + 1);
    let before = cut(script.text(), line..at);
    let code = before.len() <= 60
        && before.chars().all(|char| char.is_alphanumeric() || " \t_=.,$:()<>[]{}".contains(char));
    let first = line + (before.len() - before.trim_start().len());
    if code && before.contains(['=', '.']) && !rest(script.text(), first).is_empty() { first } else { at }
}
