//! Who visits a page: from the session's cookie, with language and theme as they chose.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{COOKIE, SET_COOKIE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::people::session;

use super::frame::Frame;
use super::words::Language;
use super::wrong::Wrong;
use crate::peer::peer;
use crate::problem::Problem;
use crate::router::App;

const SESSION: &str = "balcao_session";
/// Bytes of a form, at most.
const LONGEST_FORM: usize = 2 * 1024 * 1024;

/// A visitor, known or not.
pub(crate) struct Visit {
    pub(crate) app: App,
    pub(crate) caller: Option<Caller>,
    pub(crate) session: Option<String>,
    language: Language,
    theme: &'static str,
    here: String,
    notice: Option<String>,
    pub(crate) agent: String,
    /// From where, as rates are counted.
    pub(crate) from: String,
}

impl Visit {
    /// The frame of the page that is shown.
    pub(crate) fn frame(&self) -> Frame {
        Frame {
            language: self.language,
            theme: self.theme,
            who: self.caller.clone(),
            here: self.here.clone(),
            notice: self.notice.clone(),
            now: self.app.now(),
            state: self.app.desk.state(),
        }
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Wrong> {
        let found = cookie(&parts.headers, SESSION);
        let mut caller = None;
        if let Some(token) = &found {
            match session::caller_of_session(&app.desk, token, app.now()).await {
                Ok(known) => caller = Some(known),
                Err(DeskError::Unknown) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let from = peer(parts, app.proxies);
        let left = match &caller {
            Some(known) => app.limits.take(known)?,
            None => app.limits.take_stranger(&from)?,
        };
        if let Some(seen) = parts.extensions.get::<crate::logs::Seen>() {
            seen.set(caller.as_ref().map_or("-", |caller| caller.id.as_str()), left);
        }
        let query = parts.uri.query().unwrap_or_default();
        let notice =
            pairs(query.as_bytes()).into_iter().find(|(name, _)| name == "feito").map(|(_, code)| code);
        let notice = notice
            .filter(|code| code.len() < 40 && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
        let english = cookie(&parts.headers, "balcao_lang").is_some_and(|code| code == "en");
        let theme = match cookie(&parts.headers, "balcao_theme").as_deref() {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "auto",
        };
        let agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or("-");
        Ok(Self {
            app: app.clone(),
            session: found.filter(|_| caller.is_some()),
            caller,
            language: if english { Language::English } else { Language::Portuguese },
            theme,
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            notice,
            agent: agent.chars().take(200).collect(),
            from,
        })
    }
}

/// Somebody of the desk.
pub(crate) struct Staff(pub(crate) Visit, pub(crate) Caller);

impl FromRequestParts<App> for Staff {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Wrong> {
        let visit = Visit::from_request_parts(parts, app).await?;
        match visit.caller.clone() {
            Some(caller) if caller.is_staff() => Ok(Self(visit, caller)),
            Some(_) => Err(DeskError::Forbidden("ver as páginas da equipe").into()),
            None => Err(Wrong::LogIn(visit.here)),
        }
    }
}

/// A partner's contact.
pub(crate) struct Contact(pub(crate) Visit, pub(crate) Caller);

impl FromRequestParts<App> for Contact {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Wrong> {
        let visit = Visit::from_request_parts(parts, app).await?;
        match visit.caller.clone() {
            Some(caller) if !caller.is_staff() => Ok(Self(visit, caller)),
            Some(_) => Err(DeskError::Forbidden("ver o portal: entre como contato de um parceiro").into()),
            None => Err(Wrong::LogIn(visit.here)),
        }
    }
}

/// The fields of a form, in the order sent.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first with this name; empty where there is none.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.maybe(name).unwrap_or_default()
    }

    /// The first with this name, if it says anything.
    pub(crate) fn maybe(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|text| !text.trim().is_empty())
    }

    /// Every one with this name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }
}

impl FromRequest<App> for Fields {
    type Rejection = Wrong;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Wrong> {
        let body = axum::body::to_bytes(request.into_body(), LONGEST_FORM).await;
        let body = body.map_err(|_cut| {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "o formulário tem mais de 2 MiB; anexe o que é longo como arquivo",
            )
        })?;
        Ok(Self(pairs(&body)))
    }
}

/// Names and values of a query or a form.
pub(crate) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut all = all.flat_map(|line| line.split(';')).filter_map(|one| one.trim().split_once('='));
    all.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// Gives the browser a session, or takes it away.
pub(crate) fn with_session(response: Response, token: Option<&str>, secure: bool) -> Response {
    let (token, age) = token.map_or(("", 0), |token| (token, 43_200));
    let secure = if secure { "; Secure" } else { "" };
    with_cookie(
        response,
        &format!("{SESSION}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"),
    )
}

/// Gives the browser a choice to keep.
pub(crate) fn with_choice(response: Response, name: &str, value: &str) -> Response {
    with_cookie(response, &format!("{name}={value}; Path=/; SameSite=Lax; Max-Age=31536000"))
}

fn with_cookie(mut response: Response, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}
