//! What arrives: one message of a partner, already decoded by its channel.
//!
//! **Never here:** how it travelled, or what it means.

use jiff::Timestamp;

/// One message as a channel delivered it.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The caller's own id, echoed in the diagnosis.
    pub id: String,
    /// `email`, `portal`, `api`, `whatsapp` or `phone`.
    pub channel: String,
    /// When it arrived; relative times in the text count from here.
    pub received_at: Timestamp,
    /// The sender as the channel gives it.
    pub from: Sender,
    pub subject: Option<String>,
    /// Plain text as the partner wrote it.
    pub body: String,
    pub attachments: Vec<Attachment>,
}

/// Who sent it, as the channel says; an address is an e-mail or a telephone.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sender {
    pub name: Option<String>,
    pub address: Option<String>,
}

/// A file that came with the message.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    pub name: String,
    pub media_type: Option<String>,
    pub content: Content,
}

/// The content of an attachment: text as it is, or the bytes of a file.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Bytes(Vec<u8>),
}
