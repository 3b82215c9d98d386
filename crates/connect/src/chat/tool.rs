//! A chat tool that speaks the desk's own format: whether it delivered something, and handing a parcel over to it.

use std::time::Duration;

use balcao_desk::chat::{CarrierError, Delivered, Parcel};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::settings::Settings;
use super::words::said;
use crate::outside::{Limits, Method, Outside, Question};
use crate::signed::{Headers, Key, sign, verify};
use crate::whatsapp::settings::is_safe;

/// The tool.
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) vouches: bool,
    pub(crate) longest: usize,
    keys: Vec<Key>,
    out: Option<(Url, Outside)>,
}

impl Tool {
    /// Of its section.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn new(settings: &Settings, timeout: Duration) -> Result<Self, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if settings.name.is_empty() || settings.name.len() > 64 || !settings.name.chars().all(plain) {
            return Err("`name` tem só letras, algarismos, `-` e `_`".to_owned());
        }
        let keys = settings.secrets.iter().map(|secret| Key::parse(secret.text()));
        let keys: Vec<Key> = keys.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        if keys.is_empty() {
            return Err("falta um segredo em `secrets`: sem ele ninguém é ouvido".to_owned());
        }
        if settings.longest == 0 {
            return Err("`longest` é ao menos 1".to_owned());
        }
        let out = match &settings.url {
            Some(url) if !is_safe(url) => {
                return Err(
                    "`url` é um endereço `https://`; sem TLS só se chega a esta própria máquina".to_owned()
                );
            }
            Some(url) => {
                let limits = Limits { timeout, most: 1 << 16 };
                let outside = Outside::new(limits, settings.ca_file.as_deref());
                Some((url.clone(), outside.map_err(|error| error.to_string())?))
            }
            None => None,
        };
        let Settings { name, vouches, longest, .. } = settings.clone();
        Ok(Self { name, vouches, longest, keys, out })
    }

    /// Whether something can go out to it.
    pub(crate) fn carries(&self) -> bool {
        self.out.is_some()
    }

    /// Whether it delivered this, lately.
    pub(crate) fn is_from(&self, delivered: &Delivered<'_>, now: Timestamp) -> bool {
        let header = |name: &str| (delivered.header)(name).unwrap_or_default();
        let (id, timestamp, signature) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
        verify(&self.keys, &headers, delivered.body, now).is_ok()
    }

    /// Hands a parcel over, signed; its id there, if it answers with one. Delivered twice it has the same `webhook-id`. Its
    /// type is none that a tool delivers: sent back to us it says nothing.
    pub(crate) async fn send(&self, parcel: &Parcel, now: Timestamp) -> Result<Option<String>, CarrierError> {
        let never = || CarrierError::Never("esta ferramenta de conversa não tem `url`".to_owned());
        let (url, outside) = self.out.as_ref().ok_or_else(never)?;
        let key = self.keys.first().ok_or_else(never)?;
        let data = json!({
            "id": parcel.id, "conversation": parcel.to.as_str(), "ticket": parcel.protocol, "kind": parcel.kind.code(),
            "language": parcel.language.code(), "text": said(parcel),
        });
        let body = json!({"type": "ticket.message", "timestamp": now.to_string(), "data": data});
        let body = body.to_string().into_bytes();
        let plain = |text: String| Zeroizing::new(text);
        let headers = vec![
            ("content-type", plain("application/json".to_owned())),
            ("webhook-id", plain(parcel.key.clone())),
            ("webhook-timestamp", plain(now.as_second().to_string())),
            ("webhook-signature", plain(sign(key, &parcel.key, now, &body))),
        ];
        let question = Question { method: Method::POST, url: url.clone(), headers, body };
        let answer = outside.ask(question).await.map_err(|error| {
            let text = error.to_string();
            if error.is_lasting() { CarrierError::Never(text) } else { CarrierError::Later(text) }
        })?;
        if answer.is_good() {
            // What was taken was taken, whatever else the answer says.
            let said = answer.json().unwrap_or_default();
            let id = said.get("id").and_then(|id| match id {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            return Ok(id.filter(|id| !id.is_empty() && id.len() <= 1_000));
        }
        let text = format!("a ferramenta de conversa respondeu HTTP {}", answer.status);
        // Of these another time may do: a redirection is a wrong address, which a person must put right.
        let passing = matches!(answer.status, 401 | 403 | 404 | 408 | 409 | 425 | 429 | 500..=599);
        Err(if passing { CarrierError::Later(text) } else { CarrierError::Never(text) })
    }
}
