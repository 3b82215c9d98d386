//! Names and values on both sides of a `:` or `=`: JSON (also escaped or URL-encoded), labels, headers, forms, logs, YAML.

use std::ops::Range;

/// A name may be this many bytes long.
const LONGEST_NAME: usize = 48;

/// A value is read up to this many bytes.
const LONGEST_VALUE: usize = 4096;

/// A value without quotes, and the line after a label, are read up to this many bytes.
const LONGEST_BARE: usize = 1024;

/// A name and the place of the value beside it; what costs time is read only when asked for.
pub(crate) struct Pair<'t> {
    /// The name in lower case without accents, spaces and signs (`X-Api-Key` is `xapikey`); of a path its last part.
    pub(crate) name: String,
    pub(crate) name_start: usize,
    /// Written as a person writes a label: a colon, a space, no quotes around the name.
    pub(crate) is_label: bool,
    text: &'t str,
    raw: &'t str,
    from: usize,
    style: Style,
}

/// What ends a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// Its closing quote, or the end of the word.
    Beside,
    /// The next tag.
    Element,
}

/// The value of a [`Pair`] without its quotes: up to the closing quote, else up to the end of the word.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) span: Range<usize>,
    pub(crate) quoted: bool,
}

impl Pair<'_> {
    /// The name with its words kept apart by single spaces, and with the words before it on the line.
    pub(crate) fn label(&self) -> String {
        words(self.raw)
    }

    pub(crate) fn value(&self) -> Value {
        if self.style == Style::Element {
            let rest = cut(self.text.get(self.from..).unwrap_or(""), LONGEST_BARE);
            let end = rest.find('<').unwrap_or(rest.len());
            return Value { span: self.from..self.from + end, quoted: true };
        }
        value_after(self.text, self.from).unwrap_or(Value { span: self.from..self.from, quoted: false })
    }

    /// The rest of the line (or of the cell, up to ` | `) after the name, trimmed.
    pub(crate) fn line(&self) -> Range<usize> {
        line_from(self.text, self.from)
    }
}

/// Every pair of `text` in order of the values. Names are bounded in length, so this is linear.
pub(crate) fn pairs(text: &str) -> Vec<Pair<'_>> {
    let bytes = text.as_bytes();
    let mut pairs = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        let width = match byte {
            b':' | b'=' => 1,
            b'%' if is_encoded_separator(bytes, at) => 3,
            b'>' => {
                pairs.extend(element_at(text, at));
                continue;
            }
            _ => continue,
        };
        let next = bytes.get(at + width);
        let doubled = matches!(next, Some(b':' | b'='))
            || at > 0 && matches!(bytes.get(at - 1), Some(b':' | b'=' | b'!' | b'<'));
        if doubled || text.get(at + width..).is_some_and(|rest| rest.starts_with("//")) {
            continue;
        }
        if let Some(pair) = pair_at(text, at, width) {
            pairs.push(pair);
        }
    }
    pairs
}

/// `<name>value</…`, where `at` is the sign that ends the opening tag.
fn element_at(text: &str, at: usize) -> Option<Pair<'_>> {
    let before = text.get(floor(text, at.saturating_sub(LONGEST_NAME))..at)?;
    let raw = before.get(before.rfind('<')? + 1..)?;
    let plain = raw.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':'));
    let closed = text.get(at + 1..).is_some_and(|rest| rest.starts_with(['<', '\n', '\r']));
    if raw.is_empty() || !plain || closed {
        return None;
    }
    let name = compact(raw.rsplit([':', '.']).next()?);
    let style = Style::Element;
    Some(Pair { name, name_start: at - raw.len(), is_label: false, text, raw, from: at + 1, style })
}

/// The nearest character boundary at or after `at`.
fn floor(text: &str, at: usize) -> usize {
    (at..at + 4).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

fn is_encoded_separator(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at + 1..at + 3), Some(b"3A" | b"3a" | b"3D" | b"3d"))
}

fn pair_at(text: &str, at: usize, width: usize) -> Option<Pair<'_>> {
    let (name_start, raw, name_quoted) = name_before(text, at)?;
    let last = raw.rsplit(['.', '[', '/']).find(|part| part.chars().any(char::is_alphabetic))?;
    let name = compact(last);
    if name.is_empty() {
        return None;
    }
    let mut from = at + width;
    if text.get(from..).is_some_and(|rest| rest.starts_with('>')) {
        from += 1;
    }
    let spaced = text.get(from..).is_some_and(|rest| rest.starts_with([' ', '\t', '*']));
    let is_label = !name_quoted && spaced && text.get(at..=at) == Some(":");
    Some(Pair { name, name_start, is_label, text, raw, from, style: Style::Beside })
}

