//! The way to commercial: a request goes out as a signed webhook, and what comes in is believed by the same keys.

use balcao_desk::chat::{CarrierError, Carrying, Delivered, Parcel};
use balcao_desk::commercial::Office;
use balcao_desk::mail::Language;
use jiff::Timestamp;
use url::Url;
use zeroize::Zeroizing;

use super::settings::{Settings, SettingsError};
use crate::outside::{Limits, Method, Outside, Question};
use crate::signed::{Headers, Key, sign, verify};

/// Commercial, as the channels' file says.
pub struct Commercial {
    mail: Option<String>,
    keys: Vec<Key>,
    out: Option<(Url, Key, Outside)>,
    hands_over: Option<String>,
    hands_over_en: Option<String>,
}

impl Commercial {
    pub(super) fn new(settings: &Settings, limits: Limits) -> Result<Self, SettingsError> {
        let keys = settings.secrets.iter().map(|secret| Key::parse(secret.text()));
        let keys: Vec<Key> =
            keys.collect::<Result<_, _>>().map_err(|error| SettingsError(error.to_string()))?;
        let mail = settings.address()?;
        let out = match (settings.place()?, keys.first()) {
            (Some(url), Some(key)) => {
                let outside = Outside::new(limits, settings.ca_file.as_deref());
                let outside = outside.map_err(|error| SettingsError(error.to_string()))?;
                Some((url, key.clone(), outside))
            }
            (Some(_), None) => {
                let text = "falta um segredo em `secrets`, com que se assina o que vai a `url`";
                return Err(SettingsError(text.to_owned()));
            }
            (None, _) => None,
        };
        if mail.is_none() && out.is_none() {
            return Err(SettingsError("diga `mail`, ou `url` com `secrets`, ou os dois".to_owned()));
        }
        let text = |text: &Option<String>| {
            let text = text.as_deref().map(|text| text.trim().trim_end_matches('.').to_owned());
            text.filter(|text| !text.is_empty())
        };
        let (hands_over, hands_over_en) = (text(&settings.hands_over), text(&settings.hands_over_en));
        Ok(Self { mail, keys, out, hands_over, hands_over_en })
    }

    async fn hand_over(&self, parcel: &Parcel, now: Timestamp) -> Result<Option<String>, CarrierError> {
        let never = || CarrierError::Never("o comercial não tem `url`".to_owned());
        let (url, key, outside) = self.out.as_ref().ok_or_else(never)?;
        // The same bytes at every try: whoever took them knows them again.
        let body = parcel.body.clone().into_bytes();
        let plain = |text: String| Zeroizing::new(text);
        let headers = vec![
            ("content-type", plain("application/json".to_owned())),
            ("webhook-id", plain(parcel.id.clone())),
            ("webhook-timestamp", plain(now.as_second().to_string())),
            ("webhook-signature", plain(sign(key, &parcel.id, now, &body))),
        ];
        let question = Question { method: Method::POST, url: url.clone(), headers, body };
        let answer = outside.ask(question).await.map_err(|error| {
            let text = error.to_string();
            if error.is_lasting() { CarrierError::Never(text) } else { CarrierError::Later(text) }
        })?;
        if answer.is_good() {
            return Ok(None);
        }
        let text = format!("o webhook do comercial respondeu HTTP {}", answer.status);
        // What is wrong with the address or the keys is put right by a person; what is wrong with the request is not.
        let lasting = matches!(answer.status, 400 | 405 | 406 | 410 | 413 | 415 | 422);
        Err(if lasting { CarrierError::Never(text) } else { CarrierError::Later(text) })
    }
}

impl Office for Commercial {
    fn mail(&self) -> Option<&str> {
        self.mail.as_deref()
    }

    fn takes_webhooks(&self) -> bool {
        self.out.is_some()
    }

    fn hands_over(&self, language: Language) -> Option<&str> {
        match language {
            Language::Portuguese => self.hands_over.as_deref(),
            Language::English => self.hands_over_en.as_deref(),
        }
    }

    fn is_from(&self, delivered: &Delivered<'_>, now: Timestamp) -> bool {
        let header = |name: &str| (delivered.header)(name).unwrap_or_default();
        let (id, timestamp, signature) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
        verify(&self.keys, &headers, delivered.body, now).is_ok()
    }

    fn send<'o>(&'o self, parcel: &'o Parcel, now: Timestamp) -> Carrying<'o> {
        Box::pin(self.hand_over(parcel, now))
    }
}
