//! The registry: lists of partners, users, keys and the rest. Keys are shown by their last four characters only.

use askama::Template;
use axum::extract::{Path, Query};
use balcao_desk::caller::Permission;
use balcao_desk::people::link;
use balcao_desk::registry::{self, Collection, Query as Asked};
use balcao_desk::{Change, DeskError};
use serde::Deserialize;
use serde_json::Value;

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
    rows: Vec<(String, Vec<String>, String)>,
    total: usize,
    q: String,
    next: Option<String>,
    /// A link that was made for a contact.
    link: Option<String>,
}

/// What is asked of a list.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wanted {
    q: String,
    depois: Option<String>,
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
        let cells = columns.iter().map(|name| shortly(entry.value.get(name).unwrap_or(&Value::Null)));
        let json = serde_json::to_string_pretty(&entry.value).unwrap_or_default();
        (entry.id.clone(), cells.collect(), json)
    });
    let rows = rows.collect();
    let next = found.next.map(|after| {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &wanted.q)
            .append_pair("depois", &after)
            .finish();
        format!("/cadastro/{}?{query}", collection.code())
    });
    page(&Page {
        f: visit.frame(),
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
    let change = Change { reason: &reason, dry_run: false, expected: None, now };
    let id = fields.maybe("id");
    match fields.get("acao") {
        "apagar" => {
            let id = id.ok_or(DeskError::NotFound("entrada"))?;
            registry::remove_entry(desk, &caller, (collection, id), &change).await?;
        }
        _ => {
            let value: Value = serde_json::from_str(fields.get("valor")).map_err(|error| {
                DeskError::Invalid(format!(
                    "a entrada não se lê como JSON (linha {}, coluna {})",
                    error.line(),
                    error.column()
                ))
            })?;
            registry::put_entry(desk, &caller, (collection, id), value, &change).await?;
        }
    }
    done(&place, "saved")
}
