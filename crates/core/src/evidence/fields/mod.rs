//! Values that the text names itself: `Usuário: CC0301`, `"apiKey": "…"`, `api_key=…`, `chave c263…`.
//!
//! In: a text. Out: [`Field`]s with their bytes. Start at [`find`]. `pairs` reads what stands beside a `:` or `=`
//! (labels, JSON, headers, logs), `prose` what stands in a sentence, `errors` the messages that an API returned.
//!
//! **Never here:** which of several values is the right one, or whether the registry knows it.

mod errors;
mod kinds;
pub(crate) mod pairs;
mod prose;
mod shape;
#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;

/// What a named value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldKind {
    ApiKey,
    User,
    Environment,
    Endpoint,
    Payload,
    OccurredAt,
    ErrorMessage,
    RequestId,
    Token,
    Password,
}

/// One value that stands beside its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    pub kind: FieldKind,
    /// Bytes of the value in the text.
    pub span: Range<usize>,
    /// The value without quotes and trailing punctuation; an error message also without JSON escapes.
    pub value: String,
}

/// Shows no value: it may be a secret.
impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("kind", &self.kind).field("span", &self.span).finish_non_exhaustive()
    }
}

/// Every named value in `text`, in order of position, each looking right for its kind.
///
/// A value is dropped if it is masked (`***`), a placeholder (`<sua-chave>`, `{{apiKey}}`) or a common word. Error messages
/// are what an API or a transport returned, as written; where the text holds a message of the API, bare status texts
/// ("404 Not Found") are left out. Passwords are found only to be masked. Never fails; linear in `text`.
pub fn find(text: &str) -> Vec<Field> {
    let pairs = pairs::pairs(text);
    let mut fields: Vec<Field> = pairs.iter().filter_map(|pair| kinds::field(text, pair)).collect();
    fields.extend(prose::find(text));
    fields.extend(errors::find(text, &pairs));
    fields.sort_by_key(|field| (field.span.start, std::cmp::Reverse(field.span.end), field.kind));
    let mut kept: Vec<Field> = Vec::new();
    for field in fields {
        let told = kept
            .iter()
            .rev()
            .take(4)
            .any(|before| before.kind == field.kind && before.span.end >= field.span.end);
        if !told {
            kept.push(field);
        }
    }
    kept
}

/// Keys, tokens and passwords (and users) that `text` names; a part of what [`find`] tells, for the masking.
pub(crate) fn credentials(text: &str, pairs: &[pairs::Pair<'_>]) -> Vec<Field> {
    let mut fields: Vec<Field> = pairs.iter().filter_map(|pair| kinds::field(text, pair)).collect();
    fields.extend(prose::credentials(text));
    fields
}
