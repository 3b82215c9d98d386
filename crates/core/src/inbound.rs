//! What arrives: one message of a partner, already decoded by its channel.
//!
//! **Never here:** how it travelled, or what it means.

use jiff::Timestamp;

/// One message as a channel delivered it.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The caller's own id, echoed in the diagnosis.
    pub id: String,
    /// `email`, `portal`, `api`, `whatsapp`, `chat` or `phone`.
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

/// The content of an attachment: text as it is, the bytes of a file, or what was read of another attachment's.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Bytes(Vec<u8>),
    /// Of the file with this attachment's name, as `evidence::unpack` names it; that file's bytes stand beside it.
    Extracted(Extracted),
}

/// What a program beside the core read of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// What kind of reading it was.
    pub by: ReadBy,
    /// The text; empty where there was none.
    pub text: String,
    /// What of it could not be read, in words for people.
    pub note: Option<String>,
}

/// How a text was got out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadBy {
    /// The text that a PDF holds.
    Pdf,
    /// Letters recognised in a picture: any of them may be another.
    Ocr,
}

impl ReadBy {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Pdf, Self::Ocr];

    /// In words for people, as they stand behind a file's name.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Pdf => "texto do PDF",
            Self::Ocr => "lido por OCR",
        }
    }

    /// The name of the text that was read of the file `name`.
    #[must_use]
    pub fn label(self, name: &str) -> String {
        format!("{name} ({})", self.words())
    }

    /// The way and the file's name of a [`ReadBy::label`]; `None` for another text.
    #[must_use]
    pub fn of_label(label: &str) -> Option<(Self, &str)> {
        let label = label.strip_suffix(')')?;
        Self::ALL.into_iter().find_map(|by| {
            let name = label.strip_suffix(by.words())?.strip_suffix(" (")?;
            Some((by, name))
        })
    }
}
