//! Values that the text names itself: `Usuário: CC030137862`, `"apiKey": "…"`, `api_key=…`, `chave c263…`.

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
    /// The value without quotes and trailing punctuation.
    pub value: String,
}

/// Every named value in `text`, in order.
pub fn find(_text: &str) -> Vec<Field> {
    Vec::new()
}
