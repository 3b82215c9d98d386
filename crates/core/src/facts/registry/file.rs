//! The single values of the file: times, dates, windows, addresses, routes; each read or named as a problem.

use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp, tz::TimeZone, tz::TimeZoneDatabase};
use serde_json::Value;
use url::Url;

use super::problem::{Kind, Problems};
use super::{RoutePattern, UserStatus};
use crate::calendar::Window;
use crate::facts::fields::Fields;
use crate::facts::nearest::nearest;

const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];
const HOURS_OF_A_YEAR: f64 = 8760.0;

/// The zone by its IANA name, from the bundled database so that no machine changes an answer.
pub(super) fn timezone(file: &Fields<'_>, problems: &mut Problems) -> Option<TimeZone> {
    let name = file.text("timezone", problems)?;
    let zones = TimeZoneDatabase::bundled();
    if let Ok(zone) = zones.get(name) {
        return Some(zone);
    }
    let known: Vec<String> = zones.available().map(|zone| zone.to_string()).collect();
    let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
    problems.add("timezone", Kind::BadTimezone { value: problems.shown(name), nearest });
    None
}

/// The language in which a partner is written to.
pub(super) fn language(fields: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    const LANGUAGES: [&str; 2] = ["pt-BR", "en"];
    let code = fields.optional_text("language", problems)?;
    if !LANGUAGES.contains(&code) {
        let nearest = nearest(code, LANGUAGES).map(str::to_owned);
        let value = problems.shown(code);
        problems.add(&fields.at("language"), Kind::NotAllowed { value, allowed: "`pt-BR` ou `en`", nearest });
        return None;
    }
    Some(code.to_owned())
}

/// The validity of a token, given in hours.
pub(super) fn token_validity(file: &Fields<'_>, problems: &mut Problems) -> Option<SignedDuration> {
    const FIELD: &str = "token_validity_hours";
    let Some(value) = file.get(FIELD) else {
        file.missing(FIELD, problems);
        return None;
    };
    let hours = value.as_f64().filter(|hours| *hours > 0.0 && *hours <= HOURS_OF_A_YEAR);
    if hours.is_none() {
        problems.add(FIELD, Kind::BadHours);
    }
    hours.and_then(|hours| SignedDuration::try_from_secs_f64((hours * 3600.0).round()).ok())
}

/// The window of a routine or of the business hours.
pub(super) fn window(fields: &Fields<'_>, problems: &mut Problems) -> Option<Window> {
    let days = days(fields, problems);
    let from = time(fields, "from", problems);
    let to = time(fields, "to", problems);
    let (from, to) = (from?, to?);
    let whole_day = from == Time::midnight();
    if from == to && !whole_day {
        let at = format!("{:02}:{:02}", from.hour(), from.minute());
        problems.add(&fields.path, Kind::EmptyWindow { at });
        return None;
    }
    (!days.is_empty()).then_some(Window { days, from, to })
}

fn days(fields: &Fields<'_>, problems: &mut Problems) -> Vec<Weekday> {
    let list = fields.filled_list("days", problems);
    let mut days = Vec::new();
    for (path, text) in Fields::texts(list, problems) {
        match DAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)) {
            Some((_, day)) if days.contains(day) => {}
            Some((_, day)) => days.push(*day),
            None => {
                let start: String = text.chars().take(3).collect();
                let near = nearest(&start, DAYS.iter().map(|(name, _)| *name)).map(str::to_owned);
                let allowed = "mon, tue, wed, thu, fri, sat ou sun";
                problems.add(&path, Kind::NotAllowed { value: problems.shown(text), allowed, nearest: near });
            }
        }
    }
    days
}

fn time(fields: &Fields<'_>, name: &'static str, problems: &mut Problems) -> Option<Time> {
    let text = fields.text(name, problems)?;
    let time = read_time(text);
    if time.is_none() {
        problems.add(&fields.at(name), Kind::BadTime { value: problems.shown(text) });
    }
    time
}

/// `08:00` or `08:00:30`; `24:00` is the midnight that ends the day.
fn read_time(text: &str) -> Option<Time> {
    let mut parts = Vec::new();
    for part in text.split(':') {
        if part.len() != 2 || !part.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
        parts.push(part.parse::<i8>().ok()?);
    }
    match parts.as_slice() {
        [24, 0] | [24, 0, 0] => Some(Time::midnight()),
        [hour, minute] => Time::new(*hour, *minute, 0, 0).ok(),
        [hour, minute, second] => Time::new(*hour, *minute, *second, 0).ok(),
        _ => None,
    }
}

