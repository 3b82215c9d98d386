//! The registry: whole, entry by entry, and as CSV.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use balcao_desk::DeskError;
use balcao_desk::registry::{self, Change, Collection, Import, Put, Table};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tickets::{limit, tag};
use crate::caller::Asking;
use crate::extract::{IfMatch, Json, Path, Query, is_json, parse, whole};
use crate::problem::{Problem, Problems};
use crate::router::App;

/// The largest registry, in bytes.
const LARGEST: usize = 64 << 20;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(current, put))
        .routes(routes!(table, import))
        .routes(routes!(entries))
        .routes(routes!(entry, put_entry, remove))
        .routes(routes!(link, unlink))
}

/// How a change is made.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// Only say what would be different.
    #[serde(default)]
    dry_run: bool,
    /// Why; it goes into the trail.
    #[param(max_length = 500)]
    reason: Option<String>,
}

impl How {
    fn change<'c>(&'c self, if_match: &'c IfMatch, app: &App) -> Result<Change<'c>, Problem> {
        Ok(Change {
            reason: said(self.reason.as_deref(), "pela API")?,
            dry_run: self.dry_run,
            expected: if_match.0.as_deref(),
            now: app.now(),
        })
    }
}

/// A reason of a fit length.
fn said<'c>(reason: Option<&'c str>, otherwise: &'c str) -> Result<&'c str, Problem> {
    match reason {
        Some(reason) if reason.chars().count() > 500 => {
            Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "`reason` tem até 500 caracteres"))
        }
        reason => Ok(reason.unwrap_or(otherwise)),
    }
}

/// What a change came to.
#[derive(Serialize, ToSchema)]
struct Changed {
    /// The revision that is now the current one; `null` before a first one.
    revision: Option<String>,
    /// Whether a new revision was written.
    changed: bool,
    /// What is different, or would be: by list, `added`, `removed` and `changed` ids.
    #[schema(value_type = Object)]
    difference: Value,
}

fn changed(put: Put) -> Response {
    let difference = serde_json::to_value(&put.difference).unwrap_or_default();
    let view = Changed { revision: put.revision.clone(), changed: put.changed, difference };
    let mut response = Answer(view).into_response();
    if let Some(revision) = put.revision {
        tag(&mut response, revision);
    }
    response
}

/// Shows the registry
///
/// As it was put, but keys by their `id` and last four characters.
#[utoipa::path(get, path = "/api/v1/registry", tag = "registry", operation_id = "showRegistry",
    responses((status = 200, body = Object), Problems))]
async fn current(State(app): State<App>, Asking(caller): Asking) -> Result<Response, Problem> {
    let (revision, file) = registry::current(&app.desk, &caller).await?;
    let mut response = Answer(file).into_response();
    if let Some(revision) = revision {
        tag(&mut response, revision);
    }
    Ok(response)
}

/// Puts a registry in the place of the current one
///
/// Checked whole; with mistakes nothing changes and every one is named. A key that is kept may be given by its `id`.
#[utoipa::path(put, path = "/api/v1/registry", tag = "registry", operation_id = "putRegistry",
    params(How, ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    request_body(content = Object, content_type = "application/json"),
    responses((status = 200, body = Changed), Problems))]
async fn put(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(how): Query<How>,
    if_match: IfMatch,
    request: axum::extract::Request,
) -> Result<Response, Problem> {
    caller.must(balcao_desk::caller::Permission::WriteRegistry)?;
    is_json(request.headers())?;
    let bytes = whole(request.into_body(), LARGEST).await?;
    // Syntax is told with its place; what it means, the registry says.
    let _whole: std::collections::BTreeMap<String, serde::de::IgnoredAny> = parse(&bytes)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_not_utf8| Problem::new(StatusCode::BAD_REQUEST, "malformed", "o corpo não é UTF-8"))?;
    Ok(changed(registry::put(&app.desk, &caller, text, &how.change(&if_match, &app)?).await?))
}

/// A table for people with a spreadsheet.
#[derive(Serialize, Deserialize, Clone, Copy, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TableName {
    Partners,
    Users,
    Keys,
}

impl From<TableName> for Table {
    fn from(name: TableName) -> Self {
        match name {
            TableName::Partners => Self::Partners,
            TableName::Users => Self::Users,
            TableName::Keys => Self::Keys,
        }
    }
}

/// Exports partners, users or keys as CSV
#[utoipa::path(get, path = "/api/v1/registry/csv/{table}", tag = "registry", operation_id = "exportTable",
    params(("table" = inline(TableName), Path)),
    responses((status = 200, body = String, content_type = "text/csv"), Problems))]
async fn table(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(name): Path<TableName>,
) -> Result<Response, Problem> {
    let text = registry::export(&app.desk, &caller, name.into()).await?;
    Ok(([(CONTENT_TYPE, "text/csv; charset=utf-8")], text).into_response())
}

/// How a table is taken in.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct HowTable {
    /// Only say what would be different.
    #[serde(default)]
    dry_run: bool,
    /// Take away what no line names.
    #[serde(default)]
    delete_missing: bool,
    /// Why; it goes into the trail.
    #[param(max_length = 500)]
    reason: Option<String>,
}

/// Imports partners, users or keys from CSV
///
/// Each line changes the entry that it names, or makes it; bad lines are named by number, and then nothing changes.
#[utoipa::path(put, path = "/api/v1/registry/csv/{table}", tag = "registry", operation_id = "importTable",
    params(("table" = inline(TableName), Path), HowTable),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Changed), Problems))]
