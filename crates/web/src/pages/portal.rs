//! The partner's own pages: their tickets, a new one, what is missing, and whether the solution helped.

use askama::Template;
use axum::extract::{Multipart, Path, Query};
use axum::http::StatusCode;
use balcao_core::ticket::{Confirmation, State as Stage, Transition};
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::people::account;
use balcao_desk::verbs::follow_up::follow_up;
use balcao_desk::verbs::list;
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::verbs::show::{self as shown, Whole};
use balcao_desk::verbs::step::step;
use balcao_store::ticket::{Filter, Ticket};
use balcao_store::{MessageId, Page as Paged};
use balcao_wire::inbound;
use base64::Engine as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::diagnosis::Shown as Diagnosed;
use super::frame::Frame;
use super::queue::{Row, row};
use super::visit::{Contact, Fields, Visit};
use super::wrong::Wrong;
use super::{Shown, done, page, told_apart_by};
use crate::problem::Problem;

/// Files of one message, and bytes of all of them.
const MOST_FILES: usize = 10;
const MOST_BYTES: usize = 10 * 1024 * 1024;
/// Bytes of the whole form, with what stands between its parts.
pub(super) const MOST_SENT: usize = MOST_BYTES + 64 * 1024;

#[derive(Template)]
#[template(path = "portal.html")]
struct List {
    f: Frame,
    items: Vec<Row>,
    next: Option<String>,
    q: String,
}

/// What is asked of the list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    cursor: Option<String>,
}

/// `GET /portal`.
pub(crate) async fn list(Contact(visit, caller): Contact, Query(wanted): Query<Wanted>) -> Shown {
    let cursor = Paged { cursor: wanted.cursor, limit: 50 };
    let query = Some(wanted.q.as_str()).filter(|q| !q.trim().is_empty());
    let found = list::list(&visit.app.desk, &caller, (Filter::default(), query), &cursor).await?;
    let next = found.next_cursor.map(|cursor| format!("/portal?cursor={cursor}"));
    page(&List { f: visit.frame(), items: found.items.into_iter().map(row).collect(), next, q: wanted.q })
}

#[derive(Template)]
#[template(path = "portal_new.html")]
struct Blank {
    f: Frame,
}

/// `GET /portal/novo`.
pub(crate) async fn blank(Contact(visit, _caller): Contact) -> Shown {
    page(&Blank { f: visit.frame() })
}

/// `POST /portal/novo`.
pub(crate) async fn create(Contact(visit, caller): Contact, form: Multipart) -> Shown {
    let sent = Sent::read(form).await?;
    let arrival = sent.arrival(&visit, &caller).await?;
    let new = receive(&visit.app.desk, &caller, arrival, visit.app.now()).await?;
    done(&format!("/portal/chamados/{}", new.ticket.protocol), "ticket-made")
}

/// A form with files.
#[derive(Default)]
struct Sent {
    subject: String,
    text: String,
    files: Vec<Value>,
    /// The form's own number.
    number: String,
}

impl Sent {
    async fn read(mut form: Multipart) -> Result<Self, Wrong> {
        let broken = |_error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "malformed",
                "o formulário não chegou inteiro; envie de novo",
            )
        };
        let (mut sent, mut bytes) = (Self::default(), 0);
        while let Some(field) = form.next_field().await.map_err(broken)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let kind = field.content_type().unwrap_or("application/octet-stream").to_owned();
            let content = field.bytes().await.map_err(broken)?;
            bytes += content.len();
            if bytes > MOST_BYTES || sent.files.len() >= MOST_FILES {
                let detail = "são aceitos até 10 arquivos e 10 MB por mensagem";
                return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail).into());
            }
            let text = || String::from_utf8_lossy(&content).replace("\r\n", "\n");
            match (name.as_str(), file) {
                ("texto", _) => sent.text = text(),
                ("assunto", _) => sent.subject = text(),
                ("vez", _) => sent.number = text(),
                (_, Some(file)) if !file.is_empty() && !content.is_empty() => {
                    let content = base64::prelude::BASE64_STANDARD.encode(&content);
                    sent.files.push(json!({"name": file, "media_type": kind, "base64": content}));
                }
                // A field of the form "answer what is missing": its name is what it answers.
                (evidence, None) if !text().trim().is_empty() => {
                    sent.text.push_str(&format!("{evidence}: {}\n", text().trim()));
                }
                _ => {}
            }
        }
        Ok(sent)
    }

    async fn arrival(self, visit: &Visit, caller: &Caller) -> Result<Arrival, DeskError> {
        let address = address(visit, caller).await?;
        let files = json!(self.files).to_string();
        let same = told_apart_by(&self.number, &format!("{}\0{}\0{files}", self.subject, self.text));
        let message = json!({
            "id": MessageId::fresh().to_string(), "channel": "portal", "received_at": visit.app.now().to_string(),
            "from": {"name": caller.name, "address": address}, "subject": Some(self.subject).filter(|text| !text.trim().is_empty()),
            "body": self.text, "attachments": self.files,
        });
        let raw = message.to_string();
        let inbound = inbound::parse(&raw).map_err(|error| DeskError::Invalid(error.to_string()))?;
        Ok(Arrival { inbound, raw: raw.into_bytes(), idempotency_key: None, told_apart_by: Some(same) })
    }
}

