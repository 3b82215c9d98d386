//! What stands after a request and answers it: a raw response, a bare status, a pasted JSON, an error of the client.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::head::{header, is_time_line, pattern, request_line, status_line, time_of};
use super::{Line, cut, json, lines};
use crate::evidence::call::Call;

/// More lines than notes, headers and labels before a body take.
const MAX_LINES: usize = 400;

/// An answer as read, and where it ends.
#[derive(Default)]
pub(in super::super) struct Answer {
    pub(in super::super) status: Option<u16>,
    pub(in super::super) reason: Option<String>,
    pub(in super::super) headers: Vec<(String, String)>,
    pub(in super::super) body: Option<String>,
    pub(in super::super) error: Option<String>,
    pub(in super::super) at: Option<String>,
    pub(in super::super) end: usize,
}

impl Answer {
    fn says_something(&self) -> bool {
        self.status.is_some() || self.body.is_some() || self.error.is_some()
    }

    /// Adds the answer to its call; the call then covers both.
    pub(in super::super) fn add_to(self, call: &mut Call) {
        call.at = call.at.take().or(self.at).or_else(|| time_of(&self.headers));
        call.status = self.status;
        call.reason = self.reason;
        call.response_headers = self.headers;
        call.response_body = self.body;
        call.error = self.error;
        call.span.end = call.span.end.max(self.end);
    }
}

/// The answer that starts within a few lines of `at`; `None` where something else follows, another request too.
pub(in super::super) fn after(text: &str, at: usize) -> Option<Answer> {
    read(text, at, 0)
}

/// The answer to a command, whose output may show the requests themselves (`curl -v`, with redirects).
pub(in super::super) fn after_command(text: &str, at: usize) -> Option<Answer> {
    read(text, at, 10)
}

fn read(text: &str, at: usize, requests: usize) -> Option<Answer> {
    let mut reader = Reader {
        text,
        answer: Answer::default(),
        blanks: 0,
        head: false,
        labelled: false,
        transcript: false,
        requests,
    };
    let mut next = at;
    for _ in 0..MAX_LINES {
        let Some(line) = Line::at(text, next) else { break };
        match reader.line(line) {
            Step::Next => next = line.next,
            Step::From(position) if position > next => next = position,
            Step::From(_) | Step::Stop => break,
        }
    }
    reader.answer.says_something().then_some(reader.answer)
}

enum Step {
    Next,
    From(usize),
    Stop,
}

struct Reader<'a> {
    text: &'a str,
    answer: Answer,
    blanks: usize,
    /// Whether header lines are expected.
    head: bool,
    /// Whether a line announced the answer (`Resposta:`).
    labelled: bool,
    /// Whether lines carry the prefix of their sender: what goes without is no header and may be no body.
    transcript: bool,
    /// How many request lines may still be passed over.
    requests: usize,
}

