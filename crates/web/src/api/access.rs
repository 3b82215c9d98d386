//! Coming in: logging in and out, the first administrator, invitations, one's own password and second factor.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use balcao_desk::DeskError;
use balcao_desk::caller::{Permission, role_code};
use balcao_desk::people::login::{Attempted, Entered, log_in};
use balcao_desk::people::{account, first, session, totp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people::AccountView;
use crate::caller::{Asking, Credential, Stranger};
use crate::extract::Json;
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(claim))
        .routes(routes!(enter))
        .routes(routes!(leave))
        .routes(routes!(accept))
        .routes(routes!(me))
        .routes(routes!(password))
        .routes(routes!(enrol))
        .routes(routes!(confirm))
        .routes(routes!(disable))
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct First {
    /// As the desk told it when it was started.
    token: String,
    login: String,
    name: String,
    #[schema(format = Password)]
    password: String,
}

/// Makes the first administrator
///
/// Good once, while there is no account.
#[utoipa::path(post, path = "/api/v1/first-administrator", tag = "access", operation_id = "claimFirstAdministrator",
    request_body(content = First, content_type = "application/json"),
    responses((status = 201, body = AccountView), Problems))]
async fn claim(
    State(app): State<App>,
    _stranger: Stranger,
    Json(first): Json<First>,
) -> Result<Response, Problem> {
    let First { token, login, name, password } = first;
    let new = first::NewAdministrator { login, name, password };
    let row = first::claim_first(&app.desk, &token, new, app.now()).await?;
    Ok((StatusCode::CREATED, Answer(AccountView::from(&row))).into_response())
}

/// What is typed to log in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
    login: String,
    #[schema(format = Password)]
    password: String,
    /// The code of the second factor, where one is set up.
    code: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
struct SessionOpened {
    /// For `Authorization: Bearer`; shown once.
    token: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// Logs in
///
/// Whatever is wrong, the answer is the same 401; one that says `second_factor` asks for the code too.
#[utoipa::path(post, path = "/api/v1/login", tag = "access", operation_id = "logIn",
    request_body(content = LogIn, content_type = "application/json"),
    responses((status = 200, body = SessionOpened), Problems))]
async fn enter(
    State(app): State<App>,
    _stranger: Stranger,
    headers: HeaderMap,
    Json(typed): Json<LogIn>,
) -> Result<Answer<SessionOpened>, Problem> {
    let agent = headers.get("user-agent").and_then(|value| value.to_str().ok()).unwrap_or("-").to_owned();
    let attempted = Attempted { login: typed.login, password: typed.password, code: typed.code, agent };
    match log_in(&app.desk, attempted, app.now()).await? {
        Entered::In(session) => {
            Ok(Answer(SessionOpened { token: session.token, expires_at: session.expires.to_string() }))
        }
        Entered::NeedsCode => Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "second_factor",
            "envie também `code`, o código do seu autenticador",
        )),
    }
}

/// Logs out: ends the session that is shown
#[utoipa::path(post, path = "/api/v1/logout", tag = "me", operation_id = "logOut",
    responses((status = 204), Problems))]
async fn leave(State(app): State<App>, Credential(token): Credential) -> Result<StatusCode, Problem> {
    session::log_out(&app.desk, &token, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password for whoever was invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Accepted {
    /// The invitation.
    token: String,
    #[schema(format = Password)]
    password: String,
}

/// Sets the password of whoever was invited
#[utoipa::path(post, path = "/api/v1/invitations/accept", tag = "access", operation_id = "acceptInvitation",
    request_body(content = Accepted, content_type = "application/json"),
    responses((status = 204), Problems))]
async fn accept(
    State(app): State<App>,
    _stranger: Stranger,
    Json(accepted): Json<Accepted>,
) -> Result<StatusCode, Problem> {
    account::set_password(&app.desk, &accepted.token, &accepted.password, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who one is.
#[derive(Serialize, ToSchema)]
struct Me {
    /// As the trail names it.
    id: String,
    name: String,
    role: &'static str,
    partner: Option<String>,
    /// What one may do.
    permissions: Vec<&'static str>,
}

/// Tells who one is and what one may
#[utoipa::path(get, path = "/api/v1/me", tag = "me", operation_id = "showMe", responses((status = 200, body = Me), Problems))]
async fn me(Asking(caller): Asking) -> Answer<Me> {
    let allowed = Permission::ALL.iter().filter(|permission| caller.may(**permission));
    Answer(Me {
        permissions: allowed.map(|permission| permission.code()).collect(),
        id: caller.id.clone(),
        name: caller.name.clone(),
        role: role_code(caller.role),
        partner: caller.partner,
    })
}

/// A new password of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    #[schema(format = Password)]
    old: String,
    #[schema(format = Password)]
    new: String,
}

/// Changes one's own password; every session ends
#[utoipa::path(post, path = "/api/v1/me/password", tag = "me", operation_id = "changePassword",
    request_body(content = NewPassword, content_type = "application/json"),
    responses((status = 204), Problems))]
async fn password(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(typed): Json<NewPassword>,
) -> Result<StatusCode, Problem> {
    account::change_password(&app.desk, &caller, (&typed.old, &typed.new), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an authenticator is set up with.
#[derive(Serialize, ToSchema)]
struct EnrolmentView {
    /// For a program or a QR code.
    url: String,
    /// For a person to type.
    secret: String,
}

/// Begins to set up one's second factor
#[utoipa::path(post, path = "/api/v1/me/second-factor", tag = "me", operation_id = "enrolSecondFactor",
    responses((status = 201, body = EnrolmentView), Problems))]
async fn enrol(State(app): State<App>, Asking(caller): Asking) -> Result<Response, Problem> {
    let made = totp::enrol(&app.desk, &caller).await?;
    let view = EnrolmentView { url: made.url.to_string(), secret: made.secret.to_string() };
    Ok((StatusCode::CREATED, Answer(view)).into_response())
}

/// A code of the authenticator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

/// Confirms one's second factor; from now on it is needed
#[utoipa::path(post, path = "/api/v1/me/second-factor/confirm", tag = "me", operation_id = "confirmSecondFactor",
    request_body(content = Code, content_type = "application/json"),
    responses((status = 204), Problems))]
async fn confirm(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(typed): Json<Code>,
) -> Result<StatusCode, Problem> {
    totp::confirm(&app.desk, &caller, &typed.code, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one's second factor away
#[utoipa::path(post, path = "/api/v1/me/second-factor/disable", tag = "me", operation_id = "disableSecondFactor",
    request_body(content = Code, content_type = "application/json"),
    responses((status = 204), Problems))]
async fn disable(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(typed): Json<Code>,
) -> Result<StatusCode, Problem> {
    let own =
        account::own(&caller).ok_or(DeskError::Forbidden("ter segundo fator: só contas de pessoas têm"))?;
    totp::disable(&app.desk, &caller, (&own, Some(&typed.code)), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}
