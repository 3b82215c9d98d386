//! The messages of a ticket as they are read again: from their sealed originals, or masked where those are gone.

use balcao_core::inbound::{Inbound, Sender};
use balcao_store::message::Message;
use balcao_store::{Conn, Scope, TicketId, attachment, message, sealed};
use balcao_wire::inbound;

use crate::desk::{Desk, instant};
use crate::error::DeskError;
use crate::files;

/// Messages of one conversation that are read with a new one; older ones add nothing that was not said again.
const MOST_READ: u32 = 20;

/// The partner's messages and the corrections of a ticket, newest first, each with its id. Corrections are not counted against the
/// messages: what a person put right stays right however much is written after it.
pub(crate) async fn read(
    desk: &Desk,
    conn: &mut Conn,
    ticket: &TicketId,
) -> Result<Vec<(String, Inbound)>, DeskError> {
    let rows = message::of_ticket(conn, &Scope::All, ticket).await?;
    let (mut said, mut corrected) = (0_u32, 0_u32);
    let mut read = Vec::new();
    for row in rows.iter().rev().filter(|row| speaks(row)) {
        let count = if row.channel == super::correct::CHANNEL { &mut corrected } else { &mut said };
        *count += 1;
        if *count <= MOST_READ {
            read.push((row.id.to_string(), original(desk, conn, row).await?));
        }
    }
    Ok(read)
}

/// These messages of a ticket, in this order: what a past diagnosis read, however much was written since.
///
/// # Errors
/// If one of them is not there any more.
pub(crate) async fn these(
    desk: &Desk,
    conn: &mut Conn,
    ticket: &TicketId,
    ids: &[String],
) -> Result<Vec<Inbound>, DeskError> {
    let rows = message::of_ticket(conn, &Scope::All, ticket).await?;
    let mut read = Vec::new();
    for id in ids {
        let row = rows.iter().find(|row| row.id.as_str() == id);
        let row = row.ok_or(DeskError::Damaged("uma mensagem que o diagnóstico leu"))?;
        read.push(original(desk, conn, row).await?);
    }
    Ok(read)
}

/// Whether the diagnosis reads a message: what the partner said, and what a person corrected.
fn speaks(row: &Message) -> bool {
    row.direction == "in" || row.channel == super::correct::CHANNEL
}

/// The message as it came, or as it was kept where its original is gone.
async fn original(desk: &Desk, conn: &mut Conn, row: &Message) -> Result<Inbound, DeskError> {
    for sealed in sealed::about(conn, row.id.as_str()).await? {
        let opened = desk.secrets().open(&sealed).ok();
        let text = opened.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
        if let Some(Ok(inbound)) = text.map(inbound::parse) {
            return files::with_sealed_texts(desk, conn, row.id.as_str(), inbound).await;
        }
    }
    let kept = attachment::of_ticket(conn, &Scope::All, &row.ticket).await?;
    let kept = kept.into_iter().filter(|file| file.message == row.id);
    let attachments = kept.filter_map(|file| Some(files::kept_text(file.name, file.media_type, file.text?)));
    let address = row.author.rsplit_once('<').map(|(_, rest)| rest.trim_end_matches('>').to_owned());
    Ok(Inbound {
        id: row.id.to_string(),
        channel: row.channel.clone(),
        received_at: instant(row.at),
        from: Sender { name: None, address: address.or_else(|| Some(row.author.clone())) },
        subject: None,
        body: row.body.clone(),
        attachments: attachments.collect(),
    })
}
