//! A message taken apart into texts: subject, body, and what the attachments hold.
//!
//! In: an [`Inbound`]. Out: its texts in order, and notes in Portuguese on what could not be read.
//! Start at [`parts`]; [`decode`] turns bytes into text, [`containers`] opens ZIP, gzip and e-mails.
//!
//! **Invariant:** the total of the texts, the depth and the number of files are bounded, whatever arrives.

mod containers;
mod decode;
mod kind;

use std::collections::BTreeSet;

pub use self::kind::Kind;
use crate::inbound::{Content, Extracted, Inbound, ReadBy};

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
    /// As [`Origin::Attachment`]: of which file it was read, and how.
    Extracted(String, ReadBy),
}

/// A file whose text is not read here.
#[derive(Clone, PartialEq, Eq)]
pub struct Unread {
    /// As the notes name it; `outer.zip/inner.png` for one inside an archive.
    pub name: String,
    pub kind: Kind,
    pub bytes: Vec<u8>,
}

/// All texts of one message together, in bytes: more than any log that people send, small enough to read at once.
const MOST_TEXT: usize = 24 << 20;
/// Files in one message, those inside archives included.
const MOST_PARTS: usize = 200;
/// Files that are handed to other readers, and their bytes together.
const MOST_UNREAD: usize = 20;
const MOST_UNREAD_BYTES: usize = 48 << 20;
/// Longest name shown, in characters.
const LONGEST_NAME: usize = 120;

/// The texts of `inbound` in order (subject, body, attachments), and notes on what could not be read.
pub fn parts(inbound: &Inbound) -> (Vec<Part>, Vec<String>) {
    let mut found =
        Found { extracted: extracted(inbound).map(|(name, _)| name).collect(), ..Found::default() };
    read(inbound, &mut found);
    (found.parts, found.notes)
}

/// The PDFs and pictures of `inbound`, those inside archives and e-mails included, for whoever can read them. Those of which something
/// was read already are left out.
pub fn unread(inbound: &Inbound) -> Vec<Unread> {
    let extracted = extracted(inbound).map(|(name, _)| name).collect();
    let mut found = Found { gathers: true, extracted, ..Found::default() };
    for attachment in &inbound.attachments {
        let name = clean_name(&attachment.name);
        match &attachment.content {
            Content::Bytes(bytes) => {
                read_bytes(&name, attachment.media_type.as_deref(), bytes, 0, &mut found)
            }
            // An e-mail may come as text.
            Content::Text(text) if containers::is_email(&name, attachment.media_type.as_deref()) => {
                containers::email(&name, text.as_bytes(), 0, &mut found);
            }
            Content::Text(_) | Content::Extracted(_) => {}
        }
    }
    found.unread
}

/// What was read of the files, by their names.
fn extracted(inbound: &Inbound) -> impl Iterator<Item = (String, &Extracted)> {
    inbound.attachments.iter().filter_map(|attachment| match &attachment.content {
        // Its name is one of ours already, and may be longer than one that came.
        Content::Extracted(read) => Some((attachment.name.clone(), read)),
        Content::Text(_) | Content::Bytes(_) => None,
    })
}

fn read(inbound: &Inbound, found: &mut Found) {
    if let Some(subject) = &inbound.subject {
        found.text(Origin::Subject, subject.clone());
    }
    let body = match decode::is_html(&inbound.body, None) {
        true => decode::html(&inbound.body).unwrap_or_else(|| inbound.body.clone()),
        false => inbound.body.clone(),
    };
    found.text(Origin::Body, body);
    for attachment in &inbound.attachments {
        let name = clean_name(&attachment.name);
        let media = attachment.media_type.as_deref();
        match &attachment.content {
            Content::Text(text) => read_text(&name, media, text, 0, found),
            Content::Bytes(bytes) => read_bytes(&name, media, bytes, 0, found),
            Content::Extracted(read) => {
                let name = attachment.name.clone();
                if let Some(note) = &read.note {
                    found.note(format!("anexo {name}: {note}"));
                }
                if !read.text.trim().is_empty() {
                    found.text(Origin::Extracted(name, read.by), read.text.clone());
                }
            }
        }
    }
}

/// A page of HTML as plain text, laid out as [`parts`] does it; `None` where it is too large or too deep for that.
pub fn page_text(html: &str) -> Option<String> {
    decode::html(html)
}

