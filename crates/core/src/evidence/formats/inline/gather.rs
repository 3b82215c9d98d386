//! What the lines after a call are: headers, a body, a status, an answer, an instant, a failure, or prose (the end).

use std::sync::LazyLock;

use regex::Regex;

use crate::evidence::call::{Body, Call};
use crate::evidence::formats::stack_trace::failure;
use crate::evidence::formats::words::{
    STAMP, is_answer, json_end, parse, pattern, slice, starts_json, status,
};

/// Lines in a row that say nothing about the call (`Usuário: …`, a frame) before it counts as over.
const MOST_SKIPPED: usize = 6;
/// JSON values read from one line: a body and an answer, with room for what stands between.
const MOST_VALUES: usize = 6;
/// Longest such line in bytes; longer ones are prose.
const LONGEST_SKIPPED: usize = 160;

static MARKER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*(?:(?:\d{1,2}[).]|[*•|#>]|//|[-–]\s)\s*)*(?:<\s+)?"));
static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:json |dados )?(?:request(?: body)?|req|payload|enviad[oa]s?|enviei|enviamos|envio|requisi[cç][aã]o|corpo (?:da requisi[cç][aã]o|enviado|do envio)|entrada|input|par[aâ]metros)\b[^:={]{0,40}(?:[:=]|$)",
    )
});
static EITHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)^(?:request |http )?(?:body|corpo|json|conte[uú]do|data)\b[^:={]{0,30}(?:[:=]|$)")
});
static RESPONSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:response(?: body)?|resp|retorn\w*|respost\w*|respond\w*|devolv\w*|volt\w+|resultado|result|output|sa[ií]da|erros?|error|mensage[nm]s?|msg|message|recebi\w*|corpo d[ae] (?:resposta|retorno)|aparece|exce[cç][aã]o|exception)\b(?P<between>[^:={\x22]{0,40})(?:[:=]|(?P<bare>[\x22{])|$)",
    )
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:hor[aá]rio|data(?:\s*(?:/|e)\s*hora)?|quando|hora|timestamp|ocorrido|ocorreu|momento|date(?:time)?|em|[àa]s|teste|data do teste)\b[^\d]{0,30}\d",
    )
});
static METHOD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:http )?(?:m[eé]todo|method|verbo?)(?: http)?\W{1,4}(?P<m>get|post|put|patch|delete|head|options)\b",
    )
});
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:-H\s*|--header\s*)?["']?(?P<n>[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)+|(?i:authorization|host|accept|date|cookie|server|connection|origin|referer|via|etag|allow|expires|pragma|token|apikey|location))["']?\s*:\s*(?P<v>\S.*?)["']?,?$"#,
    )
});
/// A line that goes on with a list of fields or a stack: no prose.
static SKIPPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:at \S+[(.]|em \S+\.\S+\(|\.{3}|\S{1,40}\s*=\s*\S|(?:[^\s:]+\s+){0,3}[^\s:]{1,30}:(?:\s\S|\s*$))",
    )
});
static ARROW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:<[-=]*|[-=]+>|→|⇒|←|↩)\s*)?(?:(?i:HTTP(?:/\d(?:\.\d)?)?)\s+|(?i:status|c[oó]digo|erro)[\s:]+(?:(?i:http|code|status)[\s:]*){0,2})?[1-5]\d\d(?:\s*$|\W|\s)",
    )
});
static OTHER_URL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:[<>*]\s*)?(?:referer|origin|location|link|server|user-agent|www-authenticate|content-location|access-control-[\w-]+|x-[\w-]*(?:forwarded|original|rewrite)[\w-]*)\s*:",
    )
});

/// Whether a line is a header whose URL is not the one called.
pub(super) fn is_other_url(line: &str) -> bool {
    OTHER_URL.is_match(line)
}

/// On which side of the call something stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Response,
    Unknown,
    /// Unknown, on the line of the call itself.
    OwnLine,
}

