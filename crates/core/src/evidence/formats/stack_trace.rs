//! Stack traces and printed exceptions of the usual HTTP clients.
//!
//! In: any text. Out: one [`Call`] for each failure, with the URL, method and status that its block names.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::words::{
    STAMP, ascii_pattern, heads, is_answer, json_end, lines, parse, pattern, slice, starts_json,
};
use crate::evidence::call::{Body, Call};
use crate::pattern::AnyOf;

/// Lines after a failure that may still belong to it (frames, printed configuration).
const LONGEST_BLOCK: usize = 200;
/// Longest answer looked at below a failure, in bytes.
const LONGEST_ANSWER: usize = 16 << 10;

/// One failure as a client printed it.
pub(super) struct Failure {
    /// Bytes of the words it was read from.
    pub(super) span: Range<usize>,
    pub(super) error: String,
    pub(super) status: Option<u16>,
    pub(super) reason: Option<String>,
}

/// Failures in words, most telling first: each group 0 is the message as written.
static FAILURES: LazyLock<Regex> = LazyLock::new(|| {
    // ASCII boundaries and letters alone, as the names of errors have no others: the quick automaton runs then.
    let source = concat!(
        r"(?:\b(?:[A-Za-z_$][\w$]*[.\\])+[\w$]*(?:Exception|Error|Timeout|ConnectionRefused)\b(?::\s*[^\r\n]+)?)",
        r"|(?:\b(?:Axios|Fetch|Http|HTTP|Request|Connection|Connect|Socket|Timeout|Read|SSL|Type|URL)\w*(?:Error|Exception|Timeout)\b(?::\s*[^\r\n]+)?)",
        r"|(?:\bError: (?:Request failed|connect |read |timeout |socket|getaddrinfo|Network)[^\r\n]*)",
        r"|(?:(?i:\bcurl(?: error|:)\s*\(?\d+\)?)[^\r\n]*)",
        r"|(?:\b(?:connect |read |getaddrinfo )?(?:ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENOTFOUND|EAI_AGAIN|ECONNABORTED|EHOSTUNREACH|EPIPE)\b[^\r\n\x22',}]*)",
        r"|(?:\b(?:dial tcp|read tcp|net/http:|context deadline exceeded)[^\r\n]*)",
        r"|(?:\bConnect to \S+(?: \[[^\]\r\n]*\])? (?:failed|timed out)[^\r\n]*)",
        r"|(?:\b(?:HTTPS?ConnectionPool\([^\r\n]*|Max retries exceeded[^\r\n]*))",
        r"|(?:\b\d{3} (?:Client|Server) Error: [^\r\n]*)",
        r"|(?:\b(?:Client|Server) error: `[^\r\n]*)",
        r"|(?:(?i:\b(?:the request was cancell?ed|the operation (?:has timed out|was cancell?ed)|a connection attempt failed|a task was cancell?ed|unable to connect to the remote server|no connection could be made|the remote server returned an error|the ssl connection could not|response status code does not indicate success|request failed with status code|timeout of \d+ ?ms exceeded|failed to (?:connect|fetch)\b)[^\r\n\x22“”]*))",
        r"|(?:(?i:\b(?:connection (?:refused|reset(?: by peer)?|timed out|closed)|(?:read|connect) timed out|socket hang up|i/o timeout|upstream (?:timed out|prematurely closed)|operation timed out|no route to host|network is unreachable|broken pipe|unexpected end of stream)\b)[^\r\n\x22“”]{0,120})",
    );
    ascii_pattern(&source.replace(r"[\w$]", "[A-Za-z0-9_$]").replace(r"\w", "[A-Za-z0-9_]"))
});
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:status(?: code)?(?: does not indicate success)?:?\s*\(?|returned an error:\s*\(|resulted in a `|^|exception: |error: )(?P<c>[1-5]\d\d)\b\)?[ ]*[:(]?\s*(?P<r>[A-Z][A-Za-z-]+(?: [A-Z][A-Za-z-]+){0,3})?",
    )
});
static CLASSIC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?P<c>[1-5]\d\d) (?:Client|Server) Error: (?P<r>[A-Z][A-Za-z-]+(?: [A-Z][A-Za-z-]+){0,3})")
});

/// What every alternative of `FAILURES` needs one of.
static NEEDED: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(&[
        "exception",
        "error",
        "timeout",
        "connectionrefused",
        "curl",
        "econn",
        "etimedout",
        "enotfound",
        "eai_again",
        "ehostunreach",
        "epipe",
        "dial tcp",
        "read tcp",
        "net/http:",
        "context deadline",
        "connect to",
        "connectionpool",
        "max retries",
        "cancel",
        "timed out",
        "connection ",
        "status code",
        "failed to",
        "hang up",
        "prematurely",
        "no route",
        "network is",
        "broken pipe",
        "unexpected end",
    ])
});

/// The failure that `words` (one line) tells of.
pub(super) fn failure(words: &str) -> Option<Failure> {
    let hit = NEEDED.is_in(words).then(|| FAILURES.find(words))??;
    let error = hit.as_str().trim_end().trim_end_matches([',', ';']);
    let said = CLASSIC.captures(error).or_else(|| CODE.captures(error));
    let status = said.as_ref().and_then(|said| said.name("c")).and_then(|code| code.as_str().parse().ok());
    let reason = said.as_ref().and_then(|said| said.name("r"));
    let reason = reason.map(|reason| reason.as_str().trim_end_matches(" for").to_owned());
    Some(Failure { span: hit.start()..hit.start() + error.len(), error: error.to_owned(), status, reason })
}

static FIELD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^\s*[\[{]*["']?(?P<k>url|uri|method|m[eé]todo|verb|baseURL|base_url|status|statusCode|status_code|statusText|address|host|path|code|data)["']?\s*(?:=>|[:=])\s*["'`]?(?P<v>[^"'`,\r\n]+)"#,
    )
});
/// A name and a quoted value or a number, in an object as a JavaScript console prints it, alone on its line or among others.
static PRINTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:^\s*|[{,]\s*)["']?(?P<k>url|uri|method|baseURL|status|statusCode|statusText|data)["']?\s*:\s*(?:'(?P<s>(?:[^'\\\r\n]|\\.)*)'|"(?P<d>(?:[^"\\\r\n]|\\.)*)"|(?P<n>\d+))"#,
    )
});
static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:\s+|at |em |File "|Caused by|Traceback|During handling|The above exception|#\d+ |--- |\.\.\. \d+|[\[\]{}()]|["']?\w+["']?\s*(?::|=>|=)\s|thrown in|Stack trace)"#,
    )
});

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    let lines = lines(text);
    let mut found: Vec<Call> = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let Some(failure) = failure(slice(text, line.clone())) else {
            index += 1;
            continue;
        };
        let (call, used) = block(text, lines.get(index..).unwrap_or_default(), &failure);
        found.push(call);
        index += used;
    }
    found
}

