//! The parts of a request, each read with a problem as the only way to fail.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The largest body of an operation that takes no message or file, in bytes.
const SMALL: usize = 1 << 20;

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        is_json(request.headers())?;
        let bytes = whole(request.into_body(), SMALL).await?;
        parse(&bytes).map(Self)
    }
}

/// Reads JSON; the problem names the field, never its value.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A struct would be read from a list of its values too, and nobody means that.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        let detail = "o corpo é uma lista; envie um objeto JSON";
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let place = error.path().to_string();
        let inner = error.inner();
        if inner.is_data() {
            let (line, column) = (inner.line(), inner.column());
            let detail = format!(
                "o campo `{place}` falta, sobra ou tem o tipo errado (linha {line}, coluna {column}); veja a descrição em /api/v1/docs"
            );
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail);
        }
        let detail = format!("o corpo não é JSON: linha {}, coluna {}", inner.line(), inner.column());
        Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
    })?;
    let end = reader.end();
    end.map_err(|_more| {
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "há texto depois do fim do JSON")
    })?;
    Ok(read)
}

/// Whether the body says that it is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media == "application/json" || media.ends_with("+json") {
        return Ok(());
    }
    let detail = "envie o corpo como `Content-Type: application/json`";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
}

/// Whether the body is compressed with gzip; another coding is refused.
pub(crate) fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    match headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase())
    {
        None => Ok(false),
        Some(coding) if coding == "identity" => Ok(false),
        Some(coding) if coding == "gzip" => Ok(true),
        Some(_) => {
            let detail = "só `Content-Encoding: gzip` é aceito";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail))
        }
    }
}

/// The whole body, at most `most` bytes.
pub(crate) async fn whole(body: Body, most: usize) -> Result<Bytes, Problem> {
    let collected = Limited::new(body, most).collect().await;
    collected.map(http_body_util::Collected::to_bytes).map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            let detail = format!("o corpo passa de {most} bytes; divida-o ou compacte-o");
            return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail);
        }
        Problem::new(StatusCode::BAD_REQUEST, "malformed", "o corpo não chegou inteiro; envie de novo")
    })
}

/// Parts of the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let path = read.map_err(|_rejected| {
            Problem::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "não há nada neste endereço; confira-o na descrição",
            )
        })?;
        Ok(Self(path.0))
    }
}

/// The query string.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        let query = read.map_err(|_may_show_values| {
            let detail = "um parâmetro depois de `?` não existe, se repete ou tem valor que não se lê; veja a descrição em /api/v1/docs";
            Problem::new(StatusCode::BAD_REQUEST, "malformed", detail)
        })?;
        Ok(Self(query.0))
    }
}

/// The version that the caller insists on: `If-Match: "7"`; `*` insists on none, and what is no version fits none.
pub(crate) struct IfMatch(pub(crate) Option<String>);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let Some(value) = parts.headers.get(IF_MATCH) else { return Ok(Self(None)) };
        let text = String::from_utf8_lossy(value.as_bytes());
        let tag = text.trim().trim_matches('"');
        Ok(Self((text.trim() != "*").then(|| tag.to_owned())))
    }
}

impl IfMatch {
    /// The version of a ticket; a tag that is none fits no version.
    pub(crate) fn version(&self) -> Option<i64> {
        self.0.as_ref().map(|tag| tag.parse().unwrap_or(-1))
    }
}

/// A header's text, if it is there.
pub(crate) fn header(headers: &HeaderMap, name: &'static str) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
