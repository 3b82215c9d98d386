//! Mails of ours that came back: which they were, and from which addresses.

use balcao_core::mask::Masker;
use balcao_desk::trail::{self, Event};
use balcao_desk::{Desk, DeskError, caller::Caller, millis};
use balcao_store::returned::{self, Returned};
use balcao_store::{Conn, MailId, OutboxId, TicketId, Tx, outbox};
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
    for id in bounce.about.iter().take(MOST_ABOUT) {
        if let Some(ours) = outbox::by_message_id(conn, &format!("<{id}>")).await? {
            back.mails.push((ours.id, ours.ticket, why.clone()));
        }
    }
    if back.mails.is_empty() {
        return Ok(back);
    }
    back.addresses = failed
        .into_iter()
        .map(|one| {
            let address = one.address.trim().to_lowercase();
            Returned {
                address: desk.secrets().mark("mail address", &[address.as_bytes()]),
                status: one.status.clone(),
                first: millis(now),
                last: millis(now),
                count: 1,
                mail: report.clone(),
            }
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
