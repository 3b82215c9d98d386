//! A message of a conversation as the API shows it, with its files and, of a mail, what is known of its sender.

use balcao_store::attachment::Attachment;
use balcao_store::mail::Mail;
use balcao_store::message::Message;
use serde::Serialize;
use utoipa::ToSchema;

use super::views::at;

/// A message of a conversation.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageView {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// `in`, `out` or `note`.
    direction: String,
    author: String,
    /// Masked.
    body: String,
    channel: String,
    attachments: Vec<AttachmentView>,
    /// Of a mail: whether its sender is who he says. Partners are not told.
    sender: Option<SenderView>,
}

/// What our own mail server found out about a sender.
#[derive(Serialize, ToSchema)]
struct SenderView {
    /// By what the sender is verified: `dmarc`, `dkim`, `spf` or `none`.
    verified: String,
    /// All results: `spf=pass dkim=none dmarc=fail`.
    authentication: String,
}

/// A file that came with a message.
#[derive(Serialize, ToSchema)]
struct AttachmentView {
    id: String,
    name: String,
    media_type: String,
    /// In bytes, as it came.
    size: i64,
    /// What could be read of it, masked.
    text: Option<String>,
}

impl MessageView {
    pub(crate) fn of(message: &Message, files: &[Attachment], mails: &[Mail]) -> Self {
        let own = files.iter().filter(|file| file.message == message.id);
        let attachments = own.map(|file| AttachmentView {
            id: file.id.to_string(),
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            text: file.text.clone(),
        });
        let mail = mails.iter().find(|mail| mail.message.as_ref() == Some(&message.id));
        let sender = mail.map(|mail| SenderView {
            verified: mail.verified.clone().unwrap_or_default(),
            authentication: mail.authentication.clone().unwrap_or_default(),
        });
        Self {
            id: message.id.to_string(),
            at: at(message.at),
            direction: message.direction.clone(),
            author: message.author.clone(),
            body: message.body.clone(),
            channel: message.channel.clone(),
            attachments: attachments.collect(),
            sender,
        }
    }
}
