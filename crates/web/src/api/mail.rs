//! Mail in: what a mail server hands over, and what could not be filed.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use balcao_connect::mail::{self, Arrived, Counts, MOST_KEPT, Taken};
use balcao_desk::DeskError;
use balcao_desk::caller::Permission;
use balcao_store::MailId;
use balcao_store::mail::Mail;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tickets::{limit, replayed};
use super::views::at;
use crate::caller::Asking;
use crate::extract::{Path, Query, whole};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(deliver)).routes(routes!(quarantine)).routes(routes!(retry))
}

/// What became of a mail.
#[derive(Serialize, ToSchema)]
struct TakenView {
    id: String,
    /// `filed`: a message of the ticket; `noted`: kept, nothing came of it; `quarantined`: a person must look; `received`: it waits, and is filed
    /// by itself.
    state: String,
    /// Why, in words.
    reason: Option<String>,
    /// The ticket that it is in or speaks of.
    ticket: Option<String>,
    protocol: Option<String>,
    /// By what the sender is verified: `dmarc`, `dkim`, `spf` or `none`.
    verified: Option<String>,
}

fn answered(taken: &Taken) -> Response {
    let view = TakenView {
        id: taken.mail.id.to_string(),
        state: taken.mail.state.clone(),
        reason: taken.mail.reason.clone(),
        ticket: taken.ticket.as_ref().map(|ticket| ticket.id.to_string()),
        protocol: taken.ticket.as_ref().map(|ticket| ticket.protocol.clone()),
        verified: taken.mail.verified.clone(),
    };
    let mut response = (StatusCode::CREATED, Answer(view)).into_response();
    replayed(&mut response, taken.known);
    response
}

/// Takes one mail in
///
/// As a mail server has it, headers and all. Once it is answered the mail is kept, whatever became of it; the same mail again changes nothing.
/// From a partner none is taken: partners write to the desk's address.
#[utoipa::path(post, path = "/api/v1/mail", tag = "mail", operation_id = "deliverMail",
    request_body(content = String, content_type = "message/rfc822"),
    responses((status = 201, body = TakenView), Problems))]
async fn deliver(
    State(app): State<App>,
    Asking(caller): Asking,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.must(Permission::CreateTickets)?;
    if !caller.is_staff() {
        return Err(DeskError::Forbidden("entregar e-mails").into());
    }
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("message/rfc822") {
        let detail = "envie o e-mail inteiro como `Content-Type: message/rfc822`";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    let raw = whole(body, MOST_KEPT).await?.to_vec();
    let arrived = Arrived { raw, mailbox: "api".to_owned(), uid: None };
    Ok(answered(&mail::take_in(&app.desk, &caller, arrived, app.now()).await?))
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// The last id of the page before.
    after: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// A mail that could not be filed.
#[derive(Serialize, ToSchema)]
struct AsideView {
    id: String,
    /// Where it was taken from.
    mailbox: String,
    #[schema(format = DateTime)]
    received_at: String,
    /// In bytes.
    size: i64,
    attempts: i64,
    /// Why it could not be filed.
    reason: Option<String>,
}

impl From<&Mail> for AsideView {
    fn from(row: &Mail) -> Self {
        Self {
            id: row.id.to_string(),
            mailbox: row.mailbox.clone(),
            received_at: at(row.received_at),
            size: row.size,
            attempts: row.attempts,
            reason: row.reason.clone(),
        }
    }
}

/// How many mails came, and where they are; `seen` is the sum of the others.
#[derive(Serialize, ToSchema)]
struct CountsView {
    seen: i64,
    filed: i64,
    noted: i64,
    quarantined: i64,
    waiting: i64,
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        let Counts { seen, filed, noted, quarantined, waiting } = counts;
        Self { seen, filed, noted, quarantined, waiting }
    }
}

/// The quarantine.
#[derive(Serialize, ToSchema)]
struct QuarantineView {
    items: Vec<AsideView>,
    /// Of all mails.
    counts: CountsView,
}

/// Lists the mails that could not be filed after three tries
#[utoipa::path(get, path = "/api/v1/mail/quarantine", tag = "mail", operation_id = "listMailQuarantine", params(After),
    responses((status = 200, body = QuarantineView), Problems))]
async fn quarantine(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(page): Query<After>,
) -> Result<Answer<QuarantineView>, Problem> {
    let after = page.after.as_deref().map(|id| MailId::parse(id).ok_or(DeskError::NotFound("e-mail")));
    let after = after.transpose()?;
    let rows = mail::quarantined(&app.desk, &caller, after.as_ref(), limit(page.limit)?).await?;
    let counts = mail::counts(&app.desk).await?;
    Ok(Answer(QuarantineView { items: rows.iter().map(AsideView::from).collect(), counts: counts.into() }))
}

/// Tries a mail again that could not be filed
#[utoipa::path(post, path = "/api/v1/mail/quarantine/{id}/retry", tag = "mail", operation_id = "retryMail", params(("id" = String, Path)),
    responses((status = 201, body = TakenView), Problems))]
async fn retry(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.must(Permission::ManageJobs)?;
    let id = MailId::parse(&id).ok_or(DeskError::NotFound("e-mail em quarentena"))?;
    Ok(answered(&mail::retry(&app.desk, &caller, &id, app.now()).await?))
}
