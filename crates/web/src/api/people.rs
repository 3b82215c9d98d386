//! Looking after people, their sessions, and the tokens of the API.

use axum::Json as Answer;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::Permission;
use balcao_desk::people::account::{self, Changes, NewAccount};
use balcao_desk::people::token::{self, NewToken};
use balcao_desk::people::{session, totp};
use balcao_store::account::Account;
use balcao_store::api_token::ApiToken;
use balcao_store::session::Session;
use balcao_store::{AccountId, ApiTokenId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::views::{Items, at};
use crate::caller::Asking;
use crate::extract::{Json, Path};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(accounts, create))
        .routes(routes!(one, change))
        .routes(routes!(invite))
        .routes(routes!(no_second_factor))
        .routes(routes!(sessions))
        .routes(routes!(end_session))
        .routes(routes!(tokens, new_token))
        .routes(routes!(end_token))
}

/// A role.
#[derive(Serialize, Deserialize, Clone, Copy, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RoleView {
    Agent,
    Lead,
    Manager,
    Code,
    Commercial,
    Administrator,
    PartnerContact,
}

impl From<RoleView> for Role {
    fn from(view: RoleView) -> Self {
        match view {
            RoleView::Agent => Self::Agent,
            RoleView::Lead => Self::Lead,
            RoleView::Manager => Self::Manager,
            RoleView::Code => Self::Code,
            RoleView::Commercial => Self::Commercial,
            RoleView::Administrator => Self::Administrator,
            RoleView::PartnerContact => Self::PartnerContact,
        }
    }
}

/// A person who can log in.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountView {
    id: String,
    login: String,
    name: String,
    role: String,
    partner: Option<String>,
    team: Option<String>,
    /// Whether a password was set.
    has_password: bool,
    has_second_factor: bool,
    disabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&Account> for AccountView {
    fn from(row: &Account) -> Self {
        Self {
            id: row.id.to_string(),
            login: row.login.clone(),
            name: row.name.clone(),
            role: row.role.clone(),
            partner: row.partner.clone(),
            team: row.team.clone(),
            has_password: row.password_hash.is_some(),
            has_second_factor: row.totp_sealed.is_some(),
            disabled: row.disabled_at.is_some(),
            created_at: at(row.created),
        }
    }
}

/// Lists the accounts
#[utoipa::path(get, path = "/api/v1/accounts", tag = "people", operation_id = "listAccounts",
    responses((status = 200, body = Items<AccountView>), Problems))]
async fn accounts(
    State(app): State<App>,
    Asking(caller): Asking,
) -> Result<Answer<Items<AccountView>>, Problem> {
    let rows = account::list(&app.desk, &caller).await?;
    Ok(Answer(Items::of(&rows)))
}

/// A person to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccountView {
    login: String,
    name: String,
    role: RoleView,
    /// For `partner_contact`.
    partner: Option<String>,
    team: Option<String>,
}

/// Makes an account; whoever is invited sets its password
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people", operation_id = "createAccount",
    request_body(content = NewAccountView, content_type = "application/json"),
    responses((status = 201, body = AccountView), Problems))]
async fn create(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(new): Json<NewAccountView>,
) -> Result<Response, Problem> {
    let NewAccountView { login, name, role, partner, team } = new;
    let new = NewAccount { login, name, role: role.into(), partner, team };
    let row = account::create(&app.desk, &caller, new, app.now()).await?;
    Ok((StatusCode::CREATED, Answer(AccountView::from(&row))).into_response())
}

fn account_id(id: &str) -> Result<AccountId, DeskError> {
    AccountId::parse(id).ok_or(DeskError::NotFound("conta"))
}

/// Shows an account
#[utoipa::path(get, path = "/api/v1/accounts/{id}", tag = "people", operation_id = "showAccount", params(("id" = String, Path)),
    responses((status = 200, body = AccountView), Problems))]
async fn one(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<AccountView>, Problem> {
    let row = account::get(&app.desk, &caller, &account_id(&id)?).await?;
    Ok(Answer(AccountView::from(&row)))
}

/// What of an account is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AccountChanges {
    name: Option<String>,
    role: Option<RoleView>,
    /// For `partner_contact`; whoever stops being one is of no partner.
    partner: Option<String>,
    team: Option<String>,
    /// Whether it may no longer be used; its sessions then end.
    disabled: Option<bool>,
}

/// Changes an account
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "people", operation_id = "changeAccount", params(("id" = String, Path)),
    request_body(content = AccountChanges, content_type = "application/json"),
    responses((status = 200, body = AccountView), Problems))]
async fn change(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    Json(view): Json<AccountChanges>,
) -> Result<Answer<AccountView>, Problem> {
    let changes = Changes {
        name: view.name,
        role: view.role.map(Role::from),
        partner: view.partner,
        team: view.team.map(Some),
        disabled: view.disabled,
    };
    let row = account::change(&app.desk, &caller, &account_id(&id)?, changes, app.now()).await?;
    Ok(Answer(AccountView::from(&row)))
}

/// An invitation.
#[derive(Serialize, ToSchema)]
struct Invitation {
    /// Good once, for three days; give it to the account's owner.
    token: String,
}

/// Invites the owner of an account to set its password
#[utoipa::path(post, path = "/api/v1/accounts/{id}/invitation", tag = "people", operation_id = "inviteAccount", params(("id" = String, Path)),
    responses((status = 201, body = Invitation), Problems))]
