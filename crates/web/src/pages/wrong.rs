//! What a page shows when it cannot do what was asked: the same words as the API's problems, as a page; or the way to log in.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use balcao_core::ticket::Refusal;
use balcao_desk::DeskError;

use super::assets;
use crate::problem::Problem;

/// Why there is no page.
pub(crate) enum Wrong {
    /// Somebody who must say first who they are, and where they wanted to go.
    LogIn(String),
    /// Told as a page.
    Told(Problem),
}

impl<E: Into<Problem>> From<E> for Wrong {
    fn from(error: E) -> Self {
        Self::Told(error.into())
    }
}

#[derive(Template)]
#[template(path = "wrong.html")]
struct Page<'p> {
    title: &'p str,
    detail: &'p str,
    missing: Vec<&'p str>,
    status: u16,
    css: String,
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        match self {
            Self::LogIn(back) => {
                let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
                Redirect::to(&format!("/entrar?voltar={back}")).into_response()
            }
            Self::Told(problem) => {
                let (title, detail, missing) = problem.told();
                let status = problem.status();
                let page = Page {
                    title,
                    detail,
                    missing,
                    status: status.as_u16(),
                    css: assets::address("balcao.css"),
                };
                (status, Html(page.render().unwrap_or_else(|_error| detail.to_owned()))).into_response()
            }
        }
    }
}

/// A page that could not be written: a mistake of ours.
pub(crate) fn unwritten(_error: askama::Error) -> Wrong {
    Wrong::Told(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", "a página não pôde ser escrita"))
}

/// What is missing for a step, if that is why it was refused.
pub(crate) fn refusal(error: DeskError) -> Result<Refusal, Wrong> {
    match error {
        DeskError::Refused(refusal) => Ok(refusal),
        other => Err(other.into()),
    }
}
