//! Commercial: its answers to requests for keys, delivered by itself or recorded at the desk, and how a request stands.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use balcao_desk::DeskError;
use balcao_desk::chat::Delivered;
use balcao_desk::commercial::{self, Deciding, Outcome, Said, Shown, Way};
use balcao_desk::verbs::show;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hooks::{known, unknown};
use crate::caller::Asking;
use crate::extract::{Json, Path, parse, whole};
use crate::problem::{Problem, Problems};
use crate::router::App;

/// The largest delivery that is read, in bytes.
const MOST: usize = 64 << 10;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(deliver)).routes(routes!(stand, decide))
}

/// What commercial decided, recorded at the desk. The key itself is never sent here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DecisionView {
    /// `issued` or `refused`.
    #[schema(pattern = "^(issued|refused)$")]
    outcome: String,
    /// Of an issued key: for which environment, by its code or name in the registry.
    #[schema(max_length = 100)]
    environment: Option<String>,
    /// The key's last four characters.
    #[schema(max_length = 8)]
    key_tail: Option<String>,
    /// Of a refusal: why. The partner reads it.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// What the partner is told at once; without it the answer is drafted for those who speak with the partner.
    #[schema(max_length = 20000)]
    tell: Option<String>,
}

/// An answer that commercial delivers. The key itself is never sent here.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerView {
    /// The ticket's protocol or id, as `data.ticket` of the request.
    ticket: String,
    /// `data.request` of the request that is answered; without it the ticket's newest.
    request: Option<String>,
    /// `issued` or `refused`.
    #[schema(pattern = "^(issued|refused)$")]
    outcome: String,
    /// Of an issued key: for which environment, by its code or name in the registry.
    #[schema(max_length = 100)]
    environment: Option<String>,
    /// The key's last four characters.
    #[schema(max_length = 8)]
    key_tail: Option<String>,
    /// Of a refusal: why. The partner reads it.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

fn said(
    outcome: &str,
    (environment, tail, reason): (Option<String>, Option<String>, Option<String>),
    request: Option<String>,
) -> Result<Said, DeskError> {
    let invalid = |text: &str| Err(DeskError::Invalid(text.to_owned()));
    let Some(outcome) = Outcome::parse(outcome) else { return invalid("`outcome` é issued ou refused") };
    let long =
        |text: &Option<String>, most: usize| text.as_ref().is_some_and(|text| text.chars().count() > most);
    if long(&tail, 8) {
        return invalid("`key_tail` são os quatro últimos caracteres; a API Key não se envia");
    }
    if long(&reason, 500) || long(&environment, 100) {
        return invalid("`reason` tem até 500 caracteres, e `environment` até 100");
    }
    Ok(Said { outcome, environment, tail, reason, words: String::new(), remarks: Vec::new(), request })
}

/// Takes commercial's answer to a request for a key
///
/// Signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with one of the `secrets` of `[commercial]`. The
/// same answer again changes nothing; one to a ticket that commercial no longer has is noted, and changes no state.
#[utoipa::path(post, path = "/api/v1/hooks/commercial", tag = "hooks", operation_id = "deliverFromCommercial",
    request_body(content = AnswerView, content_type = "application/json"), responses((status = 204), Problems))]
async fn deliver(State(app): State<App>, parts: Parts, body: Body) -> Result<StatusCode, Problem> {
    if !parts.headers.contains_key("webhook-signature") {
        return Err(unknown());
    }
    let body = whole(body, MOST).await?;
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let delivered = Delivered { header: &header, body: &body };
    // Of a stranger nothing is read.
    known(&app, &parts, commercial::verified(&app.desk, &delivered, app.now()))?;
    let view: AnswerView = parse(&body)?;
    let said = said(&view.outcome, (view.environment, view.key_tail, view.reason), view.request)?;
    known(&app, &parts, commercial::hook(&app.desk, &delivered, (&view.ticket, said), app.now()).await)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Records what commercial decided of a request for a key
#[utoipa::path(post, path = "/api/v1/tickets/{id}/commercial", tag = "tickets", operation_id = "answerForCommercial",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = DecisionView, content_type = "application/json"),
    responses((status = 200, body = super::views::TicketView), Problems))]
async fn decide(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(view): Json<DecisionView>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let said = said(&view.outcome, (view.environment, view.key_tail, view.reason), None)?;
    let deciding = Deciding { once: None, tell: view.tell };
    let answered = commercial::decide(&app.desk, &caller, (&ticket.id, said), deciding, app.now()).await?;
    Ok(super::tickets::tagged(&answered.ticket, caller.is_staff()))
}

/// A way by which a request went.
#[derive(Serialize, ToSchema)]
struct WayView {
    /// `mail` or `webhook`.
    by: String,
    /// `waiting`, `held` (a person must look), `sent` or `failed`.
    state: String,
    attempts: i64,
    /// Why it did not go, last.
    reason: Option<String>,
}

/// An answer to a request.
#[derive(Serialize, ToSchema)]
struct AnsweredView {
    #[schema(format = DateTime)]
    at: String,
    /// `issued`, `refused` or `unclear` (a person must read it).
    outcome: String,
    /// `mail`, `webhook` or `desk`.
    by: String,
    environment: Option<String>,
    key_tail: Option<String>,
    reason: Option<String>,
    /// Of an issued key: whether the registry has one of this partner, environment and ending. It gets there by its own way alone.
    in_registry: Option<bool>,
}

/// How a ticket stands with commercial.
#[derive(Serialize, ToSchema)]
struct StandView {
    /// Whether commercial has it now.
    is_there: bool,
    ways: Vec<WayView>,
    /// The newest first.
    answers: Vec<AnsweredView>,
}

impl From<Shown> for StandView {
    fn from(shown: Shown) -> Self {
        let way =
            |Way { by, state, attempts, reason }| WayView { by: by.to_owned(), state, attempts, reason };
        let answers = shown.answers.into_iter().map(|one| AnsweredView {
            at: one.at.to_string(),
            outcome: one.outcome,
            by: one.by,
            environment: one.environment,
            key_tail: one.tail,
            reason: one.reason,
            in_registry: one.in_registry,
        });
        Self {
            is_there: shown.is_there,
            ways: shown.ways.into_iter().map(way).collect(),
            answers: answers.collect(),
        }
    }
}

/// Shows how a request for a key stands with commercial
///
/// Of a ticket that was never there all of it is empty.
#[utoipa::path(get, path = "/api/v1/tickets/{id}/commercial", tag = "tickets", operation_id = "showCommercial",
    params(("id" = String, Path, description = "Id or protocol number")),
    responses((status = 200, body = StandView), Problems))]
async fn stand(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<StandView>, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let shown = commercial::of_ticket(&app.desk, &caller, &ticket.id).await?;
    let never = || Shown { is_there: false, ways: Vec::new(), answers: Vec::new() };
    Ok(Answer(shown.unwrap_or_else(never).into()))
}
