//! A message taken apart into texts: subject, body, and what the attachments hold.
//!
//! In: an [`Inbound`]. Out: its texts in order, and notes in Portuguese on what could not be read.
//! Start at [`parts`]; [`decode`] turns bytes into text, [`containers`] opens ZIP, gzip and e-mails.
//!
//! **Invariant:** the total of the texts, the depth and the number of files are bounded, whatever arrives.

mod containers;
mod decode;

use crate::inbound::{Content, Inbound};

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

/// All texts of one message together, in bytes: more than any log that people send, small enough to read at once.
const MOST_TEXT: usize = 24 << 20;
/// Files in one message, those inside archives included.
const MOST_PARTS: usize = 200;
/// Longest name shown, in characters.
const LONGEST_NAME: usize = 120;

/// The texts of `inbound` in order (subject, body, attachments), and notes on what could not be read.
pub fn parts(inbound: &Inbound) -> (Vec<Part>, Vec<String>) {
    let mut found = Found::default();
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
            Content::Text(text) => read_text(&name, media, text, 0, &mut found),
            Content::Bytes(bytes) => read_bytes(&name, media, bytes, 0, &mut found),
        }
    }
    (found.parts, found.notes)
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
}

impl Found {
    fn text(&mut self, origin: Origin, text: String) {
        let name = match &origin {
            Origin::Subject => "assunto",
            Origin::Body => "corpo da mensagem",
            Origin::Attachment(name) => name,
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
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return match decode::office(name, media) {
            Some(kind) => found.note(format!("anexo {name}: {kind}")),
            None => containers::zip(name, bytes, depth, found),
        };
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return containers::gzip(name, bytes, depth, found);
    }
    if let Some(kind) = decode::unread(name, media, bytes) {
        return found.note(format!("anexo {name}: {kind}"));
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
