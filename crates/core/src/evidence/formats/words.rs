//! What the loose formats share: lines, targets (method and URL), instants, statuses and JSON in running text.
//!
//! **Never here:** what belongs to a call; that is for each format.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

/// Compiles a pattern that is written in this source.
#[expect(clippy::expect_used, reason = "the patterns are literals and every test compiles them")]
pub(super) fn pattern(source: &str) -> Regex {
    crate::pattern::compiled(source).expect("a literal pattern")
}

/// As [`pattern`], with word bounds among ASCII letters alone (see `compiled_ascii_bounds`).
#[expect(clippy::expect_used, reason = "the patterns are literals and every test compiles them")]
pub(super) fn ascii_pattern(source: &str) -> Regex {
    crate::pattern::compiled_ascii_bounds(source).expect("a literal pattern")
}

/// Longest JSON value looked at, in bytes: a request body or an answer is far below it.
const LONGEST_JSON: usize = 1 << 20;
/// Opening braces without an end that are tried before a text counts as no JSON; keeps the scan linear.
const MOST_FAILURES: usize = 32;
/// Calls read from one line; people write a few, and more would make a line of megabytes slow.
const MOST_HEADS: usize = 48;
/// Bytes before a URL in which words about it are looked for.
const NEAR: usize = 160;

/// The slice of `text`, or nothing where the range does not fit.
pub(super) fn slice(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The byte range of every line, without its line ending.
pub(super) fn lines(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        found.push(start..start + content.len());
        start += line.len();
    }
    found
}

/// An instant as people and machines write it, with a time of day; group 0 is as written.
pub(super) static STAMP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:\s?(?:Z\b|[+-]\d\d:?\d\d\b))?",
        r"|\b\d{1,2}/[a-z]{3}/\d{4}:\d\d:\d\d:\d\d(?: [+-]\d{4})?",
        r"|\b[a-z]{3}, \d{1,2} [a-z]{3} \d{4} \d\d:\d\d:\d\d(?: (?:GMT|UTC|[+-]\d{4}))?",
        r"|\b\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?[),]{0,2}\s*(?:[-–]\s*)?(?:(?:umas|[àa]s)\s+){0,2}",
        r"\d{1,2}(?::\d\d(?::\d\d(?:[.,]\d{1,9})?)?|h\d\d(?:min\d\ds?)?|h\b)",
        r"|\b(?:hoje|hj|ontem|anteontem)\b,?\s*(?:[àa]s\s+)?\d{1,2}(?::\d\d(?::\d\d)?|h(?:\d\d)?\b)",
        r"|\b\d{1,2}(?::\d\d(?::\d\d)?|h(?:\d\d)?)\s+(?:de|do dia de)\s+(?:hoje|hj|ontem|anteontem)\b",
        r"|\b\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?\b|\b\d{1,2}:\d\d\b|\b\d{1,2}h\d\d\b",
    ))
});

const METHODS: &str = "GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS";
/// What a URL or a path may hold; `{id}` and `{{base}}` are placeholders of people's templates.
const TAIL: &str = r#"(?:[^\s"'<>`|\\^{}“”‘’«»]|\{\{?[\w.-]+\}?\})"#;

static FORWARD: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(&format!(
        r#"(?P<m>(?i:\b(?:{METHODS})\b))[\s:*_`"'“(\[\])\-–—>→=|]{{1,6}}(?:(?i:em|para|no|na|to|on|de|at|do|da|a|pra|rota|url|endpoint):?\s+){{0,2}}[`"'“(<*]{{0,3}}(?P<u>(?i:https?)://{TAIL}+|\{{\{{[\w.-]+\}}\}}/{TAIL}*|/[A-Za-z0-9_{{~]{TAIL}*|(?i:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?/){TAIL}+)"#
    ))
});
static ABSOLUTE: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i:https?)://{TAIL}+")));
static LABELLED_PATH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i:\b(?:endpoint|rota|url|uri|path|caminho|recurso|endere[cç]o)\b\s*(?P<sep>[:=]|é)?\s*)[`"'“(<*]{{0,3}}(?P<u>/[A-Za-z0-9_{{]{TAIL}*)"#
    ))
});
static METHOD_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(&format!(
        r#"^[`"'”)\]>*]{{0,3}}\s{{0,3}}[,;:(\[|–—/-]{{0,2}}\s{{0,3}}(?:(?i:via|com|m[eé]todo|verbo|method|usando|por)\s*:?\s*){{0,2}}(?P<m>{METHODS})\b"#
    ))
});
static METHOD_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| ascii_pattern(&format!(r"\b(?P<m>{METHODS})\b[^.;!?\n]{{0,60}}$")));
/// Words that say that a URL beside them is where calls go.
static SAYS_ENDPOINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:endpoint|rota|url|uri|host|base(?:[_ -]?url)?|endere[cç]o|servidor|api|ambiente)\b[^.!?]{0,30}$",
    )
});
/// Headers and settings whose URL is not the one called.
static NOT_CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?:\b(?:referer|referrer|origin|location|link|access-control-[\w-]+|callback|webhook|hook|redirect\w*|(?:url)?notifica\w*)\b["']?\s*[:=]\s*["']?|<(?:img|a|link|script)\b[^>]*|xmlns\S*|\]\()$"#,
    )
});
static NO_CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:\.(?:png|jpe?g|gif|svg|webp|ico|css|js|pdf|html?)(?:[?#].*)?$|://(?:www|docs?|help|blog|suporte|ajuda)\.|/(?:docs?|swagger[\w-]*|redoc|documentation|documentacao|help|ajuda)(?:[/?#]|$)|unsubscribe|descadastr)",
    )
});

