//! What stands around a request, as small pictures: the log's lines along time, and the day with its business hours and routines.
//!
//! A picture is numbers for an SVG of [`WIDE`] units; every mark has a title in words, and the table beside it says the same.

use balcao_core::calendar::Window;
use balcao_core::facts::registry::Release;
use balcao_core::facts::request_log::LoggedRequest;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::frame::Frame;

/// Units from left to right.
pub(crate) const WIDE: i64 = 960;
/// How far from the moment a line of the log is still shown.
const NEAR: SignedDuration = SignedDuration::from_mins(30);
/// Lines shown beside the picture.
const MOST_LINES: usize = 12;

/// A mark of a picture, from `x` on, `wide` units.
pub(crate) struct Mark {
    pub(crate) x: i64,
    pub(crate) wide: i64,
    /// `open`, `routine`, `ok`, `failed`.
    pub(crate) kind: &'static str,
    pub(crate) title: String,
}

/// A line of the log.
pub(crate) struct LogLine {
    pub(crate) at: Timestamp,
    pub(crate) call: String,
    pub(crate) status: Option<u16>,
    pub(crate) failed: bool,
    pub(crate) user: String,
    pub(crate) error: String,
    /// Whether it is of the minute that the evidence names.
    pub(crate) here: bool,
}

/// The log around a moment.
pub(crate) struct LogPicture {
    pub(crate) marks: Vec<Mark>,
    pub(crate) lines: Vec<LogLine>,
    pub(crate) moment: Option<i64>,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
    /// How many of those that were seen stand further away.
    pub(crate) further: usize,
}

/// A day of the calendar.
pub(crate) struct Day {
    pub(crate) name: String,
    pub(crate) marks: Vec<Mark>,
    pub(crate) moment: Option<i64>,
    /// The day in words, for whoever does not see the picture.
    pub(crate) words: String,
}

/// An evidence's date and time: with an offset, or in the company's zone.
pub(crate) fn moment(value: &str, zone: &TimeZone) -> Option<Timestamp> {
    let value = value.trim();
    value.parse::<Timestamp>().ok().or_else(|| {
        let local: jiff::civil::DateTime = value.parse().ok()?;
        local.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
    })
}

/// The lines around `moment`, or around the last of them; nothing where there are none.
pub(crate) fn log(f: &Frame, requests: &[LoggedRequest], moment: Option<Timestamp>) -> Option<LogPicture> {
    let center = moment.or_else(|| requests.last().map(|row| row.at))?;
    let near: Vec<&LoggedRequest> =
        requests.iter().filter(|row| row.at.duration_since(center).abs() <= NEAR).collect();
    let further = requests.len() - near.len();
    let (first, last) = (near.first()?.at.min(center), near.last()?.at.max(center));
    // Room on both sides, and never less than two minutes.
    let room = (last.duration_since(first) / 20).max(SignedDuration::from_secs(60));
    let from = first.checked_sub(room).unwrap_or(first);
    let to = last.checked_add(room).unwrap_or(last);
    let span = to.duration_since(from).as_millis().max(1);
    let x = |at: Timestamp| {
        i64::try_from(at.duration_since(from).as_millis() * i128::from(WIDE) / span).unwrap_or(0)
    };
    let marks = near.iter().map(|row| Mark {
        x: x(row.at),
        wide: 5,
        kind: if failed(row) { "failed" } else { "ok" },
        title: format!("{} · {} {} · {}", f.moment(&row.at), row.method, row.path, status(row)),
    });
    let marks = marks.collect();
    let mut nearest = near;
    nearest.sort_by_key(|row| row.at.duration_since(center).abs());
    nearest.truncate(MOST_LINES);
    nearest.sort_by_key(|row| row.at);
    let lines = nearest.into_iter().map(|row| line(row, moment)).collect();
    Some(LogPicture { marks, lines, moment: moment.map(x), from, to, further })
}

fn line(row: &LoggedRequest, moment: Option<Timestamp>) -> LogLine {
    let minute = SignedDuration::from_mins(1);
    LogLine {
        at: row.at,
        call: format!("{} {}", row.method, row.path),
        status: row.status,
        failed: failed(row),
        user: row.user.clone().unwrap_or_default(),
        error: row.error.clone().unwrap_or_default(),
        here: moment.is_some_and(|moment| row.at.duration_since(moment).abs() <= minute),
    }
}

fn failed(row: &LoggedRequest) -> bool {
    row.status.is_none_or(|status| status >= 400)
}

