//! What the desk did: each figure as a chart and as a table, and as a file to go on with.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::IntoResponse as _;
use balcao_core::sla;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::{DeskError, instant, millis};
use balcao_store::ticket::{self, Ticket, Volume};
use balcao_store::{Scope, daily_count};
use jiff::{SignedDuration, civil};
use serde::Deserialize;

use super::frame::Frame;
use super::visit::{Staff, Visit};
use super::wrong::Wrong;
use super::{Shown, page};

/// A figure: names with numbers.
pub(crate) struct Figure {
    code: &'static str,
    rows: Vec<(String, i64)>,
}

impl Figure {
    /// Height of the chart.
    fn height(&self) -> usize {
        self.rows.len().min(15) * 26 + 8
    }

    /// Bars: name, number, place from above, length of 600.
    fn bars(&self) -> Vec<(&str, i64, usize, i64)> {
        let most = self.rows.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
        let shown = self.rows.iter().take(15).enumerate();
        shown.map(|(n, (name, count))| (name.as_str(), *count, n * 26 + 4, count * 520 / most)).collect()
    }
}

#[derive(Template)]
#[template(path = "reports.html")]
struct Page {
    f: Frame,
    from: String,
    to: String,
    figures: Vec<Figure>,
}

/// Of which days.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Days {
    de: String,
    ate: String,
}

/// The last day included, as dates and as instants.
fn span(f: &Frame, days: &Days) -> Result<(civil::Date, civil::Date, (i64, i64)), DeskError> {
    let zone = f.state.world.registry.timezone.clone();
    let today = f.now.to_zoned_datetime(zone.clone()).date();
    let read = |text: &str, else_: civil::Date| {
        if text.is_empty() { Ok(else_) } else { text.parse::<civil::Date>() }
    };
    let bad = |_error| DeskError::Invalid("as datas são escritas como 2026-05-28".to_owned());
    let month_ago = today.checked_sub(jiff::Span::new().days(30)).unwrap_or(today);
    let (from, to) = (read(&days.de, month_ago).map_err(bad)?, read(&days.ate, today).map_err(bad)?);
    let begin = |date: civil::Date| {
        let zoned = date.to_zoned_datetime(zone.clone());
        zoned.map_or(0, |zoned| millis(zoned.timestamp()))
    };
    let after = to.tomorrow().unwrap_or(to);
    Ok((from, to, (begin(from), begin(after))))
}

/// `GET /relatorios`.
pub(crate) async fn show(Staff(visit, caller): Staff, Query(days): Query<Days>) -> Shown {
    let f = visit.frame();
    let (from, to, instants) = span(&f, &days)?;
    let figures = figures(&visit, &caller, (from, to), instants).await?;
    page(&Page { f, from: from.to_string(), to: to.to_string(), figures })
}

async fn figures(
    visit: &Visit,
    caller: &Caller,
    (from, to): (civil::Date, civil::Date),
    instants: (i64, i64),
) -> Result<Vec<Figure>, Wrong> {
    caller.must(Permission::ReadTickets)?;
    // The figures are of everybody's tickets, so they are for whoever sees all of them.
    if caller.scope() != Scope::All {
        return Err(DeskError::Forbidden("ver relatórios").into());
    }
    let f = visit.frame();
    let mut conn = visit.app.desk.store().read().await.map_err(DeskError::from)?;
    let mut all = Vec::new();
    for (code, volume) in [
        ("by-situation", Volume::Situation),
        ("by-cause", Volume::Cause),
        ("by-partner", Volume::Partner),
        ("by-product", Volume::Product),
        ("by-channel", Volume::Channel),
        ("by-closing", Volume::Closing),
    ] {
        let rows = ticket::volume(&mut conn, volume, instants).await.map_err(DeskError::from)?;
        let named = rows.into_iter().map(|(name, count)| (called(&f, volume, &name), count));
        all.push(Figure { code, rows: named.collect() });
    }
    let counts = daily_count::between(&mut conn, &from.to_string(), &to.to_string()).await;
    let mut deflected: BTreeMap<String, i64> = BTreeMap::new();
    for count in counts.map_err(DeskError::from)? {
        *deflected.entry(f.code("event", &count.name)).or_default() += count.count;
    }
    all.push(Figure { code: "self-diagnosis", rows: deflected.into_iter().collect() });
    let mut tally = Tally::default();
    let mut after = i64::MIN;
    loop {
        let some = ticket::of_time(&mut conn, instants, after, 1_000).await.map_err(DeskError::from)?;
        let Some(last) = some.last() else { break };
        after = last.position;
        some.iter().for_each(|ticket| tally.add(ticket, &f));
    }
    all.extend(tally.figures(&f));
    Ok(all)
}

