//! To whom a ticket is answered: whoever wrote its newest message, by the address that stands in the sealed original.

use balcao_store::mail;
use balcao_store::message::{self, Message};
use balcao_store::{Conn, MessageId, Scope, TicketId, sealed};
use mail_parser::{HeaderValue, MessageParser};

use crate::desk::Desk;
use crate::error::DeskError;

/// The channels whose senders read mail at the address that they name.
const CHANNELS: [&str; 2] = ["email", "portal"];
/// Of a long conversation the first message and so many of the newest are named, as mail programs do.
const MOST_REFERENCES: usize = 20;
/// The longest message id that is repeated: a line of a header must stay below 998 characters.
const LONGEST_ID: usize = 250;

/// Who is written to, and what is answered.
pub(crate) struct Requester {
    pub(crate) address: String,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) references: Vec<String>,
}

/// The requester of a ticket, if its address is known. `ours` are the ids of what was mailed before.
pub(crate) async fn of(
    conn: &mut Conn,
    desk: &Desk,
    ticket: &TicketId,
    ours: &[String],
) -> Result<Option<Requester>, DeskError> {
    let messages = message::of_ticket(conn, &Scope::All, ticket).await?;
    let asks = |message: &&Message| message.direction == "in" && CHANNELS.contains(&message.channel.as_str());
    let Some(newest) = messages.iter().rev().find(asks) else { return Ok(None) };
    let originals = sealed::about(conn, newest.id.as_str()).await?;
    let Some(original) = originals.first() else { return Ok(None) };
    let Ok(raw) = desk.secrets().open(original) else {
        tracing::warn!(message = newest.id.as_str(), "a sealed original does not open: nobody is written to");
        return Ok(None);
    };
    let Some(read) = read(&raw) else { return Ok(None) };
    let Some(address) = read.address.clone().filter(|address| is_address(address)) else { return Ok(None) };
    // A mail's own id stands in the mail as it came, and that is sealed under its row.
    let read = raw_mail(conn, desk, ticket, &newest.id).await?.unwrap_or(read);
    let mut references = read.references;
    references.extend(read.id.clone());
    for id in ours {
        if !references.contains(id) {
            references.push(id.clone());
        }
    }
    // The id that is answered stands last.
    let in_reply_to = read.id.or_else(|| ours.last().cloned());
    if let Some(id) = &in_reply_to {
        references.retain(|one| one != id);
        references.push(id.clone());
    }
    Ok(Some(Requester { address, in_reply_to, references: shortened(references) }))
}

/// What the mail says of the conversation that became this message, if one did and is still kept.
async fn raw_mail(
    conn: &mut Conn,
    desk: &Desk,
    ticket: &TicketId,
    message: &MessageId,
) -> Result<Option<Read>, DeskError> {
    let mails = mail::of_ticket(conn, ticket).await?;
    let Some(mail) = mails.iter().find(|mail| mail.message.as_ref() == Some(message)) else {
        return Ok(None);
    };
    let Some(original) = sealed::about(conn, mail.id.as_str()).await?.into_iter().next() else {
        return Ok(None);
    };
    match desk.secrets().open(&original) {
        Ok(raw) => Ok(of_mail(&raw)),
        Err(_told_before) => Ok(None),
    }
}

/// What an original says of its sender and of the conversation.
#[derive(Default)]
struct Read {
    address: Option<String>,
    id: Option<String>,
    references: Vec<String>,
}

/// An original is a mail as it came, or a message of our own format.
fn read(raw: &[u8]) -> Option<Read> {
    if raw.trim_ascii_start().starts_with(b"{") {
        let inbound = balcao_wire::inbound::parse(std::str::from_utf8(raw).ok()?).ok()?;
        // Whoever hands mails in gives the mail's own id, if any.
        let id = ids(&inbound.id).into_iter().next();
        return Some(Read { address: inbound.from.address, id, references: Vec::new() });
    }
    of_mail(raw)
}

/// Only the head is read: what comes behind may be long.
fn of_mail(raw: &[u8]) -> Option<Read> {
    let mail = MessageParser::new().parse_headers(raw)?;
    let address = mail.from().and_then(|from| from.first()).and_then(|from| from.address());
    Some(Read {
        address: address.map(str::to_owned),
        id: mail.message_id().and_then(|id| ids(&format!("<{id}>")).into_iter().next()),
        references: listed(mail.references()),
    })
}

fn listed(value: &HeaderValue<'_>) -> Vec<String> {
    let all = value.as_text_list().unwrap_or_default();
    all.iter().flat_map(|id| ids(&format!("<{id}>"))).collect()
}

/// The message ids of a text that can be repeated in a header as they are.
fn ids(text: &str) -> Vec<String> {
    let found = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(id, _)| id.trim());
    let plain = |id: &&str| {
        id.len() <= LONGEST_ID
            && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<')
            && id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty())
    };
    found.filter(plain).map(|id| format!("<{id}>")).collect()
}

fn shortened(mut all: Vec<String>) -> Vec<String> {
    if all.len() > MOST_REFERENCES {
        let newest = all.len().saturating_sub(MOST_REFERENCES.saturating_sub(1));
        all.drain(1..newest);
    }
    all
}

/// One mailbox and nothing else: no list, no name, nothing that would begin another header.
pub(crate) fn is_address(text: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty()
            && text.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\"\\".contains(c))
    };
    text.len() <= 254
        && text.rsplit_once('@').is_some_and(|(local, domain)| {
            plain(local) && plain(domain) && !local.contains('@') && !domain.starts_with(['.', '-'])
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_mailbox_is_an_address() {
        for good in ["ana@alfa.example", "a.b+c@x.y.example", "joão@exemplo.example"] {
            assert!(is_address(good), "{good}");
        }
        let bad = [
            "",
            "ana",
            "@x",
            "a@",
            "a@b@c",
            "a b@c",
            "a@c\r\nBcc: x@y",
            "a@c,d@e",
            "<a@c>",
            "+5511999990000",
        ];
        for bad in bad {
            assert!(!is_address(bad), "{bad}");
        }
    }

    #[test]
    fn ids_that_would_break_a_header_are_left_out() {
        assert_eq!(ids("<a@b> <c@d>"), ["<a@b>", "<c@d>"]);
        for bad in ["", "a@b", "<>", "<a>", "<@b>", "<a b@c>", "<a@b\r\nBcc: c@d>", "<é@b>"] {
            assert!(ids(bad).is_empty(), "{bad}");
        }
    }

    #[test]
    fn a_mail_tells_its_sender_and_its_conversation() {
        let raw = b"From: Ana <ana@alfa.example>\r\nMessage-ID: <3@alfa.example>\r\n\
            References: <1@alfa.example>\r\n <2@balcao.example>\r\nSubject: x\r\n\r\nOi\r\n";
        let read = read(raw).unwrap();
        assert_eq!(read.address.as_deref(), Some("ana@alfa.example"));
        assert_eq!(read.id.as_deref(), Some("<3@alfa.example>"));
        assert_eq!(read.references, ["<1@alfa.example>", "<2@balcao.example>"]);
    }

    #[test]
    fn a_long_conversation_keeps_its_first_and_its_newest() {
        let all: Vec<String> = (0..100).map(|n| format!("<{n}@x>")).collect();
        let short = shortened(all);
        assert_eq!(short.len(), MOST_REFERENCES);
        assert_eq!((short[0].as_str(), short[19].as_str()), ("<0@x>", "<99@x>"));
    }
}
