//! What an expression comes to, as far as the excerpt shows it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::super::cut;
use super::super::head::pattern;
use super::{MAX_DEPTH, Script, UNKNOWN};

impl Script<'_> {
    /// The text that an expression comes to: literals, variables and what joins them. `None` if nothing of it is known.
    pub(in super::super::super) fn string(&self, range: Range<usize>) -> Option<String> {
        self.string_within(range, 0)
    }

    fn string_within(&self, range: Range<usize>, depth: usize) -> Option<String> {
        if depth > MAX_DEPTH {
            return None;
        }
        let parts = self.split(range, &['+']);
        if parts.len() <= 1 {
            return self.operand(parts.into_iter().next()?, depth);
        }
        let known: Vec<Option<String>> =
            parts.iter().map(|part| self.operand(part.clone(), depth + 1)).collect();
        if known.iter().all(Option::is_none) {
            return None;
        }
        let mut out = String::new();
        for (part, value) in parts.iter().zip(known) {
            match value {
                Some(value) => out.push_str(&value),
                None if out.is_empty() => {} // An unknown base leaves the path.
                None => out.push_str(&format!("{{{}}}", name_in(cut(self.text, part.clone())))),
            }
        }
        Some(out)
    }

    fn operand(&self, part: Range<usize>, depth: usize) -> Option<String> {
        let part = self.trimmed(part);
        let text = cut(self.text, part.clone());
        if let Some(literal) = self.literal(part.start).filter(|literal| literal.end <= part.end) {
            let whole = literal.text.clone();
            return Some(if literal.interpolated {
                self.interpolated(&whole, part.start, depth)
            } else {
                whole
            });
        }
        if is_name(text) {
            let start = self.assigned(last_name(text), part.start)?;
            return self.string_within(start..self.expression_end(start), depth + 1);
        }
        // `URI.create("…")`, `new Uri("…")`, `strings.NewReader(…)`, `(…)`.
        let open = text.find('(')?;
        let end = self.balanced(part.start + open)?;
        let inner = self.split(part.start + open + 1..end.saturating_sub(1), &[',']);
        inner.into_iter().next().and_then(|first| self.string_within(first, depth + 1))
    }

    /// A string whose `${name}`, `{name}`, `#{name}` or `$name` are replaced by what is known of them.
    fn interpolated(&self, text: &str, before: usize, depth: usize) -> String {
        static MARK: LazyLock<Regex> =
            LazyLock::new(|| pattern(r"[$#]\{([\w.$]+)\}|\{\$?([A-Za-z_][\w.]*)\}|\$([A-Za-z_]\w*)"));
        if !text.contains(['{', '$']) || depth > MAX_DEPTH || text.len() > 65_536 {
            return text.to_owned();
        }
        let filled = MARK.replace_all(text, |found: &regex::Captures<'_>| {
            let name = found.get(1).or(found.get(2)).or(found.get(3)).map_or("", |name| name.as_str());
            let whole = found.get(0).map_or("", |whole| whole.as_str());
            let start = self.assigned(last_name(name), before);
            let value =
                start.and_then(|start| self.string_within(start..self.expression_end(start), depth + 1));
            match (value, found.get(0).map(|whole| (whole.start(), whole.end()))) {
                (Some(value), _) => value,
                // An unknown base leaves the path.
                (None, Some((0, end))) if text.get(end..).is_some_and(|tail| tail.starts_with('/')) => {
                    String::new()
                }
                _ => whole.to_owned(),
            }
        });
        filled.into_owned()
    }

    /// The JSON that an object, array, dictionary or hash literal stands for; what is not shown becomes [`UNKNOWN`].
    pub(in super::super::super) fn json(&self, range: Range<usize>) -> Value {
        self.json_within(range, 0)
    }

    fn json_within(&self, range: Range<usize>, depth: usize) -> Value {
        let unknown = || Value::String(UNKNOWN.to_owned());
        let range = self.trimmed(range);
        let text = cut(self.text, range.clone());
        if depth > MAX_DEPTH {
            return unknown();
        }
        if let Some(word) = word(text) {
            return word;
        }
        if let Some(open) = self.opens(text) {
            return self.collection(range.start + open, range.end, depth);
        }
        if self.literal(range.start).is_some() {
            return self.string_within(range, depth).map_or_else(unknown, Value::String);
        }
        if is_name(text)
            && let Some(start) = self.assigned(last_name(text), range.start)
        {
            return self.json_within(start..self.expression_end(start), depth + 1);
        }
        match self.serialised(range.clone()) {
            Some(inner) if inner != range => self.json_within(inner, depth + 1),
            _ => unknown(),
        }
    }

    /// Where the collection's bracket stands in an expression that is one: `{`, `[`, `array(`, `@{`, `new X {`, `dict(`.
    pub(super) fn opens(&self, text: &str) -> Option<usize> {
        static OPEN: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"^(?:(?:\[\w+\])?@?[{(\[]|(?i:array|dict|hash)\(|new\s*(?:[\w.<>, ]*(?:\(\))?\s*)?(?:\[\]\s*)?\{|map\[\w+\][\w{}]*?\{)",
            )
        });
        let found = OPEN.find(text)?;
        let plain_paren = found.as_str() == "(";
        (!plain_paren).then(|| found.end() - 1)
    }

    fn collection(&self, open: usize, limit: usize, depth: usize) -> Value {
        let end = self.balanced(open).map_or(limit, |end| end.saturating_sub(1)).max(open + 1);
        let inner = open + 1..end;
        let keyed = match cut(self.text, open..open + 1) {
            "{" => true,
            _ => {
                let parts = self.split(inner.clone(), &[',']);
                parts.first().is_some_and(|part| {
                    let arrow = self.split(part.clone(), &['=']);
                    arrow.len() == 2 && self.literal(part.start).is_some()
                        || cut(self.text, open.saturating_sub(4)..open).eq_ignore_ascii_case("dict")
                })
            }
        };
        if keyed {
            let members =
                self.pairs(inner).into_iter().map(|(key, value)| (key, self.json_within(value, depth + 1)));
            return Value::Object(members.collect());
        }
        let separators: &[char] = if self.powershell { &[',', '\n'] } else { &[','] };
        Value::Array(
            self.split(inner, separators).into_iter().map(|part| self.json_within(part, depth + 1)).collect(),
        )
    }

    /// What is turned into JSON by `JSON.stringify(…)`, `json.dumps(…)`, `… | ConvertTo-Json` and their like; what is
    /// wrapped by `StringContent(…)`, `NewReader(…)`, `bytes(…)`. Otherwise the expression itself.
    pub(super) fn serialised(&self, range: Range<usize>) -> Option<Range<usize>> {
        static WRAPPED: LazyLock<Regex> = LazyLock::new(|| {
            pattern(
                r"^(?:new\s+|await\s+|\[\]|&)?[\w.:$\\>\-<]*?(?i:stringify|dumps|dump|generate|json_encode|encode|serialize|serializeobject|marshal|bytes|byte|content|reader|buffer|bufferstring|ofstring|of|create|jsoncontent|entity|tojson|qs|urlsearchparams|urlencode)\s*(?:<[^>]*>)?\(",
            )
        });
        let range = self.trimmed(range);
        let text = cut(self.text, range.clone());
        if text.starts_with('(') && self.balanced(range.start) == Some(range.end) {
            return Some(range.start + 1..range.end - 1);
        }
        if let Some(found) = WRAPPED.find(text) {
            let open = range.start + found.end() - 1;
            let end = self.balanced(open).map_or(range.end, |end| end - 1);
            let parts = self.split(open + 1..end, &[',']);
            // OkHttp takes the media type first or last.
            let media = |part: &Range<usize>| {
                let text = cut(self.text, part.clone());
                text.contains("ediaType") || text.eq_ignore_ascii_case("json") || text.contains("Encoding.")
            };
            return parts.into_iter().find(|part| !media(part));
        }
        let piped = text.find('|').filter(|_| text.to_ascii_lowercase().contains("convertto-json"));
        let ruby = text.strip_suffix(".to_json").or_else(|| text.strip_suffix(".to_string()")).map(str::len);
        if let Some(length) = piped.or(ruby) {
            return Some(self.trimmed(range.start..range.start + length));
        }
        Some(range)
    }
}

/// A number or a word that every language has, as JSON.
fn word(text: &str) -> Option<Value> {
    match text.trim_start_matches('$') {
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        "null" | "None" | "nil" | "NULL" | "undefined" => return Some(Value::Null),
        _ => {}
    }
    let number = text.trim_end_matches(['m', 'M', 'L', 'f', 'F', 'd', 'D']).replace('_', "");
    if !number.starts_with(|char: char| char.is_ascii_digit() || char == '-') {
        return None;
    }
    serde_json::from_str::<serde_json::Number>(&number).ok().map(Value::Number)
}

/// `name`, `$name`, `self.name`, `config.name`.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.trim_start_matches(['$', '&']);
    text.starts_with(|char: char| char.is_alphabetic() || char == '_')
        && text.len() <= 120
        && text.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.'))
}

fn last_name(text: &str) -> &str {
    text.rsplit('.').next().unwrap_or(text).trim_start_matches(['$', '&'])
}

/// The name inside an expression that is not known, to stand in its place.
fn name_in(text: &str) -> &str {
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"[A-Za-z_]\w*"));
    NAME.find(text).map_or(UNKNOWN, |name| name.as_str())
}
