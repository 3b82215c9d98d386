//! The request log: filtered, with a histogram, and fed with files.

use askama::Template;
use axum::extract::{Multipart, Query};
use axum::http::StatusCode;
use balcao_desk::caller::Permission;
use balcao_desk::requests::{self, Ingested};
use balcao_desk::{DeskError, millis};
use balcao_store::request::{self, Found, Wanted};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::frame::Frame;
use super::visit::Staff;
use super::{Shown, page};
use crate::problem::Problem;

/// Bytes of a file of requests; the API takes any length.
pub(super) const MOST_SENT: usize = 64 * 1024 * 1024;

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    f: Frame,
    asked: Asked,
    rows: Vec<Found>,
    /// Left edge, height of all, of client errors, of server errors (of 100), and the hour in words.
    bars: Vec<(usize, i64, i64, i64, String)>,
    environments: Vec<String>,
    fed: Option<Ingested>,
}

/// What is asked.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(crate) struct Asked {
    ate: String,
    horas: String,
    usuario: String,
    rota: String,
    ambiente: String,
    status: String,
}

/// `GET /log`.
pub(crate) async fn show(staff: Staff, Query(asked): Query<Asked>) -> Shown {
    shown(staff, asked, None).await
}

async fn shown(Staff(visit, caller): Staff, asked: Asked, fed: Option<Ingested>) -> Shown {
    caller.must(Permission::ReadRequests)?;
    let f = visit.frame();
    let mut conn = visit.app.desk.store().read_log().await.map_err(DeskError::from)?;
    let kept = request::hours(&mut conn).await.map_err(DeskError::from)?;
    let hours = asked.horas.parse::<i64>().unwrap_or(24).clamp(1, 24 * 7);
    let to = until(&f, &asked.ate).or(kept.map(|(_, last)| (last + 1) * 3_600_000)).unwrap_or(millis(f.now));
    let from = to.saturating_sub(SignedDuration::from_hours(hours).as_millis().try_into().unwrap_or(0));
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let wanted = Wanted {
        from,
        to,
        status: asked.status.parse().ok(),
        login: some(&asked.usuario).map(|login| login.to_lowercase()),
        path: some(&asked.rota),
        environment: some(&asked.ambiente),
    };
    let rows = request::latest(&mut conn, &wanted, 200).await.map_err(DeskError::from)?;
    let counted = request::by_hour(&mut conn, &wanted).await.map_err(DeskError::from)?;
    let most = counted.iter().map(|(_, all, ..)| *all).max().unwrap_or(1).max(1);
    let first = from.div_euclid(3_600_000);
    let bars = counted.into_iter().map(|(hour, all, client, server)| {
        let place =
            usize::try_from(hour - first).unwrap_or(0) * 900 / usize::try_from(hours + 1).unwrap_or(1);
        let words = format!("{}: {all} · 4xx {client} · 5xx {server}", f.when(&(hour * 3_600_000)));
        (place, all * 100 / most, client * 100 / most, server * 100 / most, words)
    });
    let bars = bars.collect();
    let environments = f.state.world.registry.environments.iter().map(|known| known.code.clone()).collect();
    page(&Page { f, asked, rows, bars, environments, fed })
}

/// A date and time as a browser's field writes it, in the company's zone.
fn until(f: &Frame, text: &str) -> Option<i64> {
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let zoned = local.to_zoned_datetime(f.state.world.registry.timezone.clone()).ok()?;
    Some(millis(zoned.timestamp()))
}

/// `POST /log`: a file of requests.
pub(crate) async fn import(Staff(visit, caller): Staff, mut form: Multipart) -> Shown {
    caller.must(Permission::WriteRequests)?;
    let broken = |_error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed",
            "o arquivo não chegou inteiro ou tem mais de 64 MB; envie em partes, ou inteiro por POST /api/v1/requests",
        )
    };
    let mut fed = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        let bytes = field.bytes().await.map_err(broken)?;
        if !bytes.is_empty() {
            let source = format!("página {}", caller.id);
            let reader = std::io::Cursor::new(bytes);
            let now: Timestamp = visit.app.now();
            fed = Some(requests::ingest(&visit.app.desk, &caller, reader, &source, now).await?);
        }
    }
    shown(Staff(visit, caller), Asked::default(), fed).await
}
