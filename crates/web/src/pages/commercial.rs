//! Commercial's page: requests for keys, done or refused with a word to the partner.

use askama::Template;
use axum::extract::Path;
use balcao_core::ticket::{State as Stage, Team, Transition};
use balcao_desk::DeskError;
use balcao_desk::verbs::answer::{Then, Word, answer_and};
use balcao_desk::verbs::list;
use balcao_desk::verbs::show as shown;
use balcao_store::Page as Paged;
use balcao_store::ticket::{Filter, Ticket};

use super::diagnosis::Shown as Diagnosed;
use super::frame::Frame;
use super::visit::{Fields, Staff};
use super::{Shown, done, page};

/// A request with what it is about.
struct Asked {
    t: Ticket,
    environment: Option<String>,
    body: String,
}

#[derive(Template)]
#[template(path = "commercial.html")]
struct List {
    f: Frame,
    items: Vec<Asked>,
}

/// `GET /comercial`.
pub(crate) async fn list(Staff(visit, caller): Staff) -> Shown {
    let filter = Filter {
        state: Some(Stage::Escalated.code().to_owned()),
        team: Some(Team::Commercial.code().to_owned()),
        ..Filter::default()
    };
    let desk = &visit.app.desk;
    let found = list::list(desk, &caller, (filter, None), &Paged { cursor: None, limit: 100 }).await?;
    let mut items = Vec::new();
    for item in found.items {
        let whole = shown::show(desk, &caller, item.ticket.id.as_str()).await?;
        let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
        let environment = d.seven().into_iter().find(|(name, _)| *name == "environment");
        let environment = environment.and_then(|(_, found)| found.map(|found| found.value.clone()));
        let body = whole.messages.first().map(|message| message.body.clone()).unwrap_or_default();
        items.push(Asked { t: whole.ticket, environment, body });
    }
    page(&List { f: visit.frame(), items })
}

/// `POST /comercial/{id}`.
pub(crate) async fn answer(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let ticket = shown::find(desk, &caller, &id).await?;
    let words = match fields.get("resultado") {
        "feito" => visit.frame().t("commercial-done"),
        "recusado" => visit.frame().t("commercial-refused"),
        _ => return Err(DeskError::Invalid("escolha o resultado".to_owned()).into()),
    };
    let said = fields.get("texto").replace("\r\n", "\n");
    let wanted = Transition {
        solution: Some(format!("{words} {said}").trim().to_owned()),
        ..Transition::to(Stage::Resolved, words.clone())
    };
    let body = if said.trim().is_empty() { words } else { said };
    let word = Word::Reply { body, citations: Vec::new() };
    let then = Then { step: Some(wanted), once: fields.maybe("vez").map(str::to_owned), code_said: None };
    answer_and(desk, &caller, &ticket.id, (word, then), now).await?;
    done("/comercial", "sent")
}
