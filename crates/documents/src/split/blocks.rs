//! Where the parts of a YAML or JSON mapping stand, by bytes; values are read elsewhere.

use std::ops::Range;

/// The key, all bytes of the entry, and the bytes of its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) all: Range<usize>,
    pub(super) value: Range<usize>,
}

/// The entries of the mapping that `range` of `text` holds. JSON is read by its braces, YAML by its indentation;
/// a YAML mapping written between braces has none.
pub(super) fn entries(text: &str, range: Range<usize>) -> Vec<Entry> {
    let inside = text.get(range.clone()).unwrap_or_default();
    if inside.trim_start().starts_with('{') {
        json_entries(inside, range.start)
    } else {
        yaml_entries(inside, range.start)
    }
}

/// The entry called `key`.
pub(super) fn entry(text: &str, range: Range<usize>, key: &str) -> Option<Entry> {
    entries(text, range).into_iter().find(|entry| entry.key == key)
}

fn yaml_entries(inside: &str, offset: usize) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    let mut indent = None;
    let mut at = offset;
    for line in inside.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let bare = line.trim_start_matches(' ');
        if bare.trim().is_empty() || bare.starts_with('#') {
            continue;
        }
        let depth = line.len() - bare.len();
        if depth != *indent.get_or_insert(depth) {
            continue;
        }
        let Some((key, after)) = yaml_key(bare) else { continue };
        close(&mut found, start);
        let value = start + depth + after..offset + inside.len();
        found.push(Entry { key, all: start..value.end, value });
    }
    found
}

fn close(found: &mut [Entry], end: usize) {
    if let Some(last) = found.last_mut() {
        last.all.end = end;
        last.value.end = end.max(last.value.start);
    }
}

/// The key at the front of a line, and how many bytes it takes with its colon.
fn yaml_key(line: &str) -> Option<(String, usize)> {
    let quote = line.chars().next().filter(|c| matches!(c, '\'' | '"'));
    if let Some(quote) = quote {
        let rest = line.get(1..)?;
        let (key, after) = rest.split_once(quote)?;
        let colon = after.find(':')?;
        return after.get(..colon)?.trim().is_empty().then(|| (key.to_owned(), 2 + key.len() + colon + 1));
    }
    let ends = |at: usize| {
        line.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '\r']))
    };
    let colon = line.match_indices(':').map(|(at, _)| at).find(|at| ends(*at))?;
    Some((line.get(..colon)?.trim().to_owned(), colon + 1))
}

fn json_entries(inside: &str, offset: usize) -> Vec<Entry> {
    let bytes = inside.as_bytes();
    let byte = |at: usize| bytes.get(at).copied();
    let mut found = Vec::new();
    let mut at = skip_space(bytes, 0) + 1;
    loop {
        at = skip_space(bytes, at);
        if byte(at) != Some(b'"') {
            return found;
        }
        let Some(key_end) = string_end(bytes, at) else { return found };
        let colon = skip_space(bytes, key_end);
        let value = skip_space(bytes, colon + 1);
        let Some(end) = value_end(bytes, value).filter(|_| byte(colon) == Some(b':')) else { return found };
        let key = inside.get(at + 1..key_end - 1).unwrap_or_default().replace("\\/", "/");
        found.push(Entry { key, all: offset + at..offset + end, value: offset + value..offset + end });
        at = skip_space(bytes, end);
        if byte(at) != Some(b',') {
            return found;
        }
        at += 1;
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Just after the closing quote of the string that opens at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// Just after the value that begins at `at`.
fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'"' => at = string_end(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' if depth == 0 => return Some(at),
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a wrong range should fail the test")]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_show_the_same_entries() {
        let yaml = "a:\n  b: 1\n'/x/{y}':\n  # note: here\n  get: |\n    c: d\n";
        let json = r#"{"a": {"b": 1}, "\/x/{y}": {"get": "c: \"d\" }"}}"#;
        for text in [yaml, json] {
            let keys: Vec<_> = entries(text, 0..text.len()).into_iter().map(|e| e.key).collect();
            assert_eq!(keys, ["a", "/x/{y}"], "{text}");
            let inner = entry(text, 0..text.len(), "/x/{y}").unwrap();
            let inside = entry(text, inner.value, "get").unwrap();
            assert!(text[inside.all.clone()].contains('c'), "{inside:?}");
        }
    }

    #[test]
    fn broken_braces_end_quietly() {
        for text in ["{", "{\"a", "{\"a\":", "{\"a\": [1", "{]", "{\"a\":1 \"b\"}"] {
            assert!(entries(text, 0..text.len()).len() < 2, "{text}");
        }
    }
}
