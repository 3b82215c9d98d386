//! The rows that a message becomes: itself, its files, the diagnosis that read it.

use balcao_core::inbound::Inbound;
use balcao_store::attachment::Attachment;
use balcao_store::message::Message;
use balcao_store::{AttachmentId, DiagnosisId, MessageId, TicketId, diagnosis};
use jiff::Timestamp;

use super::examine::Examined;
use crate::desk::millis;

pub(crate) fn message_row(
    ticket: &TicketId,
    inbound: &Inbound,
    examined: &Examined,
    dedupe: Option<String>,
) -> Message {
    Message {
        id: MessageId::fresh(),
        ticket: ticket.clone(),
        at: millis(inbound.received_at),
        direction: "in".to_owned(),
        author: examined.requester.clone().unwrap_or_else(|| "desconhecido".to_owned()),
        body: examined.conversation.body.clone(),
        channel: inbound.channel.clone(),
        dedupe,
    }
}

/// The files that came, with the text that could be read of each; those found inside others follow under their own names.
pub(crate) fn attachment_rows(
    message: &MessageId,
    inbound: &Inbound,
    examined: &Examined,
) -> Vec<Attachment> {
    use balcao_core::inbound::Content;

    let masker = balcao_core::mask::Masker::new([]);
    let mut texts: Vec<(String, String)> = examined.conversation.attachments.clone();
    let mut rows: Vec<Attachment> = Vec::new();
    let row = |name: String, media_type: String, size: usize, text: Option<String>| Attachment {
        id: AttachmentId::fresh(),
        message: message.clone(),
        name,
        media_type,
        size: i64::try_from(size).unwrap_or(i64::MAX),
        text,
    };
    for file in &inbound.attachments {
        let name = masker.mask(&file.name);
        let size = match &file.content {
            Content::Text(text) => text.len(),
            Content::Bytes(bytes) => bytes.len(),
            // No file that came: its text follows under its own name.
            Content::Extracted(_) => continue,
        };
        let own = texts.iter().position(|(of, _)| *of == name);
        let text = own.map(|at| texts.remove(at).1);
        let media = file.media_type.as_deref().unwrap_or("application/octet-stream");
        rows.push(row(name, masker.mask(media), size, text));
    }
    for (name, text) in texts {
        rows.push(row(name, "text/plain".to_owned(), text.len(), Some(text)));
    }
    rows
}

pub(crate) fn run_row(
    ticket: &TicketId,
    examined: &Examined,
    messages: Vec<String>,
    now: Timestamp,
) -> diagnosis::Diagnosis {
    diagnosis::Diagnosis {
        id: DiagnosisId::fresh(),
        ticket: ticket.clone(),
        at: millis(now),
        procedure_revision: examined.state.procedure_name(),
        registry_revision: examined.state.registry_revision.clone(),
        line: examined.line.clone(),
        facts: examined.facts(messages),
    }
}
