//! A letter as a mail: headers that Outlook, Gmail and Apple Mail follow, two forms of the same words, a signature.

use std::time::SystemTime;

use balcao_desk::mail::Letter;
use lettre::Message;
use lettre::address::{Address, Envelope};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};

use super::settings::Mailed;
use super::words::{Place, words};

/// Why a letter is no mail. Nothing of the letter is in it.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// The addressee.
    #[error("o endereço guardado não é de uma caixa postal")]
    Address,
    /// The template.
    #[error("o modelo do e-mail não pôde ser preenchido")]
    Words(#[source] askama::Error),
    /// The whole.
    #[error("o e-mail não pôde ser montado")]
    Whole(#[source] lettre::error::Error),
}

/// The mail of a letter, dated `at`.
///
/// # Errors
/// If the addressee is no mailbox; the rest always fits.
pub fn compose(mailed: &Mailed, letter: &Letter, at: SystemTime) -> Result<Message, ComposeError> {
    let to: Address = letter.to.parse().map_err(|_shows_it| ComposeError::Address)?;
    let words = words(letter, Place { address: &mailed.address }).map_err(ComposeError::Words)?;
    let mut mail = Message::builder()
        .from(mailed.from.clone())
        .to(Mailbox::new(None, to.clone()))
        .date(at)
        .message_id(Some(letter.message_id.clone()))
        .subject(words.subject);
    let mut sender = mailed.from.email.clone();
    if let Some(thread) = &letter.thread {
        let reply = with_token(&mailed.reply.email, &thread.token)?;
        // What cannot be delivered comes back to the ticket by the same token.
        sender = reply.clone();
        mail = mail.reply_to(Mailbox::new(mailed.reply.name.clone(), reply));
        if let Some(id) = &thread.in_reply_to {
            mail = mail.in_reply_to(id.clone());
        }
        if !thread.references.is_empty() {
            mail = mail.references(thread.references.join(" "));
        }
    }
    if letter.kind.is_automatic() {
        // No program answers it, Outlook's neither, which goes by a header of its own.
        mail = mail.raw_header(header("Auto-Submitted", "auto-generated"));
        mail = mail.raw_header(header("X-Auto-Response-Suppress", "All"));
    }
    let envelope = Envelope::new(Some(sender), vec![to]).map_err(ComposeError::Whole)?;
    let body = MultiPart::alternative_plain_html(words.text, words.html);
    let mut mail = mail.envelope(envelope).multipart(body).map_err(ComposeError::Whole)?;
    if let Some(dkim) = &mailed.dkim {
        mail.sign(dkim);
    }
    Ok(mail)
}

/// `suporte+{token}@…`.
fn with_token(address: &Address, token: &str) -> Result<Address, ComposeError> {
    Address::new(format!("{}+{token}", address.user()), address.domain())
        .map_err(|_shows_it| ComposeError::Address)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
