//! What went wrong, as `application/problem+json` (RFC 9457): what happened, why, and what to do.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use balcao_core::ticket::{Missing, RefusalCode};
use balcao_desk::DeskError;
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

/// A problem as it is answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:balcao:problem:incomplete")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What happened, why, and what to do.
    detail: String,
    /// The kind for programs.
    code: &'static str,
    /// Everything that must be there first, at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    missing: Vec<MissingItem>,
    /// Seconds after which it may be tried again.
    #[serde(skip)]
    after: Option<u64>,
}

/// One thing that must be there first.
#[derive(Debug, Serialize, ToSchema)]
struct MissingItem {
    /// For programs: `evidence:payload`, `check:usuario-ativo`, `analysis`, …
    code: String,
    /// For people.
    text: String,
}

impl From<&Missing> for MissingItem {
    fn from(missing: &Missing) -> Self {
        Self { code: missing.code.clone(), text: missing.text.clone() }
    }
}

impl Problem {
    /// A problem of this kind.
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:balcao:problem:{}", code.replace('_', "-")),
            title: title(code),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            missing: Vec::new(),
            after: None,
        }
    }

    /// What a page says of it: what kind, what happened, and what is missing.
    pub(crate) fn told(&self) -> (&str, &str, Vec<&str>) {
        (self.title, &self.detail, self.missing.iter().map(|item| item.text.as_str()).collect())
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// To be tried again after so many seconds.
    pub(crate) fn after(mut self, seconds: u64) -> Self {
        self.after = Some(seconds.max(1));
        self
    }
}

fn title(code: &str) -> &'static str {
    match code {
        "not_found" => "Não encontrado",
        "forbidden" | "not_allowed" => "Sem permissão",
        "unauthenticated" => "Identifique-se",
        "too_many_requests" => "Pedidos demais",
        "incomplete" => "Falta algo antes",
        "no_such_step" => "Passo que a metodologia não tem",
        "merged" => "Chamado unido a outro",
        "conflict" => "Conflito",
        "stale" => "Mudou desde que foi lido",
        "malformed" => "Pedido que não se lê",
        "unsupported_media_type" => "Tipo de conteúdo não aceito",
        "too_large" => "Conteúdo grande demais",
        "registry" => "Cadastro recusado",
        "unavailable" => "Indisponível agora",
        "method_not_allowed" => "Método não aceito aqui",
        "invalid" => "Conteúdo recusado",
        _ => "Erro do Balcão",
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        let detail = error.to_string();
        match &error {
            DeskError::NotFound(_) => Self::new(StatusCode::NOT_FOUND, "not_found", detail),
            DeskError::Forbidden(_) => Self::new(StatusCode::FORBIDDEN, "forbidden", detail),
            DeskError::Unknown => Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail),
            DeskError::TooMany(seconds) => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).after(*seconds)
            }
            DeskError::Refused(refusal) => {
                let (status, code) = match refusal.code {
                    RefusalCode::NoSuchStep => (StatusCode::CONFLICT, "no_such_step"),
                    RefusalCode::NotAllowed => (StatusCode::FORBIDDEN, "not_allowed"),
                    RefusalCode::Merged => (StatusCode::CONFLICT, "merged"),
                    RefusalCode::Incomplete => (StatusCode::CONFLICT, "incomplete"),
                };
                let missing = refusal.missing.iter().map(MissingItem::from).collect();
                Self { missing, ..Self::new(status, code, refusal.detail.clone()) }
            }
            DeskError::Invalid(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", detail),
            DeskError::Registry(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "registry", detail),
            DeskError::Conflict(_) => Self::new(StatusCode::CONFLICT, "conflict", detail),
            DeskError::Stale => Self::new(StatusCode::PRECONDITION_FAILED, "stale", detail),
            DeskError::Mail(_) | DeskError::Chat(_) | DeskError::Tracker(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
            }
            DeskError::Store(_) => {
                log(&error);
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail).after(1)
            }
            DeskError::Damaged(_) => {
                log(&error);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", detail)
            }
        }
    }
}

/// One line for a failure, with its whole chain.
fn log(error: &DeskError) {
    let mut chain = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        chain.push(error.to_string());
        cause = error.source();
    }
    tracing::error!(error = chain.join(": "), "a request failed");
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        // Strings, numbers and lists always serialise.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// The problems that any operation may answer, for the description.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its description is used")]
pub(crate) enum Problems {
    /// The request cannot be read.
    #[response(status = 400, content_type = "application/problem+json")]
    Malformed(#[to_schema] Problem),
    /// No token, or one that does not exist or has ended.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(#[to_schema] Problem),
    /// The role or the token does not reach so far.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] Problem),
    /// There is no such thing, or it is not the caller's to see.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] Problem),
    /// It does not fit what is there; `missing` lists everything that must be there first.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] Problem),
    /// It was changed since it was read (`If-Match`).
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(#[to_schema] Problem),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] Problem),
    /// The body is of a type that is not taken here.
    #[response(status = 415, content_type = "application/problem+json")]
    UnsupportedMediaType(#[to_schema] Problem),
    /// Well-formed, but it cannot be so.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(#[to_schema] Problem),
    /// Too many requests; `Retry-After` says when to come again.
    #[response(status = 429, content_type = "application/problem+json")]
    TooMany(#[to_schema] Problem),
    /// The database cannot do it now; `Retry-After` says when to come again.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] Problem),
}
