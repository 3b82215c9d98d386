//! A registry as the desk keeps it: the same format, with prints in the place of keys.

use serde_json::Value;

use super::{Registry, RegistryError};
use crate::evidence::key::{HashSecret, KeyPrint};

impl Registry {
    /// `json` with each key replaced by its print under `secret`: what may be kept. [`Registry::parse`] reads it with the
    /// same secret to the same registry. What is kept already stays as it is.
    ///
    /// # Errors
    /// As [`Registry::parse`]: nothing with a mistake is kept.
    pub fn stored(json: &str, secret: &HashSecret) -> Result<String, RegistryError> {
        Self::parse(json, secret)?;
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let mut file: Value = serde_json::from_str(json).map_err(|source| RegistryError::Syntax {
            line: source.line(),
            column: source.column(),
            source,
        })?;
        let keys = file.get_mut("api_keys").and_then(Value::as_array_mut).into_iter().flatten();
        for key in keys.filter_map(|entry| entry.get_mut("key")) {
            let text = key.as_str().unwrap_or_default().trim();
            let print = KeyPrint::from_stored(text).or_else(|| KeyPrint::of(text, secret));
            // Parsing has refused a key without a print, so none is left in the clear.
            *key = Value::String(print.map(|print| print.stored()).unwrap_or_default());
        }
        Ok(file.to_string())
    }
}
