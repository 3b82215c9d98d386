//! The official documentation, searched: exact excerpts, and whether one of them answers.

use askama::Template;
use axum::extract::Query;
use balcao_core::facts::documentation::{Documentation as _, Excerpt};
use balcao_desk::caller::Permission;
use serde::Deserialize;

use super::frame::Frame;
use super::visit::Visit;
use super::wrong::Wrong;
use super::{Shown, page};

#[derive(Template)]
#[template(path = "documentation.html")]
struct Page {
    f: Frame,
    q: String,
    answered: Option<Excerpt>,
    further: Vec<Excerpt>,
}

/// What is asked.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
}

/// `GET /documentacao`.
pub(crate) async fn search(visit: Visit, Query(asked): Query<Asked>) -> Shown {
    let caller = visit.caller.as_ref().ok_or_else(|| Wrong::LogIn("/documentacao".to_owned()))?;
    caller.must(Permission::ReadDocuments)?;
    let (f, q) = (visit.frame(), asked.q);
    let (mut answered, mut further) = (None, Vec::new());
    if !q.trim().is_empty() {
        let state = f.state.clone();
        let question = q.chars().take(2_000).collect::<String>();
        let found = tokio::task::spawn_blocking(move || state.world.pages.answer(&question, None)).await;
        if let Ok(found) = found {
            (answered, further) = (found.answered, found.suggestions);
        }
    }
    page(&Page { f, q, answered, further })
}
