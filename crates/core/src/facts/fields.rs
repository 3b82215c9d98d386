//! Reading the fields of a JSON object, with a problem in the reader's language for each that is wrong.
//!
//! No value of the file is pasted into a problem here but names; so no key can show through a message.

use serde_json::{Map, Value};

use super::nearest::nearest;
use super::registry::problem::{Kind, Problems};

/// One object of a file, with the place it stands at.
pub(crate) struct Fields<'v> {
    object: &'v Map<String, Value>,
    known: &'v [&'static str],
    /// `api_keys[3]`; empty for the whole file.
    pub(crate) path: String,
}

impl<'v> Fields<'v> {
    /// `None`, with a problem, if `value` is no object. A field written almost like an absent one of `known` is a problem too.
    pub(crate) fn of(
        value: &'v Value,
        path: String,
        known: &'v [&'static str],
        problems: &mut Problems,
    ) -> Option<Self> {
        let Some(object) = value.as_object() else {
            problems.add(&path, Kind::WrongType { expected: "um objeto" });
            return None;
        };
        let fields = Self { object, known, path };
        for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
            let absent = known.iter().copied().filter(|k| k.len() > 4 && !object.contains_key(*k));
            if let Some(meant) = nearest(name, absent) {
                problems.add(&fields.at(name), Kind::Misspelled { meant });
            }
        }
        Some(fields)
    }

    /// The path of a field of this object.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The value of a field; `null` counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&'v Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Whether the field is written, be it as `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// A text that must be there and not be blank; trimmed.
    pub(crate) fn text(&self, name: &'static str, problems: &mut Problems) -> Option<&'v str> {
        let Some(value) = self.get(name) else {
            self.missing(name, problems);
            return None;
        };
        let text = self.as_text(name, value, problems)?;
        if text.is_empty() {
            problems.add(&self.at(name), Kind::Empty);
            return None;
        }
        Some(text)
    }

    /// A text that may be absent; blank counts as absent.
    pub(crate) fn optional_text(&self, name: &'static str, problems: &mut Problems) -> Option<&'v str> {
        let text = self.as_text(name, self.get(name)?, problems)?;
        (!text.is_empty()).then_some(text)
    }

    fn as_text(&self, name: &str, value: &'v Value, problems: &mut Problems) -> Option<&'v str> {
        let text = value.as_str().map(str::trim);
        if text.is_none() {
            problems.add(&self.at(name), Kind::WrongType { expected: "um texto" });
        }
        text
    }

    /// A list that must be there, with the path of each element.
    pub(crate) fn list(&self, name: &'static str, problems: &mut Problems) -> Vec<(String, &'v Value)> {
        if self.get(name).is_none() {
            self.missing(name, problems);
        }
        self.optional_list(name, problems)
    }

    /// A list that must be there and not be empty.
    pub(crate) fn filled_list(
        &self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Vec<(String, &'v Value)> {
        let list = self.list(name, problems);
        if self.get(name).and_then(Value::as_array).is_some_and(Vec::is_empty) {
            problems.add(&self.at(name), Kind::Empty);
        }
        list
    }

    /// A list that may be absent.
    pub(crate) fn optional_list(
        &self,
        name: &'static str,
        problems: &mut Problems,
    ) -> Vec<(String, &'v Value)> {
        let Some(value) = self.get(name) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            problems.add(&self.at(name), Kind::WrongType { expected: "uma lista" });
            return Vec::new();
        };
        let at = self.at(name);
        list.iter().enumerate().map(|(n, value)| (format!("{at}[{n}]"), value)).collect()
    }

    /// The texts of a list, each with its path; an element that is none, or blank, is a problem.
    pub(crate) fn texts(list: Vec<(String, &'v Value)>, problems: &mut Problems) -> Vec<(String, &'v str)> {
        let mut texts = Vec::with_capacity(list.len());
        for (path, value) in list {
            match value.as_str().map(str::trim) {
                Some("") => problems.add(&path, Kind::Empty),
                Some(text) => texts.push((path, text)),
                None => problems.add(&path, Kind::WrongType { expected: "um texto" }),
            }
        }
        texts
    }

    /// Names an absent field, unless it is there under a misspelled name.
    pub(crate) fn missing(&self, name: &'static str, problems: &mut Problems) {
        // A misspelled field is named by `of`; saying that it is missing as well would repeat it.
        let unknown = |key: &&String| !self.known.contains(&key.as_str());
        let misspelled = self.object.keys().filter(unknown).any(|key| nearest(key, [name]).is_some());
        if !misspelled || name.len() <= 4 || self.has(name) {
            problems.add(&self.path, Kind::Missing { field: name });
        }
    }
}
