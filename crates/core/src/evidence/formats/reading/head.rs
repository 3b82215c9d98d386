//! The lines an HTTP message starts with: request line, status line, header line, and a line that is only a time.

use std::sync::LazyLock;

use regex::Regex;

/// The methods that a call may have, as an alternation for patterns.
pub(in super::super) const METHODS: &str = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|TRACE";

#[expect(clippy::expect_used, reason = "the patterns are literals, tried by the tests")]
pub(in super::super) fn pattern(text: &str) -> Regex {
    crate::pattern::compiled(text).expect("a literal pattern")
}

/// As [`pattern`], with word bounds among ASCII letters alone (see `compiled_ascii_bounds`).
#[expect(clippy::expect_used, reason = "the patterns are literals, tried by the tests")]
fn ascii_pattern(text: &str) -> Regex {
    crate::pattern::compiled_ascii_bounds(text).expect("a literal pattern")
}

/// `HTTP/1.1 400 Bad Request`, `HTTP/2 401`: the status and what stands beside it.
pub(in super::super) fn status_line(line: &str) -> Option<(u16, Option<String>)> {
    static STATUS: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^HTTP/\d(?:\.\d)?\s+([1-5]\d\d)(?:\s+([^{\[\n]{1,80}))?$"));
    let found = STATUS.captures(line.trim())?;
    let reason = found.get(2).map(|reason| reason.as_str().trim().to_owned());
    Some((found.get(1)?.as_str().parse().ok()?, reason.filter(|reason| !reason.is_empty())))
}

/// `Name: value`, where the name is a token as HTTP wants it. HTTP/2's `:authority` and its like are taken too.
pub(in super::super) fn header(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let at = line.get(1..)?.find(':')? + 1;
    let (name, value) = (line.get(..at)?, line.get(at + 1..)?);
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let bare = name.strip_prefix(':').unwrap_or(name);
    let fits = !bare.is_empty() && bare.len() <= 64 && bare.chars().all(token);
    // `https://…` and `{"a": 1}` are no headers.
    (fits && !value.starts_with("//")).then(|| (name, value.trim()))
}

/// Whether a header's name is one that a loose, hand-written request may be expected to have.
pub(in super::super) fn is_usual_header(name: &str) -> bool {
    const USUAL: [&str; 20] = [
        "host",
        "accept",
        "authorization",
        "connection",
        "cookie",
        "origin",
        "referer",
        "date",
        "pragma",
        "te",
        "via",
        "server",
        "etag",
        "vary",
        "allow",
        "location",
        "apikey",
        "api_key",
        "expires",
        "upgrade",
    ];
    let name = name.to_ascii_lowercase();
    name.contains('-') || name.starts_with(':') || USUAL.contains(&name.as_str())
}

/// Whether a header says when the message was sent.
pub(in super::super) fn is_time_header(name: &str) -> bool {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^(?:date|timestamp|(?:x-)?(?:request-|client-)?(?:sent-at|sent|timestamp|date|time|datetime|start-time|data-hora))$",
        )
    });
    TIME.is_match(name)
}

/// The value of the first header that says when the message was sent.
pub(in super::super) fn time_of(headers: &[(String, String)]) -> Option<String> {
    headers.iter().find(|(name, _)| is_time_header(name)).map(|(_, value)| value.clone())
}

/// Whether a short line says a time and nothing else (`19/05/2026 16:35:50`, `ontem, 19h24`, `[10:02:12]`).
pub(in super::super) fn is_time_line(line: &str) -> bool {
    static TIME: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d\s?h|\d:\d|\d{4}-\d\d-\d\d|\d\d?/\d\d"));
    const WORDS: [&str; 65] = [
        "t", "z", "h", "hs", "hr", "hrs", "m", "min", "s", "seg", "utc", "gmt", "brt", "am", "pm", "em",
        "às", "as", "de", "da", "do", "dia", "hoje", "hj", "ontem", "manhã", "tarde", "noite", "umas", "por",
        "volta", "horas", "ter", "qua", "qui", "sex", "sáb", "dom", "mon", "tue", "wed", "thu", "fri", "sat",
        "sun", "segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo", "feira", "jan", "feb",
        "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let line = line.trim();
    let known = |word: &str| {
        let word = word.to_lowercase();
        word.is_empty()
            || WORDS.contains(&word.as_str())
            || ["fev", "abr", "mai", "ago", "set", "out", "dez"].contains(&word.as_str())
    };
    line.len() <= 48
        && line.split(|char: char| char.is_ascii_digit() || " /:.,+-()[]".contains(char)).all(known)
        && TIME.is_match(line)
}

/// A request line, loosely: what stands before it, the method, the target, and whether `HTTP/x` follows.
pub(in super::super) struct RequestLine<'a> {
    pub(in super::super) before: &'a str,
    pub(in super::super) method: String,
    pub(in super::super) target: &'a str,
    pub(in super::super) versioned: bool,
    /// What follows on the line (a status, in what a console prints).
    pub(in super::super) after: &'a str,
}

