//! What a mail says: its text parts as one plain text.

use std::borrow::Cow;

use balcao_core::evidence::unpack::{bytes_text, page_text};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders as _, PartType};

/// Bytes of text of one mail; more is a file that was pasted.
const MOST_TEXT: usize = 4 << 20;

/// The text of a mail, and notes on what could not be read of it.
pub(super) fn of(message: &Message<'_>, notes: &mut Vec<String>) -> String {
    let raw = message.raw_message.as_ref();
    let plain = joined(raw, message.text_bodies(), notes);
    // Some programs send an empty plain text beside the page that says everything.
    if plain.trim().is_empty() { joined(raw, message.html_bodies(), notes) } else { plain }
}

fn joined<'p>(
    raw: &[u8],
    parts: impl Iterator<Item = &'p MessagePart<'p>>,
    notes: &mut Vec<String>,
) -> String {
    let mut text = String::new();
    for part in parts {
        let read = match &part.body {
            PartType::Text(words) => plain(part, &decoded(raw, part, words)),
            PartType::Html(page) => page_text(&decoded(raw, part, page)).unwrap_or_else(|| {
                notes.push(
                    "o texto em HTML é grande ou fundo demais para ser lido; abra o original".to_owned(),
                );
                String::new()
            }),
            PartType::Binary(_)
            | PartType::InlineBinary(_)
            | PartType::Message(_)
            | PartType::Multipart(_) => continue,
        };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&read);
        if text.len() > MOST_TEXT {
            notes.push("o texto é longo demais e foi lido só em parte; abra o original".to_owned());
            text.truncate(text.floor_char_boundary(MOST_TEXT));
            break;
        }
    }
    text
}

/// A text whose encoding was not said, or wrongly: then its bytes tell more than what was made of them.
fn decoded<'t>(raw: &[u8], part: &MessagePart<'_>, text: &'t str) -> Cow<'t, str> {
    let charset = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
    let untold =
        ["", "us-ascii", "ascii", "utf-8", "utf8"].iter().any(|own| charset.eq_ignore_ascii_case(own));
    if !untold || !text.contains('\u{fffd}') {
        return Cow::Borrowed(text);
    }
    let index = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
    let bytes = raw.get(index(part.offset_body)..index(part.offset_end)).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(Cow::Borrowed(bytes)),
        Encoding::Base64 => base64_decode(bytes).map(Cow::Owned),
        Encoding::QuotedPrintable => quoted_printable_decode(bytes).map(Cow::Owned),
    };
    let read = bytes.and_then(|bytes| bytes_text(&bytes)).filter(|read| !read.trim().is_empty());
    read.map_or(Cow::Borrowed(text), Cow::Owned)
}

/// A plain part with its lines as its author wrote them.
fn plain(part: &MessagePart<'_>, words: &str) -> String {
    let words = words.replace("\r\n", "\n").replace('\r', "\n");
    let attribute = |name: &str| part.content_type().and_then(|kind| kind.attribute(name));
    let is = |name: &str, value: &str| attribute(name).is_some_and(|own| own.eq_ignore_ascii_case(value));
    if is("format", "flowed") { unfolded(&words, is("delsp", "yes")) } else { words }
}

/// Lines that the sender's program broke at a blank, joined again (RFC 3676): a key or an address broken over lines is none.
fn unfolded(text: &str, drop_blank: bool) -> String {
    let mut out = String::new();
    // How deep the line before is quoted, if it goes on in this one.
    let mut open: Option<usize> = None;
    for line in text.split('\n') {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let words = line.get(depth..).unwrap_or_default();
        let words = words.strip_prefix(' ').unwrap_or(words);
        if open != Some(depth) {
            if open.is_some() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth));
            if depth > 0 {
                out.push(' ');
            }
        }
        let flows = words.ends_with(' ') && words != "-- ";
        out.push_str(if flows && drop_blank { words.strip_suffix(' ').unwrap_or(words) } else { words });
        if flows {
            open = Some(depth);
        } else {
            open = None;
            out.push('\n');
        }
    }
    // The last piece has no line end of its own.
    if out.ends_with('\n') {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unfolded;

    #[test]
    fn flowed_lines_are_joined_and_quotations_stay_apart() {
        let table = [
            ("um texto \nlongo\nfim\n", false, "um texto longo\nfim\n"),
            ("hml_abc \ndef", true, "hml_abcdef"),
            ("> citado \n> ainda\nnovo", false, "> citado ainda\nnovo"),
            ("> citado \nnovo", false, "> citado \nnovo"),
            ("-- \nAna", false, "-- \nAna"),
            ("", false, ""),
        ];
        for (text, drop, expected) in table {
            assert_eq!(unfolded(text, drop), expected, "{text:?}");
        }
    }
}
