//! Files that the core does not read: who reads them, and how what was read is kept.
//!
//! In: PDFs and pictures. Out: their texts, as further attachments of the message, and sealed beside its original, so that a diagnosis
//! reads the same words again whatever the readers become.
//!
//! **Invariants:** what cannot be read is a note; reading ends within a few seconds and never stops a message.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use balcao_core::evidence::unpack::{self, Unread};
use balcao_core::inbound::{Attachment, Content, Extracted, Inbound, ReadBy};
use balcao_store::sealed::Sealed;
use balcao_store::{Conn, sealed};
use serde::{Deserialize, Serialize};

use crate::desk::{Desk, random};
use crate::error::DeskError;
use crate::verbs::compute;

/// What comes of reading: by the file's name.
pub type Reading<'l> = Pin<Box<dyn Future<Output = Vec<(String, Extracted)>> + Send + 'l>>;

/// Reads the text of files.
pub trait Reader: Send + Sync {
    /// Reads what it can, at most one text a file. Ends within the seconds that were set.
    fn read(&self, files: Vec<Unread>) -> Reading<'_>;
}

impl fmt::Debug for dyn Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

/// The message with what could be read of its PDFs and pictures; as it is where nobody reads them.
///
/// # Errors
/// If its files could not be unpacked at all.
pub(crate) async fn with_texts(desk: &Desk, mut inbound: Inbound) -> Result<Inbound, DeskError> {
    let Some(reader) = desk.reader() else { return Ok(inbound) };
    // What a channel calls read is not: only this function says so.
    inbound.attachments.retain(|file| !matches!(file.content, Content::Extracted(_)));
    if inbound.attachments.is_empty() {
        return Ok(inbound);
    }
    let (inbound, files) = compute(false, move || {
        let files = unpack::unread(&inbound);
        (inbound, files)
    })
    .await?;
    if files.is_empty() {
        return Ok(inbound);
    }
    let read = reader.read(files).await;
    Ok(with(inbound, read))
}

fn with(mut inbound: Inbound, read: Vec<(String, Extracted)>) -> Inbound {
    let files = read.into_iter().map(|(name, read)| Attachment {
        name,
        media_type: None,
        content: Content::Extracted(read),
    });
    inbound.attachments.extend(files);
    inbound
}

/// One text as it is sealed.
#[derive(Serialize, Deserialize)]
struct Line {
    name: String,
    ocr: bool,
    text: String,
    note: Option<String>,
}

/// What was read of a message's files, sealed; `None` where nothing was. `expires` is when its original does.
///
/// # Errors
/// If there are no random bytes.
pub(crate) fn sealed_texts(
    desk: &Desk,
    message: &str,
    inbound: &Inbound,
    expires: Option<i64>,
) -> Result<Option<Sealed>, DeskError> {
    let lines = inbound.attachments.iter().filter_map(|file| match &file.content {
        Content::Extracted(read) => Some(Line {
            name: file.name.clone(),
            ocr: read.by == ReadBy::Ocr,
            text: read.text.clone(),
            note: read.note.clone(),
        }),
        Content::Text(_) | Content::Bytes(_) => None,
    });
    let lines: Vec<Line> = lines.collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let json = serde_json::to_vec(&lines).map_err(|_own_texts| DeskError::Damaged("o texto de um anexo"))?;
    Ok(Some(desk.secrets().seal(&about(message), &json, random()?, expires)))
}

/// The message with the texts that were sealed beside it.
///
/// # Errors
/// If the database fails.
pub(crate) async fn with_sealed_texts(
    desk: &Desk,
    conn: &mut Conn,
    message: &str,
    inbound: Inbound,
) -> Result<Inbound, DeskError> {
    let Some(sealed) = sealed::about(conn, &about(message)).await?.into_iter().next() else {
        return Ok(inbound);
    };
    let opened = desk.secrets().open(&sealed).map_err(|why| DeskError::Conflict(why.to_string()))?;
    let lines: Vec<Line> =
        serde_json::from_slice(&opened).map_err(|_own_json| DeskError::Damaged("o texto de um anexo"))?;
    let read = lines.into_iter().map(|line| {
        let by = if line.ocr { ReadBy::Ocr } else { ReadBy::Pdf };
        (line.name, Extracted { by, text: line.text, note: line.note })
    });
    Ok(with(inbound, read.collect()))
}

/// A kept attachment's text as it is read again once the original is gone: one that was extracted stays known as such.
pub(crate) fn kept_text(name: String, media_type: String, text: String) -> Attachment {
    if let Some((by, file)) = ReadBy::of_label(&name) {
        let content = Content::Extracted(Extracted { by, text, note: None });
        return Attachment { name: file.to_owned(), media_type: None, content };
    }
    Attachment { name, media_type: Some(media_type), content: Content::Text(text) }
}

fn about(message: &str) -> String {
    format!("texts:{message}")
}