/// `[before] METHOD target [HTTP/1.1] [after]`; the target is absolute, a path, or starts with a variable.
pub(in super::super) fn request_line(line: &str) -> Option<RequestLine<'_>> {
    static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
        pattern(&format!(
            r#"^(?:(?P<m>{METHODS})|(?P<loose>(?i:{METHODS})))\s+[<"'`]?(?P<t>(?:https?://|/|\{{\{{)[^\s<>"'`]*)[>"'`]?(?P<v>\s+HTTP/\d(?:\.\d)?)?(?P<after>(?:\s.*)?)$"#
        ))
    });
    // Where one may begin: found by the quick automaton, as a line of a log is asked thousands of times.
    static START: LazyLock<Regex> =
        LazyLock::new(|| ascii_pattern(&format!(r#"(?i)\b(?:{METHODS})\s+[<"'`]?(?:https?://|/|\{{\{{)"#)));
    if !line.contains(['/', '{']) {
        return None;
    }
    let (before, found) = START.find_iter(line).find_map(|hit| {
        let (before, request) = line.split_at_checked(hit.start())?;
        let short = before.len() <= 240 && before.chars().count() <= 60;
        (short && !before.contains(['{', '"', '\'', '`', '=']))
            .then(|| REQUEST.captures(request))?
            .map(|found| (before, found))
    })?;
    let target = found.name("t")?.as_str();
    let versioned = found.name("v").is_some();
    let method = match found.name("m") {
        Some(method) => method.as_str().to_owned(),
        // `post /algo` is prose; `Post https://…` is a call.
        None => found
            .name("loose")
            .filter(|_| versioned || target.starts_with("http"))?
            .as_str()
            .to_ascii_uppercase(),
    };
    Some(RequestLine { before, method, target, versioned, after: found.name("after")?.as_str().trim() })
}

/// The target made absolute by the `Host` header (or HTTP/2's `:authority`), if there is one.
pub(in super::super) fn absolute(target: &str, headers: &[(String, String)]) -> String {
    let host = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("host") || name == ":authority")
        .map(|(_, host)| {
            host.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/')
        });
    match host {
        Some(host) if !host.is_empty() && target.starts_with('/') => format!("https://{host}{target}"),
        _ => target.to_owned(),
    }
}

/// The address with its `{{variables}}` filled in, as far as they are known.
pub(in super::super) fn resolved(url: &str, variables: &[(String, String)]) -> String {
    let mut url = url.to_owned();
    // A variable may hold another one.
    for _ in 0..3 {
        for (name, value) in variables {
            for mark in [
                format!("{{{{{name}}}}}"),
                format!("{{{{ {name} }}}}"),
                format!("{{{{ _.{name} }}}}"),
                format!("{{{{_.{name}}}}}"),
            ] {
                if url.len() < 4_096 && url.contains(&mark) {
                    url = url.replace(&mark, value);
                }
            }
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_line_says_a_time_and_nothing_else() {
        for line in [
            "19/05/2026 16:35:50",
            "ontem, 19h24",
            "[10:02:12]",
            "2026-05-12T08:58:00-03:00",
            "11:20 de hoje",
            "19/05 - 14:46",
            "hoje às 16h05",
            "21/05, 15h36",
            "Tue, 12 May 2026 11:58:07 GMT",
        ] {
            assert!(is_time_line(line), "{line}");
        }
        for line in ["404", "404 Not Found", "usuário X 10:22", "{\"a\": \"10:20\"}", "porta 8080:80", ""] {
            assert!(!is_time_line(line), "{line}");
        }
    }

    #[test]
    fn request_lines_are_told_from_prose() {
        let table = [
            ("POST https://a.example/x", Some(("POST", "https://a.example/x", false))),
            ("> GET /v1/x?y=1 HTTP/2", Some(("GET", "/v1/x?y=1", true))),
            ("chamada: Put https://a.example/x", Some(("PUT", "https://a.example/x", false))),
            ("vou dar um get /x", None),
            ("POSTO /x", None),
            ("GET x", None),
        ];
        for (line, expected) in table {
            let found = request_line(line);
            let found = found.as_ref().map(|found| (found.method.as_str(), found.target, found.versioned));
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn a_header_has_a_token_for_a_name() {
        assert_eq!(header("x-api-key: abc:d"), Some(("x-api-key", "abc:d")));
        assert_eq!(header(":authority: a.example"), Some((":authority", "a.example")));
        for line in ["https://a.example", "Horário: 10:00", "{\"a\": 1}", "a b: c", ":", ""] {
            assert_eq!(header(line), None, "{line}");
        }
    }
}
