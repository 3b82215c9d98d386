//! Application log lines: timestamp, level, and a call in words or key=value.
//!
//! In: any text. Out: the calls of each block of log lines; a path gets the base address that the block names.
//! Start at [`read`]. The call itself is read as in prose.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::words::{STAMP, lines, pattern, slice};
use super::{inline, stack_trace};
use crate::evidence::call::{Body, Call};

static LEVEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERRO|FATAL|CRITICAL|SEVERE|AVISO|INF|ERR|WRN|DBG)\b|(?i:\blevel=|\[(?:info|error|warn|debug)\]|\.(?:ERROR|INFO|WARNING|DEBUG):)",
    )
});
static BASE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)\b(?:base|base[_ -]?ur[li]|url[_ -]?base|host|server|servidor|endpoint[_ -]?base|api[_ -]?url)\b["']?\s*[:=]\s*["']?(?P<u>https?://[^\s"',;<>]+)"#,
    )
});
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?:^|[\s,;|])(?P<k>[A-Za-z_][\w.-]*)=(?:"(?P<q>(?:[^"\\]|\\.)*)"|(?P<v>[^\s"]+))"#)
});

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    let mut found = Vec::new();
    for block in blocks(text) {
        let base = BASE.captures(slice(text, block.clone())).and_then(|hit| hit.name("u"));
        let base = base.map(|base| super::words::trim_target(base.as_str()));
        let mut calls = pairs(text, &block);
        if calls.is_empty() {
            calls = inline::read_in(text, block);
            // The line that names the base calls nothing.
            calls
                .retain(|call| call.method.is_some() || call.status.is_some() || call.url.as_deref() != base);
        }
        for call in &mut calls {
            stack_trace::join_base(call, base);
        }
        found.append(&mut calls);
    }
    found
}

/// Runs of lines of which the first bears an instant and a level; other lines go on with the one before.
fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for line in lines(text) {
        let words = slice(text, line.clone());
        let starts = is_record(words);
        let goes_on =
            open && (words.starts_with([' ', '\t', '{', '}', ']']) || stack_trace::failure(words).is_some());
        match found.last_mut() {
            Some(last) if open && (starts || goes_on) => last.end = line.end,
            _ if starts => found.push(line),
            _ => {
                open = false;
                continue;
            }
        }
        open = true;
    }
    found
}

/// A line with a level near its start, and an instant before it (or a key=value line with both).
pub(super) fn is_record(line: &str) -> bool {
    let mut end = line.len().min(140);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    let start = slice(line, 0..end);
    LEVEL.is_match(start) && STAMP.is_match(start)
}

/// Key=value lines that name a method and a path: one call each.
fn pairs(text: &str, block: &Range<usize>) -> Vec<Call> {
    let part = slice(text, block.clone());
    let mut found = Vec::new();
    for line in lines(part) {
        let words = slice(part, line.clone());
        if words.contains("method=")
            || words.contains("url=")
            || words.contains("uri=")
            || words.contains("verb=")
        {
            let span = line.start + block.start..line.end + block.start;
            found.extend(pair_line(words).map(|call| Call { span, ..call }));
        }
    }
    found
}

fn pair_line(words: &str) -> Option<Call> {
    let mut call = Call { at: STAMP.find(words).map(|at| at.as_str().to_owned()), ..Call::default() };
    let mut host = None;
    for hit in PAIR.captures_iter(words) {
        let (Some(key), Some(value)) = (hit.name("k"), hit.name("q").or_else(|| hit.name("v"))) else {
            continue;
        };
        let value = value.as_str().trim_end_matches(',');
        let key = key.as_str().to_ascii_lowercase();
        match key.rsplit('.').next().unwrap_or(&key) {
            "method" | "verb" | "http_method" | "metodo" => call.method = Some(value.to_ascii_uppercase()),
            "url" | "uri" | "path" | "request_uri" | "endpoint" | "rota" if call.url.is_none() => {
                call.url = value.contains('/').then(|| value.to_owned());
            }
            "status" | "status_code" | "http_status" | "statuscode" => call.status = value.parse().ok(),
            "body" | "payload" | "request_body" => call.body = Some(Body::Text(value.replace("\\\"", "\""))),
            "response" | "resp" | "response_body" => call.response_body = Some(value.replace("\\\"", "\"")),
            "err" | "error" | "erro" | "exception" => call.error = Some(value.to_owned()),
            "msg" | "message" if call.error.is_none() => {
                call.error = stack_trace::failure(value).map(|failed| failed.error);
            }
            "host" | "upstream" => host = Some(value.to_owned()),
            _ => {}
        }
    }
    if let (Some(host), Some(path)) = (host, call.url.as_mut())
        && path.starts_with('/')
        && host.contains('.')
        && !host.contains('/')
    {
        *path = format!("https://{host}{path}");
    }
    (call.url.is_some() && (call.method.is_some() || call.status.is_some())).then_some(call)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_gets_the_base_of_its_block() {
        let text = "2026-05-26 10:04:18,204 INFO  x.client - base=https://h.example/api/v2 user=A1\n\
                    2026-05-26 10:04:18,891 ERROR x.client - POST /api/v2/login -> 400 [\"não\"]\n\
                    2026-05-26 10:04:19,000 ERROR x.client - fim\n";
        let calls = read(text);
        assert_eq!(calls.len(), 1);
        let call = &calls[0];
        assert_eq!(call.url.as_deref(), Some("https://h.example/api/v2/login"));
        assert_eq!(call.status, Some(400));
        assert_eq!(call.at.as_deref(), Some("2026-05-26 10:04:18,891"));
        assert_eq!(call.response_body.as_deref(), Some("[\"não\"]"));
    }

    #[test]
    fn key_value_lines_and_failures_are_read() {
        let calls = read(
            "time=2026-05-26T10:04:18Z level=error method=put url=https://h.example/a status=500 err=\"x y\"",
        );
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].method.as_deref(), Some("PUT"));
        assert_eq!((calls[0].status, calls[0].error.as_deref()), (Some(500), Some("x y")));
        let calls = read(
            "2026-05-16 15:20:57.114 ERROR [exec-3] c.s.Login : Connect to h.example:443 failed: Connection refused\n   POST https://h.example/a\n",
        );
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].error.as_deref(), Some("Connect to h.example:443 failed: Connection refused"));
        assert_eq!(calls[0].at.as_deref(), Some("2026-05-16 15:20:57.114"));
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_spans_are_apart(text in super::super::words::arb::text()) {
            super::super::words::arb::check(&text, &read(&text))?;
        }
    }
}