impl Reader<'_> {
    fn line(&mut self, line: Line<'_>) -> Step {
        let (prefix, shown) = unprefixed(line.text);
        if shown.is_empty() || shown.starts_with("```") {
            return self.blank(prefix);
        }
        if prefix.is_none() && self.answer.body.is_some() {
            return self.status_below(shown, line);
        }
        self.blanks = 0;
        if let Some((status, reason)) = status_line(shown) {
            self.answer.headers.clear();
            (self.answer.status, self.answer.reason, self.answer.end) = (Some(status), reason, line.end());
            self.head = true;
            self.transcript = prefix.is_some();
            return Step::Next;
        }
        if matches!(prefix, Some(Prefix::Note | Prefix::Sent)) || is_chunk_note(shown) {
            if prefix == Some(Prefix::Sent) && request_line(shown).is_some_and(|request| request.versioned) {
                if self.requests == 0 {
                    return Step::Stop;
                }
                self.requests -= 1;
            }
            return self.note(shown, line);
        }
        if self.head
            && !shown.starts_with(['{', '[', '"', '<'])
            && let Some((name, value)) = header(shown)
        {
            self.answer.headers.push((name.to_owned(), value.to_owned()));
            self.answer.end = line.end();
            return Step::Next;
        }
        if prefix == Some(Prefix::Received) && shown.starts_with(['{', '[']) {
            return self.prefixed_body(line);
        }
        self.content(shown, line)
    }

    fn blank(&mut self, prefix: Option<Prefix>) -> Step {
        self.blanks += usize::from(prefix.is_none());
        if self.blanks > 3 || self.answer.body.is_some() && prefix.is_none() && self.answer.status.is_some() {
            return Step::Stop;
        }
        Step::Next
    }

    /// A line of `curl -v` that is no header: `* Connected to …`, `> GET …`, `{ [76 bytes data]`.
    fn note(&mut self, shown: &str, line: Line<'_>) -> Step {
        // The meter's line is not ended before the error.
        let shown = shown.find("curl: (").and_then(|at| shown.get(at..)).unwrap_or(shown);
        if self.answer.error.is_none() && client_error(shown).is_some() {
            self.answer.error = Some(shown.to_owned());
        }
        if self.answer.says_something() {
            self.answer.end = line.end();
        }
        Step::Next
    }

    /// After a body, only its status may follow.
    fn status_below(&mut self, shown: &str, line: Line<'_>) -> Step {
        if self.answer.status.is_none()
            && self.blanks <= 1
            && let Some(found) = loose_status(shown)
            && found.tail.is_empty()
        {
            (self.answer.status, self.answer.reason, self.answer.end) =
                (Some(found.status), found.reason, line.end());
        }
        Step::Stop
    }

    fn content(&mut self, shown: &str, line: Line<'_>) -> Step {
        if shown.starts_with(['{', '[']) && is_json(self.text, indent_end(line)) {
            return self.json(indent_end(line), line);
        }
        if let Some(error) = client_error(shown) {
            (self.answer.error, self.answer.end) = (Some(error.to_owned()), line.end());
            return Step::Stop;
        }
        if self.answer.at.is_none() && !self.answer.says_something() && is_time_line(shown) {
            self.answer.at = Some(shown.to_owned());
            return Step::Next;
        }
        if self.answer.status.is_none()
            && let Some(found) = loose_status(shown)
        {
            return self.loose(&found, line);
        }
        if let Some(tail) = labelled(shown) {
            return self.after_label(tail, line);
        }
        let opening = shown.get(..5).unwrap_or_default().to_ascii_lowercase();
        let page = ["<html", "<!doc", "<?xml", "<soap"].contains(&opening.as_str());
        if page || self.head && self.expects(shown) {
            return self.plain_body(line);
        }
        Step::Stop
    }

    /// Whether a text that is no JSON can be the body: it is markup, or the headers announce one.
    fn expects(&self, shown: &str) -> bool {
        let announced = |name: &str| {
            let name = name.to_ascii_lowercase();
            name == "content-type" || name == "content-length" || name == "transfer-encoding"
        };
        shown.starts_with('<')
            || !self.transcript && self.answer.headers.iter().any(|(name, _)| announced(name))
    }

    fn loose(&mut self, found: &LooseStatus<'_>, line: Line<'_>) -> Step {
        self.answer.status = Some(found.status);
        self.answer.reason = found.reason.clone();
        self.answer.end = line.end();
        if let Some(at) = &found.at {
            self.answer.at.get_or_insert_with(|| at.clone());
        }
        if found.tail.is_empty() {
            return Step::Next;
        }
        match line.text.rfind(found.tail) {
            Some(ahead) if found.tail.starts_with(['{', '[']) => self.json(line.start + ahead, line),
            _ => {
                self.answer.body = Some(unquoted(found.tail).to_owned());
                Step::Stop
            }
        }
    }

    fn after_label(&mut self, tail: &str, line: Line<'_>) -> Step {
        if self.labelled || self.answer.says_something() && !tail.starts_with(['{', '[', '"']) {
            return Step::Stop;
        }
        if tail.is_empty() {
            self.labelled = true;
            return Step::Next;
        }
        self.answer.end = line.end();
        if tail.starts_with(['{', '[']) {
            return self.json(line.end() - tail.len(), line);
        }
        if let Some(found) = loose_status(tail) {
            return self.loose(&found, line);
        }
        self.answer.body = Some(unquoted(tail).to_owned());
        Step::Stop
    }

    fn json(&mut self, start: usize, line: Line<'_>) -> Step {
        let span = json_span(self.text, start, line);
        self.answer.body = Some(cut(self.text, span.clone()).to_owned());
        self.answer.end = span.end;
        self.head = false;
        Step::From(
            Line::at(self.text, span.end)
                .map_or(span.end, |rest| if rest.text.trim().is_empty() { rest.next } else { span.end }),
        )
    }

    /// A body whose every line has the prefix `< `.
    fn prefixed_body(&mut self, first: Line<'_>) -> Step {
        let mut body = String::new();
        let mut open = 0_usize;
        for line in lines(self.text, first.start) {
            let (Some(Prefix::Received), shown) = unprefixed(line.text) else { break };
            body.push_str(
                line.text.trim_start().trim_start_matches('<').strip_prefix(' ').unwrap_or_default(),
            );
            body.push('\n');
            self.answer.end = line.end();
            open += shown.matches(['{', '[']).count();
            open = open.saturating_sub(shown.matches(['}', ']']).count());
            if open == 0 || body.len() > 65_536 {
                break;
            }
        }
        self.answer.body = Some(body.trim_end().to_owned());
        Step::From(Line::at(self.text, self.answer.end).map_or(self.answer.end, |rest| rest.next))
    }

    /// A body of another kind below headers: to the next blank line.
    fn plain_body(&mut self, first: Line<'_>) -> Step {
        let end = paragraph_end(self.text, first.start);
        self.answer.body = Some(cut(self.text, first.start..end).trim().to_owned());
        self.answer.end = end;
        Step::Stop
    }
}