/// A method beside a URL or path, or a URL alone.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) span: Range<usize>,
    pub(super) method: Option<String>,
    pub(super) url: String,
}

/// A target without the punctuation of the sentence around it.
pub(super) fn trim_target(target: &str) -> &str {
    let mut kept = target;
    loop {
        let Some(last) = kept.chars().next_back() else { return kept };
        let unbalanced = match last {
            ')' => kept.matches(')').count() > kept.matches('(').count(),
            ']' => kept.matches(']').count() > kept.matches('[').count(),
            other => matches!(other, '.' | ',' | ';' | ':' | '!' | '?' | '*' | '_' | '~' | '…' | '&' | '('),
        };
        if !unbalanced {
            return kept;
        }
        kept = kept.get(..kept.len() - last.len_utf8()).unwrap_or_default();
    }
}

/// Every head of one line, in order; `line` is a range of `text`.
pub(super) fn heads(text: &str, line: &Range<usize>) -> Vec<Head> {
    let words = slice(text, line.clone());
    if !words.contains('/') {
        return Vec::new();
    }
    let mut found: Vec<Head> = forward(words);
    let mut alone: Vec<Head> = Vec::new();
    for hit in ABSOLUTE.find_iter(words).take(MOST_HEADS) {
        let span = hit.start()..hit.start() + trim_target(hit.as_str()).len();
        if !found.iter().any(|head| head.span.start < span.end && span.start < head.span.end) {
            let floor = found.iter().chain(&alone).map(|h| h.span.end).filter(|end| *end <= span.start).max();
            alone.extend(lone(words, span, floor.unwrap_or(0)));
        }
    }
    found.append(&mut alone);
    if found.is_empty() {
        found.extend(labelled(words));
    }
    found.sort_by_key(|head| head.span.start);
    for head in &mut found {
        head.span = head.span.start + line.start..head.span.end + line.start;
    }
    found
}

/// A path beside its label (`rota: /v1/itens`); without a colon only where a method follows it.
fn labelled(words: &str) -> Option<Head> {
    let hit = LABELLED_PATH.captures(words)?;
    let target = hit.name("u")?;
    let url = trim_target(target.as_str());
    let span = target.start()..target.start() + url.len();
    let head = Head { span, method: None, url: url.to_owned() }.with_method_after(words);
    (hit.name("sep").is_some() || head.method.is_some()).then_some(head)
}

fn forward(words: &str) -> Vec<Head> {
    let mut found = Vec::new();
    for hit in FORWARD.captures_iter(words).take(MOST_HEADS) {
        let (Some(method), Some(target)) = (hit.name("m"), hit.name("u")) else { continue };
        let url = trim_target(target.as_str());
        let absolute = url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"));
        let shouted = method.as_str().chars().all(|c| c.is_ascii_uppercase());
        if url.len() < 2 || !(shouted || absolute) {
            continue;
        }
        found.push(Head {
            span: method.start()..target.start() + url.len(),
            method: Some(method.as_str().to_ascii_uppercase()),
            url: url.to_owned(),
        });
    }
    found
}

/// A URL without a method right before it: the method may follow, or stand a few words before.
fn lone(words: &str, span: Range<usize>, floor: usize) -> Option<Head> {
    let url = slice(words, span.clone());
    let mut near = floor.max(span.start.saturating_sub(NEAR));
    while !words.is_char_boundary(near) {
        near += 1;
    }
    let before = slice(words, near..span.start);
    if NOT_CALLED.is_match(before) {
        return None;
    }
    let mut head = Head { span, method: None, url: url.to_owned() }.with_method_after(words);
    if head.method.is_none()
        && let Some(method) = METHOD_BEFORE.captures(before).and_then(|hit| hit.name("m"))
    {
        head.method = Some(method.as_str().to_owned());
        head.span.start = near + method.start();
    }
    let repeated = before.trim_end_matches(['<', '(']).is_empty() && floor > 0 && before.len() == 1;
    let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path);
    let called = !path.is_empty() && !NO_CALL.is_match(url) || SAYS_ENDPOINT.is_match(before);
    (!repeated && (head.method.is_some() || called)).then_some(head)
}

