//! The documentation and the procedure: what answers rest on, and what decides.

use std::collections::BTreeMap;

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use balcao_core::facts::documentation::{Documentation as _, Excerpt};
use balcao_desk::caller::Permission;
use balcao_desk::documents::{self, PutAll};
use balcao_desk::{Change, DeskError, procedure};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tickets::tag;
use crate::caller::Asking;
use crate::extract::{IfMatch, Path, Query, is_json, parse, whole};
use crate::problem::{Problem, Problems};
use crate::router::App;

/// The largest documentation that is sent at once, in bytes.
const LARGEST: usize = 64 << 20;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, put_all))
        .routes(routes!(search))
        .routes(routes!(get, put, remove))
        .routes(routes!(in_force, put_procedure))
        .routes(routes!(check))
        .routes(routes!(revisions))
        .routes(routes!(revision))
}

/// A value of the desk's own as it is.
fn plain(value: &impl Serialize) -> Answer<Value> {
    Answer(serde_json::to_value(value).unwrap_or_default())
}

/// Lists the documentation
#[utoipa::path(get, path = "/api/v1/documents", tag = "knowledge", operation_id = "listDocuments",
    responses((status = 200, body = Object), Problems))]
async fn list(State(app): State<App>, Asking(caller): Asking) -> Result<Answer<Value>, Problem> {
    Ok(plain(&documents::list(&app.desk, &caller).await?))
}

/// How many documents are put.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct How {
    /// Only say what would change.
    #[serde(default)]
    dry_run: bool,
    /// Take away documents that are not among them.
    #[serde(default)]
    delete_missing: bool,
}

/// Texts by their paths.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Files {
    /// Path below the documentation (`guias/webhooks.md`) and text.
    files: BTreeMap<String, String>,
}

/// Puts several documents
#[utoipa::path(put, path = "/api/v1/documents", tag = "knowledge", operation_id = "putDocuments", params(How),
    request_body(content = Files, content_type = "application/json"),
    responses((status = 200, body = Object), Problems))]
async fn put_all(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(how): Query<How>,
    request: axum::extract::Request,
) -> Result<Answer<Value>, Problem> {
    caller.must(Permission::WriteDocuments)?;
    let files: Files = large(request).await?;
    let how = PutAll { delete_missing: how.delete_missing, dry_run: how.dry_run, now: app.now() };
    Ok(plain(&documents::put_all(&app.desk, &caller, files.files.into_iter().collect(), how).await?))
}

/// A JSON body that may be large.
async fn large<T: serde::de::DeserializeOwned>(request: axum::extract::Request) -> Result<T, Problem> {
    is_json(request.headers())?;
    let bytes = whole(request.into_body(), LARGEST).await?;
    parse(&bytes)
}

/// Shows a document
#[utoipa::path(get, path = "/api/v1/documents/{path}", tag = "knowledge", operation_id = "showDocument",
    params(("path" = String, Path, description = "Its path, `/` written as `%2F`")),
    responses((status = 200, body = Object), Problems))]
async fn get(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Result<Answer<Value>, Problem> {
    Ok(plain(&documents::get(&app.desk, &caller, &path).await?))
}

/// Puts a document
#[utoipa::path(put, path = "/api/v1/documents/{path}", tag = "knowledge", operation_id = "putDocument",
    params(("path" = String, Path, description = "Its path, `/` written as `%2F`")),
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, body = Object), Problems))]
async fn put(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(path): Path<String>,
    body: Body,
) -> Result<Answer<Value>, Problem> {
    caller.must(Permission::WriteDocuments)?;
    let bytes = whole(body, LARGEST).await?;
    let text = String::from_utf8(bytes.to_vec())
        .map_err(|_not_utf8| Problem::new(StatusCode::BAD_REQUEST, "malformed", "o corpo não é UTF-8"))?;
    Ok(plain(&documents::put(&app.desk, &caller, &path, text, app.now()).await?))
}

/// Takes a document away
///
/// Past diagnoses keep what they saw.
#[utoipa::path(delete, path = "/api/v1/documents/{path}", tag = "knowledge", operation_id = "removeDocument",
    params(("path" = String, Path, description = "Its path, `/` written as `%2F`")),
    responses((status = 200, body = Object), Problems))]
async fn remove(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(path): Path<String>,
) -> Result<Answer<Value>, Problem> {
    Ok(plain(&documents::remove(&app.desk, &caller, &path, app.now()).await?))
}

/// What is asked of the documentation.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Question {
    /// A question, as a partner would ask it.
    #[param(min_length = 1, max_length = 2000)]
    q: String,
}

/// What the documentation says.
#[derive(Serialize, ToSchema)]
struct Found {
    /// The excerpt that answers; `null` where the documentation does not.
    answer: Option<ExcerptView>,
    /// What else comes near, best first.
    suggestions: Vec<ExcerptView>,
}

/// The exact words of a document.
#[derive(Serialize, ToSchema)]
struct ExcerptView {
    document: String,
    heading: String,
    url: Option<String>,
    excerpt: String,
}