/// Where the text of a line starts behind its indent.
pub(in super::super) fn indent_end(line: Line<'_>) -> usize {
    line.start + (line.text.len() - line.text.trim_start().len())
}

/// Where the JSON that starts at `start` ends; a broken one ends with its paragraph.
pub(in super::super) fn json_span(text: &str, start: usize, line: Line<'_>) -> Range<usize> {
    match json::parse(text, start) {
        Some(node) if node.whole => node.span,
        Some(node) if !node.members().is_empty() => start..paragraph_end(text, start).max(line.end()),
        _ => start..line.end(),
    }
}

/// The end of the last line before the next blank line or code fence.
pub(in super::super) fn paragraph_end(text: &str, start: usize) -> usize {
    lines(text, start)
        .take_while(|line| !line.text.trim().is_empty() && !line.text.trim_start().starts_with("```"))
        .last()
        .map_or(start, |line| line.end())
}

/// Who a line of a transcript is from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Prefix {
    /// `> `
    Sent,
    /// `< `
    Received,
    /// `* `
    Note,
    /// `| `: the body sent, in Insomnia's timeline.
    Body,
}

/// A line without its transcript prefix, and without blanks around.
pub(in super::super) fn unprefixed(line: &str) -> (Option<Prefix>, &str) {
    let line = line.trim();
    let prefix = match line.as_bytes() {
        [b'>'] | [b'>', b' ', ..] => Prefix::Sent,
        [b'<'] | [b'<', b' ', ..] => Prefix::Received,
        [b'*'] | [b'*', b' ', ..] => Prefix::Note,
        [b'|'] | [b'|', b' ', ..] => Prefix::Body,
        _ => return (None, line),
    };
    (Some(prefix), line.get(1..).unwrap_or_default().trim())
}

