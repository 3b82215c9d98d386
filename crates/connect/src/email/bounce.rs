//! Whom a mail of ours did not reach: the report of a mail server (RFC 3464), and what it brings back of the mail.

use std::borrow::Cow;

use mail_parser::{Message, MessagePart, MimeHeaders as _, PartType};

use super::Mail;
use super::headers::{id, one_line};

/// Recipients of one report.
const MOST_RECIPIENTS: usize = 50;
/// Bytes of a report that are read.
const LONGEST_REPORT: usize = 256 * 1024;
/// Characters of what a server says.
const LONGEST_WORDS: usize = 300;

/// A report that a mail was not delivered, or not yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bounce {
    /// Whom it is about; none where the server only wrote prose.
    pub recipients: Vec<Recipient>,
    /// The ids of the mail that came back, and of the thread it stood in.
    pub about: Vec<String>,
}

/// What became of a mail to one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recipient {
    /// Who.
    pub address: String,
    /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
    pub action: String,
    /// The status code: `5.1.1`.
    pub status: String,
    /// What the server said.
    pub diagnostic: Option<String>,
}

impl Recipient {
    /// Whether it will never be reached so.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.action == "failed" || self.action.is_empty() && self.status.starts_with('5')
    }
}

/// The report in a mail, if it is one.
pub(super) fn of(message: &Message<'_>, mail: &Mail) -> Option<Bounce> {
    let mut bounce = Bounce::default();
    let mut is_report = false;
    for part in &message.parts {
        let kind = kind(part);
        if kind == "message/delivery-status" || kind == "message/global-delivery-status" {
            is_report = true;
            bounce.recipients.extend(recipients(&contents(part)));
        } else if kind == "message/rfc822"
            || kind == "text/rfc822-headers"
            || kind == "message/global-headers"
        {
            bounce.about.extend(ids(&contents(part)));
        }
    }
    bounce.recipients.truncate(MOST_RECIPIENTS);
    let author = mail.author().and_then(|author| author.address.as_deref()).unwrap_or_default();
    let local = author.split('@').next().unwrap_or_default().to_ascii_lowercase();
    let says_so = message.content_type().and_then(|kind| kind.attribute("report-type"));
    is_report |= says_so.is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    is_report |= local == "mailer-daemon";
    is_report.then_some(bounce)
}

fn kind(part: &MessagePart<'_>) -> String {
    let Some(kind) = part.content_type() else { return String::new() };
    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase()
}

fn contents<'p>(part: &'p MessagePart<'_>) -> Cow<'p, str> {
    let bytes: &[u8] = match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
        PartType::Message(inner) => inner_bytes(inner),
        PartType::Multipart(_) => &[],
    };
    String::from_utf8_lossy(bytes.get(..bytes.len().min(LONGEST_REPORT)).unwrap_or_default())
}

/// The bytes of a message inside another; the parser keeps those of the outermost and says where the inner one stands.
pub(super) fn inner_bytes<'p>(inner: &'p Message<'_>) -> &'p [u8] {
    let Some(root) = inner.parts.first() else { return &[] };
    let index = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let whole: &[u8] = inner.raw_message.as_ref();
    let end = inner.parts.iter().map(|part| index(part.offset_end)).max().unwrap_or(0).min(whole.len());
    whole.get(index(root.offset_header)..end).unwrap_or_default()
}

/// The blocks of a delivery status: the first is of the mail, each other of one recipient.
fn recipients(report: &str) -> Vec<Recipient> {
    let text = report.replace("\r\n", "\n");
    let blocks = text.split("\n\n").filter_map(|block| {
        let mut recipient = Recipient::default();
        for (name, value) in fields(block) {
            match name.as_str() {
                "final-recipient" => recipient.address = address(&value),
                "original-recipient" if recipient.address.is_empty() => recipient.address = address(&value),
                "action" => recipient.action = word(&value),
                "status" => recipient.status = word(&value),
                "diagnostic-code" => recipient.diagnostic = Some(one_line(&value, LONGEST_WORDS)),
                _ => {}
            }
        }
        (!recipient.address.is_empty()).then_some(recipient)
    });
    blocks.take(MOST_RECIPIENTS).collect()
}

/// `rfc822; ana@loja.example` is `ana@loja.example`.
fn address(value: &str) -> String {
    let bare = value.rsplit(';').next().unwrap_or_default();
    one_line(bare.trim().trim_matches(['<', '>']), 320)
}

fn word(value: &str) -> String {
    value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase().chars().take(20).collect()
}

/// The ids that a returned mail has in its head.
fn ids(text: &str) -> Vec<String> {
    let text = text.replace("\r\n", "\n");
    let head = text.trim_start().split("\n\n").next().unwrap_or_default();
    let named = fields(head)
        .into_iter()
        .filter(|(name, _)| ["message-id", "in-reply-to", "references"].contains(&name.as_str()));
    let ids = named.flat_map(|(_, value)| value.split_whitespace().filter_map(id).collect::<Vec<_>>());
    ids.take(100).collect()
}

/// Names (in lower case) and values of header lines, continued lines joined.
fn fields(block: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}
