//! What the desk knows of a mail: its marks, the tickets that it names, whether it came before.

use balcao_core::mask::Masker;
use balcao_desk::{Desk, DeskError, commercial, reply_token};
use balcao_store::mail::{self, Marks};
use balcao_store::{Conn, MailId, Scope, TicketId, outbox, ticket};

use crate::email::Mail;
use crate::email::threading::{Known, Request, Thread};

/// Tickets of one mail that are looked at.
const MOST_TICKETS: usize = 20;
/// Merged tickets are followed so far.
const MOST_MERGES: usize = 5;

/// Everything that the decision rests on, and the marks that later mails are known by.
pub(super) async fn of(desk: &Desk, mail: &Mail) -> Result<(Known, Marks), DeskError> {
    let marks = marks(desk, mail);
    let address = address(mail);
    let state = desk.state();
    let registry = &state.world.registry;
    let partner = address.as_deref().and_then(|address| registry.partner_of_address(address));
    let mut known = Known {
        partner: partner.map(|partner| partner.code.clone()),
        ours: ours(desk, mail, address.as_deref()),
        subject: Masker::new([]).mask(&mail.subject),
        ..Known::default()
    };
    let mut conn = desk.store().read().await?;
    if let Some(content) = &marks.content {
        known.copy =
            mail::with_content(&mut conn, content).await?.map(|row| row.ticket.map(|id| id.to_string()));
    }
    let ids = ids(mail);
    let named = ids.iter().copied().chain(mail.recipients());
    let tokens: Vec<TicketId> =
        named.flat_map(|text| reply_token::tickets(text, desk.secrets())).take(MOST_TICKETS).collect();
    known.request = request(&mut conn, desk, mail, (address.as_deref(), known.partner.is_some())).await?;
    known.by_token = threads(&mut conn, tokens, marks.sender.as_deref()).await?;
    let hashes: Vec<String> = ids.iter().map(|id| desk.secrets().mark("mail id", &[id.as_bytes()])).collect();
    let filed = mail::tickets_of(&mut conn, &hashes).await?;
    let answered = hashes.iter().filter_map(|hash| only(&filed, hash)).take(MOST_TICKETS).collect();
    known.by_id = threads(&mut conn, answered, marks.sender.as_deref()).await?;
    if let Some(number) = protocol(&mail.subject)
        && let Some(found) = ticket::by_protocol(&mut conn, &Scope::All, number).await?
    {
        known.by_number = threads(&mut conn, vec![found.id], marks.sender.as_deref()).await?.pop();
    }
    Ok((known, marks))
}

/// Whether a mail answers one that came before it and is not filed yet: where that will be nobody knows.
pub(super) async fn answers_what_waits(
    desk: &Desk,
    (id, mail): (&MailId, &Mail),
    known: &Known,
) -> Result<bool, DeskError> {
    if !known.by_token.is_empty() || !known.by_id.is_empty() || known.request.is_some() || known.ours {
        return Ok(false);
    }
    let ids = ids(mail);
    let hashes: Vec<String> = ids.iter().map(|id| desk.secrets().mark("mail id", &[id.as_bytes()])).collect();
    let mut conn = desk.store().read().await?;
    Ok(mail::is_waiting(&mut conn, &hashes, id).await?)
}

/// The request to commercial that a mail answers. Commercial's token alone is not enough: who was sent a copy has it too.
async fn request(
    conn: &mut Conn,
    desk: &Desk,
    mail: &Mail,
    (address, is_partner): (Option<&str>, bool),
) -> Result<Option<Request>, DeskError> {
    let ids = ids(mail);
    let named = ids.iter().copied().chain(mail.recipients());
    let mut tickets = named.flat_map(|text| reply_token::tickets_of_commercial(text, desk.secrets())).take(1);
    let (Some(ticket), Some(office)) = (tickets.next(), desk.office()) else { return Ok(None) };
    let from_commercial =
        !is_partner && address.is_some_and(|address| commercial::is_of(office.as_ref(), address));
    let mut note = None;
    for id in ids {
        let sent = outbox::by_message_id(conn, &format!("<{id}>"))
            .await?
            .filter(|sent| sent.ticket.as_ref() == Some(&ticket));
        if let Some(message) = sent.and_then(|sent| sent.message) {
            note = Some(message.to_string());
            break;
        }
    }
    // Of a ticket that was merged the one that goes on.
    let goes_on = threads(conn, vec![ticket.clone()], None).await?.pop().map(|thread| thread.ticket);
    Ok(Some(Request { ticket: goes_on.unwrap_or_else(|| ticket.to_string()), from_commercial, note }))
}