/// Start, text and quotedness of the name that ends before `at`.
fn name_before(text: &str, at: usize) -> Option<(usize, &str, bool)> {
    let mut from = at.saturating_sub(LONGEST_NAME);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..at)?.trim_end_matches([' ', '\t', '*', '_', '`']);
    let unquoted = before.trim_end_matches(['"', '\'', '\\']);
    let unquoted =
        unquoted.strip_suffix("%22").or_else(|| unquoted.strip_suffix("&quot;")).unwrap_or(unquoted);
    let quoted = unquoted.len() < before.len();
    // "Chave (homologação): …": what stands in brackets is no part of the name.
    let bracketed = unquoted.strip_suffix(')').and_then(|inner| inner.rfind('(')).filter(|_| !quoted);
    let unquoted = bracketed.and_then(|open| unquoted.get(..open)).unwrap_or(unquoted).trim_end();
    let stops: &[char] = if quoted {
        &['"', '\'', '\\', '\n', '{', ';', '%']
    } else {
        &['\n', ',', ';', '|', '{', '(', '&', '?', '"', '\'', '>', '=', ':', '<', '%', '\u{201c}', '\u{201d}']
    };
    let stop = unquoted.rfind(stops);
    // A percent sign begins an encoded character, whose two digits are no part of the name.
    let length = match stop.and_then(|stop| unquoted.get(stop..)?.chars().next()) {
        Some('%') => 3,
        Some(sign) => sign.len_utf8(),
        None => 0,
    };
    let start = stop.map_or(0, |stop| stop + length);
    let name = unquoted.get(start..).unwrap_or("");
    let inner = name.trim_start_matches(|c: char| !c.is_alphabetic());
    (!inner.is_empty()).then(|| (from + unquoted.len() - inner.len(), inner, quoted))
}

/// The value that begins at or after `from`, and whether quotes hold it.
fn value_after(text: &str, from: usize) -> Option<Value> {
    let rest = text.get(from..)?;
    let skipped = rest.len() - rest.trim_start_matches([' ', '\t', '*', '[', '`']).len();
    let skipped = if skipped > 16 { 0 } else { skipped };
    // JSON over several lines: the first string of an array may stand on the next line.
    let list = rest.get(..skipped).is_some_and(|skipped| skipped.ends_with('['));
    let broken =
        if list { rest.get(skipped..).map_or(0, |rest| rest.len() - rest.trim_start().len()) } else { 0 };
    let skipped = skipped + broken;
    let rest = cut(rest.get(skipped..)?, LONGEST_VALUE);
    let start = from + skipped;
    if let Some(open) = opening_quote(rest) {
        let inner = rest.get(open.len()..)?;
        let length = closing_quote(inner, open);
        return Some(Value { span: start + open.len()..start + open.len() + length, quoted: true });
    }
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(c, ',' | ';' | '&' | '"' | '\'' | '|' | ')' | '}' | ']' | '`' | '\u{201d}')
    };
    let rest = cut(rest, LONGEST_BARE);
    let end = rest.find(ends).unwrap_or(rest.len());
    let value = rest.get(..end)?.trim_end_matches(['.', '!', '?', ':', '*', '\\']);
    Some(Value { span: start..start + value.len(), quoted: false })
}

fn cut(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// The quote with which `text` begins: with its backslashes, URL-encoded, as an entity, or curly.
fn opening_quote(text: &str) -> Option<&str> {
    let slashes = text.bytes().take_while(|byte| *byte == b'\\').count();
    let rest = text.get(slashes..)?;
    let mark = ["\"", "'", "%22", "&quot;", "\u{201c}", "\u{2018}"]
        .into_iter()
        .find(|mark| rest.starts_with(mark))?;
    text.get(..slashes + mark.len())
}

/// How many bytes of `inner` stand before the quote that closes `open`; all of the line if none does.
fn closing_quote(inner: &str, open: &str) -> usize {
    let mark = open.trim_start_matches('\\');
    let depth = open.len() - mark.len();
    let mark = match mark {
        "\u{201c}" => "\u{201d}",
        "\u{2018}" => "\u{2019}",
        same => same,
    };
    let mut from = 0;
    while let Some(at) = inner.get(from..).and_then(|rest| rest.find(mark)).map(|found| from + found) {
        let slashes = inner.get(..at).unwrap_or("").bytes().rev().take_while(|byte| *byte == b'\\').count();
        // A quote with more backslashes than the opening one is part of the value.
        if slashes <= depth || slashes % 2 == 0 && depth == 0 {
            return at - slashes.min(depth);
        }
        from = at + mark.len();
    }
    inner.find('\n').unwrap_or(inner.len())
}

fn line_from(text: &str, from: usize) -> Range<usize> {
    let rest = cut(text.get(from..).unwrap_or(""), LONGEST_BARE);
    let line = rest.split(['\n', '\r']).next().unwrap_or("");
    let line = line.split(" | ").next().unwrap_or("");
    let inner = line.trim_start_matches([' ', '\t', '*']);
    let start = from + line.len() - inner.len();
    let inner = inner.trim_end();
    start..start + inner.len()
}

/// Letters and digits alone, lower case, without accents.
pub(crate) fn compact(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).map(fold).collect()
}

fn words(raw: &str) -> String {
    let mut joined = String::with_capacity(raw.len());
    for word in raw.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.extend(word.chars().map(fold));
    }
    joined
}

/// A letter in lower case, without its Portuguese accent.
pub(crate) fn fold(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ã' | 'Á' | 'À' | 'Â' | 'Ã' => 'a',
        'é' | 'ê' | 'É' | 'Ê' => 'e',
        'í' | 'Í' => 'i',
        'ó' | 'ô' | 'õ' | 'Ó' | 'Ô' | 'Õ' => 'o',
        'ú' | 'ü' | 'Ú' | 'Ü' => 'u',
        'ç' | 'Ç' => 'c',
        other => other.to_ascii_lowercase(),
    }
}
