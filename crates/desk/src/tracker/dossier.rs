//! What Code is told of a ticket: everything that it would ask for, masked and bounded.

use balcao_core::facts::registry::Release;
use balcao_core::facts::request_log::LoggedRequest;
use balcao_core::mask::Masker;
use balcao_store::ticket::Ticket;
use balcao_store::{Scope, message};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;

use super::curl::curl;
use crate::caller::Caller;
use crate::desk::{Desk, State, instant};
use crate::error::DeskError;
use crate::verbs::around::around;

/// Lines of the log that are told.
const MOST_LINES: usize = 12;
/// Messages of the partner that are told, the newest.
const MOST_MESSAGES: usize = 5;
/// Characters of one text.
const LONGEST: usize = 4_000;
/// Characters of one value.
const LONGEST_VALUE: usize = 500;

/// The evidences in the order of the procedure.
const SEVEN: [&str; 7] =
    ["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"];

/// Something that is known, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is called.
    pub name: String,
    /// Its value; `None` if it is not known.
    pub value: Option<String>,
    /// Where it was found.
    pub place: String,
}

/// What Code is told of a ticket. Every text is masked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dossier {
    /// What people call the ticket.
    pub protocol: String,
    /// Its subject.
    pub subject: String,
    /// The partner's name.
    pub partner: String,
    /// Situation and cause, by their names.
    pub diagnosis: String,
    /// Why it is escalated.
    pub analysis: String,
    /// The evidences.
    pub evidence: Vec<Fact>,
    /// The checks that decided something, each with its sign and its proof.
    pub checks: Vec<String>,
    /// The call as it can be repeated.
    pub curl: String,
    /// Lines of the request log.
    pub log: Vec<String>,
    /// The release in force.
    pub release: Option<String>,
    /// How many open tickets of how many partners show the same failure, if others do.
    pub incident: Option<(usize, usize)>,
    /// What the partner wrote, the newest messages, oldest first.
    pub messages: Vec<String>,
    /// The issue in which the ticket was at Code before.
    pub earlier: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Line {
    situation: String,
    cause: String,
    checks: Vec<Check>,
    evidence: BTreeMap<String, Option<Found>>,
}

#[derive(Deserialize)]
struct Check {
    check: String,
    verdict: String,
    proof: Vec<Proof>,
}

#[derive(Deserialize)]
struct Proof {
    text: String,
}

#[derive(Deserialize)]
struct Found {
    value: String,
    source: String,
    #[serde(rename = "where", default)]
    place: Option<String>,
}

/// The dossier of a ticket as it now is.
///
/// # Errors
/// If the database fails.
pub(super) async fn of(desk: &Desk, row: &Ticket, earlier: Option<String>) -> Result<Dossier, DeskError> {
    let around = around(desk, &Caller::system(), row).await?;
    let mut conn = desk.store().read().await?;
    let run = balcao_store::diagnosis::newest(&mut conn, &Scope::All, &row.id).await?;
    let said = message::of_ticket(&mut conn, &Scope::All, &row.id).await?;
    drop(conn);
    let mut line: Line = run.and_then(|run| serde_json::from_str(&run.line).ok()).unwrap_or_default();
    // Before anything is made of them: the places that the call names for its secrets are not to be cut.
    for found in line.evidence.values_mut().flatten() {
        found.value = clean(&found.value, LONGEST_VALUE);
        // A place may be a file's name, which people choose.
        found.place = found.place.take().map(|place| clean(&place, LONGEST_VALUE));
    }
    let state = desk.state();
    let (registry, procedure) = (&state.world.registry, &state.world.procedure);
    let value =
        |name: &str| line.evidence.get(name).and_then(Option::as_ref).map(|found| found.value.as_str());
    let moment = value("occurred_at").and_then(|text| moment(text, &registry.timezone));
    let facts = SEVEN.iter().map(|name| {
        let found = line.evidence.get(*name).and_then(Option::as_ref);
        Fact {
            name: procedure.evidence_name(name).to_owned(),
            value: found.map(|found| found.value.clone()),
            place: found
                .map(|found| found.place.clone().unwrap_or_else(|| found.source.clone()))
                .unwrap_or_default(),
        }
    });
    let partner = row.partner.as_deref();
    let name = partner.and_then(|code| registry.partner(code)).map(|partner| partner.name.clone());
    let at = moment.unwrap_or_else(|| instant(row.created));
    let messages: Vec<String> =
        said.into_iter().filter(|one| one.direction == "in").map(|one| one.body).collect();
    let first = messages.len().saturating_sub(MOST_MESSAGES);
    let dossier = Dossier {
        protocol: row.protocol.clone(),
        subject: row.subject.clone(),
        partner: name.or_else(|| partner.map(str::to_owned)).unwrap_or_default(),
        diagnosis: format!(
            "{} · {}",
            procedure.situation_name(&line.situation),
            procedure.cause_name(&line.situation, &line.cause)
        ),
        analysis: row.analysis.clone().unwrap_or_default(),
        evidence: facts.collect(),
        checks: checks(&line.checks),
        curl: curl(registry, value),
        log: lines(&around.requests, at, &registry.timezone),
        release: release(&state, at, value("environment"))
            .map(|release| released(release, &registry.timezone)),
        incident: around.incident.map(|incident| (incident.tickets, incident.partners)),
        messages: messages.into_iter().skip(first).collect(),
        earlier,
    };
    Ok(bounded(dossier))
}

