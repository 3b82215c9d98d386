//! A command split into words as its shell does it, with leave for what mail and chat programs break.

use std::sync::LazyLock;

use regex::Regex;

use super::super::reading::answer::paragraph_end;
use super::super::reading::head::pattern;
use super::super::reading::{Line, cut, json, lines, rest};
use super::cmd;
use super::options::takes_value;

/// One word of a command.
#[derive(Clone, Default)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) start: usize,
    pub(super) quoted: bool,
}

/// What the command reads from standard input.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) enum Stdin {
    #[default]
    Nothing,
    Text(String),
    File(String),
}

/// The words after the command's name, and where the command ends.
#[derive(Default)]
pub(super) struct Words {
    pub(super) words: Vec<Word>,
    pub(super) stdin: Stdin,
    pub(super) end: usize,
}

/// More words than any real command has.
pub(super) const MAX_WORDS: usize = 2_000;
/// How far a substitution or a here-document is followed.
const MAX_REACH: usize = 65_536;

/// The words of the command whose name ends at `at`.
pub(super) fn split(text: &str, at: usize) -> Words {
    if cmd::is_cmd(text, at) {
        return cmd::split(text, at);
    }
    let powershell = is_powershell(text, at);
    let mut shell = Shell { text, at, powershell, words: Words::default(), cut_off: false };
    while !shell.cut_off && shell.words.words.len() < MAX_WORDS && shell.step() {}
    shell.words.end = shell.at.min(text.len());
    shell.words
}

fn is_powershell(text: &str, at: usize) -> bool {
    Line::at(text, at).is_some_and(|line| {
        line.text.trim_end().strip_suffix('`').is_some_and(|head| head.ends_with([' ', '\t']))
    })
}

/// Whether a command goes on in the line that starts at `next`, although nothing says so: mail programs wrap lines and
/// chat programs drop the `\`.
pub(super) fn goes_on(text: &str, next: usize, words: &[Word]) -> Option<usize> {
    static OPTION: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"^(?:-[A-Za-z](?:\s*[\w"'“‘{@]|\s*$)|--[a-z][a-z0-9.-]+(?:[\s=]|$)|[—–][a-z][a-z-]+\s)"#)
    });
    let mut line = Line::at(text, next)?;
    let mut blank = false;
    if line.text.trim().is_empty() {
        line = Line::at(text, line.next)?;
        blank = true;
    }
    let shown = line.text.trim_start();
    let start = line.start + (line.text.len() - shown.len());
    if OPTION.is_match(shown) {
        return Some(start);
    }
    if blank || shown.is_empty() {
        return None;
    }
    let last = words.last()?;
    let wants_value = !last.quoted && takes_value(&last.text);
    let wants_url = !words.iter().any(|word| word.text.contains("://"))
        && shown.trim_start_matches(['"', '\'', '“', '‘', '<']).starts_with("http");
    (wants_value || wants_url).then_some(start)
}

struct Shell<'a> {
    text: &'a str,
    at: usize,
    powershell: bool,
    words: Words,
    cut_off: bool,
}