/// A line of curl about how much it moved: `} [20 bytes data]`, the progress meter.
pub(in super::super) fn is_chunk_note(line: &str) -> bool {
    let inner = line.trim_start_matches(['{', '}', ' ']);
    inner.starts_with('[') && inner.contains(" bytes data]")
        || line.starts_with("% Total")
        || line.starts_with("Dload")
        || line.contains("--:--:--")
}

/// Whether the JSON at `start` is one: `[10:02:12]` and `{nome}` are not.
pub(in super::super) fn is_json(text: &str, start: usize) -> bool {
    match json::parse(text, start) {
        Some(node) => match &node.kind {
            json::Kind::Object(members) => node.whole || !members.is_empty(),
            json::Kind::Array(items) => node.whole || items.iter().any(|item| !item.members().is_empty()),
            _ => false,
        },
        None => false,
    }
}

/// The text without the quotes around it.
pub(in super::super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for (open, close) in [('"', '"'), ('\'', '\''), ('“', '”'), ('`', '`'), ('‘', '’')] {
        if let Some(inner) = text.strip_prefix(open).and_then(|inner| inner.strip_suffix(close)) {
            return inner;
        }
    }
    text
}

/// `curl: (28) Operation timed out`, `Could not resolve host`, `Read timed out`.
fn client_error(line: &str) -> Option<&str> {
    static ERROR: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)^(?:curl: \(\d+\)|error: (?:connect|read|socket|getaddrinfo)|(?:\S*(?:exception|error):? )?.*",
            r"(?:connection (?:refused|reset|timed out)|(?:read|connect|operation|request) timed out|could not resolve host",
            r"|failed to connect|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENOTFOUND|socket hang up|SSL routines))"
        ))
    });
    (line.len() <= 300 && ERROR.is_match(line)).then_some(line)
}

/// A status that is not written as HTTP does.
struct LooseStatus<'a> {
    status: u16,
    reason: Option<String>,
    at: Option<String>,
    /// A body on the same line.
    tail: &'a str,
}

/// `404`, `404 Not Found`, `=> 422 {…}`, `# 400 {…}`, `13/05/2026 08:44:19  <- 400 {…}`, `Status: 400`, `HTTP 500 - {…}`.
fn loose_status(line: &str) -> Option<LooseStatus<'_>> {
    static LOOSE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)^(?:\[?(?P<at>\d[\d/:.,T Z+-]{3,32}?)\]?\s+)?(?P<mark>(?:<[-=]+|[-=]+>|→|←|⇒|#+|//+|--+|>>>?|<<)\s*)?",
            r"(?P<label>(?:(?:resposta|retorno|response|resultado|erro|error|status|http|https?/[\d.]+|c[oó]digo|statuscode",
            r"|recebi|retornou|voltou|deu|veio|code|request failed with)(?:\s+(?:http|code|da resposta|da api|status))*\s*[:=-]?\s*)*)",
            r"(?P<status>[1-5]\d\d)(?:\s*[:,-])?(?:\s+(?P<tail>.*))?$"
        ))
    });
    static REASON: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)^\(?(?P<reason>ok|created|accepted|no content|moved permanently|found|not modified|bad request|unauthorized",
            r"|payment required|forbidden|not found|method not allowed|not acceptable|request time-?out|conflict|gone",
            r"|unsupported media type|unprocessable (?:entity|content)|too many requests|internal server error",
            r"|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out)\)?(?:\s*[:,-])?\s*(?P<tail>.*)$"
        ))
    });
    let found = LOOSE.captures(line)?;
    let marked = found.name("mark").is_some() || found.name("label").is_some_and(|label| !label.is_empty());
    let mut tail = found.name("tail").map_or("", |tail| tail.as_str().trim());
    let mut reason = None;
    if let Some(known) = REASON.captures(tail) {
        reason = known.name("reason").map(|reason| reason.as_str().to_owned());
        tail = known.name("tail").map_or("", |tail| tail.as_str().trim());
    }
    let body = tail.starts_with(['{', '[', '"', '“', '\'']);
    (tail.is_empty() || body || marked && tail.len() <= 400).then(|| LooseStatus {
        status: found.name("status").and_then(|status| status.as_str().parse().ok()).unwrap_or_default(),
        reason,
        at: found.name("at").map(|at| at.as_str().trim().to_owned()),
        tail,
    })
}

