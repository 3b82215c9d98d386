//! Mails of ours that came back: which they were, and from which addresses.

use balcao_core::mask::Masker;
use balcao_desk::trail::{self, Event};
use balcao_desk::{Desk, DeskError, caller::Caller, millis};
use balcao_store::returned::{self, Returned};
use balcao_store::{Conn, MailId, OutboxId, Scope, TicketId, Tx, outbox, ticket};
use jiff::Timestamp;
use serde_json::json;

use crate::email::Mail;

/// Mails of ours that one report is asked about.
const MOST_ABOUT: usize = 10;

/// What a report says of our mails.
#[derive(Default)]
pub(super) struct Back {
    /// Each mail, its ticket, and why it came back, masked.
    mails: Vec<(OutboxId, Option<TicketId>, String)>,
    addresses: Vec<Returned>,
}

/// What a report says of mails that were mailed from here. One that names none of ours says nothing of anybody's address: anybody can write a
/// report, but only whoever our mail reached knows its id.
pub(super) async fn of(
    conn: &mut Conn,
    desk: &Desk,
    (report, mail): (&MailId, &Mail),
    now: Timestamp,
) -> Result<Back, DeskError> {
    let mut back = Back::default();
    let Some(bounce) = &mail.bounce else { return Ok(back) };
    let failed: Vec<_> = bounce.recipients.iter().filter(|recipient| recipient.failed()).collect();
    if failed.is_empty() {
        return Ok(back);
    }
    let why = failed.iter().map(|one| match &one.diagnostic {
        Some(said) => format!("{} {}: {said}", one.address, one.status),
        None => format!("{} {}", one.address, one.status),
    });
    let why = Masker::new([]).mask(&why.take(5).collect::<Vec<_>>().join("; "));
    let mut partners = Vec::new();
    for id in bounce.about.iter().take(MOST_ABOUT) {
        if let Some(ours) = outbox::by_message_id(conn, &format!("<{id}>")).await? {
            if let Some(id) = &ours.ticket {
                partners.extend(ticket::get(conn, &Scope::All, id).await?.and_then(|row| row.partner));
            }
            back.mails.push((ours.id, ours.ticket, why.clone()));
        }
    }
    if back.mails.is_empty() {
        return Ok(back);
    }
    let state = desk.state();
    let registry = &state.world.registry;
    // Whom we wrote to may write a report as well as any server: of another partner's addresses it is not believed.
    let is_theirs = |address: &str| {
        registry.partner_of_address(address).is_none_or(|partner| partners.contains(&partner.code))
    };
    back.addresses = failed
        .into_iter()
        .map(|one| (one, one.address.trim().to_lowercase()))
        .filter(|(_, address)| is_theirs(address))
        .map(|(one, address)| Returned {
            address: desk.secrets().mark("mail address", &[address.as_bytes()]),
            status: one.status.clone(),
            first: millis(now),
            last: millis(now),
            count: 1,
            mail: report.clone(),
        })
        .collect();
    Ok(back)
}

impl Back {
    /// Notes it, with the end of the report's row.
    pub(super) async fn write(&self, tx: &mut Tx, caller: &Caller, now: Timestamp) -> Result<(), DeskError> {
        for (id, ticket, why) in &self.mails {
            if !outbox::returned(tx, id, (why, millis(now))).await? {
                continue;
            }
            let data = json!({"outbox": id.as_str(), "why": why});
            let event = Event { ticket: ticket.as_ref(), at: now, by: caller, what: "mail_returned", data };
            trail::record(tx, event).await?;
        }
        for address in &self.addresses {
            returned::note(tx, address).await?;
        }
        Ok(())
    }
}