impl Shell<'_> {
    fn peek(&self) -> Option<char> {
        rest(self.text, self.at).chars().next()
    }

    fn starts(&self, what: &str) -> bool {
        rest(self.text, self.at).starts_with(what)
    }

    /// Reads what comes next; false where the command ends.
    fn step(&mut self) -> bool {
        let Some(char) = self.peek() else { return false };
        match char {
            ' ' | '\t' | '\u{a0}' | '\u{200b}' | '\u{feff}' | '\r' => {
                self.at += char.len_utf8();
                true
            }
            '\n' => match goes_on(self.text, self.at + 1, &self.words.words) {
                Some(next) => {
                    self.at = next;
                    true
                }
                None => false,
            },
            '\\' | '`' if self.continuation() => true,
            '|' | ';' | ')' => false,
            '&' => false,
            '#' => false,
            '<' => self.input(),
            '>' => self.output(),
            _ => {
                self.word();
                true
            }
        }
    }

    /// A `\` (or PowerShell's backtick) at the end of a line, or one whose line break was lost.
    fn continuation(&mut self) -> bool {
        if self.starts("`") && !self.powershell {
            return false;
        }
        let tail = cut(self.text, self.at + 1..self.text.len());
        let trimmed = tail.trim_start_matches([' ', '\t', '\r', '\u{a0}']);
        let blanks = tail.len() - trimmed.len();
        let line_break = trimmed.starts_with('\n');
        let lost = blanks > 0 && trimmed.starts_with(['-', '\'', '"', '—']);
        if !(line_break || lost || trimmed.is_empty()) {
            return false;
        }
        self.at += 1 + blanks + usize::from(line_break);
        true
    }

    /// `< file`, `<<EOF`, `<<< text`, or an address in angle brackets.
    fn input(&mut self) -> bool {
        if self.starts("<http") {
            self.at += 1;
            let start = self.at;
            let end =
                rest(self.text, start).find(['>', ' ', '\n']).map_or(self.text.len(), |ahead| start + ahead);
            let url = cut(self.text, start..end).to_owned();
            self.at = end + usize::from(cut(self.text, end..self.text.len()).starts_with('>'));
            // Mail programs repeat an address in brackets behind itself.
            if !self.words.words.iter().any(|word| word.text == url) {
                self.words.words.push(Word { text: url, start, quoted: true });
            }
            return true;
        }
        if self.starts("<<<") {
            self.at += 3;
            self.words.stdin = Stdin::Text(format!("{}\n", self.operand()));
        } else if self.starts("<<") {
            self.here_document();
        } else {
            self.at += 1;
            self.words.stdin = Stdin::File(self.operand());
        }
        true
    }

    fn here_document(&mut self) {
        self.at += 2;
        let indented = self.starts("-");
        self.at += usize::from(indented);
        let mark = self.operand();
        let Some(first) = Line::at(self.text, self.at).map(|line| line.next) else { return };
        let limit = first + MAX_REACH;
        let closing = lines(self.text, first)
            .take_while(|line| line.start < limit)
            .find(|line| line.text == mark || indented && line.text.trim_start_matches('\t') == mark);
        let (end, next) = match closing {
            Some(line) => (line.start, line.end()),
            None => {
                let end = paragraph_end(self.text, first);
                (end, end)
            }
        };
        self.words.stdin = Stdin::Text(cut(self.text, first..end).to_owned());
        self.at = next;
        self.cut_off = true; // The command's own line was all of it.
    }

    /// `> file`, `2>&1`, `&> file`: passed over.
    fn output(&mut self) -> bool {
        let tail = rest(self.text, self.at);
        self.at += tail.len() - tail.trim_start_matches(['>', '&']).len();
        self.operand();
        true
    }

    /// The word after a redirection.
    fn operand(&mut self) -> String {
        while let Some(' ' | '\t') = self.peek() {
            self.at += 1;
        }
        if matches!(self.peek(), None | Some('\n')) {
            return String::new();
        }
        self.word();
        self.words.words.pop().map(|word| word.text).unwrap_or_default()
    }

    fn word(&mut self) {
        let start = self.at;
        let mut word = Word { start, ..Word::default() };
        while let Some(char) = self.peek() {
            match char {
                ' ' | '\t' | '\n' | '\r' | '\u{a0}' | '|' | ';' => break,
                // An address may hold a placeholder (`/propostas/<id>`).
                '<' if !word.text.contains("://") || self.starts("<http") => break,
                '>' if !word.text.contains('<') => break,
                ')' if !word.text.contains('(') => break,
                '&' if self.ends_command() => break,
                _ => self.piece(char, &mut word),
            }
            if self.cut_off {
                break;
            }
        }
        // `2>&1`: the digit belongs to the redirection.
        let redirects =
            self.peek() == Some('>') && word.text.len() == 1 && word.text.chars().all(|c| c.is_ascii_digit());
        if self.at == start {
            self.at += self.peek().map_or(0, char::len_utf8);
        } else if !redirects {
            self.words.words.push(word);
        }
    }

    /// Whether the `&` here ends the command; inside an address that nobody quoted it does not.
    fn ends_command(&self) -> bool {
        let after = cut(self.text, self.at + 1..self.text.len());
        after.is_empty() || after.starts_with([' ', '\t', '\n', '\r', '&', '>'])
    }

    fn piece(&mut self, char: char, word: &mut Word) {
        match char {
            '\'' => self.single(word),
            '"' => self.double(word, '"'),
            '‘' | '’' | '“' | '”' if word.text.is_empty() || word.text.ends_with(['=', ':']) => {
                self.smart(char, word)
            }
            '$' if self.starts("$'") => self.ansi(word),
            '$' if self.starts("$\"") => {
                self.at += 1;
                self.double(word, '"');
            }
            '$' if self.starts("$(") => self.literal(word, ")"),
            '`' if self.powershell => {
                self.at += 1;
                self.push_next(word);
            }
            '`' => self.literal(word, "`"),
            '\\' => {
                self.at += 1;
                if self.starts("\n") {
                    self.at += 1;
                } else if self.starts("\r\n") {
                    self.at += 2;
                } else {
                    self.push_next(word);
                }
            }
            _ => self.push_next(word),
        }
    }

    fn push_next(&mut self, word: &mut Word) {
        if let Some(char) = self.peek() {
            word.text.push(char);
            self.at += char.len_utf8();
        }
    }

    /// A substitution, kept as written.
    fn literal(&mut self, word: &mut Word, close: &str) {
        let inner = self.at + 1;
        let mut limit = (inner + 4_096).min(self.text.len());
        while !self.text.is_char_boundary(limit) {
            limit -= 1;
        }
        let end = cut(self.text, inner..limit).find(close).map_or(inner, |ahead| inner + ahead + close.len());
        word.text.push_str(cut(self.text, self.at..end));
        self.at = end;
    }

    fn single(&mut self, word: &mut Word) {
        word.quoted = true;
        let start = self.at + 1;
        if let Some(end) = self.json_in_quotes(start, '\'') {
            word.text.push_str(&cut(self.text, start..end).replace(r"'\''", "'"));
            self.at = end + 1;
            return;
        }
        match rest(self.text, start).find('\'') {
            Some(length) if !self.runs_away(start, start + length) => {
                word.text.push_str(cut(self.text, start..start + length));
                self.at = start + length + 1;
            }
            _ => self.unclosed(start, word),
        }
    }

    /// Where the JSON that fills a single-quoted word ends. An apostrophe inside it (`d'água`) does not end the word:
    /// no shell would have sent it so, but it is what the partner meant.
    fn json_in_quotes(&self, start: usize, quote: char) -> Option<usize> {
        let first = rest(self.text, start).trim_start().chars().next()?;
        if !matches!(first, '{' | '[') {
            return None;
        }
        let node = json::parse(self.text, start).filter(|node| node.whole)?;
        let tail = rest(self.text, node.span.end);
        let blanks = tail.len() - tail.trim_start().len();
        rest(self.text, node.span.end + blanks).starts_with(quote).then_some(node.span.end + blanks)
    }

    /// Whether a quote closes so far off that it must belong to something else: across an empty line, in no body.
    fn runs_away(&self, start: usize, end: usize) -> bool {
        let inner = cut(self.text, start..end);
        let body = inner.trim_start().starts_with(['{', '[', '<', '-']);
        !body && (inner.contains("\n\n") || inner.contains("\n\r\n")) && inner.len() > 200
    }

    /// A quote that is never closed: the paste was cut off, so the word ends with the paragraph.
    fn unclosed(&mut self, start: usize, word: &mut Word) {
        let whole = json::parse(self.text, start).filter(|node| node.whole && !node.members().is_empty());
        let end = whole.map_or_else(|| paragraph_end(self.text, start), |node| node.span.end).max(start);
        word.text.push_str(cut(self.text, start..end).trim_end());
        self.at = end;
        self.cut_off = true;
    }

    fn double(&mut self, word: &mut Word, quote: char) {
        word.quoted = true;
        let start = self.at + 1;
        self.at = start;
        let mut inner = String::new();
        while let Some(char) = self.peek() {
            self.at += char.len_utf8();
            match char {
                '"' if self.powershell && self.starts("\"") => {
                    inner.push('"');
                    self.at += 1;
                }
                '"' if quote == '"' => {
                    word.text.push_str(&inner);
                    return;
                }
                '\\' if self.starts("\n") => self.at += 1,
                '\\' => match self.peek() {
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => {
                        inner.push(escaped);
                        self.at += 1;
                    }
                    _ => inner.push('\\'),
                },
                '`' if self.powershell => match self.peek() {
                    Some('n') => {
                        inner.push('\n');
                        self.at += 1;
                    }
                    Some(escaped) => {
                        inner.push(escaped);
                        self.at += escaped.len_utf8();
                    }
                    None => {}
                },
                _ => inner.push(char),
            }
        }
        // Never closed.
        let end = paragraph_end(self.text, start).max(start);
        let kept = cut(self.text, start..end).replace("\\\"", "\"");
        word.text.push_str(kept.trim_end());
        self.at = end;
        self.cut_off = true;
    }

    /// Quotes that a word processor curled. Inside them, curled double quotes are meant straight.
    fn smart(&mut self, open: char, word: &mut Word) {
        word.quoted = true;
        let start = self.at + open.len_utf8();
        let single = matches!(open, '‘' | '’');
        let closes = |char: char| {
            if single { matches!(char, '’' | '‘' | '\'') } else { matches!(char, '”' | '“' | '"') }
        };
        let content = rest(self.text, start);
        let json = content.trim_start().starts_with(['{', '[']);
        let mut depth = 0_i32;
        let end = content.char_indices().take(MAX_REACH).find(|(_, char)| {
            match char {
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                _ => {}
            }
            closes(*char) && (single || !json || depth <= 0)
        });
        match end {
            Some((length, close)) => {
                word.text.push_str(&straight(cut(self.text, start..start + length)));
                self.at = start + length + close.len_utf8();
            }
            None => {
                let end = paragraph_end(self.text, start).max(start);
                word.text.push_str(&straight(cut(self.text, start..end)));
                self.at = end;
                self.cut_off = true;
            }
        }
    }

    /// `$'…'` with the escapes of C.
    fn ansi(&mut self, word: &mut Word) {
        word.quoted = true;
        let start = self.at + 2;
        let mut escaped = false;
        let close = rest(self.text, start).char_indices().find(|(_, char)| {
            let closes = *char == '\'' && !escaped;
            escaped = *char == '\\' && !escaped;
            closes
        });
        match close {
            Some((length, _)) => {
                word.text.push_str(&ansi_unescape(cut(self.text, start..start + length)));
                self.at = start + length + 1;
            }
            None => self.unclosed(start, word),
        }
    }
}

