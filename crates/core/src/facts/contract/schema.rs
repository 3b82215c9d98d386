//! From a schema of a document to one that stands alone in JSON Schema 2020-12.
//!
//! Only keywords that are known and well-formed are taken over, so that a slip in a document costs one
//! keyword and not the whole check. References become `$defs`; those that lead nowhere accept anything.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Dialect, Document, refs};

/// Schemas nested deeper accept anything.
const DEEPEST: usize = 64;

/// The schema, and in Portuguese what of it could not be used.
pub(super) fn standalone(documents: &[Document], document: usize, schema: &Value) -> (Value, Vec<String>) {
    let mut writer = Writer {
        documents,
        defs: Vec::new(),
        known: BTreeMap::new(),
        open: Vec::new(),
        edges: Vec::new(),
        notes: Vec::new(),
    };
    let root = writer.schema(schema, Place { document, within: None, depth: 0 });
    while let Some((n, document, value)) = writer.open.pop() {
        let written = writer.schema(value, Place { document, within: Some(n), depth: 0 });
        if let Some(def) = writer.defs.get_mut(n) {
            *def = written;
        }
    }
    writer.break_circles();
    let defs: Map<String, Value> =
        writer.defs.into_iter().enumerate().map(|(n, def)| (n.to_string(), def)).collect();
    (json!({"allOf": [root], "$defs": defs}), writer.notes)
}

#[derive(Clone, Copy)]
struct Place {
    document: usize,
    /// The definition whose own value this schema judges, not a part of it.
    within: Option<usize>,
    depth: usize,
}

struct Writer<'d> {
    documents: &'d [Document],
    defs: Vec<Value>,
    known: BTreeMap<(usize, &'d str), usize>,
    open: Vec<(usize, usize, &'d Value)>,
    /// Definitions that apply another one to the same value.
    edges: Vec<(usize, usize)>,
    notes: Vec<String>,
}

impl<'d> Writer<'d> {
    fn schema<'s: 'd>(&mut self, value: &'s Value, place: Place) -> Value
    where
        'd: 's,
    {
        let Some(object) = value.as_object() else {
            return Value::Bool(value.as_bool().unwrap_or(true));
        };
        if place.depth > DEEPEST {
            return Value::Bool(true);
        }
        let old = self.documents.get(place.document).is_none_or(|d| d.dialect == Dialect::Before31);
        let nullable = old && object.get("nullable").and_then(Value::as_bool).unwrap_or(false);
        let reference = object.get("$ref").and_then(Value::as_str);
        let written = match reference {
            Some(reference) => {
                let target = self.reference(reference, place);
                if old { target } else { json!({"allOf": [target, self.keywords(object, place)]}) }
            }
            None => self.keywords(object, place),
        };
        if nullable { json!({"anyOf": [{"type": "null"}, written]}) } else { written }
    }

    fn reference(&mut self, reference: &'d str, place: Place) -> Value {
        let key = (place.document, reference);
        let n = match self.known.get(&key) {
            Some(n) => *n,
            None => {
                let Some((document, value)) = refs::resolve(self.documents, place.document, reference) else {
                    self.notes.push(format!("a referência `{reference}` não leva a lugar nenhum"));
                    return Value::Bool(true);
                };
                let n = self.defs.len();
                self.defs.push(Value::Bool(true));
                self.known.insert(key, n);
                self.open.push((n, document, value));
                n
            }
        };
        if let Some(within) = place.within {
            self.edges.push((within, n));
        }
        json!({"$ref": format!("#/$defs/{n}")})
    }

    fn keywords(&mut self, object: &'d Map<String, Value>, place: Place) -> Value {
        let same = Place { depth: place.depth + 1, ..place };
        let part = Place { within: None, ..same };
        let mut out = Map::new();
        for (key, value) in object {
            let written = match key.as_str() {
                "not" | "if" | "then" | "else" => Some(self.schema(value, same)),
                "allOf" | "anyOf" | "oneOf" => self.list(value, same),
                "items" if value.is_array() => {
                    let list = self.list(value, part);
                    list.map(|list| out.insert("prefixItems".to_owned(), list));
                    None
                }
                "prefixItems" => self.list(value, part),
                "items" | "additionalProperties" | "contains" | "propertyNames" => {
                    Some(self.schema(value, part))
                }
                "properties" | "patternProperties" => self.map(value, part, key == "patternProperties"),
                "dependentSchemas" => self.map(value, same, false),
                "required" => Some(self.required(value, object, place)),
                _ => plain(key, value),
            };
            written.map(|written| out.insert(key.clone(), written));
        }
        exclusive(object, &mut out);
        Value::Object(out)
    }

    fn list(&mut self, value: &'d Value, place: Place) -> Option<Value> {
        let list = value.as_array().filter(|list| !list.is_empty())?;
        Some(list.iter().map(|one| self.schema(one, place)).collect())
    }

    fn map(&mut self, value: &'d Value, place: Place, patterns: bool) -> Option<Value> {
        let entries = value.as_object()?.iter();
        let usable = entries.filter(|(name, _)| !patterns || regex::Regex::new(name).is_ok());
        Some(Value::Object(usable.map(|(name, one)| (name.clone(), self.schema(one, place))).collect()))
    }

    /// A field that only answers have is not missing from a request.
    fn required(&self, value: &Value, object: &Map<String, Value>, place: Place) -> Value {
        let names = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        let read_only = |name: &str| {
            let property = object.get("properties").and_then(|all| all.get(name));
            let property = property.and_then(|one| refs::follow(self.documents, place.document, one));
            property.and_then(|(_, one)| one.get("readOnly")?.as_bool()).unwrap_or(false)
        };
        let mut kept: Vec<&str> = names.filter(|name| !read_only(name)).collect();
        kept.sort_unstable();
        kept.dedup();
        json!(kept)
    }

    /// A definition that applies itself to the same value would never come to an end: such ones accept anything.
    fn break_circles(&mut self) {
        let mut open: Vec<usize> = (0..self.defs.len()).collect();
        loop {
            let before = open.len();
            let still: Vec<usize> = open.clone();
            open.retain(|n| self.edges.iter().any(|(from, to)| from == n && still.binary_search(to).is_ok()));
            if open.len() == before {
                break;
            }
        }
        for n in open {
            self.notes.push("um esquema se refere a si mesmo sem fim".to_owned());
            if let Some(def) = self.defs.get_mut(n) {
                *def = Value::Bool(true);
            }
        }
    }
}

/// A keyword without schemas inside, if its value is what it must be.
fn plain(key: &str, value: &Value) -> Option<Value> {
    const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];
    let fits = match key {
        "type" => match value {
            Value::String(name) => TYPES.contains(&name.as_str()),
            Value::Array(names) => {
                !names.is_empty()
                    && names.iter().all(|name| name.as_str().is_some_and(|name| TYPES.contains(&name)))
            }
            _ => false,
        },
        "enum" => value.as_array().is_some_and(|list| !list.is_empty()),
        "const" => true,
        "format" => value.is_string(),
        "pattern" => value.as_str().is_some_and(|pattern| regex::Regex::new(pattern).is_ok()),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|n| n > 0.0),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            value.is_u64()
        }
        "uniqueItems" => value.is_boolean(),
        _ => false,
    };
    fits.then(|| value.clone())
}

/// Before 3.1 `exclusiveMinimum: true` sharpened `minimum`.
fn exclusive(object: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (flag, limit) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if object.get(flag) == Some(&Value::Bool(true))
            && let Some(value) = out.remove(limit)
        {
            out.insert(flag.to_owned(), value);
        }
    }
}