/// The ids that a mail names, nearest first.
fn ids(mail: &Mail) -> Vec<&str> {
    let returned = mail.bounce.iter().flat_map(|bounce| bounce.about.iter().rev());
    let mut ids: Vec<&str> = Vec::new();
    for id in mail.in_reply_to.iter().chain(mail.references.iter().rev()).chain(returned) {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    ids
}

/// The ticket of an id; none where mails of several tickets have it: programs that number from one make such ids.
fn only(filed: &[(String, TicketId)], hash: &str) -> Option<TicketId> {
    let mut own = filed.iter().filter(|(id, _)| id == hash).map(|(_, ticket)| ticket);
    let first = own.next()?;
    own.next().is_none().then(|| first.clone())
}

/// The tickets themselves, each once; of one that was merged the one that goes on.
async fn threads(
    conn: &mut Conn,
    ids: Vec<TicketId>,
    sender: Option<&str>,
) -> Result<Vec<Thread>, DeskError> {
    let mut threads: Vec<Thread> = Vec::new();
    for id in ids {
        let mut wrote = false;
        let mut next = Some(id);
        for _ in 0..MOST_MERGES {
            let Some(id) = next.take() else { break };
            let Some(found) = ticket::get(conn, &Scope::All, &id).await? else { break };
            if let Some(sender) = sender {
                wrote |= mail::wrote_in(conn, &id, sender).await?;
            }
            next = found.merged_into;
            let known = threads.iter().any(|thread| thread.ticket == id.as_str());
            if next.is_none() && !known {
                let (partner, subject) = (found.partner, found.subject);
                threads.push(Thread { ticket: id.to_string(), partner, subject, wrote });
            }
        }
    }
    Ok(threads)
}

fn address(mail: &Mail) -> Option<String> {
    mail.author().and_then(|author| author.address.as_deref()).map(|address| address.trim().to_lowercase())
}

fn marks(desk: &Desk, mail: &Mail) -> Marks {
    let secrets = desk.secrets();
    let address = address(mail);
    let written = mail.written_at.map(|at| at.to_string()).unwrap_or_default();
    let id = mail.message_id.as_deref().unwrap_or_default();
    // Two mails without an id and a date may well say the same and be two.
    let content = (!id.is_empty() || !written.is_empty()).then(|| {
        let mut parts: Vec<&[u8]> =
            vec![id.as_bytes(), written.as_bytes(), mail.subject.as_bytes(), mail.text.as_bytes()];
        parts.push(address.as_deref().unwrap_or_default().as_bytes());
        parts.extend(mail.files.iter().flat_map(|file| [file.name.as_bytes(), file.bytes.as_slice()]));
        secrets.mark("mail content", &parts)
    });
    Marks {
        message_id: mail.message_id.as_ref().map(|id| secrets.mark("mail id", &[id.as_bytes()])),
        content,
        sender: address.map(|address| secrets.mark("mail address", &[address.as_bytes()])),
        verified: mail.verified_by().unwrap_or("none").to_owned(),
        authentication: mail.authentication.line(),
    }
}

/// Whether we wrote it: from an address of ours, or with an id that only we make.
fn ours(desk: &Desk, mail: &Mail, address: Option<&str>) -> bool {
    let own = |address: &str| {
        let (local, domain) = address.rsplit_once('@').unwrap_or((address, ""));
        let bare = format!("{}@{domain}", local.split('+').next().unwrap_or_default());
        desk.settings().mail.addresses.iter().any(|own| own.eq_ignore_ascii_case(&bare))
    };
    let made = |id: &str| {
        let secrets = desk.secrets();
        !reply_token::tickets(id, secrets).is_empty()
            || !reply_token::tickets_of_commercial(id, secrets).is_empty()
    };
    let signed = mail.message_id.as_deref().is_some_and(made);
    signed || address.is_some_and(own)
}

/// A protocol number in a subject: `2026-000123`.
fn protocol(subject: &str) -> Option<&str> {
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut pieces = subject.split(|c: char| !(c.is_ascii_digit() || c == '-'));
    pieces.find(|piece| {
        piece.split_once('-').is_some_and(|(year, number)| digits(year, 4) && digits(number, 6))
    })
}