/// Where a contact reads mail: a login that is an address is the one to which the link went.
async fn address(visit: &Visit, caller: &Caller) -> Result<Option<String>, DeskError> {
    let Some(id) = account::own(caller) else { return Ok(None) };
    let row = account::get(&visit.app.desk, caller, &id).await?;
    Ok(Some(row.login).filter(|login| login.contains('@')))
}

#[derive(Template)]
#[template(path = "portal_ticket.html")]
struct Page {
    f: Frame,
    t: Ticket,
    whole: Whole,
    d: Diagnosed,
    /// What was asked for, with the words of the question.
    asked: Vec<(String, String)>,
}

/// `GET /portal/chamados/{id}`.
pub(crate) async fn show(Contact(visit, caller): Contact, Path(id): Path<String>) -> Shown {
    let f = visit.frame();
    let whole = shown::show(&visit.app.desk, &caller, &id).await?;
    let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
    let t = whole.ticket.clone();
    let waiting = t.state == Stage::AwaitingPartner.code();
    let asked = if waiting { d.missing_evidence.clone() } else { Vec::new() };
    let asked = asked.into_iter().map(|name| {
        let words = f.state.world.procedure.ask_for(&[name.as_str()]).join(" ");
        (f.evidence(&name), words)
    });
    let asked = asked.collect();
    page(&Page { f, t, whole, d, asked })
}

/// `POST /portal/chamados/{id}`.
pub(crate) async fn write(Contact(visit, caller): Contact, Path(id): Path<String>, form: Multipart) -> Shown {
    let ticket = shown::find(&visit.app.desk, &caller, &id).await?;
    let arrival = Sent::read(form).await?.arrival(&visit, &caller).await?;
    follow_up(&visit.app.desk, &caller, &ticket.id, arrival, visit.app.now()).await?;
    done(&format!("/portal/chamados/{}", ticket.protocol), "message-sent")
}

/// `POST /portal/chamados/{id}/confirmar`.
pub(crate) async fn confirm(
    Contact(visit, caller): Contact,
    Path(id): Path<String>,
    fields: Fields,
) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let ticket = shown::find(desk, &caller, &id).await?;
    let good = fields.get("palavra") == "resolveu";
    let word = if good { Confirmation::Confirmed } else { Confirmation::Contested };
    let situation = ticket.situation.clone().unwrap_or_default();
    let cause = ticket.cause.clone().unwrap_or_default();
    let wanted = if good {
        let last = balcao_core::ticket::Classification { situation, cause };
        Transition {
            confirmation: Some(word),
            final_classification: Some(last),
            ..Transition::to(Stage::Closed, "o parceiro confirmou pelo portal")
        }
    } else {
        Transition {
            confirmation: Some(word),
            ..Transition::to(Stage::Analysis, "o parceiro contestou pelo portal")
        }
    };
    step(desk, &caller, &ticket.id, (&wanted, None), now).await?;
    done(&format!("/portal/chamados/{}", ticket.protocol), if good { "thanks" } else { "back-in-hand" })
}