/// The call of one failure, and how many lines its block takes.
fn block(text: &str, lines: &[Range<usize>], failure: &Failure) -> (Call, usize) {
    let Some(first) = lines.first() else { return (Call::default(), 1) };
    let mut call = Call {
        span: first.start + failure.span.start..first.start + failure.span.end,
        status: failure.status,
        reason: failure.reason.clone(),
        error: Some(failure.error.clone()),
        ..Call::default()
    };
    let head = slice(text, first.clone());
    call.at = STAMP.find(slice(head, 0..failure.span.start)).map(|at| at.as_str().to_owned());
    if call.at.is_some() {
        call.span.start = first.start;
    }
    name_target(text, first, &mut call);
    let mut base = None;
    let mut used = 1;
    for line in lines.iter().skip(1).take(LONGEST_BLOCK) {
        let words = slice(text, line.clone());
        let caused = super::stack_trace::failure(words);
        if !(FRAME.is_match(words) || caused.is_some()) || words.trim().is_empty() {
            break;
        }
        used += 1;
        call.span.end = call.span.end.max(line.end);
        if used == 2 || words.starts_with('{') {
            take_answer(text, line, &mut call);
        }
        take_printed(words, &mut call, &mut base);
        if let Some(hit) = FIELD.captures(words)
            && let (Some(key), Some(value)) = (hit.name("k"), hit.name("v"))
        {
            take_field(key.as_str(), value.as_str().trim(), &mut call, &mut base);
        } else {
            name_target(text, line, &mut call);
        }
        if let Some(caused) = caused {
            call.status = call.status.or(caused.status);
            call.reason = call.reason.take().or(caused.reason);
        }
    }
    join_base(&mut call, base.as_deref());
    let inside = lines.iter().take_while(|line| line.start < call.span.end).count();
    (call, used.max(inside))
}

/// The answer in JSON that clients print below their message.
fn take_answer(text: &str, line: &Range<usize>, call: &mut Call) {
    let words = slice(text, line.clone());
    let start = line.start + (words.len() - words.trim_start().len());
    if call.response_body.is_some() || !starts_json(words) {
        return;
    }
    let limit = text.len().min(start.saturating_add(LONGEST_ANSWER));
    let Some(end) = json_end(text, start, limit) else { return };
    let json = slice(text, start..end);
    if parse(json).is_some_and(|value| is_answer(&value)) {
        call.response_body = Some(json.to_owned());
        call.span.end = call.span.end.max(end);
    }
}