/// The text with curled quotes made straight.
pub(super) fn straight(text: &str) -> String {
    text.replace(['“', '”', '„', '″'], "\"").replace(['‘', '’', '′'], "'")
}

/// The content of `$'…'`.
fn ansi_unescape(raw: &str) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    let mut chars = raw.chars().peekable();
    while let Some(char) = chars.next() {
        if char != '\\' {
            out.extend(char.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let Some(code) = chars.next() else { break };
        match code {
            'n' => out.push(b'\n'),
            't' => out.push(b'\t'),
            'r' => out.push(b'\r'),
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'v' => out.push(11),
            'x' => {
                let byte =
                    digits(&mut chars, 16, 2).map_or(b'x', |value| u8::try_from(value).unwrap_or(b'?'));
                out.push(byte);
            }
            'u' | 'U' => {
                let value = digits(&mut chars, 16, if code == 'u' { 4 } else { 8 });
                let char = value.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend(char.encode_utf8(&mut [0; 4]).as_bytes());
            }
            '0'..='7' => {
                let mut value = code.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = chars.peek().and_then(|char| char.to_digit(8)) else { break };
                    value = value * 8 + digit;
                    chars.next();
                }
                out.push(u8::try_from(value & 0xff).unwrap_or(b'?'));
            }
            other => out.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, most: usize) -> Option<u32> {
    let mut value = None;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|char| char.to_digit(radix)) else { break };
        value = Some(value.unwrap_or(0_u32).wrapping_mul(radix).wrapping_add(digit));
        chars.next();
    }
    value
}
