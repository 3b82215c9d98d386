//! What a chat tool delivers in the desk's own format, one thing in each delivery.
//!
//! In: the body of a delivery, which anybody with the key may have written. Out: an [`Event`], or which field is not as it must be. Pure and
//! bounded, whatever arrives.
//!
//! ```json
//! {"type": "message.created", "data": {
//!   "id": "m-991", "conversation": "sala-7", "at": "2026-06-10T09:00:00-03:00", "reply_to": "m-980",
//!   "from": {"name": "Dea", "address": "dea@alfa.example"}, "subject": "Erro 401", "text": "…",
//!   "attachments": [{"name": "log.txt", "media_type": "text/plain", "base64": "…"}]}}
//! {"type": "message.reaction", "data": {"id": "r-1", "conversation": "sala-7", "message": "m-980", "sign": "👍"}}
//! {"type": "message.status", "data": {"id": "m-980", "status": "delivered"}}
//! ```

use balcao_core::mask::Masker;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use serde_json::Value;

use super::event::{Event, File, Message, Reaction, Status, short, some};

/// The longest id, in characters.
const LONGEST_ID: usize = 400;
/// The longest name or subject, in characters.
const LONGEST_NAME: usize = 400;
/// The longest text of a message, in characters.
const LONGEST_TEXT: usize = 100_000;
/// The longest sign, in characters.
const LONGEST_SIGN: usize = 16;
/// The most files of one message.
const MOST_FILES: usize = 20;

/// Why a body is none. No word of it is told but names of fields, which are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON.
    #[error("o corpo não é JSON em UTF-8")]
    NotJson,
    /// It does not say what it is.
    #[error("falta `type`: message.created, message.reaction ou message.status")]
    Type,
    /// A field is missing, or is something else.
    #[error("o campo `data.{0}` falta, está vazio, passa do tamanho ou não é do tipo que deve ser")]
    Field(&'static str),
    /// It says nothing.
    #[error("a mensagem não traz texto nem anexos")]
    Empty,
}

/// Reads one delivery. What is of a type that is not known is ignored, so that a tool may tell more.
///
/// # Errors
/// Which field is not as it must be.
pub fn read(body: &[u8]) -> Result<Event, ReadError> {
    let whole: Value = serde_json::from_slice(body).map_err(|_not_json| ReadError::NotJson)?;
    let kind = whole.get("type").and_then(Value::as_str).ok_or(ReadError::Type)?;
    let data = whole.get("data").unwrap_or(&Value::Null);
    match kind {
        "message.created" => message(data).map(|message| Event::Message(Box::new(message))),
        "message.reaction" => reaction(data).map(Event::Reaction),
        "message.status" => status(data).map(Event::Status),
        _ => Ok(Event::Ignored("é de um tipo que o Balcão não usa")),
    }
}

fn message(data: &Value) -> Result<Message, ReadError> {
    let from = data.get("from").unwrap_or(&Value::Null);
    let message = Message {
        id: id(data, "id")?,
        conversation: id(data, "conversation")?,
        address: some(text(from, "address"), LONGEST_NAME),
        name: some(text(from, "name"), LONGEST_NAME),
        at: moment(data)?,
        answers: given(data, "reply_to").then(|| id(data, "reply_to")).transpose()?,
        subject: some(text(data, "subject"), LONGEST_NAME),
        text: text(data, "text").map(|text| text.chars().take(LONGEST_TEXT).collect()).unwrap_or_default(),
        files: files(data)?,
        media: None,
    };
    if message.text.trim().is_empty() && message.files.is_empty() {
        return Err(ReadError::Empty);
    }
    Ok(message)
}

fn files(data: &Value) -> Result<Vec<File>, ReadError> {
    let wrong = || ReadError::Field("attachments");
    let Some(all) = data.get("attachments").filter(|all| !all.is_null()) else { return Ok(Vec::new()) };
    let all = all.as_array().filter(|all| all.len() <= MOST_FILES).ok_or_else(wrong)?;
    let file = |one: &Value| {
        let name = some(text(one, "name"), LONGEST_NAME)?;
        let media_type = some(text(one, "media_type"), LONGEST_NAME);
        let bytes = BASE64_STANDARD.decode(text(one, "base64")?).ok()?;
        Some(File {
            name,
            media_type: media_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
            bytes,
        })
    };
    all.iter().map(|one| file(one).ok_or_else(wrong)).collect()
}

fn reaction(data: &Value) -> Result<Reaction, ReadError> {
    Ok(Reaction {
        id: id(data, "id")?,
        conversation: id(data, "conversation")?,
        about: id(data, "message")?,
        sign: text(data, "sign").map(|sign| short(sign, LONGEST_SIGN)).unwrap_or_default(),
        at: moment(data)?,
    })
}

fn status(data: &Value) -> Result<Status, ReadError> {
    let state = match text(data, "status") {
        Some("sent") => "sent",
        Some("delivered") => "delivered",
        Some("read") => "read",
        Some("failed") => "failed",
        _ => return Err(ReadError::Field("status")),
    };
    let id = id(data, "id")?;
    // What stands in a row for people holds no address.
    let reason = some(text(data, "reason"), LONGEST_NAME).map(|reason| Masker::new([]).mask(&reason));
    // It may say our own id or its own.
    Ok(Status { own: Some(id.clone()), id, state, code: None, reason: reason.filter(|_| state == "failed") })
}

fn given(data: &Value, name: &str) -> bool {
    data.get(name).is_some_and(|value| !value.is_null())
}

/// An id that says something: a text, or a number.
fn id(data: &Value, name: &'static str) -> Result<String, ReadError> {
    let found = match data.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(ReadError::Field(name)),
    };
    let fits =
        !found.trim().is_empty() && found.chars().count() <= LONGEST_ID && !found.contains(char::is_control);
    if fits { Ok(found) } else { Err(ReadError::Field(name)) }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn moment(data: &Value) -> Result<Option<Timestamp>, ReadError> {
    if !given(data, "at") {
        return Ok(None);
    }
    let at = text(data, "at").and_then(|at| at.parse().ok());
    at.map(Some).ok_or(ReadError::Field("at"))
}
