//! What chat tools deliver by themselves, each known by its own signature.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use balcao_desk::DeskError;
use balcao_desk::chat::{self, CHAT, Delivered, WHATSAPP};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{Path, Query, whole};
use crate::peer::peer;
use crate::problem::{Problem, Problems};
use crate::router::App;

/// The largest delivery of WhatsApp, in bytes: Meta's own bound.
const MOST_OF_WHATSAPP: usize = 3 << 20;
/// The largest of another chat tool, in bytes: files come with it, written as base64.
const MOST: usize = 22 << 20;

/// Room for the bodies that are read at once, in KiB: they are held in memory until it is known whose they are.
static ROOM: Semaphore = Semaphore::const_new(128 << 10);
/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(verify, whatsapp)).routes(routes!(tool))
}

/// What Meta asks when deliveries are set up.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Challenge {
    /// `subscribe`.
    #[serde(rename = "hub.mode")]
    mode: String,
    /// The word agreed upon, in the channels' file.
    #[serde(rename = "hub.verify_token")]
    token: String,
    /// What is to be repeated.
    #[serde(rename = "hub.challenge")]
    #[param(max_length = 200)]
    challenge: String,
}

/// Answers WhatsApp's question when its deliveries are set up
///
/// The challenge is repeated if `hub.verify_token` is the word agreed upon.
#[utoipa::path(get, path = "/api/v1/hooks/whatsapp", tag = "hooks", operation_id = "verifyWhatsApp", params(Challenge),
    responses((status = 200, body = String, content_type = "text/plain"), Problems))]
async fn verify(
    State(app): State<App>,
    Query(asked): Query<Challenge>,
    parts: Parts,
) -> Result<Response, Problem> {
    known(&app, &parts, chat::challenged(&app.desk, &asked.token))?;
    let plain = asked.challenge.len() <= 200 && asked.challenge.bytes().all(|byte| byte.is_ascii_graphic());
    if asked.mode != "subscribe" || !plain {
        return Err(DeskError::Invalid(
            "`hub.mode` é subscribe, e `hub.challenge` um texto curto".to_owned(),
        )
        .into());
    }
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], asked.challenge).into_response())
}

/// Takes what WhatsApp delivers
///
/// Known by `X-Hub-Signature-256` over the body, under the app's secret. The same delivery again changes nothing.
#[utoipa::path(post, path = "/api/v1/hooks/whatsapp", tag = "hooks", operation_id = "deliverFromWhatsApp",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 200, description = "It is kept"), Problems))]
async fn whatsapp(State(app): State<App>, parts: Parts, body: Body) -> Result<StatusCode, Problem> {
    taken(&app, (WHATSAPP, "x-hub-signature-256", MOST_OF_WHATSAPP), parts, body).await?;
    Ok(StatusCode::OK)
}

/// Takes what a chat tool delivers in the desk's own format
///
/// Signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`, `webhook-signature`). `type` is `message.created`, `message.reaction` or
/// `message.status`; the fields of `data` are in `docs/channels.toml`. The same delivery again changes nothing.
#[utoipa::path(post, path = "/api/v1/hooks/chat/{name}", tag = "hooks", operation_id = "deliverFromChat",
    params(("name" = String, Path, description = "The tool's name in the channels' file")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 202, description = "It is kept"), Problems))]
async fn tool(
    State(app): State<App>,
    Path(name): Path<String>,
    parts: Parts,
    body: Body,
) -> Result<StatusCode, Problem> {
    taken(&app, (&format!("{CHAT}{name}"), "webhook-signature", MOST), parts, body).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Takes a delivery. Of whoever signs nothing, or by no channel of ours, no body is read, and of all others only so much at once.
async fn taken(
    app: &App,
    (channel, signature, most): (&str, &str, usize),
    parts: Parts,
    body: Body,
) -> Result<(), Problem> {
    if !parts.headers.contains_key(signature) || !chat::knows(&app.desk, channel) {
        return Err(unknown());
    }
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let length = length.unwrap_or(most).min(most);
    let room = u32::try_from(length >> 10).unwrap_or(u32::MAX).saturating_add(1);
    let _room = ROOM.try_acquire_many(room).map_err(|_full| busy())?;
    let body = tokio::time::timeout(PATIENCE, whole(body, most)).await.map_err(|_elapsed| busy())??;
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let delivered = Delivered { header: &header, body: &body };
    known(app, &parts, chat::hook(&app.desk, channel, &delivered, app.now()).await)
}

fn busy() -> Problem {
    let detail =
        "muitas entregas estão sendo lidas agora, ou esta demora demais; envie de novo em um segundo";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).after(1)
}

/// Whoever is not known is a stranger, and counted as one.
pub(super) fn known<T>(app: &App, parts: &Parts, done: Result<T, DeskError>) -> Result<T, Problem> {
    if matches!(done, Err(DeskError::Unknown)) {
        app.limits.take_stranger(&peer(parts, app.proxies))?;
        return Err(unknown());
    }
    Ok(done?)
}

/// Whoever signs nothing is told so at once: nothing of it is read or reckoned, and there is nothing to count.
pub(super) fn unknown() -> Problem {
    let detail = "este canal não existe, ou a assinatura não é dele; confira o endereço, o segredo e o relógio de quem envia";
    Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
}
