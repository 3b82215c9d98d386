//! An entry of the registry as a form, and a form as an entry.
//!
//! The core says what an entry must be; here stands only how each field is asked for.

use balcao_desk::registry::Collection;
use serde_json::{Map, Value, json};

use super::frame::Frame;
use super::visit::Fields;

/// How a field is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Date,
    Time,
    /// A list of texts, one a line.
    Lines,
    /// Days of the week.
    Days,
    /// `Name <address>`, one a line.
    Contacts,
    /// A key: only ever comes in.
    Key,
    /// One of the entries of another list, or of some words.
    Choice(From),
}

/// Whence the choices come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Partners,
    Environments,
    UserStatus,
    KeyStatus,
}

/// A field with its value.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    pub(crate) value: String,
    /// Of a choice or of days: code, words, whether it is chosen.
    pub(crate) options: Vec<(String, String, bool)>,
}

impl Field {
    /// The type of its `input`; `textarea` and `select` and `days` are themselves.
    pub(crate) fn control(&self) -> &'static str {
        match self.kind {
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Key => "password",
            Kind::Lines | Kind::Contacts => "textarea",
            Kind::Days => "days",
            Kind::Choice(_) => "select",
        }
    }
}

/// The days of the week in the registry's codes, from Monday on.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

type Asked = (&'static str, Kind, bool);

/// What is asked for each list: name, how, and whether it must be there.
fn asked(collection: Collection) -> &'static [Asked] {
    use Kind::{Choice, Contacts, Date, Days, Key, Lines, Number, Text, Time};
    match collection {
        Collection::Settings => &[("timezone", Text, true), ("token_validity_hours", Number, true)],
        Collection::BusinessHours => &[("days", Days, true), ("from", Time, true), ("to", Time, true)],
        Collection::Holidays => &[("date", Date, true), ("name", Text, true)],
        Collection::Environments => &[("code", Text, true), ("name", Text, true), ("base_urls", Lines, true)],
        Collection::ApiVersions => &[("code", Text, true), ("path_prefix", Text, true)],
        Collection::Products => &[
            ("code", Text, true),
            ("name", Text, true),
            ("aliases", Lines, false),
            ("api_versions", Lines, false),
            ("channel", Text, false),
        ],
        Collection::Partners => &[
            ("code", Text, true),
            ("name", Text, true),
            ("tax_id", Text, false),
            ("tier", Text, false),
            ("language", Text, false),
            ("email_domains", Lines, false),
            ("contacts", Contacts, false),
        ],
        Collection::Users => &[
            ("login", Text, true),
            ("partner", Choice(From::Partners), true),
            ("status", Choice(From::UserStatus), true),
        ],
        Collection::ApiKeys => &[
            ("key", Key, false),
            ("partner", Choice(From::Partners), true),
            ("environment", Choice(From::Environments), true),
            ("status", Choice(From::KeyStatus), true),
            ("users", Lines, false),
        ],
        Collection::Routines => &[
            ("code", Text, true),
            ("name", Text, true),
            ("environment", Choice(From::Environments), true),
            ("days", Days, true),
            ("from", Time, true),
            ("to", Time, true),
            ("routes", Lines, true),
        ],
        Collection::Releases => &[
            ("version", Text, true),
            ("environment", Choice(From::Environments), true),
            ("deployed_at", Text, true),
            ("routes", Lines, true),
            ("notes", Text, false),
        ],
    }
}

/// The form of an entry, or of a new one.
pub(crate) fn form(f: &Frame, collection: Collection, entry: Option<&Value>) -> Vec<Field> {
    let fields = asked(collection).iter().map(|(name, kind, required)| {
        let value = entry.and_then(|entry| entry.get(*name)).unwrap_or(&Value::Null);
        let text = text(value, *kind);
        // A key that is kept stays where none is typed; a new entry needs one.
        let required = if *kind == Kind::Key { entry.is_none() } else { *required };
        Field { name, kind: *kind, required, options: options(f, *kind, value), value: text }
    });
    fields.collect()
}

fn text(value: &Value, kind: Kind) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) if kind == Kind::Contacts => {
            list.iter().map(contact_text).collect::<Vec<_>>().join("\n")
        }
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}

fn contact_text(contact: &Value) -> String {
    let get = |name: &str| contact.get(name).and_then(Value::as_str).unwrap_or_default();
    match (get("name"), get("address")) {
        ("", address) => address.to_owned(),
        (name, address) => format!("{name} <{address}>"),
    }
}

fn options(f: &Frame, kind: Kind, value: &Value) -> Vec<(String, String, bool)> {
    let registry = &f.state.world.registry;
    let all: Vec<(String, String)> = match kind {
        Kind::Days => DAYS
            .iter()
            .zip(1..)
            .map(|(code, n)| ((*code).to_owned(), f.code("weekday", &n.to_string())))
            .collect(),
        Kind::Choice(From::Partners) => {
            let mut all: Vec<(String, String)> =
                registry.partners.iter().map(|one| (one.code.clone(), one.name.clone())).collect();
            all.sort_by(|a, b| a.1.cmp(&b.1));
            all
        }
        Kind::Choice(From::Environments) => {
            registry.environments.iter().map(|one| (one.code.clone(), one.name.clone())).collect()
        }
        Kind::Choice(From::UserStatus) => same(&["ativo", "inativo", "bloqueado"]),
        Kind::Choice(From::KeyStatus) => same(&["ativa", "inativa"]),
        _ => return Vec::new(),
    };
    let chosen = |code: &str| match value {
        Value::Array(list) => list.iter().any(|one| one.as_str() == Some(code)),
        other => other.as_str() == Some(code),
    };
    all.into_iter().map(|(code, words)| (code.clone(), words, chosen(&code))).collect()
}

fn same(words: &[&str]) -> Vec<(String, String)> {
    words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect()
}

/// The entry that a form says.
pub(crate) fn entry(collection: Collection, sent: &Fields) -> Value {
    let mut entry = Map::new();
    for (name, kind, _) in asked(collection) {
        let value = sent.get(name).trim();
        let said = match kind {
            Kind::Days => json!(sent.all(name)),
            Kind::Lines => json!(lines(value)),
            Kind::Contacts => json!(lines(value).into_iter().map(contact).collect::<Vec<_>>()),
            Kind::Number => value.parse::<f64>().map_or_else(|_| json!(value), number),
            _ if value.is_empty() => continue,
            _ => json!(value),
        };
        if matches!(kind, Kind::Contacts) && said == json!([]) {
            continue;
        }
        entry.insert((*name).to_owned(), said);
    }
    Value::Object(entry)
}

/// A whole number without a point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e9 {
        json!(format!("{value:.0}").parse::<i64>().unwrap_or(0))
    } else {
        json!(value)
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

fn contact(line: &str) -> Value {
    match line.strip_suffix('>').and_then(|line| line.rsplit_once('<')) {
        Some((name, address)) if !name.trim().is_empty() => {
            json!({"name": name.trim(), "address": address.trim()})
        }
        Some((_, address)) => json!({"address": address.trim()}),
        None => json!({"address": line}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_are_written_and_read_alike() {
        for line in ["Ana Souza <ana@parceiro.example>", "+5511970001101"] {
            assert_eq!(contact_text(&contact(line)), line);
        }
    }

    #[test]
    fn every_list_can_be_asked_for() {
        for collection in Collection::ALL {
            assert!(!asked(collection).is_empty(), "{}", collection.code());
        }
    }
}