/// What one line after a call is.
enum Line<'t> {
    /// It goes on at this offset of the line: JSON, a status, an answer in words.
    Content(Side, usize),
    Header(&'t str, &'t str),
    Method(&'t str),
    Time(&'t str),
    Failure,
    Skipped,
    Prose,
}

/// Reads what follows the head that ends at `from`, up to `limit`, into `call`; its span grows with what was read.
pub(super) fn after(text: &str, from: usize, limit: usize, call: &mut Call) {
    let mut at = rest(text, from, limit, Side::OwnLine, call);
    let (mut skipped, mut blanks, mut side) = (0, 0, Side::Unknown);
    while at < limit {
        let start = at + slice(text, at..limit).find('\n').map_or(limit - at, |offset| offset + 1);
        if start >= limit {
            return;
        }
        let end = start + slice(text, start..limit).find('\n').unwrap_or(limit - start);
        let line = slice(text, start..end);
        at = end;
        if line.trim_start().starts_with("```") || line.trim().trim_matches(['`', '>', '<']).trim().is_empty()
        {
            blanks += 1;
            if blanks > 2 {
                return;
            }
            continue;
        }
        match kind(line) {
            Line::Prose => return,
            Line::Skipped if skipped >= MOST_SKIPPED || blanks > 0 => return,
            Line::Skipped => skipped += 1,
            Line::Content(said, offset) => {
                let stamp = STAMP.find(slice(line, 0..offset)).filter(|_| call.at.is_none());
                if let Some(stamp) = stamp {
                    call.at = Some(stamp.as_str().to_owned());
                }
                if said == Side::Response && call.status.is_none() {
                    note_words(slice(line, 0..offset), start, said, call);
                }
                let label = if said == Side::Unknown { side } else { said };
                at = rest(text, start + offset, limit, label, call).max(end.min(limit));
                // A label that stands alone speaks for the line below it.
                side = if slice(text, start + offset..end).trim().is_empty() { label } else { Side::Unknown };
                skipped = 0;
                call.span.end = call.span.end.max(at.min(limit));
            }
            simple => {
                take(simple, line, call);
                call.span.end = call.span.end.max(end);
                skipped = 0;
            }
        }
        blanks = 0;
    }
}

fn kind(line: &str) -> Line<'_> {
    let mut offset = MARKER.find(line).map_or(0, |marker| marker.end());
    let stamp = leading_stamp(slice(line, offset..line.len()));
    let mut words = slice(line, offset..line.len());
    if let Some((_, length)) = stamp {
        offset += length;
        words = slice(line, offset..line.len());
    }
    if starts_json(words) {
        return Line::Content(Side::Unknown, offset);
    }
    if ARROW.is_match(words) {
        return Line::Content(Side::Response, offset);
    }
    if let Some(hit) = METHOD.captures(words).and_then(|hit| hit.name("m")) {
        return Line::Method(hit.as_str());
    }
    if let Some(hit) = REQUEST.find(words) {
        return Line::Content(Side::Request, offset + hit.end());
    }
    if TIME.is_match(words)
        && words.len() < 80
        && let Some(at) = STAMP.find(words)
        && stamp.is_none()
    {
        return Line::Time(slice(words, at.range()));
    }
    if let Some(hit) = RESPONSE.captures(words) {
        let end = hit.name("bare").map_or(hit.get_match().end(), |bare| bare.start());
        return Line::Content(Side::Response, offset + end);
    }
    if let Some(hit) = EITHER.find(words) {
        return Line::Content(Side::Unknown, offset + hit.end());
    }
    if failure(words).is_some() {
        return Line::Failure;
    }
    if let Some(hit) = HEADER.captures(words)
        && let (Some(name), Some(value)) = (hit.name("n"), hit.name("v"))
    {
        return Line::Header(slice(words, name.range()), slice(words, value.range()));
    }
    match stamp {
        Some((at, _)) if words.len() < LONGEST_SKIPPED => Line::Time(at),
        None if line.len() <= LONGEST_SKIPPED && SKIPPED.is_match(words) => Line::Skipped,
        _ => Line::Prose,
    }
}

/// The instant at the start of a line (perhaps in brackets), and how many bytes it takes.
fn leading_stamp(words: &str) -> Option<(&str, usize)> {
    let at = STAMP.find(words)?;
    let lead = slice(words, 0..at.start());
    if !lead.chars().all(|c| matches!(c, '[' | '(' | ' ' | '\t' | '"')) {
        return None;
    }
    let after = slice(words, at.end()..words.len());
    let trimmed =
        after.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ']' | ')' | '"' | ',' | ';'));
    Some((slice(words, at.range()), words.len() - trimmed.len()))
}

fn take(line: Line<'_>, words: &str, call: &mut Call) {
    match line {
        Line::Header(name, value) => {
            let answered = call.status.is_some() || words.trim_start().starts_with('<');
            let list = if answered { &mut call.response_headers } else { &mut call.headers };
            list.push((name.to_owned(), value.to_owned()));
        }
        Line::Method(method) if call.method.is_none() => call.method = Some(method.to_ascii_uppercase()),
        Line::Time(at) if call.at.is_none() => call.at = Some(at.to_owned()),
        Line::Failure => {
            if let Some(failed) = failure(words) {
                call.error.get_or_insert(failed.error);
                call.status = call.status.or(failed.status);
                call.reason = call.reason.take().or(failed.reason);
            }
        }
        _ => {}
    }
}