/// What follows `Resposta:`, `retorno (20/05, 15h36):`, `=>`; a line that only announces gives an empty rest.
fn labelled(line: &str) -> Option<&str> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?i)^[\s*#/_-]*(?:resposta|retorno|response|resultado|result|output|sa[ií]da|recebo|recebi|recebido|retorna|retornado|retornou|obtido|volta|voltou",
            r"|erro|error|devolve|devolveu|veio|deu|(?:o )?(?:servidor|api) (?:responde|respondeu|retorna|retornou))\b",
            r"[^{\[\n:]{0,40}(?:\([^)]{0,30}\)\s*)?[:=]+>?[\s*_]*(?P<tail>.*)$"
        ))
    });
    static MARK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(?:(?:<[-=]+|[-=]+>|→|←|⇒)\s*(?P<tail>.*)|(?:#+|//+)\s*(?P<noted>[{\[].*))$")
    });
    let found = LABEL.captures(line).or_else(|| MARK.captures(line))?;
    found.name("tail").or_else(|| found.name("noted")).map(|tail| tail.as_str().trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_however_they_are_pasted() {
        let table = [
            ("HTTP/1.1 400 Bad Request\nDate: x\n\n{\"a\":1}\n\nfim", Some(400), Some("{\"a\":1}"), None),
            ("\n\n{\n \"a\": 1\n}\nabs", None, Some("{\n \"a\": 1\n}"), None),
            ("404\ntentei 14:28", Some(404), None, None),
            ("=> 422 {\"a\":1}", Some(422), Some("{\"a\":1}"), None),
            (
                "\n13/05/2026 08:44:19  <- 400 {\"a\":1}",
                Some(400),
                Some("{\"a\":1}"),
                Some("13/05/2026 08:44:19"),
            ),
            ("Resposta: HTTP 500 {\"a\":1}", Some(500), Some("{\"a\":1}"), None),
            ("retorno (20/05, 15h36): \"Usuário x\"", None, Some("Usuário x"), None),
            ("< HTTP/2 401\n< date: y\n<\n< {\"a\":\n<  1}", Some(401), Some("{\"a\":\n 1}"), Some("y")),
            ("19/05/2026 16:35:50\n{\"a\":1}", None, Some("{\"a\":1}"), Some("19/05/2026 16:35:50")),
            ("HTTP/1.1 100 Continue\n\nHTTP/1.1 201 Created\n\n<ok/>", Some(201), Some("<ok/>"), None),
            ("```\nRetorno:\n```\n{\"a\":1}\n```", None, Some("{\"a\":1}"), None),
            ("Obrigado!\n{\"a\":1}", None, None, None),
            ("\nEm 2026 tudo bem", None, None, None),
        ];
        for (text, status, body, at) in table {
            let answer = after(text, 0).unwrap_or_default();
            assert_eq!((answer.status, answer.body.as_deref()), (status, body), "{text}");
            let mut call = Call::default();
            answer.add_to(&mut call);
            assert!(at.is_none() || call.at.as_deref() == at, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "([<>*|] |HTTP/1.1 |400 |\\{\"a\":|\\}|: |\n|é|```|[ -~]){0,40}") {
            if let Some(answer) = after(&text, 0) {
                proptest::prop_assert!(text.is_char_boundary(answer.end));
            }
        }
    }
}
