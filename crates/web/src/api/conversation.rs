//! The conversation of a ticket: further messages, replies, notes, corrections, confirmations, originals.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use balcao_core::ticket::Confirmation;
use balcao_desk::DeskError;
use balcao_desk::verbs::answer::{self, Word};
use balcao_desk::verbs::correct::{self, Correction};
use balcao_desk::verbs::follow_up::{self, Followed};
use balcao_desk::verbs::{Cited, confirm, open_original, show};
use balcao_store::{MessageId, TicketId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::message_view::MessageView;
use super::tickets::{arrival, replayed, tag};
use super::views::{ChangeView, Inbound, TicketView, raw};
use crate::caller::Asking;
use crate::extract::{Json, Path};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(follow))
        .routes(routes!(reply))
        .routes(routes!(note))
        .routes(routes!(correction))
        .routes(routes!(confirmation))
        .routes(routes!(original))
}

/// What came of a further message.
#[derive(Serialize, ToSchema)]
struct FollowedView {
    ticket: TicketView,
    /// The new diagnosis of the whole conversation, in the format of the batch interface.
    #[schema(value_type = Object)]
    diagnosis: Box<RawValue>,
    /// What changed by it.
    changes: Vec<ChangeView>,
}

fn followed(followed: &Followed, staff: bool) -> Response {
    let view = FollowedView {
        ticket: TicketView::of(&followed.ticket, staff),
        diagnosis: raw(&followed.diagnosis),
        changes: followed.changes.iter().map(ChangeView::from).collect(),
    };
    let mut response = (StatusCode::CREATED, Answer(view)).into_response();
    tag(&mut response, followed.ticket.version);
    replayed(&mut response, followed.known);
    response
}

/// Adds a message of the partner
///
/// The whole conversation is diagnosed anew, and the answer says what changed. The same message twice is one.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/messages", tag = "conversation", operation_id = "addMessage",
    params(("id" = String, Path, description = "Id or protocol number"),
           ("Idempotency-Key" = Option<String>, Header, description = "The caller's own key for this message", min_length = 1, max_length = 255)),
    request_body(content = Inbound, content_type = "application/json"),
    responses((status = 201, body = FollowedView), Problems))]
async fn follow(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let arrival = arrival(&headers, body).await?;
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let done = follow_up::follow_up(&app.desk, &caller, &ticket.id, arrival, app.now()).await?;
    Ok(followed(&done, caller.is_staff()))
}

/// A reply to the partner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reply {
    #[schema(min_length = 1)]
    body: String,
    /// Excerpts of the documentation that it rests on; refused if one is no longer in its document.
    #[serde(default)]
    citations: Vec<CitedView>,
}

/// An excerpt of the documentation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CitedView {
    /// The document's path without its ending.
    document: String,
    /// The heading's slug, or `METHOD path`.
    heading: String,
    /// The exact words.
    excerpt: String,
}

/// Answers the partner
#[utoipa::path(post, path = "/api/v1/tickets/{id}/replies", tag = "conversation", operation_id = "reply",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = Reply, content_type = "application/json"),
    responses((status = 201, body = MessageView), Problems))]
async fn reply(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(reply): Json<Reply>,
) -> Result<Response, Problem> {
    let citations = reply.citations.into_iter().map(|cited| Cited {
        document: cited.document,
        heading: cited.heading,
        excerpt: cited.excerpt,
    });
    let word = Word::Reply { body: reply.body, citations: citations.collect() };
    say(&app, &caller, &id, word).await
}

/// A note among ourselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Note {
    #[schema(min_length = 1)]
    body: String,
}

/// Notes something among ourselves
///
/// No partner sees it.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/notes", tag = "conversation", operation_id = "note",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = Note, content_type = "application/json"),
    responses((status = 201, body = MessageView), Problems))]
async fn note(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(note): Json<Note>,
) -> Result<Response, Problem> {
    say(&app, &caller, &id, Word::Note { body: note.body }).await
}

async fn say(
    app: &App,
    caller: &balcao_desk::caller::Caller,
    id: &str,
    word: Word,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, caller, id).await?;
    let (ticket, message) = answer::answer(&app.desk, caller, &ticket.id, word, app.now()).await?;
    let mut response = (StatusCode::CREATED, Answer(MessageView::of(&message, &[], &[]))).into_response();
    tag(&mut response, ticket.version);
    Ok(response)
}

/// A value that is right where the program's was not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CorrectionView {
    /// `api_key`, `user`, `environment`, `endpoint`, `payload`, `occurred_at` or `error_message`.
    evidence: String,
    /// What is right, as a partner would write it.
    value: String,
    /// Why, and whence one knows.
    reason: String,
}

/// Corrects an evidence
///
/// The conversation is diagnosed anew with it, and the answer says what changed.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/evidence", tag = "conversation", operation_id = "correctEvidence",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = CorrectionView, content_type = "application/json"),
    responses((status = 201, body = FollowedView), Problems))]
async fn correction(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(view): Json<CorrectionView>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let wanted = Correction { evidence: view.evidence, value: view.value, reason: view.reason };
    let done = correct::correct(&app.desk, &caller, &ticket.id, wanted, app.now()).await?;
    Ok(followed(&done, caller.is_staff()))
}

/// What the partner said of the solution.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConfirmationView {
    /// The partner's message in which it was said.
    message: String,
    /// Whether the partner confirms; else it contests.
    confirmed: bool,
}

/// Records that the partner confirms or contests the solution
#[utoipa::path(post, path = "/api/v1/tickets/{id}/confirmation", tag = "conversation", operation_id = "recordConfirmation",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = ConfirmationView, content_type = "application/json"),
    responses((status = 200, body = TicketView), Problems))]
async fn confirmation(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(view): Json<ConfirmationView>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let message = MessageId::parse(&view.message)
        .ok_or_else(|| DeskError::Invalid("`message` não é uma mensagem deste chamado".to_owned()))?;
    let said = if view.confirmed { Confirmation::Confirmed } else { Confirmation::Contested };
    let on: (&TicketId, &MessageId) = (&ticket.id, &message);
    let ticket = confirm::confirm(&app.desk, &caller, on, said, app.now()).await?;
    Ok(super::tickets::tagged(&ticket, caller.is_staff()))
}

pub(crate) fn message_id(id: &str) -> Result<MessageId, DeskError> {
    MessageId::parse(id).ok_or(DeskError::NotFound("mensagem deste chamado"))
}

/// Why an original must be opened.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// In words; it goes into the trail.
    #[schema(min_length = 1, max_length = 4000)]
    pub(crate) reason: String,
}

/// Opens the sealed original of a message
///
/// Needs the permission and a reason, and is in the trail.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/messages/{message}/original", tag = "conversation", operation_id = "openOriginal",
    params(("id" = String, Path, description = "Id or protocol number"), ("message" = String, Path)),
    request_body(content = Reason, content_type = "application/json"),
    responses((status = 200, body = Inbound, content_type = "application/json"), Problems))]
async fn original(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, message)): Path<(String, String)>,
    Json(reason): Json<Reason>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let message = message_id(&message)?;
    let on = (&ticket.id, &message);
    let opened = open_original::open_original(&app.desk, &caller, on, &reason.reason, app.now()).await?;
    let text = std::str::from_utf8(&opened).map_err(|_own_bytes| DeskError::Damaged("um original"))?;
    Ok(Answer(raw(text)).into_response())
}
