//! One question to a tracker, and what its refusals mean.

use std::sync::Arc;

use balcao_desk::tracker::TrackerError;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::outside::{Answer, Method, Outside, Question};

/// Pages of comments that are read, at most.
pub(super) const MOST_PAGES: u32 = 5;
/// Pages of issues that are read to find one of ours, at most.
pub(super) const MOST_TO_FIND: u32 = 40;
/// Things on a page.
pub(super) const A_PAGE: usize = 100;
/// Bytes of an address that are kept.
const LONGEST_URL: usize = 2_000;
/// Seconds to wait where a tracker has enough of us and does not say for how long.
const USUAL_PAUSE: u64 = 60;

/// Where and how a tracker is asked.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) outside: Arc<Outside>,
    /// Without a slash at its end.
    pub(super) base: String,
    /// What every question carries: the token among it.
    pub(super) headers: Vec<(&'static str, Zeroizing<String>)>,
}

impl Client {
    /// Asks for what is at a path below the base.
    pub(super) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, TrackerError> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        json(&self.ask(Method::GET, url, None).await?)
    }

    /// Sends something to a path below the base.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, TrackerError> {
        json(&self.ask(Method::POST, self.url(path)?, Some(body)).await?)
    }

    /// Changes what is at a path below the base, by `PUT` or `PATCH`.
    pub(super) async fn change(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Result<Value, TrackerError> {
        json(&self.ask(method, self.url(path)?, Some(body)).await?)
    }

    /// As [`Client::post`], where nothing is answered but that it is done.
    pub(super) async fn tell(&self, path: &str, body: &Value) -> Result<(), TrackerError> {
        self.ask(Method::POST, self.url(path)?, Some(body)).await.map(|_| ())
    }

    fn url(&self, path: &str) -> Result<Url, TrackerError> {
        let whole = format!("{}{path}", self.base);
        Url::parse(&whole)
            .map_err(|_own_path| TrackerError::new("o endereço do rastreador não é um endereço"))
    }

    async fn ask(&self, method: Method, url: Url, body: Option<&Value>) -> Result<Answer, TrackerError> {
        let mut headers = self.headers.clone();
        if body.is_some() {
            headers.push(("content-type", Zeroizing::new("application/json".to_owned())));
        }
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let answer = self.outside.ask(Question { method, url, headers, body }).await;
        checked(answer.map_err(|error| TrackerError::new(error.to_string()))?)
    }
}

fn json(answer: &Answer) -> Result<Value, TrackerError> {
    answer.json().map_err(|error| TrackerError::new(error.to_string()))
}

/// An answer that says yes; else why not, without a word of what the server wrote: it may quote ours.
pub(super) fn checked(answer: Answer) -> Result<Answer, TrackerError> {
    let status = answer.status;
    if (200..300).contains(&status) {
        return Ok(answer);
    }
    let asked = answer.header("retry-after").and_then(|text| text.trim().parse::<u64>().ok());
    let used_up = answer.header("x-ratelimit-remaining") == Some("0");
    let too_many = status == 429 || (status == 403 && (asked.is_some() || used_up));
    if too_many {
        let after = asked.unwrap_or(USUAL_PAUSE);
        let reason = format!("ele pede que se espere {after} s (HTTP {status})");
        return Err(TrackerError { reason, after: Some(after) });
    }
    let reason = match status {
        401 => "ele recusou o token (HTTP 401); confira `token`".to_owned(),
        403 => "o token não pode fazer isso (HTTP 403); confira as permissões dele".to_owned(),
        404 | 410 => {
            format!(
                "o projeto ou a issue não está lá para este token (HTTP {status}); confira `url` e `project`"
            )
        }
        400 | 422 => format!("ele não aceitou o que foi enviado (HTTP {status})"),
        300..400 => format!("ele manda para outro endereço (HTTP {status}); ponha esse em `url`"),
        _ => format!("ele falhou (HTTP {status})"),
    };
    Err(TrackerError { reason, after: asked })
}

/// Something that an answer must have.
pub(super) fn must<T>(found: Option<T>, what: &str) -> Result<T, TrackerError> {
    found.ok_or_else(|| TrackerError::new(format!("a resposta dele não traz `{what}`")))
}

/// Nobody knows whether an issue is there: it is not opened a second time.
pub(super) fn not_all_seen() -> TrackerError {
    TrackerError::new(
        "não se sabe se a issue já foi aberta: há issues demais desde então; procure-a lá pelo protocolo",
    )
}

/// A number or text of an answer, as text.
pub(super) fn id_of(value: &Value, name: &str) -> Option<String> {
    match value.get(name)? {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() && text.len() <= 80 => Some(text.clone()),
        _ => None,
    }
}

/// An address of an answer, if it is one of bounded length.
pub(super) fn url_of(value: &Value, name: &str) -> Option<String> {
    text_of(value, name)
        .filter(|url| url.len() <= LONGEST_URL && !url.chars().any(|c| c.is_control() || c == ' '))
}

/// A text of an answer.
pub(super) fn text_of(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The things of an answer that is a list.
pub(super) fn list_of(value: Value) -> Result<Vec<Value>, TrackerError> {
    match value {
        Value::Array(list) => Ok(list),
        _ => Err(TrackerError::new("a resposta dele não é uma lista")),
    }
}
