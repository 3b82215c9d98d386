//! Code's tracker: what it delivers by itself, and how a ticket's issue stands there.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::tracker::{self, Delivered, Queued, Shown};
use balcao_store::ticket::Ticket;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::at;
use crate::extract::{Path, whole};
use crate::peer::peer;
use crate::problem::{Problem, Problems};
use crate::router::App;

/// The largest delivery that is read, in bytes: trackers send an issue whole.
const MOST: usize = 1 << 20;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(deliver))
}

/// Takes what Code's tracker delivers
///
/// Known by the tracker's own signature, not by a token: `X-Gitlab-Token`, `X-Hub-Signature-256` (GitHub, Forgejo, Gitea), `X-Hub-Signature`
/// (Jira) or the headers of Standard Webhooks. The same delivery again changes nothing.
#[utoipa::path(post, path = "/api/v1/hooks/tracker/{name}", tag = "hooks", operation_id = "deliverFromTracker",
    params(("name" = String, Path, description = "The tracker's name in the settings")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses((status = 204), Problems))]
async fn deliver(
    State(app): State<App>,
    Path(name): Path<String>,
    request: Request,
) -> Result<StatusCode, Problem> {
    let (parts, body) = request.into_parts();
    if app.desk.tracker().is_none_or(|tracker| tracker.name() != name) {
        // Nothing is read or reckoned for a tracker that is not there.
        return Err(DeskError::Unknown.into());
    }
    let body = whole(body, MOST).await?;
    let header =
        |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let delivered = Delivered { header: &header, body: &body };
    match tracker::hook(&app.desk, &name, &delivered, app.now()).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(DeskError::Unknown) => Err(stranger(&app, &parts)),
        Err(error) => Err(error.into()),
    }
}

/// Whoever is not the tracker is a stranger, and counted as one.
fn stranger(app: &App, parts: &Parts) -> Problem {
    match app.limits.take_stranger(&peer(parts, app.proxies)) {
        Err(too_many) => too_many,
        Ok(_) => DeskError::Unknown.into(),
    }
}

/// Something that waits to be told to the tracker.
#[derive(Serialize, ToSchema)]
struct QueuedView {
    /// `issue`, `joined`, `again`, `note`, `code`, `message`, `left` or `goes-on`; `fixed` and `not_a_bug` close it.
    what: String,
    /// How often it was tried.
    attempts: i64,
    /// Why it did not go, last.
    reason: Option<String>,
    /// Whether a person must let it be tried again.
    held: bool,
}

impl From<Queued> for QueuedView {
    fn from(queued: Queued) -> Self {
        let Queued { kind, attempts, reason, held } = queued;
        Self { what: kind, attempts, reason, held }
    }
}

/// The issue of a ticket in Code's tracker.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssueView {
    /// The tracker's name in the settings.
    tracker: String,
    /// Its number or key there; `null` until it is there.
    issue: Option<String>,
    url: Option<String>,
    /// `queued`, `open`, `closed` or `joined` (it goes on in another one).
    state: String,
    assignee: Option<String>,
    labels: Vec<String>,
    /// How many tickets share it.
    tickets: usize,
    /// When it was last known how it stands there.
    #[schema(format = DateTime)]
    synced_at: Option<String>,
    /// Why the last look at it failed.
    reason: Option<String>,
    /// What waits to be told there.
    queued: Vec<QueuedView>,
}

impl From<Shown> for IssueView {
    fn from(shown: Shown) -> Self {
        Self {
            tracker: shown.target,
            issue: shown.external,
            url: shown.url,
            state: shown.state,
            assignee: shown.assignee,
            labels: shown.labels,
            tickets: shown.tickets,
            synced_at: shown.synced.map(at),
            reason: shown.reason,
            queued: shown.queued.into_iter().map(QueuedView::from).collect(),
        }
    }
}

/// The issues of a ticket, the newest first; a partner sees none.
pub(crate) async fn issues(app: &App, caller: &Caller, ticket: &Ticket) -> Result<Vec<IssueView>, DeskError> {
    if !caller.is_staff() {
        return Ok(Vec::new());
    }
    let all = tracker::of_ticket(&app.desk, caller, &ticket.id).await?;
    Ok(all.into_iter().map(IssueView::from).collect())
}
