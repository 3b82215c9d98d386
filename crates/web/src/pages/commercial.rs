//! Commercial's page: requests for keys, granted or refused; and how a request stands, on its ticket's page.

use askama::Template;
use axum::extract::Path;
use balcao_core::ticket::{State as Stage, Team};
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::commercial::{self, Deciding, Outcome, Said};
use balcao_desk::verbs::list;
use balcao_desk::verbs::show as shown;
use balcao_store::Page as Paged;
use balcao_store::ticket::{Filter, Ticket};

use super::diagnosis::Shown as Diagnosed;
use super::frame::Frame;
use super::visit::{Fields, Staff, Visit};
use super::{Shown, done, page};

/// A request with what it is about.
struct Asked {
    t: Ticket,
    environment: Option<String>,
    body: String,
    /// What commercial answered already without deciding, where it did.
    stands: Option<commercial::Shown>,
    form: Form,
}

/// What a form for the decision begins with.
pub(crate) struct Form {
    pub(crate) protocol: String,
    /// Code, name, and whether it is what was asked for.
    pub(crate) places: Vec<(String, String, bool)>,
    /// Where it leads back to.
    pub(crate) back: &'static str,
}

impl Form {
    fn of(f: &Frame, ticket: &Ticket, (environment, back): (Option<&str>, &'static str)) -> Self {
        let all = f.state.world.registry.environments.iter();
        let asked = |code: &str, name: &str| environment.is_some_and(|asked| asked == code || asked == name);
        let places = all.map(|one| (one.code.clone(), one.name.clone(), asked(&one.code, &one.name)));
        Self { protocol: ticket.protocol.clone(), places: places.collect(), back }
    }

    /// The name of what was asked for.
    fn asked(&self) -> Option<String> {
        self.places.iter().find(|(.., asked)| *asked).map(|(_, name, _)| name.clone())
    }
}

/// How a ticket stands with commercial, on its page.
pub(crate) struct AtCommercial {
    pub(crate) stands: commercial::Shown,
    /// The form, for whoever may record a decision while commercial has the ticket.
    pub(crate) form: Option<Form>,
}

impl AtCommercial {
    /// Nothing of a ticket that was never there.
    pub(crate) async fn of(
        visit: &Visit,
        caller: &Caller,
        (ticket, d): (&Ticket, &Diagnosed),
    ) -> Result<Option<Self>, DeskError> {
        let found = commercial::of_ticket(&visit.app.desk, caller, &ticket.id).await?;
        let may = caller.may(Permission::WriteTickets) && caller.may(Permission::MoveTickets);
        Ok(found.map(|stands| {
            let asked = (d.value("environment"), "chamado");
            let form = (stands.is_there && may).then(|| Form::of(&visit.frame(), ticket, asked));
            Self { stands, form }
        }))
    }
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
    let (desk, f) = (&visit.app.desk, visit.frame());
    let found = list::list(desk, &caller, (filter, None), &Paged { cursor: None, limit: 100 }).await?;
    let mut items = Vec::new();
    // Of a ticket that was merged the one that goes on is here.
    for item in found.items.into_iter().filter(|item| item.ticket.merged_into.is_none()) {
        let whole = shown::show(desk, &caller, item.ticket.id.as_str()).await?;
        let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
        let environment = d.value("environment").map(str::to_owned);
        let body = whole.messages.first().map(|message| message.body.clone()).unwrap_or_default();
        let form = Form::of(&f, &whole.ticket, (environment.as_deref(), "lista"));
        let environment = form.asked().or(environment);
        let stands = commercial::of_ticket(desk, &caller, &whole.ticket.id).await?;
        let stands = stands.filter(|stands| !stands.answers.is_empty());
        items.push(Asked { t: whole.ticket, environment, body, stands, form });
    }
    page(&List { f, items })
}

/// `POST /comercial/{id}`: the decision; with a word to the partner it is told at once.
pub(crate) async fn answer(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let ticket = shown::find(desk, &caller, &id).await?;
    let outcome = match fields.get("resultado") {
        "feito" => Outcome::Issued,
        "recusado" => Outcome::Refused,
        _ => return Err(DeskError::Invalid("escolha o resultado".to_owned()).into()),
    };
    let text = |name: &str| fields.maybe(name).map(|text| text.replace("\r\n", "\n"));
    let tell = text("texto");
    // What the partner is told of a refusal is why.
    let reason = text("motivo").or_else(|| tell.clone().filter(|_| outcome == Outcome::Refused));
    let said = Said {
        outcome,
        environment: text("ambiente"),
        tail: text("final"),
        reason,
        words: String::new(),
        remarks: Vec::new(),
        request: None,
    };
    let deciding = Deciding { once: text("vez"), tell };
    commercial::decide(desk, &caller, (&ticket.id, said), deciding, now).await?;
    let place = match fields.get("volta") {
        "chamado" => format!("/chamados/{}", ticket.protocol),
        _ => "/comercial".to_owned(),
    };
    done(&place, "sent")
}
