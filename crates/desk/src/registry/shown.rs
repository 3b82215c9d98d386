//! Keys as they leave and come back: an id and four characters, never the keyed hash.

use std::collections::BTreeMap;

use balcao_core::evidence::key::KeyPrint;
use serde_json::{Map, Value};

use super::collection::Collection;
use crate::error::DeskError;

/// Digits of the keyed hash that are a key's id.
const ID_DIGITS: usize = 16;
const KEPT: &str = "hmac-sha256:";

/// The id of a kept print: `None` if `stored` is none.
pub(super) fn id_of_stored(stored: &str) -> Option<&str> {
    stored.strip_prefix(KEPT)?.get(..ID_DIGITS)
}

/// The four characters of a kept print.
pub(super) fn tail_of_stored(stored: &str) -> Option<String> {
    KeyPrint::from_stored(stored).map(|print| print.tail().to_owned())
}

/// A registry as kept, its keys as they may be shown.
pub(super) fn shown(mut file: Value) -> Value {
    let keys = file.get_mut(Collection::ApiKeys.code()).and_then(Value::as_array_mut);
    for entry in keys.into_iter().flatten() {
        *entry = shown_key(std::mem::take(entry));
    }
    file
}

/// One entry of a list as kept, as it may be shown.
pub(super) fn shown_entry(collection: Collection, entry: &Value) -> Value {
    let entry = entry.clone();
    if collection == Collection::ApiKeys { shown_key(entry) } else { entry }
}

fn shown_key(entry: Value) -> Value {
    let Value::Object(fields) = entry else { return entry };
    let stored = fields.get("key").and_then(Value::as_str).unwrap_or_default();
    let mut out = Map::new();
    out.insert("id".to_owned(), id_of_stored(stored).unwrap_or_default().into());
    out.insert("key_last4".to_owned(), tail_of_stored(stored).unwrap_or_default().into());
    out.extend(fields.into_iter().filter(|(name, _)| name != "key"));
    Value::Object(out)
}

/// Puts the kept prints of `base` where `file` names keys by their ids; whole keys stay, to be hashed.
pub(super) fn restored(base: &Value, mut file: Value) -> Result<Value, DeskError> {
    let prints: BTreeMap<String, String> = Collection::ApiKeys
        .entries(base)
        .into_iter()
        .filter_map(|(id, entry)| Some((id, entry.get("key")?.as_str()?.to_owned())))
        .collect();
    let keys = file.get_mut(Collection::ApiKeys.code()).and_then(Value::as_array_mut);
    let mut unknown = Vec::new();
    for (n, entry) in keys.into_iter().flatten().enumerate() {
        let Some(fields) = entry.as_object_mut() else { continue };
        let id = fields.shift_remove("id");
        fields.shift_remove("key_last4");
        let key = fields.get("key").filter(|key| !key.is_null());
        let named = match key {
            Some(key) => key.as_str(),
            None => id.as_ref().and_then(Value::as_str),
        };
        match named.map(|named| prints.get(named.trim())) {
            Some(Some(print)) => {
                let print = print.clone();
                fields.insert("key".to_owned(), print.into());
            }
            Some(None) if key.is_none() => unknown.push(n),
            // A whole key, or none at all, which the registry says.
            _ => {}
        }
    }
    match unknown.first() {
        None => Ok(file),
        Some(first) => Err(DeskError::Invalid(format!(
            "api_keys[{first}].id: nenhuma API Key do cadastro tem este identificador{}; mande a chave inteira em `key`",
            if unknown.len() > 1 {
                format!(" (nem as de outras {} entradas)", unknown.len() - 1)
            } else {
                String::new()
            }
        ))),
    }
}
