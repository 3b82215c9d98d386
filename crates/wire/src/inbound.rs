//! An inbound message as the batch interface takes it.

use std::fmt;
use std::marker::PhantomData;

use balcao_core::inbound::{Attachment, Content, Inbound, Sender};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The largest message that is read, attachments included, in bytes: above it nobody pastes, somebody floods.
pub const LARGEST_MESSAGE: usize = 64 * 1024 * 1024;

/// Why a line is no inbound message; the reader is whoever made the line. No value of the line is in it,
/// since any may be a secret in the wrong field.
#[derive(Debug, thiserror::Error)]
pub enum InboundError {
    #[error("a linha não é um objeto JSON de mensagem: {reason} (campo `{path}`)")]
    Shape { path: String, reason: String },
    #[error("`received_at` não é um instante RFC 3339 com fuso, como `2026-05-12T08:58:00-03:00`")]
    ReceivedAt,
    #[error("o canal em `channel` não existe; use email, portal, api, whatsapp, chat ou phone")]
    Channel,
    #[error("`attachments[{0}]` não traz `text` nem `base64`, ou traz os dois")]
    NoContent(usize),
    #[error("`attachments[{0}].base64` não é base64 válido")]
    Base64(usize),
    #[error("a mensagem tem {0} bytes; o máximo é {LARGEST_MESSAGE}")]
    TooLarge(usize),
}

#[derive(Deserialize)]
struct InboundLine {
    id: String,
    channel: String,
    received_at: String,
    from: Option<Object<SenderLine>>,
    subject: Option<String>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    attachments: Vec<Object<AttachmentLine>>,
}

#[derive(Deserialize, Default)]
struct SenderLine {
    name: Option<String>,
    address: Option<String>,
}

#[derive(Deserialize)]
struct AttachmentLine {
    name: String,
    media_type: Option<String>,
    text: Option<String>,
    base64: Option<String>,
}

/// A struct written as an object; as a list of its values in order it would be read too, and nobody means that.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Named<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Named<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        reader.deserialize_map(Named(PhantomData))
    }
}

/// The fields of the format; another name in a line is its author's and may be anything.
const FIELDS: [&str; 12] = [
    "id",
    "channel",
    "received_at",
    "from",
    "subject",
    "body",
    "attachments",
    "name",
    "address",
    "media_type",
    "text",
    "base64",
];

/// The channels of the format.
const CHANNELS: [&str; 6] = ["email", "portal", "api", "whatsapp", "chat", "phone"];

/// Reads one line.
///
/// # Errors
/// What the line lacks, in words for its author; never a value of it.
pub fn parse(line: &str) -> Result<Inbound, InboundError> {
    if line.len() > LARGEST_MESSAGE {
        return Err(InboundError::TooLarge(line.len()));
    }
    let mut reader = serde_json::Deserializer::from_str(line);
    let Object(read): Object<InboundLine> = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| InboundError::Shape { path: place(error.path()), reason: shape(error.inner()) })?;
    convert(read)
}

/// The same from a JSON value already read.
///
/// # Errors
/// As [`parse`].
pub fn from_value(value: &serde_json::Value) -> Result<Inbound, InboundError> {
    let Object(read): Object<InboundLine> = serde_path_to_error::deserialize(value)
        .map_err(|error| InboundError::Shape { path: place(error.path()), reason: shape(error.inner()) })?;
    convert(read)
}

/// The parser's reason without the values that it may quote.
fn shape(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Syntax => "JSON inválido",
        serde_json::error::Category::Eof => "o JSON termina antes do fim",
        serde_json::error::Category::Data => "falta um campo obrigatório ou o tipo está errado",
        serde_json::error::Category::Io => "a leitura falhou",
    };
    if error.line() > 0 { format!("{kind}, coluna {}", error.column()) } else { kind.to_owned() }
}

/// The path to a field, as far as the format names it; `?` from there on.
fn place(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;

    let mut told = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => told.push_str(&format!("[{index}]")),
            Segment::Map { key } if FIELDS.contains(&key.as_str()) => {
                if !told.is_empty() {
                    told.push('.');
                }
                told.push_str(key);
            }
            _ => {
                told.push('?');
                break;
            }
        }
    }
    if told.is_empty() { "?".to_owned() } else { told }
}

fn convert(read: InboundLine) -> Result<Inbound, InboundError> {
    if !CHANNELS.contains(&read.channel.as_str()) {
        return Err(InboundError::Channel);
    }
    let received_at: Timestamp = read.received_at.parse().map_err(|_error| InboundError::ReceivedAt)?;
    let attachments = read.attachments.into_iter().enumerate().map(attachment).collect::<Result<_, _>>()?;
    let from = read.from.map(|Object(from)| from).unwrap_or_default();
    Ok(Inbound {
        id: read.id,
        channel: read.channel,
        received_at,
        from: Sender { name: from.name, address: from.address },
        subject: read.subject,
        body: read.body,
        attachments,
    })
}

fn attachment((index, Object(read)): (usize, Object<AttachmentLine>)) -> Result<Attachment, InboundError> {
    let content = match (read.text, read.base64) {
        (Some(text), None) => Content::Text(text),
        (None, Some(encoded)) => {
            let compact: String = encoded.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            let bytes = BASE64_STANDARD.decode(compact);
            Content::Bytes(bytes.map_err(|_error| InboundError::Base64(index))?)
        }
        _ => return Err(InboundError::NoContent(index)),
    };
    Ok(Attachment { name: read.name, media_type: read.media_type, content })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#""id": "m", "channel": "api", "received_at": "2026-05-12T08:58:00-03:00""#;

    #[test]
    fn a_list_is_no_object() {
        let table = [
            (format!("{{{HEAD}}}"), true),
            (format!(r#"{{{HEAD}, "from": {{"name": "Ana"}}}}"#), true),
            (format!(r#"{{{HEAD}, "from": null}}"#), true),
            (format!(r#"{{{HEAD}, "from": ["Ana", null]}}"#), false),
            (format!(r#"{{{HEAD}, "attachments": [["a.txt", null, "x", null]]}}"#), false),
            (format!(r#"{{{HEAD}, "attachments": [{{"name": "a.txt", "text": "x"}}]}}"#), true),
            (r#"["m", "api", "2026-05-12T08:58:00-03:00", null, null, "", []]"#.to_owned(), false),
        ];
        for (line, fit) in table {
            assert_eq!(parse(&line).is_ok(), fit, "{line}");
        }
    }
}