impl Head {
    fn with_method_after(mut self, words: &str) -> Self {
        let after = slice(words, self.span.end..words.len());
        if let Some(method) = METHOD_AFTER.captures(after).and_then(|hit| hit.name("m")) {
            // The URL of the next call follows: then the method is that one's.
            let rest = slice(after, method.end()..after.len()).trim_start();
            if !rest.starts_with("http") && !rest.starts_with('/') {
                self.method = Some(method.as_str().to_owned());
                self.span.end += method.end();
            }
        }
        self
    }
}

/// Where the JSON object or array that starts at `start` ends; `None` if it does not before `limit`.
pub(super) fn json_end(text: &str, start: usize, limit: usize) -> Option<usize> {
    let bytes = text.as_bytes().get(start..limit.min(start.saturating_add(LONGEST_JSON)))?;
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(start + index + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a JSON object, or an array of strings or objects, may start here.
pub(super) fn starts_json(text: &str) -> bool {
    let mut rest = text.chars().filter(|c| !c.is_whitespace());
    match rest.next() {
        Some('{') => matches!(rest.next(), Some('"' | '}') | None),
        Some('[') => matches!(rest.next(), Some('"' | '{') | None),
        _ => false,
    }
}

/// The outermost JSON objects of `range`, in order, as byte ranges; the last one may be cut off.
pub(super) fn objects(text: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = range.start;
    let mut failures = 0;
    while let Some(offset) = slice(text, at..range.end).find('{') {
        let start = at + offset;
        at = start + 1;
        let window = text.as_bytes().get(start + 1..range.end).unwrap_or_default();
        let next = window.iter().find(|byte| !byte.is_ascii_whitespace());
        if !matches!(next, Some(b'"' | b'}')) {
            continue;
        }
        match json_end(text, start, range.end) {
            Some(end) => {
                found.push(start..end);
                at = end;
            }
            None => failures += 1,
        }
        if failures >= MOST_FAILURES {
            break;
        }
    }
    found
}

/// Parses JSON; trailing commas are forgiven.
pub(super) fn parse(text: &str) -> Option<Value> {
    static TRAILING: LazyLock<Regex> = LazyLock::new(|| pattern(r",(\s*[}\]])"));
    serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&TRAILING.replace_all(text, "$1")).ok())
}

/// Whether a JSON value reads like an answer (an envelope, a problem, a token) and not like what one sends.
pub(super) fn is_answer(value: &Value) -> bool {
    match value {
        Value::Object(map) => is_envelope(map),
        Value::Array(items) => !items.is_empty() && items.iter().all(Value::is_string),
        _ => false,
    }
}

/// As [`is_answer`], for an object.
pub(super) fn is_envelope(map: &Map<String, Value>) -> bool {
    const SURE: &[&str] = &[
        "success",
        "sucesso",
        "error",
        "errors",
        "erro",
        "erros",
        "statuscode",
        "httpstatus",
        "traceid",
        "exception",
        "fault",
        "faultstring",
        "errorcode",
        "errormessage",
        "accesstoken",
        "expiresin",
        "stacktrace",
        "errordescription",
        "codigoerro",
        "mensagemerro",
        "violations",
        "httpcode",
        "httpmessage",
    ];
    const LIKELY: &[&str] =
        &["message", "mensagem", "msg", "detail", "details", "detalhe", "title", "titulo"];
    const BESIDE: &[&str] =
        &["status", "code", "codigo", "type", "timestamp", "path", "data", "instance", "title"];
    let names: Vec<String> = map.keys().map(|name| plain(name)).collect();
    let has = |list: &[&str]| names.iter().any(|name| list.contains(&name.as_str()));
    let only = names.iter().all(|name| LIKELY.contains(&name.as_str()) || BESIDE.contains(&name.as_str()));
    has(SURE) || has(LIKELY) && only || only_data(&names)
}

fn only_data(names: &[String]) -> bool {
    matches!(names, [one] if one == "data" || one == "status")
}

/// A key without case, accents of the usual kind, and separators: `Status_Code` is `statuscode`.
pub(super) fn plain(name: &str) -> String {
    let folded = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    folded
        .map(|c| match c {
            'á' | 'ã' | 'â' | 'à' => 'a',
            'é' | 'ê' => 'e',
            'í' => 'i',
            'ó' | 'õ' | 'ô' => 'o',
            'ú' => 'u',
            'ç' => 'c',
            other => other,
        })
        .collect()
}

