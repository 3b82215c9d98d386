//! Code's page: each escalation as a dossier in which nothing must be asked for.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use balcao_core::ticket::{State as Stage, Team, Transition};
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::verbs::answer::{Then, Word, answer_and};
use balcao_desk::verbs::list;
use balcao_desk::verbs::show::{self as shown, Whole};
use balcao_store::Page as Paged;
use balcao_store::ticket::{Filter, Ticket};

use super::diagnosis::Shown as Diagnosed;
use super::frame::{Frame, or_empty};
use super::ticket::{Happened, happened};
use super::visit::{Fields, Staff, Visit};
use super::wrong::Wrong;
use super::{Shown, done, page};

#[derive(Template)]
#[template(path = "code.html")]
struct List {
    f: Frame,
    items: Vec<Ticket>,
}

/// `GET /code`: what is with Code.
pub(crate) async fn list(Staff(visit, caller): Staff) -> Shown {
    let filter = Filter {
        state: Some(Stage::Escalated.code().to_owned()),
        team: Some(Team::Code.code().to_owned()),
        ..Filter::default()
    };
    let cursor = Paged { cursor: None, limit: 200 };
    let found = list::list(&visit.app.desk, &caller, (filter, None), &cursor).await?;
    page(&List { f: visit.frame(), items: found.items.into_iter().map(|item| item.ticket).collect() })
}

#[derive(Template)]
#[template(path = "dossier.html")]
struct Dossier {
    f: Frame,
    t: Ticket,
    whole: Whole,
    d: Diagnosed,
    curl: String,
    markdown: String,
    happened: Vec<Happened>,
    with_code: bool,
}

async fn read(visit: &Visit, caller: &Caller, id: &str) -> Result<Dossier, Wrong> {
    let (f, desk) = (visit.frame(), &visit.app.desk);
    let whole = shown::show(desk, caller, id).await?;
    let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
    let t = whole.ticket.clone();
    let happened = happened(visit, shown::happenings(desk, caller, id).await?).await?;
    let curl = curl(&f, &d);
    let markdown = in_markdown(&f, &t, &d, &curl);
    let with_code = t.state == Stage::Escalated.code() && t.team.as_deref() == Some(Team::Code.code());
    Ok(Dossier { f, t, whole, d, curl, markdown, happened, with_code })
}

/// `GET /code/{id}`.
pub(crate) async fn dossier(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    page(&read(&visit, &caller, &id).await?)
}

/// `GET /code/{id}/markdown`.
pub(crate) async fn markdown(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    let dossier = read(&visit, &caller, &id).await?;
    Ok(([("content-type", "text/markdown; charset=utf-8")], dossier.markdown).into_response())
}

/// A call that can be repeated: every secret is a named place.
fn curl(f: &Frame, d: &Diagnosed) -> String {
    let value = |name: &str| {
        d.seven()
            .into_iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, found)| found.map(|found| found.value.clone()))
    };
    let Some(endpoint) = value("endpoint") else { return String::new() };
    let (method, path) = endpoint.split_once(' ').unwrap_or(("GET", endpoint.as_str()));
    let environment = value("environment").unwrap_or_default();
    let registry = &f.state.world.registry;
    let base = registry.environments.iter().find(|known| known.code == environment);
    let base =
        base.and_then(|known| known.base_urls.first().cloned()).unwrap_or_else(|| "$BASE_URL".to_owned());
    let mut curl = format!(
        "curl -X {method} '{base}{path}' \\\n  -H 'Authorization: Bearer $TOKEN' \\\n  -H 'X-Api-Key: $API_KEY'"
    );
    if let Some(payload) = value("payload").filter(|payload| payload.starts_with(['{', '['])) {
        let quoted = payload.replace('\'', "'\\''");
        let _ = write!(curl, " \\\n  -H 'Content-Type: application/json' \\\n  --data '{quoted}'");
    }
    curl
}

fn in_markdown(f: &Frame, t: &Ticket, d: &Diagnosed, curl: &str) -> String {
    let mut text = format!("# {} · {}\n\n", t.protocol, t.subject);
    let partner = t.partner.as_deref().map(|code| f.partner(code)).unwrap_or_default();
    let _ =
        writeln!(text, "{partner} · {} · {}\n", f.situation(&d.situation), f.cause(&d.situation, &d.cause));
    let _ = writeln!(text, "## {}\n", f.t("evidence"));
    for (name, found) in d.seven() {
        let found = found.map_or_else(
            || "–".to_owned(),
            |found| format!("`{}` ({})", found.value, found.place.as_deref().unwrap_or(&found.source)),
        );
        let _ = writeln!(text, "- {}: {found}", f.evidence(name));
    }
    let _ = writeln!(
        text,
        "\n## {}\n\n{}\n\n## {}\n",
        f.t("prior-analysis"),
        or_empty(&t.analysis),
        f.t("checks")
    );
    for check in d.ordered() {
        let proof: Vec<&str> = check.proof.iter().map(|proof| proof.text.as_str()).collect();
        let _ = writeln!(text, "- {} {}: {}", check.sign(), f.code("check", &check.check), proof.join("; "));
    }
    let _ = writeln!(text, "\n## curl\n\n```\n{curl}\n```");
    text
}

/// `POST /code/{id}/responder`: Code's word, as a note on the ticket, and back to those who speak with the partner.
pub(crate) async fn answer(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let ticket = shown::find(desk, &caller, &id).await?;
    let verdict = match fields.get("resultado") {
        "aceito" => "code-accepted",
        "corrigido" => "code-fixed",
        "nao-e-defeito" => "code-not-a-bug",
        "falta" => "code-needs",
        _ => return Err(DeskError::Invalid("escolha o resultado".to_owned()).into()),
    };
    let words = visit.frame().t(verdict);
    let body = format!("{words}\n\n{}", fields.get("texto").replace("\r\n", "\n"));
    let step = (verdict != "code-accepted").then(|| Transition::to(Stage::Investigation, words));
    let then = Then { step, once: fields.maybe("vez").map(str::to_owned) };
    answer_and(desk, &caller, &ticket.id, (Word::Note { body }, then), now).await?;
    done("/code", "noted")
}
