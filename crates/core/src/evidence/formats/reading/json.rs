//! JSON read leniently, with the bytes that each value came from.
//!
//! Cut-off documents yield all that stood before the cut; trailing commas and raw line breaks are let pass.

use std::borrow::Cow;
use std::ops::Range;

use super::cut;

/// Deeper than any exchange; what lies below is not read.
const MAX_DEPTH: usize = 96;

/// One value and where it stands.
#[derive(Clone)]
pub(in super::super) struct Node<'a> {
    pub(in super::super) span: Range<usize>,
    pub(in super::super) kind: Kind<'a>,
    /// Whether its end was there.
    pub(in super::super) whole: bool,
}

/// What a value is.
#[derive(Clone)]
pub(in super::super) enum Kind<'a> {
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
    Array(Vec<Node<'a>>),
    Text(Cow<'a, str>),
    /// A number, `true`, `false` or `null`, as written.
    Word(&'a str),
}

impl<'a> Node<'a> {
    /// The member `name` of an object.
    pub(in super::super) fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The members of an object; none for anything else.
    pub(in super::super) fn members(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.kind {
            Kind::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; none for anything else.
    pub(in super::super) fn items(&self) -> &[Node<'a>] {
        match &self.kind {
            Kind::Array(items) => items,
            _ => &[],
        }
    }

    /// The content of a string.
    pub(in super::super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The content of a string that is not empty, at member `name`.
    pub(in super::super) fn text_at(&self, name: &str) -> Option<&str> {
        self.get(name)?.text().filter(|text| !text.is_empty())
    }

    /// A string or a number, as text.
    pub(in super::super) fn plain(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Word("null") => None,
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The HTTP status at member `name`, written as a number or a string.
    pub(in super::super) fn status_at(&self, name: &str) -> Option<u16> {
        self.get(name)?.plain()?.parse().ok().filter(|status| (100..600).contains(status))
    }
}

/// The value that starts at `at` (after blanks), as far as it goes. `None` if none starts there.
pub(in super::super) fn parse(text: &str, at: usize) -> Option<Node<'_>> {
    let mut reader = Reader { text, at };
    reader.blanks();
    reader.value(0)
}

/// Every outermost object in `text`, also among prose; braces that hold no member are passed over.
pub(in super::super) fn objects(text: &str) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(ahead) = text.get(at..).and_then(|tail| tail.find('{')) {
        let start = at + ahead;
        at = start + 1;
        if let Some(node) = parse(text, start)
            && !node.members().is_empty()
        {
            at = node.span.end.max(at);
            found.push(node);
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
        // A no-break space is what chat programs make of an indent.
        while let Some(tail) = self.text.get(self.at..)
            && let Some(first @ ('\u{a0}' | '\u{feff}' | '\u{200b}')) = tail.chars().next()
        {
            self.at += first.len_utf8();
            while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
                self.at += 1;
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node<'a>> {
        let start = self.at;
        let (kind, whole) = match self.peek()? {
            _ if depth > MAX_DEPTH => return None,
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => {
                let (text, whole) = self.string();
                (Kind::Text(text), whole)
            }
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => (Kind::Word(self.word()), true),
            _ => return None,
        };
        Some(Node { span: start..self.at, kind, whole })
    }

    fn object(&mut self, depth: usize) -> (Kind<'a>, bool) {
        let mut members = Vec::new();
        self.at += 1;
        let whole = loop {
            self.commas();
            match self.peek() {
                Some(b'}') => {
                    self.at += 1;
                    break true;
                }
                Some(b'"') => {}
                _ => break false,
            }
            let (key, complete) = self.string();
            self.blanks();
            if !complete || self.peek() != Some(b':') {
                break false;
            }
            self.at += 1;
            self.blanks();
            let Some(node) = self.value(depth + 1) else { break false };
            let complete = node.whole;
            members.push((key, node));
            if !complete {
                break false;
            }
        };
        (Kind::Object(members), whole)
    }

    fn array(&mut self, depth: usize) -> (Kind<'a>, bool) {
        let mut items = Vec::new();
        self.at += 1;
        let whole = loop {
            self.commas();
            if self.peek() == Some(b']') {
                self.at += 1;
                break true;
            }
            let Some(node) = self.value(depth + 1) else { break false };
            let complete = node.whole;
            items.push(node);
            if !complete {
                break false;
            }
        };
        (Kind::Array(items), whole)
    }

    fn commas(&mut self) {
        self.blanks();
        while self.peek() == Some(b',') {
            self.at += 1;
            self.blanks();
        }
    }

    fn word(&mut self) -> &'a str {
        let start = self.at;
        while let Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') = self.peek() {
            self.at += 1;
        }
        cut(self.text, start..self.at)
    }

    /// The string that starts here, and whether it was closed.
    fn string(&mut self) -> (Cow<'a, str>, bool) {
        let start = self.at + 1;
        let mut escaped = false;
        let mut end = start;
        let bytes = self.text.as_bytes();
        let closed = loop {
            match bytes.get(end) {
                None => break false,
                Some(b'"') => break true,
                Some(b'\\') => {
                    escaped = true;
                    end += 2;
                }
                Some(_) => end += 1,
            }
        };
        let mut end = end.min(bytes.len());
        while !self.text.is_char_boundary(end) {
            end += 1; // A backslash before the last character of a cut-off text.
        }
        self.at = if closed { end + 1 } else { end };
        let raw = cut(self.text, start..end);
        (if escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }, closed)
    }
}

/// The content of a JSON string without its escapes; an unknown escape stands for its letter.
pub(in super::super) fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.push(char);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => out.push(unicode(&mut chars)),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

/// The character of `\uXXXX` (after the `u`), two of them where it is a surrogate pair.
fn unicode(chars: &mut std::str::Chars<'_>) -> char {
    let Some(first) = hex4(chars) else { return char::REPLACEMENT_CHARACTER };
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER);
    }
    let mut ahead = chars.clone();
    let pair = (ahead.next() == Some('\\') && ahead.next() == Some('u')).then(|| hex4(&mut ahead)).flatten();
    match pair {
        Some(second) if (0xDC00..0xE000).contains(&second) => {
            *chars = ahead;
            let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::REPLACEMENT_CHARACTER,
    }
}

fn hex4(chars: &mut std::str::Chars<'_>) -> Option<u32> {
    let mut ahead = chars.clone();
    let mut value = 0;
    for _ in 0..4 {
        value = value * 16 + ahead.next()?.to_digit(16)?;
    }
    *chars = ahead;
    Some(value)
}

/// Whether an object is what an API answers with rather than what it is sent: an envelope or a problem.
pub(in super::super) fn is_answer(node: &Node<'_>) -> bool {
    const TELLING: [&str; 18] = [
        "success",
        "sucesso",
        "errors",
        "erros",
        "error",
        "erro",
        "message",
        "mensagem",
        "msg",
        "detail",
        "detalhe",
        "traceid",
        "statuscode",
        "exception",
        "fault",
        "error_description",
        "error_code",
        "stack",
    ];
    const ALONGSIDE: [&str; 17] = [
        "data",
        "dados",
        "code",
        "codigo",
        "status",
        "title",
        "titulo",
        "type",
        "tipo",
        "instance",
        "path",
        "timestamp",
        "requestid",
        "request_id",
        "details",
        "result",
        "errorcode",
    ];
    let mut telling = false;
    for (key, _) in node.members() {
        let key = key.to_lowercase();
        if TELLING.contains(&key.as_str()) {
            telling = true;
        } else if !ALONGSIDE.contains(&key.as_str()) {
            return false;
        }
    }
    telling
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_carry_their_bytes_and_survive_a_cut() {
        let node = parse(r#" {"a": [1, "x\u00e9\n", {"b": null}], "c": "cut"#, 0).unwrap();
        assert!(!node.whole);
        assert_eq!(node.get("a").unwrap().items().len(), 3);
        assert_eq!(node.get("a").unwrap().items()[1].text(), Some("xé\n"));
        assert_eq!(node.get("c").unwrap().text(), Some("cut"));
        assert_eq!(node.get("a").unwrap().span, 7..36);
    }

    #[test]
    fn objects_are_found_among_prose() {
        let found = objects(r#"segue {ver} {"a":1} e {"b":{"c":2}} fim {"#);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn an_escape_may_be_cut_anywhere() {
        for (raw, expected) in
            [(r"\ud83d\ude00", "😀"), (r"\ud83d", "\u{fffd}"), (r"\u12", "\u{fffd}12"), ("a\\", "a")]
        {
            assert_eq!(unescape(raw), expected, "{raw}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in r#"[{}\[\]",:\\ a1é\n]{0,60}"#) {
            for node in objects(&text) {
                proptest::prop_assert!(text.get(node.span.clone()).is_some());
            }
        }
    }
}