fn checks(all: &[Check]) -> Vec<String> {
    let sign = |verdict: &str| match verdict {
        "sim" => Some("✓"),
        "nao" => Some("✗"),
        "indeterminado" => Some("?"),
        _ => None,
    };
    let said = all.iter().filter_map(|check| {
        let proof: Vec<&str> = check.proof.iter().map(|proof| proof.text.as_str()).collect();
        Some(format!("{} {}: {}", sign(&check.verdict)?, check.check, proof.join("; ")))
    });
    said.collect()
}

/// The lines nearest to `at`, by time.
fn lines(requests: &[LoggedRequest], at: Timestamp, zone: &TimeZone) -> Vec<String> {
    let mut near: Vec<&LoggedRequest> = requests.iter().collect();
    near.sort_by_key(|row| row.at.duration_since(at).abs());
    near.truncate(MOST_LINES);
    near.sort_by_key(|row| row.at);
    let line = |row: &LoggedRequest| {
        let clock = row.at.to_zoned_datetime(zone.clone()).strftime("%d/%m %H:%M:%S").to_string();
        let status = row.status.map_or_else(|| "–".to_owned(), |status| status.to_string());
        let (user, error) = (row.user.as_deref().unwrap_or("–"), row.error.as_deref().unwrap_or_default());
        format!("{clock} {} {} {status} {user} {error}", row.method, row.path).trim_end().to_owned()
    };
    near.into_iter().map(line).collect()
}

fn release<'s>(state: &'s State, at: Timestamp, environment: Option<&str>) -> Option<&'s Release> {
    let all = state.world.registry.releases.iter();
    all.filter(|one| one.deployed_at <= at && environment.is_none_or(|code| code == one.environment))
        .max_by_key(|one| one.deployed_at)
}

fn released(release: &Release, zone: &TimeZone) -> String {
    let when = release.deployed_at.to_zoned_datetime(zone.clone()).strftime("%d/%m/%Y %H:%M").to_string();
    let notes = release.notes.as_deref().unwrap_or_default();
    format!("{} ({}, {when}) {notes}", release.version, release.environment).trim_end().to_owned()
}

fn moment(value: &str, zone: &TimeZone) -> Option<Timestamp> {
    let value = value.trim();
    value.parse::<Timestamp>().ok().or_else(|| {
        let local: jiff::civil::DateTime = value.parse().ok()?;
        local.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
    })
}

/// The same, masked once more and cut to what a reader bears.
fn bounded(mut dossier: Dossier) -> Dossier {
    let texts = |text: &mut String, most: usize| *text = clean(text, most);
    texts(&mut dossier.subject, LONGEST_VALUE);
    texts(&mut dossier.analysis, LONGEST);
    let lists = [&mut dossier.checks, &mut dossier.log];
    for line in lists.into_iter().flatten() {
        *line = clean(line, LONGEST_VALUE);
    }
    for text in &mut dossier.messages {
        *text = clean(text, LONGEST);
    }
    dossier.release = dossier.release.take().map(|text| clean(&text, LONGEST_VALUE));
    dossier
}

/// A text without secrets and control characters, no longer than `most` characters.
pub(super) fn clean(text: &str, most: usize) -> String {
    let masked = Masker::new([]).mask(text);
    let plain = masked.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t'));
    let cut: String = plain.take(most.saturating_add(1)).collect();
    if cut.chars().count() <= most {
        return cut;
    }
    let mut short: String = cut.chars().take(most).collect();
    short.push_str(" […]");
    short
}