/// The fields of a printed object. A `data` in quotes is the request's body: an answer is printed as an object.
fn take_printed(words: &str, call: &mut Call, base: &mut Option<String>) {
    if !words.contains(':') {
        return;
    }
    for hit in PRINTED.captures_iter(words) {
        let Some(key) = hit.name("k") else { continue };
        let quoted = hit.name("s").or_else(|| hit.name("d"));
        let Some(value) = quoted.or_else(|| hit.name("n")) else { continue };
        let value = value.as_str();
        if !key.as_str().eq_ignore_ascii_case("data") {
            take_field(key.as_str(), value, call, base);
        } else if call.body.is_none() && quoted.is_some() && value.trim_start().starts_with(['{', '[']) {
            let plain = value.replace("\\'", "'").replace("\\\"", "\"");
            call.body = Some(Body::Text(plain));
        }
    }
}

fn take_field(key: &str, value: &str, call: &mut Call, base: &mut Option<String>) {
    match super::words::plain(key).as_str() {
        "url" | "uri" if call.url.is_none() && value.contains('/') => call.url = Some(value.to_owned()),
        "path" if call.url.is_none() && value.starts_with('/') => call.url = Some(value.to_owned()),
        "method" | "metodo" | "verb" if call.method.is_none() => call.method = method(value),
        "baseurl" => *base = Some(value.to_owned()),
        "status" | "statuscode" if call.status.is_none() => call.status = code(value),
        "statustext" if call.reason.is_none() => call.reason = Some(value.to_owned()),
        "data" if call.response_body.is_none() && call.status.is_some() && value.contains('{') => {}
        _ => {}
    }
}

fn code(value: &str) -> Option<u16> {
    value.parse().ok().filter(|code| (100..600).contains(code))
}

/// `post` as clients print it is `POST`.
fn method(value: &str) -> Option<String> {
    let upper = value.to_ascii_uppercase();
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].contains(&upper.as_str()).then_some(upper)
}

/// Makes a path absolute with the base address that stands near it.
pub(super) fn join_base(call: &mut Call, base: Option<&str>) {
    let (Some(base), Some(url)) = (base, call.url.as_mut()) else { return };
    if url.starts_with("http") {
        return;
    }
    let prefix =
        base.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let prefix = prefix.trim_end_matches('/');
    let path = url.trim_start_matches('/');
    // A path that repeats the base's own path is already whole.
    let path = match path.strip_prefix(prefix).filter(|rest| !prefix.is_empty() && rest.starts_with('/')) {
        Some(rest) => rest.trim_start_matches('/'),
        None => path,
    };
    *url = format!("{}/{path}", base.trim_end_matches('/'));
}

static POOL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<s>HTTPS?)ConnectionPool\(host='(?P<h>[^']+)', port=(?P<p>\d+)\)(?:.*?with url: (?P<u>\S+))?",
    )
});
static CONNECT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?i:connect to|failed to connect to|dial tcp(?: lookup)?)\s+/?(?P<h>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)(?:/[\d.]+)?:(?P<p>\d+)",
    )
});