fn status(row: &LoggedRequest) -> String {
    row.status.map_or_else(|| "–".to_owned(), |status| status.to_string())
}

/// The day of `moment`, with the routines of `environment` (of all where none is known).
pub(crate) fn day_of(f: &Frame, moment: Timestamp, environment: Option<&str>) -> Day {
    let zone = f.state.world.registry.timezone.clone();
    let day = moment.to_zoned_datetime(zone).date();
    Day { moment: place(f, day, moment), ..day_at(f, day, environment) }
}

/// The week from `first` on.
pub(crate) fn week(f: &Frame, first: Date, environment: Option<&str>) -> Vec<Day> {
    let days = (0..7).filter_map(|away: i64| first.checked_add(away.days()).ok());
    days.map(|day| day_at(f, day, environment)).collect()
}

fn day_at(f: &Frame, day: Date, environment: Option<&str>) -> Day {
    let world = &f.state.world;
    let mut marks = Vec::new();
    let mut words = Vec::new();
    let holiday = world.calendar().holiday(day);
    if let Some(name) = &holiday {
        words.push(f.tv("day-holiday", "name", name));
    } else {
        for window in world.calendar().windows.iter().filter(|window| window.days.contains(&day.weekday())) {
            let title = f.tv("day-open", "hours", hours(window));
            marks.extend(marked(f, day, window, "open", &title));
            words.push(title);
        }
    }
    for routine in &world.registry.routines {
        if environment.is_some_and(|code| code != routine.environment) {
            continue;
        }
        let title = format!("{} ({}, {})", routine.name, routine.environment, hours(&routine.window));
        let found = marked(f, day, &routine.window, "routine", &title);
        if !found.is_empty() {
            words.push(title.clone());
        }
        marks.extend(found);
    }
    let date = day.strftime(if f.lang() == "en" { "%Y-%m-%d" } else { "%d/%m" });
    let name = format!("{} {date}", f.code("weekday", &day.strftime("%u").to_string()));
    Day { name, marks, moment: None, words: words.join("; ") }
}

fn hours(window: &Window) -> String {
    format!("{}–{}", window.from.strftime("%H:%M"), window.to.strftime("%H:%M"))
}

/// What of a window falls on a day: of one that runs past midnight also the end of yesterday's.
fn marked(f: &Frame, day: Date, window: &Window, kind: &'static str, title: &str) -> Vec<Mark> {
    let zone = &f.state.world.registry.timezone;
    let (Some(begin), Some(end)) =
        (midnight(day, zone), day.tomorrow().ok().and_then(|next| midnight(next, zone)))
    else {
        return Vec::new();
    };
    let noon = |day: Date| day.to_datetime(Time::midnight()).to_zoned_datetime(zone.clone()).ok();
    let starts = [day.yesterday().ok(), Some(day)].into_iter().flatten();
    let found = starts.filter_map(|start| {
        let mut at = noon(start)?;
        // The occurrence that begins on this day.
        at = at.checked_sub(1.minute()).ok()?;
        window.next_occurrence(&at).filter(|found| found.day == start)
    });
    let cut = found.filter_map(|found| {
        let (from, to) = (found.start.max(begin), found.end.min(end));
        let x = share(from, begin, end);
        (from < to).then(|| Mark {
            x,
            wide: (share(to, begin, end) - x).max(2),
            kind,
            title: title.to_owned(),
        })
    });
    cut.collect()
}

fn midnight(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let midnight = day.to_datetime(Time::midnight()).to_zoned_datetime(zone.clone()).ok()?;
    Some(midnight.timestamp())
}

fn share(at: Timestamp, begin: Timestamp, end: Timestamp) -> i64 {
    let all = end.duration_since(begin).as_secs().max(1);
    at.duration_since(begin).as_secs() * WIDE / all
}

fn place(f: &Frame, day: Date, at: Timestamp) -> Option<i64> {
    let zone = &f.state.world.registry.timezone;
    Some(share(at, midnight(day, zone)?, midnight(day.tomorrow().ok()?, zone)?))
}

/// The last release before `moment` in `environment`.
pub(crate) fn release<'f>(f: &'f Frame, moment: Timestamp, environment: Option<&str>) -> Option<&'f Release> {
    let all = f.state.world.registry.releases.iter();
    all.filter(|release| {
        release.deployed_at <= moment && environment.is_none_or(|code| code == release.environment)
    })
    .max_by_key(|release| release.deployed_at)
}
