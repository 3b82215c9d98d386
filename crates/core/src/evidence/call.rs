//! One HTTP exchange as a partner pasted it, in whatever format; every part may be missing.

use std::ops::Range;

/// One HTTP call shown in a text: request, and response where the text has it.
///
/// Holds secrets in the clear (headers, bodies), so it has no `Debug` and never leaves the extractor.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// Bytes of the text that this call was read from.
    pub span: Range<usize>,
    /// The place in words where a byte range says little (`entrada 1`, `linha 3`).
    pub place: Option<String>,
    /// Upper case (`POST`).
    pub method: Option<String>,
    /// As written: absolute, or a path.
    pub url: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Option<Body>,
    pub status: Option<u16>,
    /// What stood beside the status (`Bad Gateway`).
    pub reason: Option<String>,
    pub response_headers: Vec<(String, String)>,
    pub response_body: Option<String>,
    /// The instant as written (RFC 3339, HTTP date, Brazilian date…), not interpreted.
    pub at: Option<String>,
    /// A transport error (`Connection refused`, `Read timed out`), as written.
    pub error: Option<String>,
}

/// What a request carried.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    Text(String),
    /// Multipart: name and value, or name and `@file`.
    Form(Vec<(String, String)>),
    /// The content of a file that is not here.
    File(String),
}
