//! Mail: what a raw message says, and to which ticket it belongs.
//!
//! In: the bytes of one message, and whose word on its sender is believed. Out: a [`Mail`], or why the bytes are none.
//! Start at [`read`]. One file a question: `headers` (who, to whom, in answer to what), `authentication` (is the sender who he says),
//! `automatic` (did a program write it), `bounce` (whom did a mail of ours not reach), `parts` and `text` (what does it say and bring),
//! `tnef` (what Outlook packs in `winmail.dat`), `subject`, and `threading`, which decides where it goes.
//!
//! **Invariant:** every list and text is bounded, whatever arrives.
//! **Never here:** the network, the store, the registry, the clock.

mod authentication;
mod automatic;
mod bounce;
mod headers;
mod parts;
pub mod subject;
mod text;
pub mod threading;
mod tnef;

use balcao_core::evidence::quoted::own_words;
use jiff::Timestamp;
use mail_parser::MessageParser;

pub use authentication::{Authentication, Outcome};
pub use automatic::Automatic;
pub use bounce::{Bounce, Recipient};
pub use headers::Mailbox;
pub use parts::{Calendar, File, Protection};

/// The largest mail that is read, in bytes: its files still fit the public format once they are written as base64.
pub const LARGEST_MAIL: usize = 40 << 20;

/// Why bytes are no mail. No word of them is told, since any may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// There is nothing.
    #[error("o e-mail está vazio; confira se o servidor de e-mail entregou a mensagem inteira")]
    Empty,
    /// There is too much.
    #[error("o e-mail tem {0} bytes; são lidos até {LARGEST_MAIL}: peça os anexos por partes")]
    TooLarge(usize),
    /// No line of it is a header.
    #[error(
        "não é um e-mail: o começo não tem nenhum cabeçalho, como `From` ou `Subject`; confira o arquivo"
    )]
    NoHeaders,
}

/// One mail, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mail {
    /// Its own id, without brackets; `None` where there is none worth the name.
    pub message_id: Option<String>,
    /// What it answers.
    pub in_reply_to: Vec<String>,
    /// The thread it stands in, oldest first.
    pub references: Vec<String>,
    /// Who says to have written it.
    pub from: Vec<Mailbox>,
    /// Who says to have sent it, if another.
    pub sender: Option<Mailbox>,
    /// Where answers are wanted.
    pub reply_to: Vec<Mailbox>,
    /// To whom.
    pub to: Vec<Mailbox>,
    /// To whom else.
    pub cc: Vec<Mailbox>,
    /// The addresses that it was delivered to, as servers note them.
    pub delivered_to: Vec<String>,
    /// The subject, on one line; empty if there is none.
    pub subject: String,
    /// When it says to have been written.
    pub written_at: Option<Timestamp>,
    /// When the last server took it.
    pub arrived_at: Option<Timestamp>,
    /// What our own server found out about the sender.
    pub authentication: Authentication,
    /// Why a program seems to have written it, if one does.
    pub automatic: Option<Automatic>,
    /// Whom a mail of ours did not reach.
    pub bounce: Option<Bounce>,
    /// An invitation or the answer to one.
    pub calendar: Option<Calendar>,
    /// Whether it is signed or encrypted.
    pub protection: Protection,
    /// Everything it says, quotations included.
    pub text: String,
    /// The files that came with it.
    pub files: Vec<File>,
    /// What of it was not read, in words for people.
    pub notes: Vec<String>,
}

impl Mail {
    /// What its author wrote now: no quotation, no signature.
    #[must_use]
    pub fn new_words(&self) -> String {
        let ranges = own_words(&self.text);
        let words: String = ranges.into_iter().filter_map(|range| self.text.get(range)).collect();
        words.trim().to_owned()
    }

    /// Who wrote it, as far as it says so: the first author, else who sent it.
    #[must_use]
    pub fn author(&self) -> Option<&Mailbox> {
        self.from.iter().chain(&self.sender).find(|mailbox| mailbox.address.is_some())
    }

    /// By what the author is verified: `dmarc`, `dkim` or `spf`. A mail of several authors is nobody's.
    #[must_use]
    pub fn verified_by(&self) -> Option<&'static str> {
        let [author] = self.from.as_slice() else { return None };
        self.authentication.verifies(author.domain()?)
    }

    /// Every address that it went to.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        let named = self.to.iter().chain(&self.cc).filter_map(|mailbox| mailbox.address.as_deref());
        named.chain(self.delivered_to.iter().map(String::as_str))
    }
}

/// Without what programs that store or copy mails put above the head: blank lines, the `From ` of an mbox.
fn from_first_header(raw: &[u8]) -> &[u8] {
    let mut rest = raw;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end.saturating_add(1));
        if !line.trim_ascii().is_empty() && !line.starts_with(b"From ") {
            break;
        }
        rest = after;
    }
    rest
}

/// Reads one mail. `trusted` is the name under which our own server writes `Authentication-Results`; those of others may be forged, and
/// without a name none is believed.
///
/// # Errors
/// If the bytes are empty, too many, or no mail at all.
pub fn read(raw: &[u8], trusted: Option<&str>) -> Result<Mail, MailError> {
    if raw.trim_ascii().is_empty() {
        return Err(MailError::Empty);
    }
    if raw.len() > LARGEST_MAIL {
        return Err(MailError::TooLarge(raw.len()));
    }
    let raw = from_first_header(raw);
    let message = MessageParser::default().parse(raw).ok_or(MailError::NoHeaders)?;
    let root = message.parts.first().ok_or(MailError::NoHeaders)?;
    let named = |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    if !root.headers.iter().any(|header| named(header.name.as_str())) {
        return Err(MailError::NoHeaders);
    }
    let head = headers::Head::new(raw, &root.headers);
    let contents = parts::contents(&message);
    let mut mail = headers::mail(&head);
    mail.authentication = Authentication::of(head.all("authentication-results"), trusted);
    mail.bounce = bounce::of(&message, &mail);
    mail.automatic = automatic::of(&head, &message, &mail, contents.calendar.as_ref());
    mail.calendar = contents.calendar;
    mail.protection = contents.protection;
    mail.text = contents.text;
    mail.files = contents.files;
    mail.notes = contents.notes;
    Ok(mail)
}

/// A mail's own id, from its head alone, as [`read`] gives it.
#[must_use]
pub fn message_id(raw: &[u8]) -> Option<String> {
    let raw = from_first_header(raw);
    let message = MessageParser::default().parse_headers(raw)?;
    headers::mail(&headers::Head::new(raw, &message.parts.first()?.headers)).message_id
}

#[cfg(test)]
mod tests {
    use balcao_core::mask::Masker;

    use super::MailError;

    #[test]
    fn no_reason_looks_like_personal_data() {
        // The quarantine shows them masked, as it shows every reason.
        for error in [MailError::Empty, MailError::TooLarge(50_000_000), MailError::NoHeaders] {
            let told = error.to_string();
            assert_eq!(Masker::new([]).mask(&told), told);
        }
    }
}
