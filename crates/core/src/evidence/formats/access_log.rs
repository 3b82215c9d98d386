//! Access logs: common, combined, nginx with upstream, and lines in their manner.
//!
//! In: any text. Out: one call for each line with a quoted request line (`"PUT /x HTTP/1.1"`) and a status.
//! JSON lines are read by `json`, key=value lines by `app_log`.

use std::sync::LazyLock;

use regex::Regex;

use super::words::{STAMP, lines, pattern, slice};
use crate::evidence::call::Call;

static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"["'](?P<m>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<u>[^\s"']+)(?: HTTP/[\d.]+)?["'](?P<rest>.*)$"#,
    )
});
static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:^\s*|\b(?:status|upstream_status|code|sc-status)\s*[=:]\s*\x22?)(?P<c>[1-5]\d\d)\b")
});
static UPSTREAM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"\b(?:upstream|upstream_host|proxy_host|host|vhost|server_name)\s*[=:]\s*["']?(?P<h>(?:https?://)?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?)"#,
    )
});
static PHRASE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"["'](?P<r>[A-Z][A-Za-z-]+(?: [A-Z][A-Za-z-]+){0,3})["']\s*$"#));

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    if !text.contains("\" ") && !text.contains("' ") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for range in lines(text) {
        let line = slice(text, range.clone());
        let Some(hit) = REQUEST.captures(line) else { continue };
        let part = |name| hit.name(name).map_or("", |part| part.as_str());
        let rest = part("rest");
        let before = slice(line, 0..hit.get_match().start());
        let status = STATUS.captures(rest).and_then(|said| said.name("c")?.as_str().parse().ok());
        let at = STAMP.find(before).or_else(|| STAMP.find(rest)).map(|at| at.as_str().to_owned());
        // Without a status or an instant it is a quotation in prose.
        if status.is_none() || (at.is_none() && UPSTREAM.find(line).is_none() && !before.contains(" - ")) {
            continue;
        }
        found.push(Call {
            span: range,
            method: Some(part("m").to_owned()),
            url: Some(absolute(part("u"), line)),
            status,
            reason: PHRASE
                .captures(rest)
                .and_then(|said| said.name("r"))
                .map(|said| said.as_str().to_owned()),
            at,
            ..Call::default()
        });
    }
    found
}

/// The path with the named host it was passed on to; an address in digits is a machine inside, and says nothing.
fn absolute(path: &str, line: &str) -> String {
    let host = UPSTREAM.captures(line).and_then(|hit| hit.name("h")).map(|host| host.as_str());
    match host {
        Some(host) if path.starts_with('/') && host.chars().any(char::is_alphabetic) => {
            let scheme = if host.starts_with("http") { "" } else { "https://" };
            format!("{scheme}{host}{path}")
        }
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_the_usual_servers_are_read() {
        let table = [
            (
                r#"10.0.0.9 - - [12/May/2026:10:11:12 -0300] "POST /v1/itens HTTP/1.1" 502 157 "-" "x/1.0""#,
                ("POST", "/v1/itens", 502, None, "12/May/2026:10:11:12 -0300"),
            ),
            (
                r#"2026-05-13T01:40:03Z "PUT /v1/itens/3 HTTP/1.1" upstream=api.loja.example status=503 rt=0.211 "Service Unavailable""#,
                (
                    "PUT",
                    "https://api.loja.example/v1/itens/3",
                    503,
                    Some("Service Unavailable"),
                    "2026-05-13T01:40:03Z",
                ),
            ),
        ];
        for (line, (method, url, status, reason, at)) in table {
            let calls = read(line);
            assert_eq!(calls.len(), 1, "{line}");
            let call = &calls[0];
            assert_eq!(call.method.as_deref(), Some(method));
            assert_eq!(call.url.as_deref(), Some(url));
            assert_eq!(call.status, Some(status));
            assert_eq!(call.reason.as_deref(), reason);
            assert_eq!(call.at.as_deref(), Some(at));
        }
        assert!(read("ele disse \"POST /a\" e parou").is_empty());
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_spans_are_apart(text in super::super::words::arb::text()) {
            super::super::words::arb::check(&text, &read(&text))?;
        }
    }
}
