//! The queue: every ticket that one may see, filtered by its address.

use askama::Template;
use axum::extract::{Path, Query};
use balcao_core::ticket::{State as Stage, Transition};
use balcao_desk::verbs::assign::{self, Assignment};
use balcao_desk::verbs::list::{self, Excerpt, Listed};
use balcao_desk::verbs::{kept_list, show, step};
use balcao_desk::{DeskError, millis};
use balcao_store::Page;
use balcao_store::saved_view::SavedView;
use balcao_store::ticket::{Filter, Ticket};
use serde::Deserialize;

use super::frame::Frame;
use super::visit::{Fields, Staff};
use super::{Shown, done, page};
use crate::counts;

/// Tickets of a page.
const PAGE: u16 = 50;

/// The filters, as in the address.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(crate) struct Wanted {
    /// `open` (as without), `all`, `mine`, `free`, `late`, or a state.
    ver: String,
    parceiro: String,
    situacao: String,
    causa: String,
    q: String,
    cursor: Option<String>,
}

impl Wanted {
    /// The address with another view, other filters kept.
    fn address(&self, ver: &str, cursor: Option<&str>) -> String {
        let mut form = form_urlencoded::Serializer::new(String::new());
        let pairs = [
            ("ver", ver),
            ("parceiro", &self.parceiro),
            ("situacao", &self.situacao),
            ("causa", &self.causa),
            ("q", &self.q),
        ];
        for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
            form.append_pair(name, value);
        }
        if let Some(cursor) = cursor {
            form.append_pair("cursor", cursor);
        }
        format!("/fila?{}", form.finish())
    }
}

/// A tab with its count.
pub(crate) struct Tab {
    code: &'static str,
    address: String,
    count: Option<i64>,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue {
    f: Frame,
    wanted: Wanted,
    tabs: Vec<Tab>,
    items: Vec<Row>,
    next: Option<String>,
    views: Vec<SavedView>,
    partners: Vec<(String, String)>,
    situations: Vec<String>,
    query: String,
}

/// A row of the queue.
pub(crate) struct Row {
    pub(crate) ticket: Ticket,
    pub(crate) excerpt: Vec<(String, bool)>,
}

/// An excerpt in pieces: text, and whether it was searched for.
pub(crate) fn pieces(excerpt: Option<Excerpt>) -> Vec<(String, bool)> {
    let Some(excerpt) = excerpt else { return Vec::new() };
    let (mut all, mut at) = (Vec::new(), 0);
    for hit in &excerpt.hits {
        all.push((excerpt.text.get(at..hit.start).unwrap_or_default().to_owned(), false));
        all.push((excerpt.text.get(hit.clone()).unwrap_or_default().to_owned(), true));
        at = hit.end;
    }
    all.push((excerpt.text.get(at..).unwrap_or_default().to_owned(), false));
    all
}

pub(crate) fn row(listed: Listed) -> Row {
    Row { ticket: listed.ticket, excerpt: pieces(listed.excerpt) }
}

/// `GET /fila`.
pub(crate) async fn list(Staff(visit, caller): Staff, Query(wanted): Query<Wanted>) -> Shown {
    let (f, desk) = (visit.frame(), &visit.app.desk);
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.trim().is_empty());
    let mut filter = Filter {
        partner: some(&wanted.parceiro),
        situation: some(&wanted.situacao),
        cause: some(&wanted.causa),
        ..Filter::default()
    };
    let ver = if wanted.ver.is_empty() { "open" } else { wanted.ver.as_str() };
    match ver {
        "all" => {}
        "mine" => (filter.open, filter.assignee) = (true, Some(caller.name.clone())),
        "free" => (filter.open, filter.unassigned) = (true, true),
        "late" => filter.overdue_at = Some(millis(f.now)),
        state if Stage::ALL.iter().any(|known| known.code() == state) => {
            filter.state = Some(state.to_owned())
        }
        _ => filter.open = true,
    }
    let cursor = Page { cursor: wanted.cursor.clone(), limit: PAGE };
    let query = some(&wanted.q);
    let listing = list::list(desk, &caller, (filter, query.as_deref()), &cursor).await?;
    let states = counts::states(&visit.app.counts, desk, caller.scope()).await?;
    let views = kept_list::seen(desk, &caller).await?;
    let registry = &f.state.world.registry;
    let mut partners: Vec<(String, String)> =
        registry.partners.iter().map(|partner| (partner.code.clone(), partner.name.clone())).collect();
    partners.sort_by(|a, b| a.1.cmp(&b.1));
    let situations = f.state.world.procedure.situations().map(str::to_owned).collect();
    let next = listing.next_cursor.as_deref().map(|cursor| wanted.address(&wanted.ver, Some(cursor)));
    let query = wanted.address(&wanted.ver, None).trim_start_matches("/fila?").to_owned();
    let tabs = tabs(&wanted, ver, &states);
    let items = listing.items.into_iter().map(row).collect();
    page(&Queue { f, tabs, items, next, views, partners, situations, query, wanted })
}