/// Bytes of an unknown encoding as text; `None` for what is no text.
pub fn bytes_text(bytes: &[u8]) -> Option<String> {
    decode::text(bytes)
}

/// What was read so far, within the bounds.
#[derive(Default)]
struct Found {
    parts: Vec<Part>,
    notes: Vec<String>,
    bytes: usize,
    /// The files that another reader has read.
    extracted: BTreeSet<String>,
    /// Whether what is not read here is put aside for other readers.
    gathers: bool,
    unread: Vec<Unread>,
}

impl Found {
    fn text(&mut self, origin: Origin, text: String) {
        let name = match &origin {
            Origin::Subject => "assunto",
            Origin::Body => "corpo da mensagem",
            Origin::Attachment(name) | Origin::Extracted(name, _) => name,
        };
        let room = MOST_TEXT.saturating_sub(self.bytes);
        if self.parts.len() >= MOST_PARTS || room == 0 && !text.is_empty() {
            self.note(format!("{name}: não lido, a mensagem é grande demais"));
            return;
        }
        let mut text = text;
        if text.len() > room {
            self.notes.push(format!("{name}: lido só em parte, a mensagem é grande demais"));
            let mut end = room;
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
        }
        self.bytes += text.len();
        self.parts.push(Part { origin, text });
    }

    /// A file that is not read here: handed on, read already, or noted.
    fn other(&mut self, name: &str, kind: Kind, bytes: &[u8]) {
        if self.gathers && !self.extracted.contains(name) && kind.is_for_others() {
            let held: usize = self.unread.iter().map(|file| file.bytes.len()).sum();
            if self.unread.len() < MOST_UNREAD && held.saturating_add(bytes.len()) <= MOST_UNREAD_BYTES {
                self.unread.push(Unread { name: name.to_owned(), kind, bytes: bytes.to_vec() });
            }
        }
        if !self.extracted.contains(name) {
            self.note(format!("anexo {name}: {}", kind.unread()));
        }
    }

    fn note(&mut self, note: String) {
        if self.notes.len() < MOST_PARTS {
            self.notes.push(note);
        }
    }
}

/// An attachment that came as text; an e-mail or HTML among them is opened, all else stays byte for byte.
fn read_text(name: &str, media: Option<&str>, text: &str, depth: usize, found: &mut Found) {
    if containers::is_email(name, media) {
        return containers::email(name, text.as_bytes(), depth, found);
    }
    if decode::is_html(text, Some((name, media))) {
        match decode::html(text) {
            Some(read) => return found.text(Origin::Attachment(name.to_owned()), read),
            None => found.note(format!("anexo {name}: HTML que não se deixou ler, mantido como veio")),
        }
    }
    found.text(Origin::Attachment(name.to_owned()), text.to_owned());
}

/// An attachment that came as bytes: opened, decoded, or noted.
fn read_bytes(name: &str, media: Option<&str>, bytes: &[u8], depth: usize, found: &mut Found) {
    if bytes.is_empty() {
        return found.note(format!("anexo {name}: vazio"));
    }
    if let Some(lie) = kind::mismatch(name, bytes) {
        found.note(format!("anexo {name}: {lie}"));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return match decode::office(name, media) {
            Some(kind) => found.note(format!("anexo {name}: {kind}")),
            None => containers::zip(name, bytes, depth, found),
        };
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return containers::gzip(name, bytes, depth, found);
    }
    if let Some(kind) = Kind::of(media, bytes) {
        return found.other(name, kind, bytes);
    }
    if containers::is_email(name, media) {
        return containers::email(name, bytes, depth, found);
    }
    match decode::text(bytes) {
        Some(text) => read_text(name, media, &text, depth, found),
        None => found.note(format!("anexo {name}: arquivo binário, não lido")),
    }
}

/// A name without control characters, parent folders or a length that fills the screen.
fn clean_name(name: &str) -> String {
    let visible: String = name.chars().filter(|c| !c.is_control() && !is_direction(*c)).collect();
    let steps = visible.split(['/', '\\']).filter(|step| !matches!(*step, "" | "." | ".."));
    let joined = steps.collect::<Vec<_>>().join("/");
    let short: String = joined.chars().take(LONGEST_NAME).collect();
    if short.trim().is_empty() { "sem nome".to_owned() } else { short }
}

/// Marks that turn the direction of writing, by which a name can lie about its ending.
fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
