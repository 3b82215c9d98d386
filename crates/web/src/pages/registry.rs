//! The registry: lists of partners, users, keys and the rest. Keys are shown by their last four characters only.

use askama::Template;
use axum::extract::{Path, Query};
use balcao_desk::caller::Permission;
use balcao_desk::people::link;
use balcao_desk::registry::{self, Collection, Query as Asked};
use balcao_desk::{Change, DeskError};
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;

use super::around::{self, Day};
use super::entry_form::{self, Field};
use super::frame::Frame;
use super::visit::{Fields, Staff};
use super::wrong::Wrong;
use super::{Shown, done, page};

/// Entries of a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "registry.html")]
struct Page {
    f: Frame,
    collections: Vec<&'static str>,
    code: &'static str,
    columns: Vec<String>,
    /// Id, address of its page, and cells.
    rows: Vec<(String, String, Vec<String>)>,
    total: usize,
    q: String,
    next: Option<String>,
    /// A link that was made for a contact.
    link: Option<String>,
    /// This week, where hours matter.
    week: Vec<Day>,
}

/// What is asked of a list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    depois: Option<String>,
    /// A day of the week that is shown.
    semana: Option<String>,
}

/// `GET /cadastro`.
pub(crate) async fn home(staff: Staff) -> Shown {
    shown(staff, Collection::Partners, Wanted::default(), None).await
}

fn collection(code: &str) -> Result<Collection, Wrong> {
    let found = Collection::ALL.into_iter().find(|collection| collection.code() == code);
    found.ok_or_else(|| DeskError::NotFound("lista do cadastro").into())
}

/// `GET /cadastro/{collection}`.
pub(crate) async fn list(staff: Staff, Path(code): Path<String>, Query(wanted): Query<Wanted>) -> Shown {
    shown(staff, collection(&code)?, wanted, None).await
}

async fn shown(
    Staff(visit, caller): Staff,
    collection: Collection,
    wanted: Wanted,
    link: Option<String>,
) -> Shown {
    caller.must(Permission::ReadRegistry)?;
    let text = Some(wanted.q.clone()).filter(|q| !q.trim().is_empty());
    let asked = Asked { partner: None, text, after: wanted.depois, limit: PAGE };
    let f = visit.frame();
    let found = registry::list(&visit.app.desk, &caller, collection, &asked).await?;
    let mut columns: Vec<String> = Vec::new();
    for entry in &found.entries {
        for name in entry.value.as_object().into_iter().flat_map(|fields| fields.keys()) {
            if name != "id" && !columns.contains(name) {
                columns.push(name.clone());
            }
        }
    }
    let rows = found.entries.iter().map(|entry| {
        let cells = columns.iter().map(|name| {
            let value = entry.value.get(name).unwrap_or(&Value::Null);
            if name == "days" { days(&f, value) } else { shortly(value) }
        });
        (entry.id.clone(), address(collection, &entry.id), cells.collect())
    });
    let rows = rows.collect();
    let next = found.next.map(|after| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &wanted.q)
            .append_pair("depois", &after)
            .finish();
        format!("/cadastro/{}?{query}", collection.code())
    });
    let timed = [Collection::BusinessHours, Collection::Holidays, Collection::Routines].contains(&collection);
    let week = if timed { week(&f, wanted.semana.as_deref()) } else { Vec::new() };
    page(&Page {
        week,
        f,
        collections: Collection::ALL.iter().map(|collection| collection.code()).collect(),
        code: collection.code(),
        columns,
        rows,
        total: found.total,
        q: wanted.q,
        next,
        link,
    })
}

/// The week with this day, or the current one, from Monday on.
fn week(f: &Frame, day: Option<&str>) -> Vec<Day> {
    let zone = f.state.world.registry.timezone.clone();
    let today = f.now.to_zoned_datetime(zone).date();
    let day: Date = day.and_then(|day| day.parse().ok()).unwrap_or(today);
    let since = i64::from(day.weekday().since(jiff::civil::Weekday::Monday));
    let monday = day.checked_sub(since.days()).unwrap_or(day);
    around::week(f, monday, None)
}

/// The address of an entry's page.
fn address(collection: Collection, id: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("id", id).finish();
    format!("/cadastro/{}/entrada?{query}", collection.code())
}

#[derive(Template)]
#[template(path = "registry_entry.html")]
struct EntryPage {
    f: Frame,
    code: &'static str,
    /// Empty of a new one.
    id: String,
    /// The entry as it was read.
    read: String,
    fields: Vec<Field>,
}

/// Which entry.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Which {
    id: Option<String>,
}

/// `GET /cadastro/{collection}/entrada`: one entry as a form, or an empty one.
pub(crate) async fn entry(
    Staff(visit, caller): Staff,
    Path(code): Path<String>,
    Query(which): Query<Which>,
) -> Shown {
    caller.must(Permission::ReadRegistry)?;
    let (f, collection) = (visit.frame(), collection(&code)?);
    let id = which.id.unwrap_or_default();
    let known = match id.is_empty() {
        true => None,
        false => Some(registry::entry(&visit.app.desk, &caller, collection, &id).await?.1.value),
    };
    let fields = entry_form::form(&f, collection, known.as_ref());
    let read = known.map(|value| value.to_string()).unwrap_or_default();
    page(&EntryPage { f, code: collection.code(), id, read, fields })
}

/// Days of the week in words.
fn days(f: &Frame, value: &Value) -> String {
    let number = |day: &Value| {
        let at = entry_form::DAYS.iter().position(|code| day.as_str() == Some(code));
        at.map(|at| f.code("weekday", &(at + 1).to_string()))
    };
    let days = value.as_array().into_iter().flatten();
    days.map(|day| number(day).unwrap_or_else(|| shortly(day))).collect::<Vec<_>>().join(", ")
}

/// A value in a cell.
fn shortly(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(shortly).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields.values().map(shortly).collect::<Vec<_>>().join(" · "),
        other => other.to_string(),
    }
}

/// `POST /cadastro/{collection}`: an entry put or taken away, or a link made for a contact.
pub(crate) async fn change(Staff(visit, caller): Staff, Path(code): Path<String>, fields: Fields) -> Shown {
    let (desk, now, collection) = (&visit.app.desk, visit.app.now(), collection(&code)?);
    let place = format!("/cadastro/{code}");
    if let Some(address) = fields.maybe("link") {
        let secret = link::hand_over(desk, &caller, address, now).await?;
        let link = Some(format!("/entrar/link/{secret}"));
        return shown(Staff(visit, caller), collection, Wanted::default(), link).await;
    }
    let reason = fields.maybe("motivo").unwrap_or("pela página do cadastro").to_owned();
    let id = fields.maybe("id");
    let mut expected = None;
    if let Some((id, read)) = id.zip(fields.maybe("lido")) {
        let (revision, entry) = registry::entry(desk, &caller, collection, id).await?;
        // Whoever read it before another changed it is told, instead of undoing that.
        if serde_json::from_str::<Value>(read).ok().as_ref() != Some(&entry.value) {
            return Err(DeskError::Stale.into());
        }
        expected = revision;
    }
    let change = Change { reason: &reason, dry_run: false, expected: expected.as_deref(), now };
    match fields.get("acao") {
        "apagar" => {
            let id = id.ok_or(DeskError::NotFound("entrada"))?;
            registry::remove_entry(desk, &caller, (collection, id), &change).await?;
        }
        _ => {
            let value = entry_form::entry(collection, &fields);
            registry::put_entry(desk, &caller, (collection, id), value, &change).await?;
        }
    }
    done(&place, "saved")
}