/// A status with what stands beside it.
pub(super) struct Status {
    pub(super) span: Range<usize>,
    pub(super) code: u16,
    pub(super) reason: Option<String>,
}

/// Standard reason phrases, as people and proxies write them.
const REASONS: &str = r"OK|Created|Accepted|No Content|Bad Request|Unauthorized|Payment Required|Forbidden|Not Found|Method Not Allowed|Not Acceptable|Request Time-?out|Conflict|Gone|Length Required|Precondition Failed|Payload Too Large|Request Entity Too Large|URI Too Long|Unsupported Media Type|Unprocessable (?:Entity|Content)|Locked|Failed Dependency|Too Many Requests|Internal Server Error|Internal Error|Not Implemented|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out|HTTP Version Not Supported";

static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    ascii_pattern(&format!(
        concat!(
            r#"(?i)(?:(?:<[-=]+|[-=]+>|→|⇒|↩|⟵|←)\s*(?:HTTP(?:/\d(?:\.\d)?)?\W{{0,3}}|status\W{{0,3}})?"#,
            r#"|\bHTTP(?:/\d(?:\.\d)?)?\W{{0,3}}"#,
            r#"|\b(?:status(?:[ _-]?code)?|http[ _-]?status|c[óo]digo|code|erro|error|response|resp|retorn\w*|devolv\w*|respond\w*|recebi|deu|d[áa]|dando|dar|com|um|volt\w*|falh\w*)\W{{1,3}}(?:um\s+|o\s+|c[óo]digo\s+|erro\s+|status\s+|http\s+){{0,2}}"#,
            r#"|^\W*)(?P<c>[1-5]\d\d)\b(?P<r1>[ \t]*[-–:(]?[ \t]*"?(?:{R})\b)?"#,
            r#"|\b(?P<c2>[1-5]\d\d)[ \t]*[-–:(]?[ \t]*"?(?P<r2>(?:{R}))\b|\s(?P<c3>[2-5]\d\d)\W*$"#,
        ),
        R = REASONS
    ))
});
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[.,]\d|[-/:h]\d|\s*(?:segundos?|s\b|ms\b|min|reais|mil\b|propostas?|clientes?|vezes|x\b|%|bytes?|kb\b|chamadas?|requisi))",
    )
});

/// Whether a run of exactly three digits stands in `words`, as every status does.
fn has_three_digits(words: &str) -> bool {
    words.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() == 3)
}

/// The first status that `words` (part of one line) name; money, times and amounts are none.
pub(super) fn status(words: &str) -> Option<Status> {
    if !has_three_digits(words) {
        return None;
    }
    for hit in STATUS.captures_iter(words) {
        let number = hit.name("c").or_else(|| hit.name("c2")).or_else(|| hit.name("c3"))?;
        if UNIT.is_match(slice(words, number.end()..words.len())) {
            continue;
        }
        let reason = hit
            .name("r1")
            .or_else(|| hit.name("r2"))
            .map(|reason| reason.as_str().trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
        let whole = hit.get_match();
        return Some(Status { span: whole.range(), code: number.as_str().parse().ok()?, reason });
    }
    None
}

/// Texts that look like what partners paste, for the property tests of the loose formats.
#[cfg(test)]
pub(super) mod arb {
    use proptest::prelude::*;

    use crate::evidence::call::Call;

    /// Pieces of calls, answers, logs and noise in any order.
    pub(in crate::evidence::formats) fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("POST https://api.loja.example/v1/itens".to_owned()),
            Just("GET /v1/itens/3".to_owned()),
            Just("{\"a\": [1, {\"b\": \"}\"}]}".to_owned()),
            Just("{\"success\":false,\"errors\":[\"não\"]}".to_owned()),
            Just("-> 500 Internal Server Error".to_owned()),
            Just("2026-05-26 10:04:18,891 ERROR x.y - ".to_owned()),
            Just("Connection refused".to_owned()),
            Just("base=https://h.example/api ".to_owned()),
            Just("{\"request\":{\"url\":\"https://h.example/a\",\"method\":\"post\"".to_owned()),
            Just("\n".to_owned()),
            Just("\r\n\r\n".to_owned()),
            "[ -~]{0,12}",
            "\\PC{0,8}",
        ];
        prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
    }

    /// Spans fit the text, lie on character boundaries, and do not overlap.
    pub(in crate::evidence::formats) fn check(text: &str, calls: &[Call]) -> Result<(), TestCaseError> {
        let mut end = 0;
        for call in calls {
            prop_assert!(text.get(call.span.clone()).is_some(), "{:?} in {text:?}", call.span);
            prop_assert!(call.span.start >= end, "{:?} overlaps {end} in {text:?}", call.span);
            end = call.span.end;
        }
        Ok(())
    }
}
