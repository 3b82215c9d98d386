//! The trail: everything that happened, in order, and whether it is whole.

use askama::Template;
use axum::extract::Query;
use balcao_desk::DeskError;
use balcao_desk::caller::Permission;
use balcao_store::trail;
use serde::Deserialize;

use super::frame::Frame;
use super::ticket::{Happened, happened};
use super::visit::Staff;
use super::{Shown, page};

/// Entries of a page.
const PAGE: i64 = 100;

#[derive(Template)]
#[template(path = "trail.html")]
struct Page {
    f: Frame,
    entries: Vec<Happened>,
    older: Option<i64>,
}

/// Which page.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Before {
    antes: Option<i64>,
}

/// `GET /trilha`: the newest first.
pub(crate) async fn show(Staff(visit, caller): Staff, Query(before): Query<Before>) -> Shown {
    caller.must(Permission::ReadTrail)?;
    let mut conn = visit.app.desk.store().read().await.map_err(DeskError::from)?;
    let head = trail::head(&mut conn).await.map_err(DeskError::from)?;
    let last = before.antes.unwrap_or(head.seq.saturating_add(1)).max(1);
    let from = last.saturating_sub(PAGE + 1).max(0);
    let limit = u16::try_from(last.saturating_sub(from).saturating_sub(1)).unwrap_or(0);
    let rows = if limit == 0 {
        Vec::new()
    } else {
        trail::after(&mut conn, from, limit).await.map_err(DeskError::from)?
    };
    drop(conn);
    let mut entries = happened(&visit, rows).await?;
    entries.reverse();
    page(&Page { f: visit.frame(), entries, older: (from > 0).then_some(from + 1) })
}
