//! HTTP that the desk asks of others: trackers, registries, chat tools, whoever hands out tokens.
//!
//! In: a [`Question`]. Out: an [`Answer`] of any status, or why there is none. TLS is verified, nothing is followed elsewhere, an answer is
//! bounded, and no error names more of an address than its host: paths and queries may carry what is nobody's.

use std::path::Path;
use std::time::Duration;

use reqwest::Client;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
pub use reqwest::{Method, Url};
use zeroize::Zeroizing;

/// What an answer may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until its last byte.
    pub timeout: Duration,
    /// The most bytes of its body.
    pub most: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(10), most: 1 << 20 }
    }
}

/// What is asked. It has no `Debug`: headers and bodies carry secrets.
#[derive(Clone)]
pub struct Question {
    /// How.
    pub method: Method,
    /// Of whom.
    pub url: Url,
    /// Names in small letters, and what they say.
    pub headers: Vec<(&'static str, Zeroizing<String>)>,
    /// What is sent along; empty for nothing.
    pub body: Vec<u8>,
}

/// What was answered, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, within the bound.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// If it is none.
    pub fn json(&self) -> Result<serde_json::Value, OutsideError> {
        serde_json::from_slice(&self.body).map_err(|_not_json| OutsideError::NotJson)
    }

    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_good(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Why there is no answer. Only the host is named.
#[derive(Debug, thiserror::Error)]
pub enum OutsideError {
    /// No connection, or one that broke.
    #[error("{host} não respondeu ({why}); confira o endereço e a rede")]
    NotReached {
        /// Which host.
        host: String,
        /// The last cause, without the address.
        why: String,
        /// Whether the question may have arrived.
        asked: bool,
    },
    /// Too slow.
    #[error("{host} não respondeu em {seconds} s")]
    TimedOut {
        /// Which host.
        host: String,
        /// How long was waited.
        seconds: f32,
        /// Whether the question may have arrived.
        asked: bool,
    },
    /// More than the bound.
    #[error("{host} respondeu com mais de {most} bytes")]
    TooLarge {
        /// Which host.
        host: String,
        /// The bound.
        most: usize,
    },
    /// Not what was asked for.
    #[error("a resposta não é JSON")]
    NotJson,
    /// A header's text with a line break or the like.
    #[error("o cabeçalho `{0}` tem caracteres que não se enviam")]
    Header(&'static str),
    /// The file of an authority of one's own.
    #[error("o arquivo de certificados {path} não pode ser lido ou não traz certificados em PEM")]
    Certificates {
        /// Which file.
        path: String,
    },
    /// The client itself.
    #[error("o cliente HTTP não pôde ser preparado: {0}")]
    Client(String),
}

impl OutsideError {
    /// Whether asking again later cannot help.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Header(_) | Self::Certificates { .. } | Self::Client(_))
    }

    /// Whether what was asked for may have been done, though there is no answer.
    #[must_use]
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::NotReached { asked, .. } | Self::TimedOut { asked, .. } => *asked,
            Self::TooLarge { .. } | Self::NotJson => true,
            Self::Header(_) | Self::Certificates { .. } | Self::Client(_) => false,
        }
    }
}

/// Whoever asks. Cloning shares its connections.
#[derive(Debug, Clone)]
pub struct Outside {
    client: Client,
    limits: Limits,
}

impl Outside {
    /// Made once for each kind of question. `ca_file` holds certificates that are trusted beside the system's.
    ///
    /// # Errors
    /// If that file cannot be used.
    pub fn new(limits: Limits, ca_file: Option<&Path>) -> Result<Self, OutsideError> {
        // What is asked of others goes where the settings say, not where the environment's proxies or a redirection would lead it.
        let mut client = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .timeout(limits.timeout)
            .connect_timeout(limits.timeout)
            .user_agent(concat!("Balcao/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = ca_file {
            let unusable = || OutsideError::Certificates { path: path.display().to_string() };
            let text = std::fs::read(path).map_err(|_why| unusable())?;
            let trusted = reqwest::Certificate::from_pem_bundle(&text).map_err(|_why| unusable())?;
            if trusted.is_empty() {
                return Err(unusable());
            }
            client = client.tls_certs_merge(trusted);
        }
        let client = client.build().map_err(|error| OutsideError::Client(last_cause(&error)))?;
        Ok(Self { client, limits })
    }

    /// Asks, and waits for the whole answer.
    ///
    /// # Errors
    /// If there is none, or it is too long.
    pub async fn ask(&self, question: Question) -> Result<Answer, OutsideError> {
        let host = question.url.host_str().unwrap_or("?").to_owned();
        let mut headers = HeaderMap::new();
        for (name, text) in &question.headers {
            let mut value = HeaderValue::from_str(text).map_err(|_why| OutsideError::Header(name))?;
            value.set_sensitive(true);
            headers.append(HeaderName::from_static(name), value);
        }
        let request = self.client.request(question.method, question.url).headers(headers);
        let request = if question.body.is_empty() { request } else { request.body(question.body) };
        let failed = |error: reqwest::Error| {
            let asked = !error.is_connect() && !error.is_builder();
            if error.is_timeout() {
                OutsideError::TimedOut {
                    host: host.clone(),
                    seconds: self.limits.timeout.as_secs_f32(),
                    asked,
                }
            } else {
                OutsideError::NotReached { host: host.clone(), why: last_cause(&error.without_url()), asked }
            }
        };
        let mut response = request.send().await.map_err(failed)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failed)? {
            if body.len().saturating_add(piece.len()) > self.limits.most {
                return Err(OutsideError::TooLarge { host, most: self.limits.most });
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, headers, body })
    }
}

/// The innermost cause: those around it only say that a request failed.
fn last_cause(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(inner) = last.source() {
        last = inner;
    }
    last.to_string()
}
