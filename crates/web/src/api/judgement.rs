//! What people say of a ticket: its classification, Code's word, a reply of the procedure; and a procedure that is only tried.

use std::collections::BTreeMap;

use axum::Json as Answer;
use axum::extract::State;
use axum::response::Response;
use balcao_core::ticket::Classification;
use balcao_desk::DeskError;
use balcao_desk::verbs::classify::classify;
use balcao_desk::verbs::code_says::{CodeSays, Said, code_says};
use balcao_desk::verbs::rehearse::{Judged, rehearse};
use balcao_desk::verbs::show;
use balcao_desk::verbs::standard_reply::standard_reply;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::Items;
use crate::caller::Asking;
use crate::extract::{Json, Path};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(classification))
        .routes(routes!(code))
        .routes(routes!(reply))
        .routes(routes!(rehearsal))
}

/// What a person says that a ticket is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassificationView {
    /// A situation of the procedure.
    situation: String,
    /// One of its causes.
    cause: String,
    /// Why, in words.
    #[serde(default)]
    #[schema(max_length = 2000)]
    reason: String,
}

/// Says what situation and cause a ticket is of
///
/// It stands whatever a later diagnosis finds; the first diagnosis is kept beside it.
#[utoipa::path(put, path = "/api/v1/tickets/{id}/classification", tag = "tickets", operation_id = "classifyTicket",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = ClassificationView, content_type = "application/json"),
    responses((status = 200, body = super::views::TicketView), Problems))]
async fn classification(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(view): Json<ClassificationView>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let said = Classification { situation: view.situation, cause: view.cause };
    let ticket = classify(&app.desk, &caller, &ticket.id, (&said, &view.reason), app.now()).await?;
    Ok(super::tickets::tagged(&ticket, caller.is_staff()))
}

/// Code's word on an escalation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeView {
    /// `accepted`, `needs`, `fixed` or `not_a_bug`; all but the first give the ticket back.
    #[schema(pattern = "^(accepted|needs|fixed|not_a_bug)$")]
    said: String,
    /// The text for those who speak with the partner.
    #[schema(min_length = 1)]
    body: String,
    /// Whether it is said on every ticket of the same failure that is with Code.
    #[serde(default)]
    linked: bool,
}

/// What came of one ticket.
#[derive(Serialize, ToSchema)]
struct ToldView {
    protocol: String,
    /// Why it was not said there; nothing where it was.
    refused: Option<String>,
}

/// Says what Code says of an escalation
#[utoipa::path(post, path = "/api/v1/tickets/{id}/code", tag = "tickets", operation_id = "answerForCode",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = CodeView, content_type = "application/json"),
    responses((status = 200, body = Items<ToldView>), Problems))]
async fn code(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(view): Json<CodeView>,
) -> Result<Answer<Items<ToldView>>, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let word = CodeSays::parse(&view.said)
        .ok_or_else(|| DeskError::Invalid("`said` é accepted, needs, fixed ou not_a_bug".to_owned()))?;
    let said = Said { word, body: view.body, reason: format!("Code: {}", word.code()), once: None };
    let told = code_says(&app.desk, &caller, (&ticket.id, view.linked), &said, app.now()).await?;
    let items = told.into_iter().map(|(ticket, done)| ToldView {
        protocol: ticket.protocol,
        refused: done.err().map(|error| error.to_string()),
    });
    Ok(Answer(Items { items: items.collect() }))
}

/// A reply of the procedure.
#[derive(Serialize, ToSchema)]
struct ReplyView {
    subject: String,
    body: String,
}

/// Fills a reply of the procedure with what was proven of a ticket
#[utoipa::path(get, path = "/api/v1/tickets/{id}/replies/{name}", tag = "tickets", operation_id = "showStandardReply",
    params(("id" = String, Path, description = "Id or protocol number"),
           ("name" = String, Path, description = "The reply's file below `replies/`, without its ending")),
    responses((status = 200, body = ReplyView), Problems))]
async fn reply(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, name)): Path<(String, String)>,
) -> Result<Answer<ReplyView>, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let reply = standard_reply(&app.desk, &caller, (&ticket.id, &name)).await?;
    Ok(Answer(ReplyView { subject: reply.subject, body: reply.body }))
}

/// A procedure to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RehearsalView {
    /// Its files by name.
    files: BTreeMap<String, String>,
}

/// Situation, cause and next step.
#[derive(Serialize, ToSchema)]
struct JudgedView {
    situation: String,
    cause: String,
    next_step: String,
}

impl From<Judged> for JudgedView {
    fn from((situation, cause, next_step): Judged) -> Self {
        Self { situation, cause, next_step }
    }
}

/// A ticket that would be judged otherwise.
#[derive(Serialize, ToSchema)]
struct OtherwiseView {
    protocol: String,
    /// By the procedure in force.
    now: JudgedView,
    /// By the one that was tried.
    then: JudgedView,
}

/// What a trial came to.
#[derive(Serialize, ToSchema)]
struct TriedView {
    /// Tickets that were tried.
    tried: usize,
    otherwise: Vec<OtherwiseView>,
}

/// Tries a procedure on the newest hundred tickets; nothing comes into force
#[utoipa::path(post, path = "/api/v1/procedure/rehearsal", tag = "knowledge", operation_id = "rehearseProcedure",
    request_body(content = RehearsalView, content_type = "application/json"),
    responses((status = 200, body = TriedView), Problems))]
async fn rehearsal(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(view): Json<RehearsalView>,
) -> Result<Answer<TriedView>, Problem> {
    let tried = rehearse(&app.desk, &caller, &view.files, 100).await?;
    let otherwise = tried.otherwise.into_iter().map(|one| OtherwiseView {
        protocol: one.protocol,
        now: one.now.into(),
        then: one.then.into(),
    });
    Ok(Answer(TriedView { tried: tried.tried, otherwise: otherwise.collect() }))
}
