//! What an answer of another registry means in the words of ours: JSON pointers to the fields, and maps of their values.
//!
//! In: the bytes of an answer. Out: a [`Record`] of plain texts, or why it is none. Pure; fed with anything.
//!
//! **Invariants:** what the mapping asks for and the answer lacks makes it no answer; nothing of the answer's values is in an error.

use std::collections::BTreeMap;

use serde_json::Value;

/// Texts longer than this are no code, name or login.
const LONGEST: usize = 200;
/// Linked logins that are read of one key.
pub const MOST_USERS: usize = 1_000;

/// Where the fields of a record stand in an answer, and what their values mean: each a JSON pointer such as `/chave/situacao`, or `=text` for
/// what is the same in every answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The status of a key or a user.
    pub status: Option<String>,
    /// The code of the environment of a key.
    pub environment: Option<String>,
    /// The code of the partner.
    pub partner: Option<String>,
    /// The logins linked to a key: a list of texts, or of objects of which `user_login` is the place within.
    pub users: Option<String>,
    /// Within each linked user, where the login stands.
    pub user_login: Option<String>,
    /// The login as it is written there.
    pub login: Option<String>,
    /// The partner's name.
    pub name: Option<String>,
    /// The partner's tier.
    pub tier: Option<String>,
    /// The partner's language.
    pub language: Option<String>,
    /// Whether there is a record at all, where that is not said by 404: `false`, `null` and nothing mean no.
    pub known: Option<String>,
    /// What values mean, by field: `values.status.ATIVA = "active"`.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
}

/// What an answer says; only what the mapping names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Record {
    /// As in the mapping.
    pub status: Option<String>,
    /// As in the mapping.
    pub environment: Option<String>,
    /// As in the mapping.
    pub partner: Option<String>,
    /// As in the mapping.
    pub users: Vec<String>,
    /// As in the mapping.
    pub login: Option<String>,
    /// As in the mapping.
    pub name: Option<String>,
    /// As in the mapping.
    pub tier: Option<String>,
    /// As in the mapping.
    pub language: Option<String>,
}

/// Why an answer is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// It is no JSON.
    #[error("a resposta não é JSON")]
    NotJson,
    /// A field of the mapping is not there, or is no text, number or truth value.
    #[error("a resposta não traz `{0}` onde o mapeamento diz")]
    Lacks(&'static str),
    /// A value that the map of its field does not know.
    #[error("a resposta traz em `{0}` um valor que o mapeamento não conhece")]
    Value(&'static str),
}

/// Reads an answer; `None` where it says that there is no such record.
///
/// # Errors
/// What it lacks; never a value of it.
pub fn read(body: &[u8], mapping: &Mapping) -> Result<Option<Record>, MappingError> {
    let value: Value = serde_json::from_slice(body).map_err(|_any| MappingError::NotJson)?;
    if let Some(pointer) = &mapping.known
        && matches!(value.pointer(pointer), None | Some(Value::Null | Value::Bool(false)))
    {
        return Ok(None);
    }
    let field = |name: &'static str, pointer: &Option<String>| -> Result<Option<String>, MappingError> {
        let Some(pointer) = pointer else { return Ok(None) };
        if let Some(constant) = pointer.strip_prefix('=') {
            return Ok(Some(constant.to_owned()));
        }
        let text = value.pointer(pointer).and_then(plain).ok_or(MappingError::Lacks(name))?;
        match mapping.values.get(name) {
            None => Ok(Some(text)),
            Some(map) => map.get(&text).cloned().map(Some).ok_or(MappingError::Value(name)),
        }
    };
    // Of what may be missing there, nothing is said.
    let optional = |name: &'static str, pointer: &Option<String>| match field(name, pointer) {
        Err(MappingError::Lacks(_)) => Ok(None),
        other => other,
    };
    Ok(Some(Record {
        status: field("status", &mapping.status)?,
        environment: field("environment", &mapping.environment)?,
        partner: field("partner", &mapping.partner)?,
        users: users(&value, mapping)?,
        login: field("login", &mapping.login)?,
        name: optional("name", &mapping.name)?,
        tier: optional("tier", &mapping.tier)?,
        language: optional("language", &mapping.language)?,
    }))
}

fn users(value: &Value, mapping: &Mapping) -> Result<Vec<String>, MappingError> {
    let Some(pointer) = &mapping.users else { return Ok(Vec::new()) };
    let list = match value.pointer(pointer) {
        Some(Value::Array(list)) => list,
        Some(Value::Null) => return Ok(Vec::new()),
        _ => return Err(MappingError::Lacks("users")),
    };
    let within = mapping.user_login.as_deref().unwrap_or_default();
    let logins = list.iter().take(MOST_USERS).map(|user| user.pointer(within).and_then(plain));
    logins.map(|login| login.ok_or(MappingError::Lacks("users"))).collect()
}

/// A text, number or truth value as text.
fn plain(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST && !text.contains('\0')).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        Mapping {
            status: Some("/chave/situacao".to_owned()),
            users: Some("/chave/usuarios".to_owned()),
            user_login: Some("/login".to_owned()),
            name: Some("/nome".to_owned()),
            known: Some("/chave".to_owned()),
            values: BTreeMap::from([(
                "status".to_owned(),
                BTreeMap::from([
                    ("ATIVA".to_owned(), "active".to_owned()),
                    ("1".to_owned(), "active".to_owned()),
                ]),
            )]),
            ..Mapping::default()
        }
    }

    #[test]
    fn an_answer_is_read_by_the_mapping_or_is_none() {
        let active = |users: &[&str]| {
            let users = users.iter().map(|login| (*login).to_owned()).collect();
            Ok(Some(Record { status: Some("active".to_owned()), users, ..Record::default() }))
        };
        let table = [
            (
                r#"{"chave":{"situacao":"ATIVA","usuarios":[{"login":"AL1"},{"login":7}]}}"#,
                active(&["AL1", "7"]),
            ),
            (r#"{"chave":{"situacao":1,"usuarios":null}}"#, active(&[])),
            (r#"{"chave":{"situacao":"CANCELADA","usuarios":[]}}"#, Err(MappingError::Value("status"))),
            (r#"{"chave":{"usuarios":[]}}"#, Err(MappingError::Lacks("status"))),
            (r#"{"chave":{"situacao":{},"usuarios":[]}}"#, Err(MappingError::Lacks("status"))),
            (
                r#"{"chave":{"situacao":"ATIVA","usuarios":[{"nome":"x"}]}}"#,
                Err(MappingError::Lacks("users")),
            ),
            (r#"{"chave":{"situacao":"ATIVA","usuarios":"AL1"}}"#, Err(MappingError::Lacks("users"))),
            (r#"{"chave":null}"#, Ok(None)),
            ("{}", Ok(None)),
            ("<html>", Err(MappingError::NotJson)),
        ];
        for (body, expected) in table {
            assert_eq!(read(body.as_bytes(), &mapping()), expected, "{body}");
        }
    }
}
