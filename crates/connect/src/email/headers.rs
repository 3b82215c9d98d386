//! The head of a mail: who, to whom, when, in answer to what.

use balcao_core::evidence::unpack::bytes_text;
use jiff::Timestamp;
use mail_parser::{Address, DateTime, Header, HeaderName, HeaderValue};

use super::Mail;

/// Ids of one header; a thread of a hundred answers needs no more to be found.
const MOST_IDS: usize = 100;
/// Addresses of one header.
const MOST_ADDRESSES: usize = 200;
/// Bytes of one header that are looked at.
const LONGEST_VALUE: usize = 16 * 1024;
/// Characters of a subject or a name.
const LONGEST_TEXT: usize = 500;
/// Bytes of a message id: the longest line that a mail may have.
const LONGEST_ID: usize = 998;
/// Bytes of an address: the longest path that a mail may have.
const LONGEST_ADDRESS: usize = 320;

/// A name and an address, as a mail gives them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mailbox {
    /// The name beside the address.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
}

impl Mailbox {
    /// What follows the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> Option<String> {
        let (_, domain) = self.address.as_deref()?.rsplit_once('@')?;
        let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
        (!domain.is_empty()).then_some(domain)
    }
}

/// The headers of a mail, with their bytes.
pub(super) struct Head<'m> {
    raw: &'m [u8],
    headers: &'m [Header<'m>],
}

impl<'m> Head<'m> {
    pub(super) fn new(raw: &'m [u8], headers: &'m [Header<'m>]) -> Self {
        Self { raw, headers }
    }

    /// The values of every header of this name (in lower case), top first, each on one line and cut to a bound.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let own = self.headers.iter().filter(|header| header.name.as_str().eq_ignore_ascii_case(name));
        own.take(MOST_IDS).map(|header| self.line(header)).collect()
    }

    /// The value of the topmost header of this name.
    pub(super) fn first(&self, name: &str) -> Option<String> {
        let own = self.headers.iter().find(|header| header.name.as_str().eq_ignore_ascii_case(name));
        own.map(|header| self.line(header))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.name.as_str().eq_ignore_ascii_case(name))
    }

    /// Whether any header's name begins so.
    pub(super) fn has_like(&self, beginning: &str) -> bool {
        let begins =
            |name: &str| name.get(..beginning.len()).is_some_and(|own| own.eq_ignore_ascii_case(beginning));
        self.headers.iter().any(|header| begins(header.name.as_str()))
    }

    fn line(&self, header: &Header<'_>) -> String {
        let index = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = self.raw.get(index(header.offset_start)..index(header.offset_end)).unwrap_or_default();
        let cut = bytes.get(..bytes.len().min(LONGEST_VALUE)).unwrap_or_default();
        let text = match std::str::from_utf8(cut) {
            Ok(text) => text.into(),
            // Written without saying in which encoding, as old programs do.
            Err(_) => bytes_text(cut).map_or_else(|| String::from_utf8_lossy(cut), Into::into),
        };
        one_line(&text, LONGEST_VALUE)
    }

    fn value(&self, name: &HeaderName<'_>) -> Option<&'m HeaderValue<'m>> {
        // Of a header that is there twice the first counts, as it does for the programs that show the mail to its author.
        self.headers.iter().find(|header| header.name == *name).map(|header| &header.value)
    }

    fn mailboxes(&self, name: &HeaderName<'_>) -> Vec<Mailbox> {
        match self.value(name) {
            Some(HeaderValue::Address(address)) => mailboxes(address),
            _ => Vec::new(),
        }
    }

    fn ids(&self, name: &HeaderName<'_>) -> Vec<String> {
        let texts: Vec<&str> = match self.value(name) {
            Some(HeaderValue::Text(text)) => vec![text.as_ref()],
            Some(HeaderValue::TextList(list)) => list.iter().map(AsRef::as_ref).collect(),
            _ => Vec::new(),
        };
        let ids: Vec<String> = texts.into_iter().filter_map(id).collect();
        // The newest stand last, and they are what an answer is known by.
        let skip = ids.len().saturating_sub(MOST_IDS);
        ids.into_iter().skip(skip).collect()
    }
}

/// What the head alone tells.
pub(super) fn mail(head: &Head<'_>) -> Mail {
    let subject = match head.value(&HeaderName::Subject) {
        Some(HeaderValue::Text(text)) if text.contains('\u{fffd}') => {
            one_line(&head.first("subject").unwrap_or_default(), LONGEST_TEXT)
        }
        Some(HeaderValue::Text(text)) => one_line(text, LONGEST_TEXT),
        _ => String::new(),
    };
    let written_at = match head.value(&HeaderName::Date) {
        Some(HeaderValue::DateTime(date)) => instant(date),
        _ => None,
    };
    let arrived_at = match head.value(&HeaderName::Received) {
        Some(HeaderValue::Received(received)) => received.date.as_ref().and_then(instant),
        _ => None,
    };
    let delivered = ["delivered-to", "x-original-to", "envelope-to"].iter().flat_map(|name| head.all(name));
    Mail {
        message_id: head.ids(&HeaderName::MessageId).pop(),
        in_reply_to: head.ids(&HeaderName::InReplyTo),
        references: head.ids(&HeaderName::References),
        from: head.mailboxes(&HeaderName::From),
        sender: head.mailboxes(&HeaderName::Sender).into_iter().next(),
        reply_to: head.mailboxes(&HeaderName::ReplyTo),
        to: head.mailboxes(&HeaderName::To),
        cc: head.mailboxes(&HeaderName::Cc),
        delivered_to: delivered.filter(|value| value.len() <= LONGEST_ADDRESS).take(MOST_ADDRESSES).collect(),
        subject,
        written_at,
        arrived_at,
        ..Mail::default()
    }
}

/// An id worth the name: `<>`, `<@>` and what has blanks inside are those of programs that make none.
pub(super) fn id(text: &str) -> Option<String> {
    let bare = text.trim().trim_matches(['<', '>']).trim();
    let fits = (3..=LONGEST_ID).contains(&bare.len())
        && !bare.contains(|c: char| c.is_whitespace() || c.is_control());
    let named = bare.split('@').all(|half| !half.is_empty());
    (fits && named).then(|| bare.to_owned())
}

fn mailboxes(address: &Address<'_>) -> Vec<Mailbox> {
    let read = address.iter().take(MOST_ADDRESSES).filter_map(|found| {
        let name =
            found.name.as_deref().map(|name| one_line(name, LONGEST_TEXT)).filter(|name| !name.is_empty());
        let address = found.address.as_deref().map(|address| one_line(address, LONGEST_ADDRESS));
        let address = address.filter(|address| !address.is_empty());
        (name.is_some() || address.is_some()).then_some(Mailbox { name, address })
    });
    read.collect()
}

fn instant(date: &DateTime) -> Option<Timestamp> {
    date.is_valid().then(|| Timestamp::from_second(date.to_timestamp()).ok()).flatten()
}

/// A text on one line, without control characters, of at most `most` characters.
pub(super) fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line.chars().take(most).collect()
}