async fn import(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(name): Path<TableName>,
    Query(how): Query<HowTable>,
    body: Body,
) -> Result<Response, Problem> {
    caller.must(balcao_desk::caller::Permission::WriteRegistry)?;
    let bytes = whole(body, LARGEST).await?;
    let change = Change {
        reason: said(how.reason.as_deref(), "CSV pela API")?,
        dry_run: how.dry_run,
        expected: None,
        now: app.now(),
    };
    let how = Import { change, delete_missing: how.delete_missing };
    Ok(changed(registry::import(&app.desk, &caller, name.into(), &bytes, &how).await?))
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Those in whose fields this stands.
    q: Option<String>,
    /// Those of this partner.
    partner: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// A page of entries.
#[derive(Serialize, ToSchema)]
struct EntryPage {
    items: Vec<EntryView>,
    /// For the next page; `null` after the last.
    next_cursor: Option<String>,
    /// How many there are on all pages.
    total: usize,
}

/// An entry.
#[derive(Serialize, ToSchema)]
struct EntryView {
    id: String,
    /// Its fields, as in the registry's format.
    #[schema(value_type = Object)]
    value: Value,
}

fn collection(code: &str) -> Result<Collection, DeskError> {
    Collection::parse(code).ok_or(DeskError::NotFound("lista do cadastro"))
}

/// Lists the entries of one list of the registry
#[utoipa::path(get, path = "/api/v1/registry/{list}", tag = "registry", operation_id = "listEntries",
    params(("list" = String, Path, description = "`partners`, `users`, `api_keys`, `products`, `environments`, `api_versions`, `routines`, `releases`, `holidays`, `business_hours` or `settings`"), Wanted),
    responses((status = 200, body = EntryPage), Problems))]
async fn entries(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(list): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Answer<EntryPage>, Problem> {
    let query = registry::Query {
        text: wanted.q,
        partner: wanted.partner,
        after: wanted.cursor,
        limit: usize::from(limit(wanted.limit)?),
    };
    let listing = registry::list(&app.desk, &caller, collection(&list)?, &query).await?;
    let items = listing.entries.into_iter().map(|entry| EntryView { id: entry.id, value: entry.value });
    Ok(Answer(EntryPage { items: items.collect(), next_cursor: listing.next, total: listing.total }))
}

/// Shows an entry
#[utoipa::path(get, path = "/api/v1/registry/{list}/{id}", tag = "registry", operation_id = "showEntry",
    params(("list" = String, Path), ("id" = String, Path, description = "Code, login, key id, version@environment or date")),
    responses((status = 200, body = EntryView), Problems))]
async fn entry(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((list, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (revision, entry) = registry::entry(&app.desk, &caller, collection(&list)?, &id).await?;
    let mut response = Answer(EntryView { id: entry.id, value: entry.value }).into_response();
    if let Some(revision) = revision {
        tag(&mut response, revision);
    }
    Ok(response)
}

/// Makes or changes an entry
#[utoipa::path(put, path = "/api/v1/registry/{list}/{id}", tag = "registry", operation_id = "putEntry",
    params(("list" = String, Path), ("id" = String, Path), How,
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    request_body(content = Object, content_type = "application/json"),
    responses((status = 200, body = Changed), Problems))]
async fn put_entry(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((list, id)): Path<(String, String)>,
    (Query(how), if_match): (Query<How>, IfMatch),
    Json(value): Json<Value>,
) -> Result<Response, Problem> {
    let on = (collection(&list)?, Some(id.as_str()));
    let done = registry::put_entry(&app.desk, &caller, on, value, &how.change(&if_match, &app)?).await?;
    Ok(changed(done))
}

/// Takes an entry away
///
/// Refused while others refer to it.
#[utoipa::path(delete, path = "/api/v1/registry/{list}/{id}", tag = "registry", operation_id = "removeEntry",
    params(("list" = String, Path), ("id" = String, Path), How,
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    responses((status = 200, body = Changed), Problems))]
async fn remove(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((list, id)): Path<(String, String)>,
    Query(how): Query<How>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let on = (collection(&list)?, id.as_str());
    let done = registry::remove_entry(&app.desk, &caller, on, &how.change(&if_match, &app)?).await?;
    Ok(changed(done))
}

/// Lets a user use a key
#[utoipa::path(put, path = "/api/v1/registry/api_keys/{id}/users/{login}", tag = "registry", operation_id = "linkUser",
    params(("id" = String, Path), ("login" = String, Path), How,
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    responses((status = 200, body = Changed), Problems))]
async fn link(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((key, login)): Path<(String, String)>,
    Query(how): Query<How>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let change = how.change(&if_match, &app)?;
    Ok(changed(registry::link_user(&app.desk, &caller, (&key, &login), &change).await?))
}

/// Lets a user no longer use a key
#[utoipa::path(delete, path = "/api/v1/registry/api_keys/{id}/users/{login}", tag = "registry", operation_id = "unlinkUser",
    params(("id" = String, Path), ("login" = String, Path), How,
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    responses((status = 200, body = Changed), Problems))]
async fn unlink(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((key, login)): Path<(String, String)>,
    Query(how): Query<How>,
    if_match: IfMatch,
) -> Result<Response, Problem> {
    let change = how.change(&if_match, &app)?;
    Ok(changed(registry::unlink_user(&app.desk, &caller, (&key, &login), &change).await?))
}