impl From<Excerpt> for ExcerptView {
    fn from(found: Excerpt) -> Self {
        Self { document: found.document, heading: found.heading, url: found.url, excerpt: found.text }
    }
}

/// Asks the documentation
#[utoipa::path(get, path = "/api/v1/documentation/search", tag = "knowledge", operation_id = "askDocumentation", params(Question),
    responses((status = 200, body = Found), Problems))]
async fn search(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(question): Query<Question>,
) -> Result<Answer<Found>, Problem> {
    caller.must(Permission::ReadDocuments)?;
    if question.q.is_empty() || question.q.chars().count() > 2_000 {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "`q` tem de 1 a 2000 caracteres"));
    }
    let answer = app.desk.state().world.pages.answer(&question.q, None);
    Ok(Answer(Found {
        answer: answer.answered.map(ExcerptView::from),
        suggestions: answer.suggestions.into_iter().map(ExcerptView::from).collect(),
    }))
}

/// Shows the procedure in force, with its files and when it is to be reviewed
#[utoipa::path(get, path = "/api/v1/procedure", tag = "knowledge", operation_id = "showProcedure",
    responses((status = 200, body = Object), Problems))]
async fn in_force(State(app): State<App>, Asking(caller): Asking) -> Result<Response, Problem> {
    let current = procedure::current(&app.desk, &caller, app.now()).await?;
    let mut response = plain(&current).into_response();
    tag(&mut response, &current.revision);
    Ok(response)
}

/// A procedure to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProcedure {
    /// `procedure.toml`, `replies/…`, and where they differ from the program's own `speech.toml`, `synonyms.toml`, `answering.toml`.
    files: BTreeMap<String, String>,
    /// Why; it stands in the history.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// Only check it.
    #[serde(default)]
    dry_run: bool,
}

/// Puts a new revision of the procedure into force
///
/// Refused with every mistake.
#[utoipa::path(put, path = "/api/v1/procedure", tag = "knowledge", operation_id = "putProcedure",
    params(("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    request_body(content = NewProcedure, content_type = "application/json"),
    responses((status = 200, body = Object), Problems))]
async fn put_procedure(
    State(app): State<App>,
    Asking(caller): Asking,
    if_match: IfMatch,
    request: axum::extract::Request,
) -> Result<Answer<Value>, Problem> {
    caller.must(Permission::WriteProcedure)?;
    let new: NewProcedure = large(request).await?;
    if !(1..=500).contains(&new.reason.chars().count()) {
        return Err(DeskError::Invalid("`reason` tem de 1 a 500 caracteres".to_owned()).into());
    }
    let change =
        Change { reason: &new.reason, dry_run: new.dry_run, expected: if_match.0.as_deref(), now: app.now() };
    Ok(plain(&procedure::put(&app.desk, &caller, new.files, &change).await?))
}

/// Files of a procedure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProcedureFilesView {
    files: BTreeMap<String, String>,
}

/// What is wrong with a procedure.
#[derive(Serialize, ToSchema)]
struct Mistakes {
    /// Each with its line and what to do; empty for one fit for use.
    problems: Vec<String>,
}

/// Checks a procedure without putting it into force
#[utoipa::path(post, path = "/api/v1/procedure/check", tag = "knowledge", operation_id = "checkProcedure",
    request_body(content = ProcedureFilesView, content_type = "application/json"),
    responses((status = 200, body = Mistakes), Problems))]
async fn check(Asking(caller): Asking, request: axum::extract::Request) -> Result<Answer<Mistakes>, Problem> {
    caller.must(Permission::ReadProcedure)?;
    let view: ProcedureFilesView = large(request).await?;
    let checked = tokio::task::spawn_blocking(move || procedure::check(&view.files)).await;
    Ok(Answer(Mistakes { problems: checked.unwrap_or_default() }))
}

/// Lists the revisions of the procedure, newest first
#[utoipa::path(get, path = "/api/v1/procedure/revisions", tag = "knowledge", operation_id = "listProcedureRevisions",
    responses((status = 200, body = Object), Problems))]
async fn revisions(State(app): State<App>, Asking(caller): Asking) -> Result<Answer<Value>, Problem> {
    let rows = procedure::revisions(&app.desk, &caller).await?;
    let items = rows.iter().map(|row| plain(row).0).collect();
    Ok(plain(&serde_json::json!({ "items": Value::Array(items) })))
}

/// A revision of the procedure.
#[derive(Serialize)]
struct RevisionView {
    #[serde(flatten)]
    about: procedure::Listed,
    files: BTreeMap<String, String>,
}

/// Shows a revision of the procedure
#[utoipa::path(get, path = "/api/v1/procedure/revisions/{id}", tag = "knowledge", operation_id = "showProcedureRevision",
    params(("id" = String, Path)), responses((status = 200, body = Object), Problems))]
async fn revision(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<Value>, Problem> {
    let (about, files) = procedure::revision(&app.desk, &caller, &id).await?;
    Ok(plain(&RevisionView { about, files }))
}
