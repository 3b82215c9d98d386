//! What WhatsApp's webhook delivers: messages, and how our own stand.
//!
//! In: the body of a delivery. Out: its events in order, or why it is none of WhatsApp's. What a type is not known of becomes a note, never
//! nothing. Pure and bounded, whatever arrives.

use jiff::Timestamp;
use serde_json::Value;

use crate::chat::event::{Event, Media, Message, Reaction, Status, short, some};

/// The most events of one delivery; Meta sends far fewer.
const MOST_EVENTS: usize = 1_000;
/// The longest text of a message, in characters; WhatsApp's own bound is 4096.
const LONGEST_TEXT: usize = 20_000;
/// The longest id or name, in characters.
const LONGEST_NAME: usize = 400;
/// The most contacts of one message.
const MOST_CONTACTS: usize = 20;
/// The longest sign; some are several characters.
const LONGEST_SIGN: usize = 16;

/// Why a body is none. No word of it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON.
    #[error("a entrega do WhatsApp não é JSON")]
    NotJson,
    /// It is of something else.
    #[error("a entrega não é de uma conta do WhatsApp; confira a assinatura do webhook no painel da Meta")]
    Other,
    /// It is too long.
    #[error("a entrega do WhatsApp traz mais de {MOST_EVENTS} eventos")]
    TooMany,
}

/// An event, and of our numbers the one that it is of, by Meta's id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Which number.
    pub number: String,
    /// What.
    pub event: Event,
}

/// Reads one delivery.
///
/// # Errors
/// If it is none of WhatsApp's.
pub fn read(body: &[u8]) -> Result<Vec<Told>, ReadError> {
    let whole: Value = serde_json::from_slice(body).map_err(|_not_json| ReadError::NotJson)?;
    if whole.get("object").and_then(Value::as_str) != Some("whatsapp_business_account") {
        return Err(ReadError::Other);
    }
    let mut events = Vec::new();
    for change in list(&whole, "entry").flat_map(|entry| list(entry, "changes")) {
        let Some(value) = change.get("value").filter(|_| text(change, "field") == Some("messages")) else {
            let event = Event::Ignored("é um aviso da conta, e não uma mensagem");
            events.push(Told { number: String::new(), event });
            continue;
        };
        let number = value.get("metadata").and_then(|data| text(data, "phone_number_id")).unwrap_or_default();
        let number = short(number, LONGEST_NAME);
        let messages = list(value, "messages").map(|message| event(value, message));
        let statuses = list(value, "statuses").map(status);
        let errors = list(value, "errors").map(|_| Event::Ignored("é um aviso de erro da conta"));
        let all = messages.chain(statuses).chain(errors);
        events.extend(
            all.take(MOST_EVENTS.saturating_add(1)).map(|event| Told { number: number.clone(), event }),
        );
        if events.len() > MOST_EVENTS {
            return Err(ReadError::TooMany);
        }
    }
    if events.len() > MOST_EVENTS { Err(ReadError::TooMany) } else { Ok(events) }
}

fn event(value: &Value, message: &Value) -> Event {
    let (Some(id), Some(from)) = (text(message, "id"), text(message, "from")) else {
        return Event::Unreadable("é uma mensagem sem identificador ou sem remetente");
    };
    let kind = text(message, "type").unwrap_or_default();
    match kind {
        "reaction" => return reaction(message, (id, from)),
        "system" => return Event::Ignored("é um aviso do WhatsApp sobre o contato"),
        "request_welcome" => return Event::Ignored("alguém abriu a conversa e ainda não escreveu"),
        _ => {}
    }
    let profile = list(value, "contacts").find(|one| text(one, "wa_id") == Some(from));
    let name = profile.and_then(|one| one.get("profile")).and_then(|profile| text(profile, "name"));
    let part = message.get(kind);
    let media = part.and_then(|part| media(kind, part));
    let words = part.map(|part| words(kind, part)).unwrap_or_default();
    let known = ["text", "image", "document", "audio", "video", "sticker"].contains(&kind);
    let words = if words.trim().is_empty() && (media.is_none() || !known) { unreadable(kind) } else { words };
    Event::Message(Box::new(Message {
        id: short(id, LONGEST_NAME),
        conversation: short(from, LONGEST_NAME),
        address: telephone(from),
        name: some(name, LONGEST_NAME),
        at: text(message, "timestamp").and_then(moment),
        answers: some(message.get("context").and_then(|context| text(context, "id")), LONGEST_NAME),
        text: words.chars().take(LONGEST_TEXT).collect(),
        media,
        ..Message::default()
    }))
}

/// A sign on a message; one without a sign takes it back.
fn reaction(message: &Value, (id, from): (&str, &str)) -> Event {
    let part = message.get("reaction");
    let Some(about) = part.and_then(|part| text(part, "message_id")) else {
        return Event::Ignored("é uma reação a nenhuma mensagem");
    };
    Event::Reaction(Reaction {
        id: short(id, LONGEST_NAME),
        conversation: short(from, LONGEST_NAME),
        about: short(about, LONGEST_NAME),
        sign: part
            .and_then(|part| text(part, "emoji"))
            .map(|sign| short(sign, LONGEST_SIGN))
            .unwrap_or_default(),
        at: text(message, "timestamp").and_then(moment),
    })
}

/// A telephone as the registry knows it: WhatsApp leaves the `+` out.
fn telephone(from: &str) -> Option<String> {
    let plain = (6..=20).contains(&from.len()) && from.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| format!("+{from}"))
}

