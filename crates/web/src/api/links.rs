//! Tickets that belong together.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use balcao_desk::DeskError;
use balcao_desk::verbs::link::{self, Kind};
use balcao_desk::verbs::{show, split as splitting};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::conversation::{Reason, message_id};
use super::views::TicketRef;
use crate::caller::Asking;
use crate::extract::{Json, Path};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(remove)).routes(routes!(split))
}

/// How one ticket belongs to another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewLink {
    kind: LinkKind,
    /// Id or protocol number of the other ticket; of a merge, the one that goes on.
    to: String,
    /// In words; it goes into the trail.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// How two tickets belong together.
#[derive(Deserialize, Serialize, Clone, Copy, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum LinkKind {
    /// One cause explains both.
    SameCause,
    /// The first goes on in the second.
    Merged,
}

impl From<LinkKind> for Kind {
    fn from(kind: LinkKind) -> Self {
        match kind {
            LinkKind::SameCause => Self::SameCause,
            LinkKind::Merged => Self::Merged,
        }
    }
}

/// Links a ticket to another, or merges it into it
#[utoipa::path(post, path = "/api/v1/tickets/{id}/links", tag = "links", operation_id = "linkTickets",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = NewLink, content_type = "application/json"),
    responses((status = 201, body = TicketRef), Problems))]
async fn add(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(new): Json<NewLink>,
) -> Result<Response, Problem> {
    let one = show::find(&app.desk, &caller, &id).await?;
    let other = show::find(&app.desk, &caller, &new.to).await.map_err(|error| match error {
        DeskError::NotFound(_) => DeskError::Invalid("`to` não é um chamado que você veja".to_owned()),
        other => other,
    })?;
    let ends = (Kind::from(new.kind), &one.id, &other.id);
    let ticket = link::link(&app.desk, &caller, ends, &new.reason, app.now()).await?;
    Ok((StatusCode::CREATED, Answer(TicketRef::from(&ticket))).into_response())
}

/// Takes a link away; a merged ticket goes on by itself again
#[utoipa::path(post, path = "/api/v1/tickets/{id}/links/{kind}/{to}/remove", tag = "links", operation_id = "unlinkTickets",
    params(("id" = String, Path, description = "Id or protocol number"),
           ("kind" = String, Path, description = "`same-cause`, `merged`, `split` or `same-thread`"),
           ("to" = String, Path, description = "Id or protocol number")),
    request_body(content = Reason, content_type = "application/json"),
    responses((status = 200, body = TicketRef), Problems))]
async fn remove(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, kind, to)): Path<(String, String, String)>,
    Json(reason): Json<Reason>,
) -> Result<Answer<TicketRef>, Problem> {
    let kind = Kind::parse(&kind).ok_or(DeskError::NotFound("tipo de ligação"))?;
    let one = show::find(&app.desk, &caller, &id).await?;
    let other = show::find(&app.desk, &caller, &to).await?;
    let ends = (kind, &one.id, &other.id);
    let ticket = link::unlink(&app.desk, &caller, ends, &reason.reason, app.now()).await?;
    Ok(Answer(TicketRef::from(&ticket)))
}

/// Makes a ticket of its own of a message that is about something else
#[utoipa::path(post, path = "/api/v1/tickets/{id}/messages/{message}/split", tag = "links", operation_id = "splitTicket",
    params(("id" = String, Path, description = "Id or protocol number"), ("message" = String, Path)),
    request_body(content = Reason, content_type = "application/json"),
    responses((status = 201, body = TicketRef), Problems))]
async fn split(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, message)): Path<(String, String)>,
    Json(reason): Json<Reason>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let message = message_id(&message)?;
    let on = (&ticket.id, &message);
    let new = splitting::split(&app.desk, &caller, on, &reason.reason, app.now()).await?;
    Ok((StatusCode::CREATED, Answer(TicketRef::from(&new.ticket))).into_response())
}