/// Reads one line from `from`: JSON (which may run over many lines), a status, an answer in words. Returns where it stopped.
///
/// On the rest of the call's own line prose may stand.
fn rest(text: &str, from: usize, limit: usize, side: Side, call: &mut Call) -> usize {
    let head = side == Side::OwnLine;
    let side = if head { Side::Unknown } else { side };
    let (mut at, mut side) = (from, side);
    for _ in 0..MOST_VALUES {
        let end = at + slice(text, at..limit).find('\n').unwrap_or(limit.saturating_sub(at));
        let line = slice(text, at..end);
        let json = line
            .char_indices()
            .find(|(offset, c)| matches!(c, '{' | '[') && starts_json(slice(text, at + offset..limit)));
        let words = slice(line, 0..json.map_or(line.len(), |(offset, _)| offset));
        let place = if head && at == from { Side::OwnLine } else { side };
        side = note_words(words, at, place, call);
        let Some((offset, _)) = json else {
            if side == Side::Response && !head {
                answer_in_words(words, call);
            }
            return end;
        };
        let start = at + offset;
        let stop = json_end(text, start, limit).unwrap_or_else(|| cut_off(text, start, limit));
        put(slice(text, start..stop), side, call);
        call.span.end = call.span.end.max(stop);
        if stop <= at {
            return end;
        }
        at = stop;
        side = Side::Unknown;
    }
    at + slice(text, at..limit).find('\n').unwrap_or(limit.saturating_sub(at))
}

/// Status and failure in the words before any JSON; says which side what follows is on.
fn note_words(words: &str, at: usize, side: Side, call: &mut Call) -> Side {
    let head = side == Side::OwnLine;
    let mut side = if head { Side::Unknown } else { side };
    if let Some(said) = status(words)
        && (call.status.is_none() || side == Side::Response)
    {
        call.status = call.status.or(Some(said.code));
        if call.reason.is_none() {
            call.reason = said.reason;
        }
        call.span.end = call.span.end.max(at + said.span.end);
        // In prose the words after a status go on with the sentence.
        let shown = slice(words, said.span.clone()).contains(['>', '<', '→', '⇒', '←']);
        if call.status == Some(said.code) && call.reason.is_none() && (!head || shown) {
            call.reason = reason_after(slice(words, said.span.end..words.len()));
        }
        side = Side::Response;
    } else if let Some(failed) = failure(words) {
        call.span.end = call.span.end.max(at + failed.span.end);
        call.error.get_or_insert(failed.error);
        side = Side::Response;
    } else if head
        && words.trim_end().ends_with([':', '>'])
        && RESPONSE.is_match(words.trim_start_matches(|c: char| !c.is_alphanumeric()))
    {
        side = Side::Response;
    }
    if call.at.is_none()
        && !head
        && let Some(stamp) = STAMP.find(words)
    {
        call.at = Some(stamp.as_str().to_owned());
    }
    side
}

/// What stands right after a status on its line (`400 Usuário não cadastrado`).
fn reason_after(words: &str) -> Option<String> {
    let said = words.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | ':' | ')'));
    let said = said.trim_end().trim_matches('"').trim_end_matches(['-', ':', ' ', ',']);
    let starts = said.chars().next().is_some_and(|c| c.is_alphabetic() || c == '"');
    (starts && said.len() <= 120 && !words.trim_start().starts_with(['.', ',', ';'])).then(|| said.to_owned())
}

/// An answer without JSON: what is quoted, else all of it.
fn answer_in_words(words: &str, call: &mut Call) {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#"["“](?P<q>[^"”]{2,})["”]"#));
    let said = match QUOTED.captures(words).and_then(|hit| hit.name("q")) {
        Some(quoted) => quoted.as_str(),
        None if status(words).is_some() => return,
        None => words.trim().trim_matches(['-', '>', '=', '`', ' ']),
    };
    if said.chars().filter(|c| c.is_alphabetic()).count() >= 3 && call.response_body.is_none() {
        call.response_body = Some(said.trim().to_owned());
    }
}

/// The end of JSON that never closes: the next blank line.
fn cut_off(text: &str, start: usize, limit: usize) -> usize {
    let rest = slice(text, start..limit);
    let blank = [rest.find("\n\n"), rest.find("\n\r\n")].into_iter().flatten().min();
    start + blank.unwrap_or(rest.trim_end().len())
}

/// Puts a JSON value where it belongs: the label decides, else its shape, else what is still free.
fn put(json: &str, side: Side, call: &mut Call) {
    let answer = parse(json)
        .map_or(json.contains("\"error") || json.contains("\"success\""), |value| is_answer(&value));
    let reads = matches!(call.method.as_deref(), Some("GET" | "HEAD"));
    let to_answer = match side {
        Side::Response => true,
        Side::Request => false,
        Side::Unknown | Side::OwnLine => answer || call.body.is_some() || reads,
    };
    if to_answer {
        if call.response_body.is_none() {
            call.response_body = Some(json.to_owned());
        }
    } else if call.body.is_none() {
        call.body = Some(Body::Text(json.to_owned()));
    }
}
