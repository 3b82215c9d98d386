//! Background work that was set aside, and the whole trail.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use balcao_desk::caller::Permission;
use balcao_desk::{DeskError, jobs};
use balcao_store::job::Job;
use balcao_store::{JobId, trail};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tickets::limit;
use super::views::{HappeningView, Items, at};
use crate::caller::Asking;
use crate::extract::{Path, Query};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(quarantine)).routes(routes!(release)).routes(routes!(whole_trail))
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

/// Work that was set aside.
#[derive(Serialize, ToSchema)]
struct JobView {
    id: String,
    kind: String,
    attempts: i64,
    /// Why it last failed.
    last_error: Option<String>,
    #[schema(format = DateTime)]
    run_at: String,
}

impl From<&Job> for JobView {
    fn from(job: &Job) -> Self {
        Self {
            id: job.id.to_string(),
            kind: job.kind.clone(),
            attempts: job.attempts,
            last_error: job.last_error.clone(),
            run_at: at(job.run_at),
        }
    }
}

/// Lists the background work that was set aside after ten failures
#[utoipa::path(get, path = "/api/v1/jobs", tag = "operations", operation_id = "listQuarantine", params(After),
    responses((status = 200, body = Items<JobView>), Problems))]
async fn quarantine(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(page): Query<After>,
) -> Result<Answer<Items<JobView>>, Problem> {
    let after = page.after.as_deref().map(|id| JobId::parse(id).ok_or(DeskError::NotFound("tarefa")));
    let after = after.transpose()?;
    let rows = jobs::quarantined(&app.desk, &caller, after.as_ref(), limit(page.limit)?).await?;
    Ok(Answer(Items::of(&rows)))
}

/// Lets work that was set aside be tried again
#[utoipa::path(post, path = "/api/v1/jobs/{id}/release", tag = "operations", operation_id = "releaseJob", params(("id" = String, Path)),
    responses((status = 204), Problems))]
async fn release(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = JobId::parse(&id).ok_or(DeskError::NotFound("tarefa em quarentena"))?;
    jobs::release(&app.desk, &caller, &id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which part of the trail.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AfterPlace {
    /// The last `sequence` of the page before.
    #[param(minimum = 0)]
    after: Option<i64>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// Reads the trail of everything that happened
#[utoipa::path(get, path = "/api/v1/trail", tag = "operations", operation_id = "readTrail", params(AfterPlace),
    responses((status = 200, body = Items<HappeningView>), Problems))]
async fn whole_trail(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(page): Query<AfterPlace>,
) -> Result<Answer<Items<HappeningView>>, Problem> {
    caller.must(Permission::ReadTrail)?;
    let limit = limit(page.limit)?;
    let after = page.after.unwrap_or(0);
    if after < 0 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "`after` não é negativo"));
    }
    let mut conn = app.desk.store().read().await.map_err(DeskError::from)?;
    let rows = trail::after(&mut conn, after, limit).await.map_err(DeskError::from)?;
    Ok(Answer(Items::of(&rows)))
}
