//! Files that hold files: ZIP, gzip and e-mails, each opened within bounds.

use std::io::{Cursor, Read};

use mail_parser::{MessageParser, MimeHeaders, PartType};

use super::{Found, Origin, clean_name, decode, read_bytes, read_text};

/// Archives and e-mails inside each other; real ones have one or two levels.
const DEEPEST: usize = 3;
/// Files read from one ZIP.
const MOST_ENTRIES: usize = 50;
/// All files of one ZIP, uncompressed, in bytes.
const MOST_UNPACKED: u64 = 16 << 20;
/// How many times its packed size a file may grow; logs reach some forty, bombs a thousand.
const HIGHEST_RATIO: u64 = 200;
/// Below this size in bytes the ratio says nothing.
const RATIO_COUNTS_FROM: u64 = 1 << 20;

/// Whether an attachment is an e-mail by its name or type.
pub(super) fn is_email(name: &str, media: Option<&str>) -> bool {
    let media = media.unwrap_or_default().to_ascii_lowercase();
    media.starts_with("message/rfc822") || name.to_ascii_lowercase().ends_with(".eml")
}

/// Reads at most `most` bytes; `None` where the stream holds more or is broken.
fn bounded(stream: impl Read, most: u64) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(most + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= most).then_some(bytes)
}

/// The most that `packed` bytes may become.
fn ceiling(packed: u64, room: u64) -> u64 {
    packed.saturating_mul(HIGHEST_RATIO).max(RATIO_COUNTS_FROM).min(room)
}

/// Reads the files of a ZIP as `outer/inner`.
pub(super) fn zip(name: &str, bytes: &[u8], depth: usize, found: &mut Found) {
    if depth >= DEEPEST {
        return found.note(format!("anexo {name}: arquivo dentro de arquivo demais, não lido"));
    }
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else {
        return found.note(format!("anexo {name}: ZIP danificado, não lido"));
    };
    let mut room = MOST_UNPACKED;
    if archive.len() > MOST_ENTRIES {
        found.note(format!("anexo {name}: {} arquivos, lidos só os {MOST_ENTRIES} primeiros", archive.len()));
    }
    for index in 0..archive.len().min(MOST_ENTRIES) {
        let Ok(entry) = archive.by_index(index) else {
            found.note(format!("anexo {name}: arquivo {} protegido ou danificado, não lido", index + 1));
            continue;
        };
        if entry.is_dir() {
            continue;
        }
        let inner = format!("{name}/{}", clean_name(entry.name()));
        let most = ceiling(entry.compressed_size(), room);
        let Some(content) = bounded(entry, most) else {
            found.note(format!("anexo {inner}: grande demais ou danificado, não lido"));
            continue;
        };
        room = room.saturating_sub(content.len() as u64);
        read_bytes(&inner, None, &content, depth + 1, found);
    }
}

/// Reads the file inside a gzip, under the name without its ending.
pub(super) fn gzip(name: &str, bytes: &[u8], depth: usize, found: &mut Found) {
    if depth >= DEEPEST {
        return found.note(format!("anexo {name}: arquivo dentro de arquivo demais, não lido"));
    }
    let most = ceiling(bytes.len() as u64, MOST_UNPACKED);
    match bounded(flate2::read::MultiGzDecoder::new(bytes), most) {
        Some(content) => {
            let inner = name.strip_suffix(".gz").unwrap_or(name).to_owned();
            read_bytes(&inner, None, &content, depth + 1, found);
        }
        None => found.note(format!("anexo {name}: gzip grande demais ou danificado, não lido")),
    }
}

/// Reads an e-mail: its headers and text as one text, then its attachments as `outer/inner`.
pub(super) fn email(name: &str, bytes: &[u8], depth: usize, found: &mut Found) {
    if depth >= DEEPEST {
        return found.note(format!("anexo {name}: e-mail dentro de e-mail demais, não lido"));
    }
    let Some(message) = MessageParser::default().parse(bytes) else {
        return match decode::text(bytes) {
            Some(text) => found.text(Origin::Attachment(name.to_owned()), text),
            None => found.note(format!("anexo {name}: e-mail que não se deixou ler")),
        };
    };
    let mut text = headers(&message);
    for part in message.text_bodies() {
        match &part.body {
            PartType::Text(words) => text.push_str(words),
            PartType::Html(page) => text.push_str(&decode::html(page).unwrap_or_default()),
            _ => {}
        }
        text.push('\n');
    }
    found.text(Origin::Attachment(name.to_owned()), text);
    for (index, part) in message.attachments().enumerate() {
        if index >= MOST_ENTRIES {
            return found.note(format!("anexo {name}: lidos só os {MOST_ENTRIES} primeiros anexos"));
        }
        let own = part.attachment_name().map_or_else(|| format!("parte-{}", index + 1), clean_name);
        let inner = format!("{name}/{own}");
        let media = part
            .content_type()
            .map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()));
        match &part.body {
            PartType::Text(words) => read_text(&inner, media.as_deref(), words, depth + 1, found),
            PartType::Html(page) => read_text(&inner, Some("text/html"), page, depth + 1, found),
            PartType::Binary(content) | PartType::InlineBinary(content) => {
                read_bytes(&inner, media.as_deref(), content, depth + 1, found);
            }
            PartType::Message(inside) => email(&inner, &inside.raw_message, depth + 1, found),
            PartType::Multipart(_) => {}
        }
    }
}

/// Date, sender and subject as lines above the text, where they tell when and what failed.
fn headers(message: &mail_parser::Message<'_>) -> String {
    let mut text = String::new();
    if let Some(date) = message.date() {
        text.push_str(&format!("Date: {}\n", date.to_rfc3339()));
    }
    if let Some(subject) = message.subject() {
        text.push_str(&format!("Subject: {subject}\n"));
    }
    if let Some(sender) = message.from().and_then(mail_parser::Address::first) {
        let (who, address) = (sender.name().unwrap_or_default(), sender.address().unwrap_or_default());
        text.push_str(&format!("From: {who} <{address}>\n"));
    }
    text.push('\n');
    text
}
