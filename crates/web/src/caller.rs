//! Who asks: a token of the API or a session, in `Authorization: Bearer`.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::people;

use crate::peer::peer;
use crate::problem::Problem;
use crate::router::App;

/// The caller, recognised and within its rate.
pub(crate) struct Asking(pub(crate) Caller);

/// The session itself, for logging out.
pub(crate) struct Credential(pub(crate) String);

impl FromRequestParts<App> for Asking {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let credential = bearer(parts)?;
        let now = app.now();
        let caller = if people::token::is_token(&credential) {
            people::token::caller_of_token(&app.desk, &credential, now).await?
        } else {
            people::session::caller_of_session(&app.desk, &credential, now).await?
        };
        let left = app.limits.take(&caller)?;
        // For the headers of the answer, and the one log line of the request.
        if let Some(seen) = parts.extensions.get::<crate::logs::Seen>() {
            seen.set(&caller.id, left);
        }
        Ok(Self(caller))
    }
}

/// Somebody who is not known yet: each address has its rate, and all of them together one more.
pub(crate) struct Stranger;

impl FromRequestParts<App> for Stranger {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        app.limits.take_stranger(&peer(parts, app.proxies)).map(|_| Self)
    }
}

impl FromRequestParts<App> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Problem> {
        bearer(parts).map(Self)
    }
}

fn bearer(parts: &Parts) -> Result<String, Problem> {
    let value = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = value.and_then(|value| value.split_once(' ')).ok_or(DeskError::Unknown)?;
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(DeskError::Unknown.into());
    }
    Ok(token.trim().to_owned())
}
