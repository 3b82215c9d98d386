//! A request body as a value, also where it was pasted from code, cut off, or followed by prose.

use serde_json::{Map, Number, Value};

/// The key that stands in an object some of which was left out (`{"a": 1, ...}`, or cut off): nothing is missing from it.
pub(super) const LEFT_OUT: &str = "…";
/// Deeper nesting is left out.
const DEEPEST: usize = 64;

/// The value of a body: strict JSON first, then JSON with something after it, then an object as code writes it
/// (single quotes, bare keys, `True`, comments), then a form. `None` for what is none of these.
///
/// An expression of code (`cliente.id`) becomes a masked text, since it was sent but is not known; where a part
/// was left out or cut off, the object has the key `…`.
pub fn parse_body(text: &str) -> Option<Value> {
    let text = text.trim().trim_start_matches('\u{feff}');
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let Some(start) = text.find(['{', '[']) else { return form(text) };
    let head = text.get(..start)?;
    if !head.contains('=') || head.contains(char::is_whitespace) {
        let object = text.get(start..)?;
        let mut stream = serde_json::Deserializer::from_str(object).into_iter::<Value>();
        if let Some(Ok(value)) = stream.next()
            && (value.is_object() || start == 0)
        {
            return Some(value);
        }
        let mut reader = Reader { rest: object };
        let value = reader.value(0)?;
        let has_content = value.as_object().is_some_and(|object| !object.is_empty()) || value.is_array();
        return has_content.then_some(value);
    }
    form(text)
}

/// `a=1&b=2`.
fn form(text: &str) -> Option<Value> {
    let named = |pair: &str| {
        pair.split_once('=').is_some_and(|(name, _)| !name.is_empty() && !name.contains(char::is_whitespace))
    };
    if text.lines().count() > 1 || !text.split('&').all(named) {
        return None;
    }
    let pairs = url::form_urlencoded::parse(text.as_bytes());
    Some(Value::Object(
        pairs.map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect(),
    ))
}

struct Reader<'t> {
    rest: &'t str,
}

impl<'t> Reader<'t> {
    /// `None` at the end of the text, or where no value can begin.
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_blank();
        match self.peek()? {
            _ if depth > DEEPEST => {
                self.rest = ""; // Else every level would go on with what this one could not hold.
                None
            }
            '{' => Some(self.object(depth)),
            '[' => Some(self.array(depth)),
            quote if closing(quote).is_some() => self.quoted().map(Value::String),
            _ => self.bare(),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        let mut object = Map::new();
        self.take();
        loop {
            self.skip_blank();
            match self.peek() {
                Some('}') => {
                    self.take();
                    return Value::Object(object);
                }
                Some(',' | ';') => {
                    self.take();
                    continue;
                }
                None | Some(']') => break,
                Some(_) => {}
            }
            if self.skip_left_out() {
                object.insert(LEFT_OUT.to_owned(), Value::Null);
                continue;
            }
            let Some(name) = self.name() else { break };
            self.skip_blank();
            if !matches!(self.peek(), Some(':' | '=')) {
                // A short form (`{ nome, cpf }`): sent, but not known.
                if matches!(self.peek(), Some(',' | '}')) {
                    object.insert(name, unknown());
                    continue;
                }
                break;
            }
            self.take();
            if self.peek() == Some('>') {
                self.take(); // `=>`
            }
            match self.value(depth + 1) {
                Some(value) => object.insert(name, value),
                None if self.rest.is_empty() => break,
                None => object.insert(name, unknown()),
            };
        }
        object.insert(LEFT_OUT.to_owned(), Value::Null);
        Value::Object(object)
    }

    fn array(&mut self, depth: usize) -> Value {
        let mut list = Vec::new();
        self.take();
        loop {
            self.skip_blank();
            match self.peek() {
                Some(']') => {
                    self.take();
                    break;
                }
                Some(',') => {
                    self.take();
                }
                None | Some('}') => break,
                Some(_) if self.skip_left_out() => {}
                Some(_) => match self.value(depth + 1) {
                    Some(value) => list.push(value),
                    None => break,
                },
            }
        }
        Value::Array(list)
    }

    fn name(&mut self) -> Option<String> {
        if closing(self.peek()?).is_some() {
            return self.quoted();
        }
        let end =
            self.rest.find(|c: char| !(c.is_alphanumeric() || "_-$.".contains(c))).unwrap_or(self.rest.len());
        let name = self.advance(end);
        (!name.is_empty()).then(|| name.to_owned())
    }