/// What a message says, by its type.
fn words(kind: &str, part: &Value) -> String {
    let of = |name: &str| text(part, name).unwrap_or_default();
    match kind {
        "text" => of("body").to_owned(),
        "image" | "document" | "video" => of("caption").to_owned(),
        "button" => of("text").to_owned(),
        "interactive" => interactive(part),
        "location" => location(part),
        "contacts" => part
            .as_array()
            .into_iter()
            .flatten()
            .take(MOST_CONTACTS)
            .map(contact)
            .collect::<Vec<_>>()
            .join("\n"),
        "order" => format!("[pedido do catálogo: {}]", of("text")),
        _ => String::new(),
    }
}

/// What was chosen of what was offered.
fn interactive(part: &Value) -> String {
    let chosen = ["button_reply", "list_reply"].into_iter().find_map(|name| part.get(name));
    if let Some(chosen) = chosen {
        let title = text(chosen, "title").unwrap_or_default();
        return match text(chosen, "description") {
            Some(more) if !more.is_empty() => format!("{title} ({more})"),
            _ => title.to_owned(),
        };
    }
    let form = part.get("nfm_reply").and_then(|form| text(form, "response_json"));
    form.map(|form| format!("[formulário respondido: {form}]")).unwrap_or_default()
}

fn location(part: &Value) -> String {
    let number = |name: &str| part.get(name).and_then(Value::as_f64).map(|number| number.to_string());
    let place: Vec<String> =
        ["name", "address"].iter().filter_map(|name| text(part, name)).map(str::to_owned).collect();
    let point = number("latitude").zip(number("longitude")).map(|(one, other)| format!("{one}, {other}"));
    let all: Vec<String> = place.into_iter().chain(point).filter(|text| !text.is_empty()).collect();
    if all.is_empty() { String::new() } else { format!("[localização: {}]", all.join("; ")) }
}

/// A contact's name and how it is reached; a telephone says that it is one, so that it is masked where it is shown.
fn contact(one: &Value) -> String {
    let name = one.get("name").and_then(|name| text(name, "formatted_name")).unwrap_or("?");
    let phones = list(one, "phones").take(5).filter_map(|phone| text(phone, "phone")).map(|phone| {
        let digits: String = phone.chars().filter(char::is_ascii_digit).take(15).collect();
        format!("telefone: {digits}")
    });
    let mails = list(one, "emails").take(5).filter_map(|mail| text(mail, "email")).map(str::to_owned);
    let lines = std::iter::once(format!("[contato: {name}]")).chain(phones).chain(mails);
    lines.collect::<Vec<_>>().join("\n")
}

fn unreadable(kind: &str) -> String {
    let kind: String = kind.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect();
    match kind.as_str() {
        "image" | "document" | "audio" | "video" | "sticker" => {
            "[um arquivo que o WhatsApp não entregou; peça que seja enviado de novo]".to_owned()
        }
        "text" => "[uma mensagem de texto vazia]".to_owned(),
        "" | "unsupported" | "unknown" => {
            "[uma mensagem de um tipo que o WhatsApp não entrega por aqui; peça que seja escrita]".to_owned()
        }
        other => format!("[uma mensagem do tipo `{other}`, que não se lê por aqui; peça que seja escrita]"),
    }
}

fn media(kind: &str, part: &Value) -> Option<Media> {
    let named = match kind {
        "image" => "imagem",
        "audio" => "áudio",
        "video" => "vídeo",
        "sticker" => "figurinha",
        "document" => "documento",
        _ => return None,
    };
    let id = text(part, "id")?;
    if id.is_empty()
        || id.len() > 100
        || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    {
        return None;
    }
    let media_type = some(text(part, "mime_type"), LONGEST_NAME);
    let media_type = media_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    let given = some(text(part, "filename"), LONGEST_NAME);
    Some(Media {
        id: id.to_owned(),
        name: given.unwrap_or_else(|| format!("{named}{}", ending(&media_type))),
        media_type,
        sha256: some(text(part, "sha256"), LONGEST_NAME),
    })
}

/// How a file of this type usually ends.
fn ending(media_type: &str) -> &'static str {
    match media_type.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "audio/ogg" => ".ogg",
        "audio/mpeg" => ".mp3",
        "audio/mp4" => ".m4a",
        "video/mp4" => ".mp4",
        "application/pdf" => ".pdf",
        "text/plain" => ".txt",
        _ => "",
    }
}

fn status(told: &Value) -> Event {
    let Some(id) = text(told, "id") else {
        return Event::Ignored("é um aviso de entrega sem identificador");
    };
    let state = match text(told, "status").unwrap_or_default() {
        "sent" => "sent",
        "delivered" => "delivered",
        // What was played was read.
        "read" | "played" => "read",
        "failed" => "failed",
        _ => return Event::Ignored("é um aviso de entrega de um tipo desconhecido"),
    };
    let code = list(told, "errors").find_map(|error| error.get("code")?.as_i64());
    Event::Status(Status {
        id: short(id, LONGEST_NAME),
        own: some(text(told, "biz_opaque_callback_data"), LONGEST_NAME),
        state,
        code: code.filter(|_| state == "failed"),
        reason: None,
    })
}

fn list<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}

fn moment(seconds: &str) -> Option<Timestamp> {
    Timestamp::from_second(seconds.parse().ok()?).ok()
}
