//! Asking Graph: to send a message, and for the files of those that came.

use balcao_desk::chat::CarrierError;
use balcao_desk::mail::Language;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;
use zeroize::Zeroizing;

use super::faults::{Fate, fault};
use super::settings::{Settings, is_safe};
use crate::chat::Patience;
use crate::chat::event::Media;
use crate::outside::{Answer, Limits, Method, Outside, OutsideError, Question};

/// Why a file was not fetched.
#[derive(Debug)]
pub(crate) enum Missing {
    /// Another time it may.
    Later(String),
    /// It never will; in words that go into the message.
    Never(String),
}

/// Whoever asks Graph.
pub(crate) struct Graph {
    settings: Settings,
    small: Outside,
    large: Outside,
}

impl Graph {
    pub(crate) fn new(settings: Settings, patience: Patience) -> Result<Self, OutsideError> {
        let ca = settings.ca_file.as_deref();
        let small = Outside::new(Limits { timeout: patience.small, most: 1 << 20 }, ca)?;
        let large = Outside::new(Limits { timeout: patience.large, most: settings.most_bytes }, ca)?;
        Ok(Self { settings, small, large })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Sends a text; `own` comes back with what Graph tells of it. The message's id.
    pub(crate) async fn text(&self, to: &str, text: &str, own: &str) -> Result<Option<String>, CarrierError> {
        let message = json!({"type": "text", "text": {"preview_url": false, "body": text}});
        self.send(to, message, own).await
    }

    /// Sends the template of this name, which asks to write again.
    pub(crate) async fn template(
        &self,
        to: &str,
        (name, language, protocol): (&str, Language, &str),
        own: &str,
    ) -> Result<Option<String>, CarrierError> {
        let template = self.settings.template.iter().find(|template| template.name == name);
        let never = || CarrierError::Never("este modelo de mensagem não está mais configurado".to_owned());
        let template = template.ok_or_else(never)?;
        let language = template.language(language).ok_or_else(never)?;
        let mut message = json!({"name": name, "language": {"code": language}});
        if template.with_protocol
            && let Some(message) = message.as_object_mut()
        {
            let body = json!([{"type": "body", "parameters": [{"type": "text", "text": protocol}]}]);
            message.insert("components".to_owned(), body);
        }
        self.send(to, json!({"type": "template", "template": message}), own).await
    }

    async fn send(&self, to: &str, mut message: Value, own: &str) -> Result<Option<String>, CarrierError> {
        if let Some(message) = message.as_object_mut() {
            message.insert("messaging_product".to_owned(), json!("whatsapp"));
            message.insert("recipient_type".to_owned(), json!("individual"));
            message.insert("to".to_owned(), json!(to));
            message.insert("biz_opaque_callback_data".to_owned(), json!(own));
        }
        let url = self.url(&[&self.settings.phone_number_id, "messages"]);
        let mut question = self.question(Method::POST, url);
        question.headers.push(("content-type", Zeroizing::new("application/json".to_owned())));
        question.body = message.to_string().into_bytes();
        let answer = self.small.ask(question).await.map_err(|error| {
            if error.may_have_arrived() {
                CarrierError::Unsure(error.to_string())
            } else if error.is_lasting() {
                CarrierError::Never(error.to_string())
            } else {
                CarrierError::Later(error.to_string())
            }
        })?;
        if !answer.is_good() {
            if code_of(&answer) < 0 && [502, 504].contains(&answer.status) {
                // Whoever stands before Graph does not know what Graph did.
                return Err(CarrierError::Unsure(fault(-1, answer.status).1));
            }
            let (fate, words) = fault(code_of(&answer), answer.status);
            return Err(match fate {
                Fate::Later => CarrierError::Later(words),
                Fate::Never => CarrierError::Never(words),
                Fate::Outside => CarrierError::Outside(words),
            });
        }
        // What was taken was taken, whatever else the answer says: without its id only our own mark comes back with its statuses.
        let said = answer.json().unwrap_or_default();
        let id = said.get("messages").and_then(|all| all.get(0)).and_then(|one| one.get("id"));
        Ok(id.and_then(Value::as_str).map(str::to_owned))
    }

    /// Fetches a file: where it is first, then its bytes.
    pub(crate) async fn fetch(&self, media: &Media) -> Result<Vec<u8>, Missing> {
        let mut url = self.url(&[&media.id]);
        url.query_pairs_mut().append_pair("phone_number_id", &self.settings.phone_number_id);
        let answer = self.small.ask(self.question(Method::GET, url)).await.map_err(|error| later(&error))?;
        let said = good(&answer)?.json().map_err(|error| later(&error))?;
        let size = said.get("file_size").map(|size| match size {
            Value::String(digits) => digits.parse().unwrap_or(u64::MAX),
            number => number.as_u64().unwrap_or(u64::MAX),
        });
        if size.is_some_and(|size| usize::try_from(size).map_or(true, |size| size > self.settings.most_bytes))
        {
            return Err(self.too_large());
        }
        let place = said.get("url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
        // The token goes along: only to where nobody reads it on the way.
        let place = place
            .filter(is_safe)
            .ok_or_else(|| Missing::Later("a Graph não disse onde ele está".to_owned()))?;
        let answer = match self.large.ask(self.question(Method::GET, place)).await {
            Err(OutsideError::TooLarge { .. }) => return Err(self.too_large()),
            answer => answer.map_err(|error| later(&error))?,
        };
        let body = good(&answer)?.body.clone();
        let told = said.get("sha256").and_then(Value::as_str);
        for hash in [media.sha256.as_deref(), told].into_iter().flatten() {
            if !is_hash(hash, &body) {
                return Err(Missing::Later("ele não chegou inteiro: o SHA-256 não confere".to_owned()));
            }
        }
        Ok(body)
    }

    fn too_large(&self) -> Missing {
        let most = self.settings.most_bytes >> 20;
        Missing::Never(format!("ele passa de {most} MB; peça-o por outro caminho ou em partes"))
    }

    fn url(&self, parts: &[&str]) -> Url {
        let mut url = self.settings.graph.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(&self.settings.version).extend(parts);
        }
        url
    }

    fn question(&self, method: Method, url: Url) -> Question {
        let token = Zeroizing::new(format!("Bearer {}", self.settings.access_token.text()));
        Question { method, url, headers: vec![("authorization", token)], body: Vec::new() }
    }
}

fn later(error: &OutsideError) -> Missing {
    Missing::Later(error.to_string())
}

/// The answer, if it is one.
fn good(answer: &Answer) -> Result<&Answer, Missing> {
    if answer.is_good() {
        return Ok(answer);
    }
    let code = code_of(answer);
    // Of what is not there, or no longer, Graph says so with 100 or 404.
    if code == 100 || answer.status == 404 || answer.status == 410 {
        return Err(Missing::Never("o WhatsApp não o tem mais; peça que seja enviado de novo".to_owned()));
    }
    Err(Missing::Later(fault(code, answer.status).1))
}

fn code_of(answer: &Answer) -> i64 {
    let said = answer.json().unwrap_or_default();
    said.get("error").and_then(|error| error.get("code")).and_then(Value::as_i64).unwrap_or(-1)
}

/// Whether this is the SHA-256 of the bytes, in hexadecimal or base64.
fn is_hash(given: &str, bytes: &[u8]) -> bool {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let given = given.trim();
    given.eq_ignore_ascii_case(&hex)
        || given.trim_end_matches('=') == BASE64_STANDARD.encode(hash).trim_end_matches('=')
}

#[cfg(test)]
mod tests {
    use super::is_hash;

    #[test]
    fn a_hash_is_known_in_both_writings() {
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(is_hash(hex, b"abc") && is_hash(&hex.to_uppercase(), b"abc"));
        assert!(is_hash("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", b"abc"));
        assert!(!is_hash(hex, b"abd") && !is_hash("", b"abc"));
    }
}
