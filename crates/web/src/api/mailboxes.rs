//! Mailboxes that the desk reads: how each stands, and whether every mail of theirs is somewhere.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use balcao_connect::mailbox::{self, Shown};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::at;
use crate::caller::Asking;
use crate::extract::Path;
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(forget))
}

/// A mail that was not taken.
#[derive(Serialize, ToSchema)]
struct RefusedView {
    /// Its number in the mailbox.
    uid: i64,
    #[schema(format = DateTime)]
    at: String,
    reason: String,
}

/// A mailbox.
#[derive(Serialize, ToSchema)]
struct MailboxView {
    name: String,
    /// Whether a server reads it now; if not, that is an alarm.
    is_read: bool,
    /// `reading`, `watching` (everything is taken) or `failing` (tried again by itself).
    state: String,
    #[schema(format = DateTime)]
    since: String,
    /// Why it fails.
    error: Option<String>,
    /// When it was last read to its end.
    #[schema(format = DateTime)]
    looked: Option<String>,
    /// How many mails it had then.
    on_server: i64,
    /// How many of these are neither stored nor refused; more than 0 is an alarm.
    missing: i64,
    /// How many were stored, ever.
    stored: i64,
    /// How many were refused, ever.
    refused: i64,
    /// The latest of these.
    latest_refused: Vec<RefusedView>,
    /// Whether somebody should look.
    alarm: bool,
}

impl From<Shown> for MailboxView {
    fn from(shown: Shown) -> Self {
        let alarm = shown.alarms();
        let Shown { mailbox, sums, refused, is_read } = shown;
        let latest = refused.into_iter().map(|row| RefusedView {
            uid: row.uid,
            at: at(row.at),
            reason: row.refused.unwrap_or_default(),
        });
        Self {
            name: mailbox.name,
            is_read,
            state: mailbox.state,
            since: at(mailbox.since),
            error: mailbox.error,
            looked: mailbox.looked.map(at),
            on_server: mailbox.on_server,
            missing: mailbox.missing,
            stored: sums.stored,
            refused: sums.refused,
            latest_refused: latest.collect(),
            alarm,
        }
    }
}

/// Every mailbox.
#[derive(Serialize, ToSchema)]
struct MailboxesView {
    items: Vec<MailboxView>,
}

/// Lists the mailboxes that the desk reads
#[utoipa::path(get, path = "/api/v1/mailboxes", tag = "mail", operation_id = "listMailboxes",
    responses((status = 200, body = MailboxesView), Problems))]
async fn list(State(app): State<App>, Asking(caller): Asking) -> Result<Answer<MailboxesView>, Problem> {
    let shown = mailbox::shown(&app.desk, &caller, app.now()).await?;
    Ok(Answer(MailboxesView { items: shown.into_iter().map(MailboxView::from).collect() }))
}

/// Forgets a mailbox that no server reads any more
///
/// It is no longer listed and alarms nobody; what became of its mails stays known, and it is back as soon as a server reads it.
#[utoipa::path(delete, path = "/api/v1/mailboxes/{name}", tag = "mail", operation_id = "forgetMailbox", params(("name" = String, Path)),
    responses((status = 204), Problems))]
async fn forget(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    mailbox::forget(&app.desk, &caller, &name, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