/// Method and URL where the line of a failure names them.
fn name_target(text: &str, line: &Range<usize>, call: &mut Call) {
    if call.url.is_some() {
        return;
    }
    let words = slice(text, line.clone());
    let frame = words.trim_start();
    if frame.starts_with("at ") || frame.starts_with("File ") || frame.starts_with('#') {
        return;
    }
    if let Some(hit) = POOL.captures(words) {
        let part = |name| hit.name(name).map_or("", |part| part.as_str());
        let scheme = part("s").to_ascii_lowercase();
        let port = part("p");
        let port = if port == "443" || port == "80" { String::new() } else { format!(":{port}") };
        call.url = Some(format!("{scheme}://{}{port}{}", part("h"), part("u")));
    } else if let Some(head) = heads(text, line).into_iter().next() {
        call.span = call.span.start.min(head.span.start)..call.span.end.max(head.span.end);
        call.url = Some(head.url);
        call.method = call.method.take().or(head.method);
    } else if let Some(hit) = CONNECT.captures(words)
        && let (Some(host), Some("443" | "80")) = (hit.name("h"), hit.name("p").map(|port| port.as_str()))
        && host.as_str().chars().any(char::is_alphabetic)
    {
        let scheme = if words.contains(":443") { "https" } else { "http" };
        call.url = Some(format!("{scheme}://{}", host.as_str()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    #[expect(clippy::type_complexity, clippy::too_many_lines, reason = "the rows of one table")]
    fn a_failure_gives_its_message_and_what_it_names() {
        let table: &[(&str, &str, Option<u16>, Option<&str>, Option<&str>)] = &[
            (
                "java.net.SocketTimeoutException: Read timed out",
                "java.net.SocketTimeoutException: Read timed out",
                None,
                None,
                None,
            ),
            (
                "Connect to api.loja.example:443 failed: Connection refused",
                "Connect to api.loja.example:443 failed: Connection refused",
                None,
                None,
                Some("https://api.loja.example"),
            ),
            (
                "cURL error 28: Operation timed out after 30001 milliseconds with 0 bytes received",
                "cURL error 28: Operation timed out after 30001 milliseconds with 0 bytes received",
                None,
                None,
                None,
            ),
            (
                "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.loja.example/v1/itens",
                "requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: https://api.loja.example/v1/itens",
                Some(401),
                None,
                Some("https://api.loja.example/v1/itens"),
            ),
            (
                "AxiosError: Request failed with status code 422\n    at settle (core/settle.js:19:12) {\n  config: {\n    method: 'post',\n    url: 'https://api.loja.example/v1/itens',\n  },\n}",
                "AxiosError: Request failed with status code 422",
                Some(422),
                Some("POST"),
                Some("https://api.loja.example/v1/itens"),
            ),
            (
                "Post \"https://api.loja.example/v1/itens\": dial tcp 10.0.0.1:443: connect: connection refused",
                "dial tcp 10.0.0.1:443: connect: connection refused",
                None,
                Some("POST"),
                Some("https://api.loja.example/v1/itens"),
            ),
            (
                "Client error: `PUT https://api.loja.example/v1/itens/3` resulted in a `409 Conflict` response:",
                "Client error: `PUT https://api.loja.example/v1/itens/3` resulted in a `409 Conflict` response:",
                Some(409),
                Some("PUT"),
                Some("https://api.loja.example/v1/itens/3"),
            ),
            (
                "urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='api.loja.example', port=443): Max retries exceeded with url: /v1/itens (Caused by X)",
                "urllib3.exceptions.MaxRetryError: HTTPSConnectionPool(host='api.loja.example', port=443): Max retries exceeded with url: /v1/itens (Caused by X)",
                None,
                None,
                Some("https://api.loja.example/v1/itens"),
            ),
            (
                "System.Net.Http.HttpRequestException: Response status code does not indicate success: 401 (Unauthorized).",
                "System.Net.Http.HttpRequestException: Response status code does not indicate success: 401 (Unauthorized).",
                Some(401),
                None,
                None,
            ),
            (
                "Error: connect ECONNREFUSED 10.1.2.3:443",
                "Error: connect ECONNREFUSED 10.1.2.3:443",
                None,
                None,
                None,
            ),
        ];
        for (text, error, status, method, url) in table {
            let calls = read(text);
            assert_eq!(calls.len(), 1, "{text}");
            let call = &calls[0];
            assert_eq!(call.error.as_deref(), Some(*error), "{text}");
            assert_eq!(call.status, *status, "{text}");
            assert_eq!(call.method.as_deref(), *method, "{text}");
            assert_eq!(call.url.as_deref(), *url, "{text}");
        }
    }

    #[test]
    fn the_body_of_a_printed_configuration_is_the_requests() {
        let one_line = r#"AxiosError: Request failed with status code 500
    at settle (core/settle.js:19:12)
  config: { method: 'post', url: 'https://api.loja.example/v1/itens', data: '{"nome":"D\'Ávila"}' }"#;
        let lines = r#"AxiosError: Request failed with status code 500 {
  config: {
    method: 'post',
    url: 'https://api.loja.example/v1/itens',
    data: '{"nome":"D\'Ávila"}'
  },
  response: { status: 500, data: { erro: 'x' } }
}"#;
        for text in [one_line, lines] {
            let calls = read(text);
            let call = &calls[0];
            let read = (call.method.as_deref(), call.url.as_deref(), call.status);
            assert_eq!(read, (Some("POST"), Some("https://api.loja.example/v1/itens"), Some(500)), "{text}");
            let Some(Body::Text(body)) = &call.body else { panic!("no body in {text}") };
            assert_eq!(body, r#"{"nome":"D'Ávila"}"#, "{text}");
        }
    }

    #[test]
    fn prose_is_no_failure() {
        for text in ["a conexão caiu ontem", "Bom dia, temos um erro no cadastro.", "at home"] {
            assert!(read(text).is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_spans_are_apart(text in super::super::words::arb::text()) {
            super::super::words::arb::check(&text, &read(&text))?;
        }
    }
}
