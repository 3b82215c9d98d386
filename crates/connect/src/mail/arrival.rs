//! A mail as the message that the desk's verbs take.

use balcao_desk::verbs::receive::Arrival;
use balcao_desk::{DeskError, instant};
use balcao_store::mail::Mail as Row;
use balcao_wire::inbound;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::json;

use crate::email::{Mail, Protection};

/// The message of a mail, in the public format: what is sealed with the message is what every other channel seals.
pub(super) fn of(mail: &Mail, row: &Row) -> Result<Arrival, DeskError> {
    let author = mail.author();
    let files: Vec<_> = mail
        .files
        .iter()
        .map(|file| {
            json!({"name": file.name, "media_type": file.media_type, "base64": BASE64_STANDARD.encode(&file.bytes)})
        })
        .collect();
    let message = json!({
        "id": row.id.as_str(), "channel": "email", "received_at": came(mail, instant(row.received_at)).to_string(),
        "from": {
            "name": author.and_then(|author| author.name.as_deref()),
            "address": author.and_then(|author| author.address.as_deref()),
        },
        "subject": Some(&mail.subject).filter(|subject| !subject.is_empty()),
        "body": body(mail), "attachments": files,
    });
    let raw = message.to_string();
    let inbound = inbound::parse(&raw).map_err(|error| DeskError::Invalid(error.to_string()))?;
    Ok(Arrival {
        inbound,
        raw: raw.into_bytes(),
        idempotency_key: None,
        told_apart_by: Some(format!("mail {}", row.hash).into_bytes()),
    })
}

/// When it came: when the last server took it, else when it says to have been written; never later than we took it.
fn came(mail: &Mail, taken: Timestamp) -> Timestamp {
    mail.arrived_at.or(mail.written_at).map_or(taken, |came| came.min(taken))
}

/// What it says. Of what cannot be read that is said, so that nobody takes it for an empty mail.
fn body(mail: &Mail) -> String {
    let mut body = mail.text.clone();
    if mail.protection == Protection::Encrypted || body.trim().is_empty() && mail.files.is_empty() {
        for note in &mail.notes {
            body.push_str(&format!("[{note}]\n"));
        }
    }
    body
}
