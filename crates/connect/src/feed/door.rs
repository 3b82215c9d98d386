//! Who may feed: the secrets of each feed, and how many of its requests are taken in at once.

use std::sync::Arc;

use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, Permission};
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::attributes::Attributes;
use super::settings::{Otlp, Settings};
use crate::signed::{self, Headers, Key};

/// Characters that a bearer secret has at least: fewer could be guessed.
const SHORTEST: usize = 24;

/// Why the sections are refused; for whoever wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[[feed]] `{name}`: {why}")]
pub struct FeedError {
    /// Which one.
    pub name: String,
    /// What is wrong and what to write.
    pub why: String,
}

/// Why a request is not let in. To whoever sends it all reasons look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// All feeds.
#[derive(Default)]
pub struct Feeds(Vec<Arc<Feed>>);

/// One feed.
pub struct Feed {
    name: String,
    keys: Vec<Key>,
    bearer: Vec<Zeroizing<String>>,
    otlp: Otlp,
    environment: Option<String>,
    attributes: Attributes,
    slots: Arc<Semaphore>,
}

/// Which headers a request has that say who sends it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Door<'h> {
    /// `webhook-id`.
    pub id: Option<&'h str>,
    /// `webhook-timestamp`.
    pub timestamp: Option<&'h str>,
    /// `webhook-signature`.
    pub signature: Option<&'h str>,
    /// `Authorization`.
    pub authorization: Option<&'h str>,
    /// `X-Hub-Signature-256`.
    pub hub: Option<&'h str>,
}

impl Feeds {
    /// Of the sections of the channels' file.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(sections: &[Settings]) -> Result<Self, FeedError> {
        let mut feeds: Vec<Arc<Feed>> = Vec::new();
        for section in sections {
            let feed = Feed::new(section)?;
            if feeds.iter().any(|known| known.name == feed.name) {
                let why = "há dois com este nome".to_owned();
                return Err(FeedError { name: section.name.clone(), why });
            }
            feeds.push(Arc::new(feed));
        }
        Ok(Self(feeds))
    }

    /// The feed of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Feed>> {
        self.0.iter().find(|feed| feed.name == name)
    }
}

impl Feed {
    fn new(section: &Settings) -> Result<Self, FeedError> {
        let refused = |why: &str| FeedError { name: section.name.clone(), why: why.to_owned() };
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if section.name.is_empty() || section.name.len() > 64 || !section.name.chars().all(plain) {
            return Err(refused("o nome tem só letras, algarismos, `-` e `_`"));
        }
        let keys = section.secrets.iter().map(|secret| Key::parse(secret.text()));
        let keys = keys.collect::<Result<Vec<_>, _>>().map_err(|error| refused(&error.to_string()))?;
        let bearer: Vec<_> = section.bearer.iter().map(|secret| secret.text().trim()).collect();
        if bearer.iter().any(|secret| secret.len() < SHORTEST) {
            return Err(refused("um segredo de `bearer` tem menos de 24 caracteres; gere um maior"));
        }
        if keys.is_empty() && bearer.is_empty() {
            return Err(refused("faltam `secrets` ou `bearer`: sem segredo ninguém alimenta o log"));
        }
        Ok(Self {
            name: section.name.clone(),
            keys,
            bearer: bearer.into_iter().map(|secret| Zeroizing::new(secret.to_owned())).collect(),
            otlp: section.otlp,
            environment: section.environment.clone(),
            attributes: section.attributes.clone(),
            slots: Arc::new(Semaphore::new(usize::from(section.at_once.max(1)))),
        })
    }

    /// Whom its lines are taken from; it may do nothing else.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            id: format!("feed:{}", self.name),
            name: self.name.clone(),
            role: Role::System,
            partner: None,
            narrowed: Some(vec![Permission::WriteRequests]),
        }
    }

    /// A place among those that are taken in now; `None` if it must come again.
    #[must_use]
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.slots.clone().try_acquire_owned().ok()
    }

    /// The environment of records that say none.
    #[must_use]
    pub fn environment(&self) -> Option<&str> {
        self.environment.as_deref()
    }

    /// Which attribute is which field.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.attributes
    }

    /// Whether an OTLP request may be let in by its headers alone, so that of others no body is read; one that is signed is judged with its
    /// body.
    ///
    /// # Errors
    /// If it may not.
    pub fn may_send_otlp(&self, door: &Door<'_>) -> Result<(), Refused> {
        match self.otlp {
            Otlp::Bearer => {
                let (scheme, token) =
                    door.authorization.and_then(|value| value.split_once(' ')).ok_or(Refused)?;
                if !scheme.eq_ignore_ascii_case("bearer") {
                    return Err(Refused);
                }
                // All are compared, so that the time tells nothing of how many there are.
                let same =
                    self.bearer.iter().filter(|own| signed::same(own.as_bytes(), token.trim().as_bytes()));
                if same.count() == 0 { Err(Refused) } else { Ok(()) }
            }
            Otlp::Hmac => door.hub.map(|_| ()).ok_or(Refused),
            Otlp::Signature => door.signature.map(|_| ()).ok_or(Refused),
        }
    }

    /// Whether an OTLP request's body is the sender's.
    ///
    /// # Errors
    /// If it is not.
    pub fn sent_otlp(&self, door: &Door<'_>, body: &[u8], now: Timestamp) -> Result<(), Refused> {
        match self.otlp {
            Otlp::Bearer => self.may_send_otlp(door),
            Otlp::Hmac => {
                let header = door.hub.ok_or(Refused)?;
                let signed = |own: &Zeroizing<String>| signed::is_hub_signature(own.as_bytes(), header, body);
                if self.bearer.iter().any(signed) { Ok(()) } else { Err(Refused) }
            }
            Otlp::Signature => self.signed(door, body, now),
        }
    }

    /// Whether a body is signed with a secret of this feed.
    ///
    /// # Errors
    /// If it is not, or was signed more than five minutes ago.
    pub fn signed(&self, door: &Door<'_>, body: &[u8], now: Timestamp) -> Result<(), Refused> {
        let headers = Headers {
            id: door.id.ok_or(Refused)?,
            timestamp: door.timestamp.ok_or(Refused)?,
            signature: door.signature.ok_or(Refused)?,
        };
        signed::verify(&self.keys, &headers, body, now).map_err(|_why| Refused)
    }
}
