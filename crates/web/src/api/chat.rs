//! What goes out by chats: how it stands, and what a person does about it; and what of their deliveries could not be filed.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use balcao_desk::DeskError;
use balcao_desk::chat;
use balcao_desk::verbs::show;
use balcao_store::chat_delivery::{ChatDelivery, QUARANTINED};
use balcao_store::errand::Errand;
use balcao_store::{ChatDeliveryId, ErrandId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tickets::limit;
use super::views::{Items, at};
use crate::caller::Asking;
use crate::extract::{Json, Path, Query};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(errands))
        .routes(routes!(resend))
        .routes(routes!(ask))
        .routes(routes!(quarantine))
        .routes(routes!(retry))
}

/// Something that goes out by a chat or a webhook.
#[derive(Serialize, ToSchema)]
struct ErrandView {
    id: String,
    /// `whatsapp`, `commercial`, or `chat:` with a tool's name.
    channel: String,
    /// `answer`, `reminder`, `closing`, `reopen` or `request`.
    kind: String,
    /// The message that it carries.
    message: Option<String>,
    /// Which part of it, from 0.
    part: i64,
    /// `waiting`, `held`, `unsure` (nobody knows whether it arrived), `outside` (the partner must write first), `sent`, `delivered`, `read` or
    /// `failed`.
    state: String,
    attempts: i64,
    #[schema(format = DateTime)]
    created_at: String,
    /// Why it did not go, last.
    reason: Option<String>,
}

impl From<&Errand> for ErrandView {
    fn from(row: &Errand) -> Self {
        Self {
            id: row.id.to_string(),
            channel: row.channel.clone(),
            kind: row.kind.clone(),
            message: row.message.as_ref().map(ToString::to_string),
            part: row.part,
            state: row.state.clone(),
            attempts: row.attempts,
            created_at: at(row.created),
            reason: row.reason.clone(),
        }
    }
}

/// A template by which the partner can be asked to write again.
#[derive(Serialize, ToSchema)]
struct TemplateView {
    name: String,
    title: String,
}

/// What goes out of a ticket by chats.
#[derive(Serialize, ToSchema)]
struct ErrandsView {
    items: Vec<ErrandView>,
    /// Until when the partner may be written to freely; `null` where there is no such end.
    #[schema(format = DateTime)]
    window_until: Option<String>,
    templates: Vec<TemplateView>,
}

/// Lists what goes out of a ticket by chats, and how it stands
#[utoipa::path(get, path = "/api/v1/tickets/{id}/errands", tag = "chats", operation_id = "listErrands",
    params(("id" = String, Path, description = "Id or protocol number")), responses((status = 200, body = ErrandsView), Problems))]
async fn errands(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<ErrandsView>, Problem> {
    chat::for_staff(&caller)?;
    let ticket = show::find(&app.desk, &caller, &id).await?.id;
    let items = chat::of_ticket(&app.desk, &caller, &ticket).await?;
    let window = chat::window_end(&app.desk, &caller, &ticket).await?;
    let templates = chat::templates(&app.desk, &caller, &ticket).await?;
    let template = |one: chat::Template| TemplateView { name: one.name, title: one.title };
    Ok(Answer(ErrandsView {
        items: items.iter().map(ErrandView::from).collect(),
        window_until: window.map(|end| end.to_string()),
        templates: templates.into_iter().map(template).collect(),
    }))
}

/// Sends again what did not go, or of which nobody knows whether it did
#[utoipa::path(post, path = "/api/v1/tickets/{id}/errands/{errand}/retry", tag = "chats", operation_id = "resendErrand",
    params(("id" = String, Path, description = "Id or protocol number"), ("errand" = String, Path)),
    responses((status = 204), Problems))]
async fn resend(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, errand)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?.id;
    let errand = ErrandId::parse(&errand).ok_or(DeskError::NotFound("envio"))?;
    chat::resend(&app.desk, &caller, (&ticket, &errand), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which template.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Its name.
    name: String,
}

/// Asks the partner to write again, by an approved template
#[utoipa::path(post, path = "/api/v1/tickets/{id}/template", tag = "chats", operation_id = "sendTemplate",
    params(("id" = String, Path, description = "Id or protocol number")),
    request_body(content = Wanted, content_type = "application/json"), responses((status = 204), Problems))]
async fn ask(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(wanted): Json<Wanted>,
) -> Result<StatusCode, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?.id;
    chat::ask(&app.desk, &caller, (&ticket, &wanted.name), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
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

/// A delivery of a chat tool that could not be filed.
#[derive(Serialize, ToSchema)]
struct DeliveryView {
    id: String,
    channel: String,
    #[schema(format = DateTime)]
    received_at: String,
    /// In bytes.
    size: i64,
    attempts: i64,
    /// Why it could not be filed.
    reason: Option<String>,
}

impl From<&ChatDelivery> for DeliveryView {
    fn from(row: &ChatDelivery) -> Self {
        Self {
            id: row.id.to_string(),
            channel: row.channel.clone(),
            received_at: at(row.received_at),
            size: row.size,
            attempts: row.attempts,
            reason: row.reason.clone(),
        }
    }
}

/// Lists the deliveries of chat tools that could not be filed
#[utoipa::path(get, path = "/api/v1/chats/quarantine", tag = "chats", operation_id = "listChatQuarantine", params(After),
    responses((status = 200, body = Items<DeliveryView>), Problems))]
async fn quarantine(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(page): Query<After>,
) -> Result<Answer<Items<DeliveryView>>, Problem> {
    let missing = DeskError::NotFound("entrega");
    let after = page.after.as_deref().map(|id| ChatDeliveryId::parse(id).ok_or(missing)).transpose()?;
    let rows = chat::list(&app.desk, &caller, (QUARANTINED, after.as_ref()), limit(page.limit)?).await?;
    Ok(Answer(Items::of(&rows)))
}

/// Lets a delivery of a chat tool be filed again that could not be
#[utoipa::path(post, path = "/api/v1/chats/quarantine/{id}/retry", tag = "chats", operation_id = "retryChatDelivery",
    params(("id" = String, Path)), responses((status = 204), Problems))]
async fn retry(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.must(balcao_desk::caller::Permission::ManageJobs)?;
    let id = ChatDeliveryId::parse(&id).ok_or(DeskError::NotFound("entrega em quarentena"))?;
    chat::retry(&app.desk, &caller, &id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
