//! What a mail brings: its text, its files, an invitation, and whether it is signed or encrypted.

use mail_parser::{Message, MessagePart, MimeHeaders as _, PartType};

use super::bounce::inner_bytes;
use super::headers::one_line;
use super::{text, tnef};

/// Files of one mail.
const MOST_FILES: usize = 100;
/// Bytes of all files of one mail: with base64 they still fit the public format.
const MOST_BYTES: usize = 44 << 20;
/// Characters of a file's name.
const LONGEST_NAME: usize = 200;

/// A file that came with a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name; made up where there is none.
    pub name: String,
    /// Such as `application/json`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An invitation, or the answer to one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Calendar {
    /// `REQUEST`, `REPLY`, `CANCEL`, …
    pub method: String,
    /// What for.
    pub summary: Option<String>,
    /// When it begins, as it is written there.
    pub starts: Option<String>,
}

/// Whether a mail is signed or encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Protection {
    /// Neither.
    #[default]
    None,
    /// Signed: its text can be read. The signature is not judged here.
    Signed,
    /// Encrypted: its text cannot be read.
    Encrypted,
}

/// Everything but the head.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) text: String,
    pub(super) files: Vec<File>,
    pub(super) calendar: Option<Calendar>,
    pub(super) protection: Protection,
    pub(super) notes: Vec<String>,
    bytes: usize,
}

pub(super) fn contents(message: &Message<'_>) -> Contents {
    let mut found = Contents::default();
    found.text = text::of(message, &mut found.notes);
    found.protection = protection(message, &found.text);
    for (index, part) in message.attachments().enumerate() {
        if found.files.len() >= MOST_FILES {
            found.notes.push(format!("há mais de {MOST_FILES} anexos; os outros estão no original"));
            break;
        }
        found.part(index + 1, part);
    }
    // No text has zero bytes, and PostgreSQL takes none.
    found.text.retain(|letter| letter != '\0');
    if found.protection == Protection::Encrypted {
        found
            .notes
            .push("o e-mail está cifrado e não pôde ser lido; peça que seja enviado sem cifra".to_owned());
    }
    found
}

impl Contents {
    fn part(&mut self, number: usize, part: &MessagePart<'_>) {
        let kind = media_type(part);
        let bytes: &[u8] = match &part.body {
            PartType::Text(words) | PartType::Html(words) => words.as_bytes(),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
            PartType::Message(inner) => inner_bytes(inner),
            PartType::Multipart(_) => return,
        };
        let mut name = one_line(part.attachment_name().unwrap_or_default(), LONGEST_NAME);
        if let PartType::Message(inner) = &part.body
            && name.is_empty()
        {
            name = one_line(inner.subject().unwrap_or_default(), LONGEST_NAME - 4) + ".eml";
        }
        if kind == "text/calendar" && self.calendar.is_none() {
            self.calendar = Some(calendar(part, bytes));
        }
        let packed = kind == "application/ms-tnef"
            || kind == "application/vnd.ms-tnef"
            || name.eq_ignore_ascii_case("winmail.dat");
        if packed && let Some(packed) = tnef::unpack(bytes) {
            return self.packed(packed);
        }
        if name.is_empty() || name == ".eml" {
            name = format!("anexo-{number}{}", ending(&kind));
        }
        self.file(File { name, media_type: kind, bytes: bytes.to_vec() });
    }

    /// What was in a `winmail.dat`.
    fn packed(&mut self, packed: tnef::Packed) {
        if self.text.trim().is_empty()
            && let Some(text) = packed.text
        {
            self.text = text.replace("\r\n", "\n");
        }
        for (name, bytes) in packed.files {
            let name = one_line(&name, LONGEST_NAME);
            self.file(File { name, media_type: "application/octet-stream".to_owned(), bytes });
        }
    }

    fn file(&mut self, file: File) {
        let size = file.bytes.len();
        if self.files.len() >= MOST_FILES || self.bytes.saturating_add(size) > MOST_BYTES {
            self.notes.push(format!("anexo {}: grande demais, está só no original", file.name));
            return;
        }
        self.bytes += size;
        self.files.push(file);
    }
}

fn media_type(part: &MessagePart<'_>) -> String {
    let given = part.content_type().map(|kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_ascii_lowercase()
    });
    let given = given.map(|kind| one_line(&kind, 100)).filter(|kind| kind.len() > 2);
    given.unwrap_or_else(|| match &part.body {
        PartType::Text(_) => "text/plain".to_owned(),
        PartType::Html(_) => "text/html".to_owned(),
        PartType::Message(_) => "message/rfc822".to_owned(),
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Multipart(_) => {
            "application/octet-stream".to_owned()
        }
    })
}

/// The usual ending of a file without a name.
fn ending(kind: &str) -> &'static str {
    match kind {
        "text/plain" => ".txt",
        "text/html" => ".html",
        "text/calendar" => ".ics",
        "application/json" => ".json",
        "message/rfc822" => ".eml",
        "image/png" => ".png",
        "image/jpeg" => ".jpg",
        "image/gif" => ".gif",
        "application/pdf" => ".pdf",
        _ => "",
    }
}

fn protection(message: &Message<'_>, text: &str) -> Protection {
    let mut found = Protection::None;
    for part in &message.parts {
        let kind = media_type(part);
        // Signed data that is packed needs unpacking before it can be read, so it is as good as encrypted.
        let packed = kind == "application/pkcs7-mime" || kind == "application/x-pkcs7-mime";
        if kind == "multipart/encrypted" || kind == "application/pgp-encrypted" || packed {
            return Protection::Encrypted;
        }
        if kind == "multipart/signed"
            || kind.ends_with("pkcs7-signature")
            || kind == "application/pgp-signature"
        {
            found = Protection::Signed;
        }
    }
    let start = text.trim_start();
    if start.starts_with("-----BEGIN PGP MESSAGE-----") {
        return Protection::Encrypted;
    }
    if start.starts_with("-----BEGIN PGP SIGNED MESSAGE-----") { Protection::Signed } else { found }
}

fn calendar(part: &MessagePart<'_>, bytes: &[u8]) -> Calendar {
    const LONGEST: usize = 64 * 1024;
    let cut = bytes.get(..bytes.len().min(LONGEST)).unwrap_or_default();
    let text = String::from_utf8_lossy(cut).replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "");
    let field = |name: &str| {
        let found = text.lines().find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.split(';').next().unwrap_or_default().eq_ignore_ascii_case(name).then_some(value)
        });
        found.map(|value| one_line(&value.replace("\\n", " ").replace("\\,", ","), LONGEST_NAME))
    };
    let method = part.content_type().and_then(|kind| kind.attribute("method")).map(str::to_owned);
    let method = method.or_else(|| field("METHOD")).unwrap_or_default().to_ascii_uppercase();
    Calendar { method: one_line(&method, 20), summary: field("SUMMARY"), starts: field("DTSTART") }
}