fn tabs(wanted: &Wanted, ver: &str, states: &[(String, i64)]) -> Vec<Tab> {
    let of =
        |code: &str| states.iter().filter(|(state, _)| state == code).map(|(_, count)| count).sum::<i64>();
    let total: i64 = states.iter().map(|(_, count)| count).sum();
    let open = total - of("resolved") - of("closed");
    let tab = |code: &'static str, count: Option<i64>| Tab {
        code,
        address: wanted.address(code, None),
        count,
        chosen: code == ver,
    };
    let mut all = vec![tab("open", Some(open)), tab("mine", None), tab("free", None), tab("late", None)];
    all.extend(Stage::ALL.iter().map(|state| tab(state.code(), Some(of(state.code())))));
    all.push(tab("all", Some(total)));
    all
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct Bulk {
    f: Frame,
    results: Vec<(String, String, bool)>,
    back: &'static str,
}

/// `POST /fila`: one thing done with several tickets, with what came of each.
pub(crate) async fn bulk(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let (f, desk, now) = (visit.frame(), &visit.app.desk, visit.app.now());
    let mut results = Vec::new();
    for id in fields.all("chamado").into_iter().take(200) {
        let found = show::find(desk, &caller, &id).await;
        let (protocol, done) = match found {
            Err(error) => (id, Err(error)),
            Ok(ticket) => {
                let done = match fields.get("acao") {
                    "assumir" => {
                        let wanted =
                            Assignment { assignee: Some(Some(caller.name.clone())), ..Assignment::default() };
                        assign::assign(desk, &caller, (&ticket.id, None), wanted, now).await
                    }
                    "largar" => {
                        let wanted = Assignment { assignee: Some(None), ..Assignment::default() };
                        assign::assign(desk, &caller, (&ticket.id, None), wanted, now).await
                    }
                    "analisar" => {
                        let wanted = Transition::to(Stage::Analysis, "em lote");
                        step::step(desk, &caller, &ticket.id, (&wanted, None), now).await
                    }
                    _ => Err(DeskError::Invalid("escolha o que fazer com os chamados".to_owned())),
                };
                (ticket.protocol, done)
            }
        };
        let (text, ok) = match done {
            Ok(ticket) => (f.code("state", &ticket.state), true),
            Err(error) => (error.to_string(), false),
        };
        results.push((protocol, text, ok));
    }
    page(&Bulk { f, results, back: "/fila" })
}

/// `POST /fila/listas`.
pub(crate) async fn keep(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let shared = fields.maybe("todos").is_some();
    let list = (fields.get("nome"), fields.get("filtros"));
    kept_list::keep(&visit.app.desk, &caller, list, shared, visit.app.now()).await?;
    done(&format!("/fila?{}", fields.get("filtros")), "list-kept")
}

/// `POST /fila/listas/{id}`.
pub(crate) async fn throw_away(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    kept_list::throw_away(&visit.app.desk, &caller, &id).await?;
    done("/fila", "list-gone")
}
