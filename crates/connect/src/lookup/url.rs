//! The address of a question: a template, its placeholders percent-encoded.
//!
//! **Invariant:** a value can change neither the host nor the path's shape nor add a parameter: everything but letters, digits and
//! `-._~` is encoded, and a value of dots alone is refused.

use std::fmt::Write as _;

/// A template that was found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place(String),
}

/// Why a template is refused; for whoever wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// Neither `https://` nor a loopback address.
    #[error("o endereço tem de começar com https:// (http:// só para 127.0.0.1 e localhost)")]
    Scheme,
    /// A placeholder stands in the host.
    #[error("o servidor do endereço não pode ter `{{…}}`")]
    Host,
    /// Another placeholder than these.
    #[error("`{{{0}}}` não existe aqui; use {1}")]
    Unknown(String, String),
    /// None at all: every question would be the same.
    #[error("falta no endereço o que se pergunta: use {0}")]
    Nothing(String),
    /// A brace without its other.
    #[error("há uma chave `{{` ou `}}` sem par no endereço")]
    Brace,
}

impl Template {
    /// Reads a template in which these places may stand.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str, places: &[&str]) -> Result<Self, TemplateError> {
        let listed = || places.iter().map(|place| format!("`{{{place}}}`")).collect::<Vec<_>>().join(", ");
        let rest = text.strip_prefix("https://").or_else(|| local(text)).ok_or(TemplateError::Scheme)?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.contains(['{', '}', '@']) || host.is_empty() {
            return Err(TemplateError::Host);
        }
        let mut pieces = Vec::new();
        let mut left = text;
        while let Some((before, after)) = left.split_once('{') {
            let (name, behind) = after.split_once('}').ok_or(TemplateError::Brace)?;
            if before.contains('}') {
                return Err(TemplateError::Brace);
            }
            if !places.contains(&name) {
                return Err(TemplateError::Unknown(name.chars().take(40).collect(), listed()));
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Place(name.to_owned()));
            left = behind;
        }
        if left.contains('}') {
            return Err(TemplateError::Brace);
        }
        if pieces.is_empty() {
            return Err(TemplateError::Nothing(listed()));
        }
        pieces.push(Piece::Text(left.to_owned()));
        Ok(Self(pieces))
    }

    /// Whether this place stands in it.
    #[must_use]
    pub fn has(&self, place: &str) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Place(own) if own == place))
    }

    /// The address with the values of its places; `None` where one has none, or cannot stand in an address.
    #[must_use]
    pub fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Option<String> {
        let mut url = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => url.push_str(text),
                Piece::Place(name) => {
                    let value = value(name)?;
                    // `..` would climb, whatever it is encoded as; nothing would ask for the whole list.
                    if value.trim().is_empty() || value.chars().all(|c| c == '.') || value.len() > 500 {
                        return None;
                    }
                    encode(&value, &mut url);
                }
            }
        }
        Some(url)
    }
}

/// What follows `http://`, where that names this computer.
fn local(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("http://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    matches!(host, "127.0.0.1" | "localhost" | "[::1]").then_some(rest)
}

fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            // Writing into a string does not fail.
            let _written = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stays_one_segment_whatever_it_holds() {
        let template = Template::parse("https://h.example/k/{login}?env=a", &["login"]).unwrap();
        let table = [
            ("AL1", Some("https://h.example/k/AL1?env=a")),
            ("a/b?c&d#e", Some("https://h.example/k/a%2Fb%3Fc%26d%23e?env=a")),
            ("josé@x", Some("https://h.example/k/jos%C3%A9%40x?env=a")),
            ("..", None),
            ("  ", None),
            ("%2e%2e", Some("https://h.example/k/%252e%252e?env=a")),
        ];
        for (value, expected) in table {
            assert_eq!(template.fill(|_| Some(value.to_owned())).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_template_that_could_ask_somebody_else_is_refused() {
        let list = || "`{login}`".to_owned();
        let table = [
            ("http://h.example/{login}", Err(TemplateError::Scheme)),
            ("http://127.0.0.1:80/{login}", Ok(())),
            ("http://127.0.0.1.evil.example/{login}", Err(TemplateError::Scheme)),
            ("https://{login}.example/", Err(TemplateError::Host)),
            ("https://a@b/{login}", Err(TemplateError::Host)),
            ("https://h/{key}", Err(TemplateError::Unknown("key".to_owned(), list()))),
            ("https://h/x", Err(TemplateError::Nothing(list()))),
            ("https://h/{login", Err(TemplateError::Brace)),
            ("https://h/login}", Err(TemplateError::Brace)),
        ];
        for (text, expected) in table {
            assert_eq!(Template::parse(text, &["login"]).map(|_| ()), expected, "{text}");
        }
    }
}
