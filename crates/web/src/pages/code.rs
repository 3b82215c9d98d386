//! Code's page: each escalation as a dossier in which nothing must be asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use askama::Template;
use axum::extract::Path;
use axum::response::IntoResponse as _;
use balcao_core::facts::registry::Release;
use balcao_core::ticket::{State as Stage, Team};
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::tracker::{self, curl};
use balcao_desk::verbs::around::{Incident, around};
use balcao_desk::verbs::code_says::{CodeSays, Said, code_says, with_the_same_cause};
use balcao_desk::verbs::list;
use balcao_desk::verbs::show::{self as shown, Whole};
use balcao_store::ticket::{Filter, Ticket};
use balcao_store::{EscalationId, Page as Paged, TicketId};

use super::around::{self as pictures, LogPicture};
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
    /// The newest issue of each, by the ticket's id.
    issues: BTreeMap<String, tracker::Shown>,
    /// What waits to be told to the tracker, of whatever ticket.
    waiting: Vec<tracker::Waiting>,
}

impl List {
    fn issue(&self, ticket: &Ticket) -> Option<&tracker::Shown> {
        self.issues.get(ticket.id.as_str())
    }
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
    let items: Vec<Ticket> = found.items.into_iter().map(|item| item.ticket).collect();
    let ids: Vec<TicketId> = items.iter().map(|ticket| ticket.id.clone()).collect();
    let issues = tracker::of_tickets(&visit.app.desk, &caller, &ids).await?;
    let waiting = tracker::queue(&visit.app.desk, &caller).await?;
    page(&List { f: visit.frame(), items, issues, waiting })
}

/// `POST /code/{escalation}/tentar`: what waits of an escalation is tried again now.
pub(crate) async fn again(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    let id = EscalationId::parse(&id).ok_or(DeskError::NotFound("escalação"))?;
    tracker::again(&visit.app.desk, &caller, &id, visit.app.now()).await?;
    done("/code#rastreador", "tried-again")
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
    log: Option<LogPicture>,
    /// The release in force when it happened.
    release: Option<Release>,
    incident: Option<Incident>,
    /// Tickets that share the escalation.
    linked: Vec<Ticket>,
    /// Its issues in Code's tracker, the newest first.
    issues: Vec<tracker::Shown>,
}

async fn read(visit: &Visit, caller: &Caller, id: &str) -> Result<Dossier, Wrong> {
    let (f, desk) = (visit.frame(), &visit.app.desk);
    let whole = shown::show(desk, caller, id).await?;
    let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
    let t = whole.ticket.clone();
    let happened = happened(visit, shown::happenings(desk, caller, id).await?).await?;
    let around = around(desk, caller, &t).await?;
    let linked = with_the_same_cause(desk, caller, &t.id).await?;
    let moment = d.moment(&f);
    let log = pictures::log(&f, &around.requests, moment);
    let at = moment.unwrap_or_else(|| balcao_desk::instant(t.created));
    let release = pictures::release(&f, at, d.value("environment")).cloned();
    let curl = curl(&f.state.world.registry, |name| d.value(name));
    let issues = tracker::of_ticket(desk, caller, &t.id).await?;
    let with_code = t.state == Stage::Escalated.code() && t.team.as_deref() == Some(Team::Code.code());
    let mut made = Dossier {
        incident: around.incident,
        markdown: String::new(),
        f,
        t,
        whole,
        d,
        curl,
        happened,
        with_code,
        log,
        release,
        linked,
        issues,
    };
    made.markdown = in_markdown(&made);
    Ok(made)
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

/// The dossier as a text that a tracker takes.
fn in_markdown(dossier: &Dossier) -> String {
    let Dossier { f, t, d, curl, log, release, incident, .. } = dossier;
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
    if let Some(log) = log {
        let _ = writeln!(text, "\n## {}\n", f.t("log-lines"));
        for line in &log.lines {
            let status = line.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
            let _ = writeln!(
                text,
                "- {} `{}` {status} {} {}",
                f.clock(&line.at),
                line.call,
                line.user,
                line.error
            );
        }
    }
    if let Some(release) = release {
        let when = f.moment(&release.deployed_at);
        let notes = or_empty(&release.notes);
        let _ = writeln!(
            text,
            "\n## {}\n\n{} ({}, {when}) {notes}",
            f.t("last-release"),
            release.version,
            release.environment
        );
    }
    if let Some(incident) = incident {
        let (tickets, partners) = (incident.tickets, incident.partners);
        let told = [f.tv("incident-tickets", "count", tickets), f.tv("incident-partners", "count", partners)];
        let _ = writeln!(text, "\n## {}\n\n{}", f.t("incident"), told.join(" · "));
    }
    let _ = writeln!(text, "\n## curl\n\n```\n{curl}\n```");
    text
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct Outcome {
    f: Frame,
    results: Vec<(String, String, bool)>,
    back: &'static str,
}

/// `POST /code/{id}/responder`: Code's word, as a note on the ticket and on those that share it, and back to those who speak with the
/// partner.
pub(crate) async fn answer(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (f, desk, now) = (visit.frame(), &visit.app.desk, visit.app.now());
    let ticket = shown::find(desk, &caller, &id).await?;
    let word = CodeSays::parse(fields.get("resultado"));
    let word = word.ok_or_else(|| DeskError::Invalid("escolha o resultado".to_owned()))?;
    let reason = f.code("code-says", word.code());
    let body = format!("{reason}\n\n{}", fields.get("texto").replace("\r\n", "\n"));
    let said = Said { word, body, reason, once: fields.maybe("vez").map(str::to_owned) };
    let linked = fields.maybe("ligados").is_some();
    let told = code_says(desk, &caller, (&ticket.id, linked), &said, now).await?;
    if let [(_, one)] = told.as_slice()
        && one.is_ok()
    {
        return done("/code", "noted");
    }
    let mut results = Vec::new();
    for (ticket, done) in told {
        let (text, ok) = match done {
            Ok(()) => (f.t("told"), true),
            Err(error) => (error.to_string(), false),
        };
        results.push((ticket.protocol, text, ok));
    }
    page(&Outcome { f, results, back: "/code" })
}