async fn invite(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let token = account::invite(&app.desk, &caller, &account_id(&id)?, app.now()).await?;
    Ok((StatusCode::CREATED, Answer(Invitation { token })).into_response())
}

/// Takes the second factor of somebody away who lost it
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/second-factor", tag = "people", operation_id = "removeSecondFactor", params(("id" = String, Path)),
    responses((status = 204), Problems))]
async fn no_second_factor(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    totp::disable(&app.desk, &caller, (&account_id(&id)?, None), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A session.
#[derive(Serialize, ToSchema)]
struct SessionView {
    id: String,
    /// The browser or program.
    agent: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    seen_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
    ended: bool,
}

impl From<&Session> for SessionView {
    fn from(row: &Session) -> Self {
        Self {
            id: session::id_of(row),
            agent: row.agent.clone(),
            created_at: at(row.created),
            seen_at: at(row.seen),
            expires_at: at(row.expires),
            ended: row.revoked.is_some(),
        }
    }
}

/// Lists the sessions of an account
#[utoipa::path(get, path = "/api/v1/accounts/{id}/sessions", tag = "people", operation_id = "listSessions", params(("id" = String, Path)),
    responses((status = 200, body = Items<SessionView>), Problems))]
async fn sessions(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<Items<SessionView>>, Problem> {
    let rows = session::list(&app.desk, &caller, &account_id(&id)?).await?;
    Ok(Answer(Items::of(&rows)))
}

/// Ends a session of an account
#[utoipa::path(delete, path = "/api/v1/accounts/{id}/sessions/{session}", tag = "people", operation_id = "endSession",
    params(("id" = String, Path), ("session" = String, Path)), responses((status = 204), Problems))]
async fn end_session(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, wanted)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    session::revoke(&app.desk, &caller, (&account_id(&id)?, &wanted), app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A token of the API.
#[derive(Serialize, ToSchema)]
struct TokenView {
    id: String,
    name: String,
    role: String,
    /// What it may do; empty: all that its role may.
    scopes: Vec<String>,
    partner: Option<String>,
    /// The account it acts for; `null`: a service.
    account: Option<String>,
    last4: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    ended: bool,
}

impl From<&ApiToken> for TokenView {
    fn from(row: &ApiToken) -> Self {
        Self {
            id: row.id.to_string(),
            name: row.name.clone(),
            role: row.role.clone(),
            scopes: serde_json::from_str(&row.scopes).unwrap_or_default(),
            partner: row.partner.clone(),
            account: row.account.as_ref().map(ToString::to_string),
            last4: row.last4.clone(),
            created_at: at(row.created),
            expires_at: row.expires.map(at),
            ended: row.revoked.is_some(),
        }
    }
}

/// Lists the tokens that one may see
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", operation_id = "listTokens",
    responses((status = 200, body = Items<TokenView>), Problems))]
async fn tokens(State(app): State<App>, Asking(caller): Asking) -> Result<Answer<Items<TokenView>>, Problem> {
    let rows = token::list(&app.desk, &caller).await?;
    Ok(Answer(Items::of(&rows)))
}

/// A token to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTokenView {
    name: String,
    /// One's own for a personal token.
    role: RoleView,
    /// What it may do; left out: all that its role may.
    #[serde(default)]
    scopes: Vec<String>,
    /// For `partner_contact`.
    partner: Option<String>,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// Whether it acts for one's own account.
    #[serde(default)]
    personal: bool,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
struct TokenMade {
    #[serde(flatten)]
    about: TokenView,
    /// The token itself; shown once.
    token: String,
}

/// Makes a token
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", operation_id = "createToken",
    request_body(content = NewTokenView, content_type = "application/json"),
    responses((status = 201, body = TokenMade), Problems))]
async fn new_token(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(view): Json<NewTokenView>,
) -> Result<Response, Problem> {
    let scopes: Option<Vec<Permission>> = view.scopes.iter().map(|code| Permission::parse(code)).collect();
    let scopes = scopes.ok_or_else(|| {
        let known: Vec<&str> = Permission::ALL.iter().map(|permission| permission.code()).collect();
        DeskError::Invalid(format!("um escopo não existe; os que há: {}", known.join(", ")))
    })?;
    let expires = view.expires_at.as_deref().map(str::parse::<Timestamp>).transpose();
    let expires = expires.map_err(|_not_an_instant| {
        DeskError::Invalid("`expires_at` não é um instante RFC 3339 com fuso".to_owned())
    })?;
    let new = NewToken {
        name: view.name,
        role: view.role.into(),
        scopes,
        partner: view.partner,
        expires,
        personal: view.personal,
    };
    let (row, token) = token::create(&app.desk, &caller, new, app.now()).await?;
    Ok((StatusCode::CREATED, Answer(TokenMade { about: TokenView::from(&row), token })).into_response())
}

/// Ends a token
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "people", operation_id = "endToken", params(("id" = String, Path)),
    responses((status = 204), Problems))]
async fn end_token(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = ApiTokenId::parse(&id).ok_or(DeskError::NotFound("token"))?;
    token::revoke(&app.desk, &caller, &id, app.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a code names a role: for the tests of this file's list.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_that_can_be_given_has_a_word() {
        for role in Role::ALL.into_iter().filter(|role| *role != Role::System) {
            let code = balcao_desk::caller::role_code(role);
            let read: RoleView = serde_json::from_value(code.into()).unwrap();
            assert_eq!(Role::from(read), role);
            assert_eq!(balcao_desk::caller::role_of(code), Some(role));
        }
    }
}
