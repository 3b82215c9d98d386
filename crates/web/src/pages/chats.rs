//! Chats: what of a ticket goes out by one, and what waits for somebody who looks after them.

use askama::Template;
use axum::extract::Path;
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::chat::{self, Counts};
use balcao_desk::verbs::show;
use balcao_store::chat_delivery::{ChatDelivery, ELSEWHERE, QUARANTINED};
use balcao_store::errand::Errand;
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::{ChatDeliveryId, ErrandId};

use super::frame::Frame;
use super::visit::{Fields, Staff, Visit};
use super::{Shown, done, page};

/// Rows of one kind that are shown.
const MOST: u16 = 100;
/// How an errand stands that waits for somebody, the most urgent first.
const WAITING_FOR_SOMEBODY: [&str; 4] = ["unsure", "failed", "held", "outside"];

/// What of a ticket goes out by a chat.
pub(crate) struct Outgoing {
    errands: Vec<Errand>,
    /// Until when the partner may be written to freely, in milliseconds.
    pub(crate) window: Option<i64>,
    /// By what the partner can be asked to write again.
    pub(crate) templates: Vec<chat::Template>,
}

impl Outgoing {
    pub(crate) async fn of(visit: &Visit, caller: &Caller, ticket: &Ticket) -> Result<Self, DeskError> {
        let desk = &visit.app.desk;
        let window = chat::window_end(desk, caller, &ticket.id).await?;
        Ok(Self {
            errands: chat::of_ticket(desk, caller, &ticket.id).await?,
            window: window.map(|end| end.as_millisecond()),
            templates: chat::templates(desk, caller, &ticket.id).await?,
        })
    }

    /// Whether the partner may be written to freely now, and this ends.
    pub(crate) fn is_open(&self, f: &Frame) -> bool {
        self.window.is_some_and(|end| !f.is_past(&end))
    }

    /// Those that carry a message, by its parts.
    pub(crate) fn with(&self, message: &Message) -> Vec<&Errand> {
        self.errands.iter().filter(|errand| errand.message.as_ref() == Some(&message.id)).collect()
    }

    /// Those that carry no message of the conversation.
    pub(crate) fn others(&self) -> impl Iterator<Item = &Errand> {
        self.errands.iter().filter(|errand| errand.message.is_none())
    }
}

#[derive(Template)]
#[template(path = "chats.html")]
struct Page {
    f: Frame,
    counts: Counts,
    aside: Vec<ChatDelivery>,
    errands: Vec<(Errand, String)>,
}

/// `GET /conversas`: what could not be filed, and what does not go out.
pub(crate) async fn list(Staff(visit, caller): Staff) -> Shown {
    caller.must(Permission::ManageJobs)?;
    let desk = &visit.app.desk;
    let mut errands = Vec::new();
    for state in WAITING_FOR_SOMEBODY {
        errands.extend(chat::errands(desk, &caller, (state, None), MOST).await?);
    }
    let counts = chat::counts(desk, &caller).await?;
    let mut aside = chat::list(desk, &caller, (QUARANTINED, None), MOST).await?;
    aside.extend(chat::list(desk, &caller, (ELSEWHERE, None), MOST).await?);
    page(&Page { f: visit.frame(), counts, aside, errands })
}

/// `POST /conversas/{id}`: has a delivery filed again.
pub(crate) async fn retry(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    caller.must(Permission::ManageJobs)?;
    let id = ChatDeliveryId::parse(&id).ok_or(DeskError::NotFound("entrega em quarentena"))?;
    chat::retry(&visit.app.desk, &caller, &id, visit.app.now()).await?;
    done("/conversas", "tried-again")
}

/// `POST /chamados/{id}/conversa`: a template is sent, or what did not go is sent again, discarded, or said to have
/// arrived.
pub(crate) async fn change(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let ticket = show::find(desk, &caller, &id).await?;
    let place = format!("/chamados/{}", ticket.protocol);
    if let Some(name) = fields.maybe("modelo") {
        chat::ask(desk, &caller, (&ticket.id, name), now).await?;
        return done(&place, "asked-to-write");
    }
    let errand = ErrandId::parse(fields.get("envio")).ok_or(DeskError::NotFound("envio"))?;
    match fields.get("acao") {
        "reenviar" => chat::resend(desk, &caller, (&ticket.id, &errand), now).await?,
        "descartar" => chat::discard(desk, &caller, (&ticket.id, &errand), now).await?,
        "chegou" => chat::arrived(desk, &caller, (&ticket.id, &errand), now).await?,
        _ => return Err(DeskError::Invalid("escolha o que fazer".to_owned()).into()),
    }
    done(&place, "saved")
}