/// A calendar date.
pub(super) fn date(fields: &Fields<'_>, problems: &mut Problems) -> Option<Date> {
    let text = fields.text("date", problems)?;
    let plain = text.len() == 10 && text.chars().all(|c| c.is_ascii_digit() || c == '-');
    let date = text.parse::<Date>().ok().filter(|_| plain);
    if date.is_none() {
        problems.add(&fields.at("date"), Kind::BadDate { value: problems.shown(text) });
    }
    date
}

/// An instant with its offset.
pub(crate) fn instant(fields: &Fields<'_>, name: &'static str, problems: &mut Problems) -> Option<Timestamp> {
    let text = fields.text(name, problems)?;
    let instant = text.parse::<Timestamp>().ok();
    if instant.is_none() {
        problems.add(&fields.at(name), Kind::BadInstant { value: problems.shown(text) });
    }
    instant
}

/// The base URLs of an environment, without a trailing slash.
pub(super) fn base_urls(fields: &Fields<'_>, problems: &mut Problems) -> Vec<(String, String)> {
    let list = fields.filled_list("base_urls", problems);
    let mut urls = Vec::new();
    for (path, text) in Fields::texts(list, problems) {
        let web = Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        match web {
            Some(_) if !text.contains(char::is_whitespace) => {
                urls.push((path, text.trim_end_matches('/').to_owned()))
            }
            _ => problems.add(&path, Kind::BadUrl { value: problems.shown(text) }),
        }
    }
    urls
}

/// The path prefix of a version, without a trailing slash; empty for the root.
pub(super) fn path_prefix(fields: &Fields<'_>, problems: &mut Problems) -> Option<String> {
    let text = fields.text("path_prefix", problems)?;
    if !text.starts_with('/') || text.contains(char::is_whitespace) {
        problems.add(&fields.at("path_prefix"), Kind::BadPrefix { value: problems.shown(text) });
        return None;
    }
    Some(text.trim_end_matches('/').to_owned())
}

/// The route patterns of a list.
pub(super) fn routes(list: Vec<(String, &Value)>, problems: &mut Problems) -> Vec<RoutePattern> {
    let mut routes = Vec::new();
    for (path, text) in Fields::texts(list, problems) {
        match RoutePattern::parse(text) {
            Some(route) => routes.push(route),
            None => problems.add(&path, Kind::BadRoute { value: problems.shown(text) }),
        }
    }
    routes
}

/// E-mail domains in lower case.
pub(super) fn domains(fields: &Fields<'_>, problems: &mut Problems) -> Vec<String> {
    let list = fields.optional_list("email_domains", problems);
    let mut domains = Vec::new();
    for (path, text) in Fields::texts(list, problems) {
        let plain = text.strip_prefix('@').unwrap_or(text).trim_end_matches('.');
        if plain.is_empty() || plain.contains(|c: char| c == '@' || c == '/' || c.is_whitespace()) {
            problems.add(&path, Kind::BadDomain);
        } else {
            domains.push(plain.to_lowercase());
        }
    }
    domains
}

/// The status of a user.
pub(super) fn user_status(fields: &Fields<'_>, problems: &mut Problems) -> Option<UserStatus> {
    let words = [
        ("ativo", UserStatus::Active),
        ("inativo", UserStatus::Inactive),
        ("bloqueado", UserStatus::Blocked),
    ];
    status(fields, &words, "ativo, inativo ou bloqueado", problems)
}

/// Whether a key is active.
pub(super) fn key_status(fields: &Fields<'_>, problems: &mut Problems) -> Option<bool> {
    status(fields, &[("ativa", true), ("inativa", false)], "ativa ou inativa", problems)
}

fn status<T: Copy>(
    fields: &Fields<'_>,
    words: &[(&'static str, T)],
    allowed: &'static str,
    problems: &mut Problems,
) -> Option<T> {
    let text = fields.text("status", problems)?;
    let found = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
    if found.is_none() {
        let near = nearest(text, words.iter().map(|(word, _)| *word)).map(str::to_owned);
        let kind = Kind::NotAllowed { value: problems.shown(text), allowed, nearest: near };
        problems.add(&fields.at("status"), kind);
    }
    found
}
