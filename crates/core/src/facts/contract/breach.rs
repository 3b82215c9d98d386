//! One way in which a body breaks its contract, and how a partner is told.

use serde_json::Value;

/// So many allowed values are told.
const MOST_ALLOWED: usize = 12;

/// A breach. Its text is for the partner, in Portuguese, without any value that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// `operacao.urlNotificacao`, `itens[0].valor`; empty for the whole body.
    pub pointer: String,
    pub kind: BreachKind,
    /// Whether it proves the request wrong: a missing field, a wrong type, an unknown enumerated value.
    pub decides: bool,
    pub text: String,
}

/// What is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BreachKind {
    MissingField,
    /// In Portuguese (`número inteiro`, `texto`).
    WrongType {
        expected: String,
        found: &'static str,
    },
    UnknownEnum {
        allowed: Vec<String>,
    },
    Other,
}

impl Breach {
    /// `sent_as`: a field of the same letters that was sent instead.
    pub(super) fn missing(pointer: String, sent_as: Option<&str>) -> Self {
        let hint = sent_as.map(|name| format!(" (foi enviado `{name}`)")).unwrap_or_default();
        let text = format!("falta o campo obrigatório `{pointer}`{hint}");
        Self { pointer, kind: BreachKind::MissingField, decides: true, text }
    }

    /// One of several fields is wanted and none is there; `pointers` are never empty.
    pub(super) fn missing_one_of(pointers: &[String]) -> Self {
        let names: Vec<String> = pointers.iter().map(|name| format!("`{name}`")).collect();
        let text = format!("falta um dos campos {}", names.join(" ou "));
        let pointer = pointers.first().cloned().unwrap_or_default();
        Self { pointer, kind: BreachKind::MissingField, decides: true, text }
    }

    pub(super) fn wrong_type(pointer: String, expected: String, found: &'static str) -> Self {
        let text = format!("{} deve ser {expected}, e foi enviado {found}", subject(&pointer));
        Self { pointer, kind: BreachKind::WrongType { expected, found }, decides: true, text }
    }

    pub(super) fn unknown_enum(pointer: String, allowed: &Value) -> Self {
        let values: Vec<String> = match allowed {
            Value::Array(list) => list.iter().filter(|value| !value.is_null()).map(plain).collect(),
            one => vec![plain(one)],
        };
        let mut told: Vec<String> =
            values.iter().take(MOST_ALLOWED).map(|value| format!("`{value}`")).collect();
        if values.len() > MOST_ALLOWED {
            told.push("…".to_owned());
        }
        let text = format!("{} tem um valor fora da lista aceita: {}", subject(&pointer), told.join(", "));
        Self { pointer, kind: BreachKind::UnknownEnum { allowed: values }, decides: true, text }
    }

    /// `what` continues the subject (`não segue o formato documentado`).
    pub(super) fn other(pointer: String, what: &str) -> Self {
        let text = format!("{} {what}", subject(&pointer));
        Self { pointer, kind: BreachKind::Other, decides: false, text }
    }
}

fn subject(pointer: &str) -> String {
    if pointer.is_empty() { "o corpo da requisição".to_owned() } else { format!("o campo `{pointer}`") }
}

/// A documented value as people write it.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