    /// `None` where the text ends inside.
    fn quoted(&mut self) -> Option<String> {
        let close = closing(self.take()?)?;
        let mut text = String::new();
        loop {
            match self.take()? {
                '\\' => text.extend(self.escaped()),
                c if c == close => return Some(text),
                c => text.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.take()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'u' => {
                let code = self.rest.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok())?;
                self.advance(4);
                char::from_u32(code).unwrap_or('\u{fffd}')
            }
            c => c,
        })
    }

    /// A number, a word, or an expression up to the comma or bracket that ends it.
    fn bare(&mut self) -> Option<Value> {
        let mut depth = 0usize;
        let mut end = self.rest.len();
        for (at, c) in self.rest.char_indices() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth > 0 => depth -= 1,
                ',' | '}' | ']' | ')' | '\n' | ';' if depth == 0 => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let word = self.advance(end).trim();
        let word = word.split(" //").next().unwrap_or(word).trim_end();
        let word = word.split(" #").next().unwrap_or(word).trim_end();
        match word {
            "" => None,
            "true" | "True" | "TRUE" => Some(Value::Bool(true)),
            "false" | "False" | "FALSE" => Some(Value::Bool(false)),
            "null" | "None" | "nil" | "NULL" | "undefined" => Some(Value::Null),
            _ => Some(word.parse::<Number>().map_or_else(|_| unknown(), Value::Number)),
        }
    }

    /// Passes over `...` and `…` where a part was left out.
    fn skip_left_out(&mut self) -> bool {
        let dots = self.rest.find(|c| c != '.' && c != '…').unwrap_or(self.rest.len());
        let spread =
            self.rest.get(dots..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric);
        let left_out = self.rest.starts_with("..") || self.rest.starts_with('…');
        if left_out {
            self.advance(dots);
            if spread {
                self.bare(); // `...outro`
            }
        }
        left_out
    }

    fn skip_blank(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let end = if self.rest.starts_with("//") || self.rest.starts_with('#') {
                self.rest.find('\n')
            } else if self.rest.starts_with("/*") {
                self.rest.find("*/").map(|at| at + 2)
            } else {
                return;
            };
            self.advance(end.unwrap_or(self.rest.len()));
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.advance(c.len_utf8());
        Some(c)
    }

    fn advance(&mut self, bytes: usize) -> &'t str {
        let (passed, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        passed
    }
}

/// A value that was sent but cannot be read here.
fn unknown() -> Value {
    Value::String("<valor não mostrado>".to_owned())
}

fn closing(quote: char) -> Option<char> {
    match quote {
        '"' | '\'' | '`' => Some(quote),
        '“' | '”' => Some('”'),
        '‘' | '’' => Some('’'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_read_however_it_was_pasted() {
        let hidden = "<valor não mostrado>";
        let table = [
            (r#"{"a": 1}"#, Some(json!({"a": 1}))),
            (r#"{"a": 1} e deu erro {x}"#, Some(json!({"a": 1}))),
            (r#"{"a": 1,}"#, Some(json!({"a": 1}))),
            ("{'a': True, 'b': None, c: 'd\\'e'}", Some(json!({"a": true, "b": null, "c": "d'e"}))),
            ("{“a”: “b”}", Some(json!({"a": "b"}))),
            (
                "{ nome, cpf: cliente.cpf(1, 2), v: 1.5 }",
                Some(json!({"nome": hidden, "cpf": hidden, "v": 1.5})),
            ),
            ("{\"a\": [1, 2, ...], // nota\n \"b\": ***\n}", Some(json!({"a": [1, 2], "b": hidden}))),
            (r#"{"a": 1, ...}"#, Some(json!({"a": 1, "…": null}))),
            (r#"{"a": {"b": 1, "c": "cor"#, Some(json!({"a": {"b": 1, "…": null}, "…": null}))),
            ("a=1&b=x%20y", Some(json!({"a": "1", "b": "x y"}))),
            ("a=1", Some(json!({"a": "1"}))),
            ("[1, 2]", Some(json!([1, 2]))),
            ("{'a': , 'b': 1}", Some(json!({"a": hidden, "b": 1}))),
            ("olá, deu erro", None),
            ("a = 1", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_body(text), expected, "{text}");
        }
    }

    #[test]
    fn deep_nesting_ends() {
        assert!(parse_body(&"{a:".repeat(100_000)).is_some());
        assert!(parse_body(&"[".repeat(100_000)).is_some());
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "[\\PC\n]{0,80}", code in "[{}\\[\\]:,'\"a1. …/*#\\\\u=&]{0,80}") {
            parse_body(&text);
            parse_body(&code);
        }
    }
}