fn called(f: &Frame, volume: Volume, name: &str) -> String {
    match volume {
        _ if name == "-" => f.t("none-yet"),
        Volume::Situation => f.situation(name),
        Volume::Cause => match name.split_once(" · ") {
            Some((situation, cause)) => format!("{} · {}", f.situation(situation), f.cause(situation, cause)),
            None => name.to_owned(),
        },
        Volume::Partner => f.partner(name),
        Volume::Product => f.product(name),
        Volume::Channel => f.code("channel", name),
        Volume::Closing => f.code("event", name),
    }
}

/// What needs each ticket.
#[derive(Default)]
struct Tally {
    right_at_first: i64,
    corrected: i64,
    first_answer: Vec<SignedDuration>,
    resolution: Vec<SignedDuration>,
    undocumented: i64,
    reopened: i64,
    handed_over: i64,
    returned: i64,
}

impl Tally {
    fn add(&mut self, ticket: &Ticket, f: &Frame) {
        // What a person said, at the end or before, is what the first diagnosis is measured by.
        let said = ticket.classified_by.as_ref().and(ticket.situation.as_ref().zip(ticket.cause.as_ref()));
        let last = ticket.final_situation.as_ref().zip(ticket.final_cause.as_ref()).or(said);
        if let (Some(last), Some(first)) =
            (last, ticket.first_situation.as_ref().zip(ticket.first_cause.as_ref()))
        {
            *(if last == first { &mut self.right_at_first } else { &mut self.corrected }) += 1;
        }
        self.handed_over += ticket.handed_over;
        self.returned += ticket.returned;
        let calendar = f.state.world.calendar();
        let business = |to: i64| {
            let (from, to) = (instant(ticket.created), instant(to));
            sla::elapsed(from, to, &[], calendar)
        };
        self.first_answer.extend(ticket.first_answer.map(business));
        self.resolution.extend(ticket.resolved.map(business));
        self.undocumented += i64::from(ticket.cause.as_deref() == Some("nao-documentada"));
        self.reopened += i64::from(ticket.closed.is_some() && ticket.state != "closed");
    }

    fn figures(mut self, f: &Frame) -> Vec<Figure> {
        let middle = |all: &mut Vec<SignedDuration>| {
            all.sort();
            all.get(all.len() / 2).map_or(0, SignedDuration::as_mins)
        };
        let times = vec![
            (f.t("first-answer-median"), middle(&mut self.first_answer)),
            (f.t("resolution-median"), middle(&mut self.resolution)),
        ];
        let diagnosed =
            vec![(f.t("right-at-first"), self.right_at_first), (f.t("corrected-later"), self.corrected)];
        let escalated = vec![(f.t("handed-over"), self.handed_over), (f.t("returned"), self.returned)];
        let others = vec![(f.t("undocumented"), self.undocumented), (f.t("reopened"), self.reopened)];
        vec![
            Figure { code: "times", rows: times },
            Figure { code: "diagnosed", rows: diagnosed },
            Figure { code: "escalated", rows: escalated },
            Figure { code: "others", rows: others },
        ]
    }
}

/// `GET /relatorios/{file}`: a figure as `by-situation.csv` or `.xlsx`.
pub(crate) async fn file(
    Staff(visit, caller): Staff,
    Path(name): Path<String>,
    Query(days): Query<Days>,
) -> Shown {
    let f = visit.frame();
    let (from, to, instants) = span(&f, &days)?;
    let (code, kind) = name.rsplit_once('.').ok_or(DeskError::NotFound("relatório"))?;
    let all = figures(&visit, &caller, (from, to), instants).await?;
    let figure =
        all.into_iter().find(|figure| figure.code == code).ok_or(DeskError::NotFound("relatório"))?;
    let attached = ("content-disposition", format!("attachment; filename=\"{code}-{from}-{to}.{kind}\""));
    match kind {
        "csv" => {
            let mut text = String::from("nome,quantidade\r\n");
            for (name, count) in &figure.rows {
                text.push_str(&format!("{},{count}\r\n", cell(name)));
            }
            let kind = ("content-type", "text/csv; charset=utf-8".to_owned());
            Ok(([kind, attached], text).into_response())
        }
        "xlsx" => {
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(([("content-type", kind.to_owned()), attached], sheet(&figure)?).into_response())
        }
        _ => Err(DeskError::NotFound("relatório").into()),
    }
}

/// A cell of CSV; what a spreadsheet would run is made text.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

fn sheet(figure: &Figure) -> Result<Vec<u8>, DeskError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let written = (|| {
        let page = book.add_worksheet();
        for (n, (name, count)) in (0_u32..).zip(&figure.rows) {
            page.write_string(n, 0, name)?;
            page.write_number(n, 1, *count as f64)?;
        }
        book.save_to_buffer()
    })();
    written.map_err(|_error| DeskError::Damaged("a planilha do relatório"))
}
