//! What the API answered: status, the error's own words, and whether the failure is of a passing kind.

use std::sync::LazyLock;

use regex::Regex;

use super::identity::whence;
use super::log_match;
use super::{Context, Found, Incident, Whence};
use crate::evidence::fields::{self, FieldKind};

/// A sentence in quotation marks.
#[expect(clippy::expect_used, reason = "a literal pattern")]
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled("\"([^\"\n{}]{6,160})\"|“([^”\n{}]{6,160})”")
        .expect("the pattern is well formed")
});
/// How far into the body quotations are looked for.
const QUOTED_BYTES: usize = 16 * 1024;

/// Words of a transport error that mean a time-out, a refused or a broken connection; lower case.
const TRANSPORT: &[&str] = &[
    "timed out",
    "timeout",
    "time-out",
    "time out",
    "connection refused",
    "econnrefused",
    "etimedout",
    "econnreset",
    "connection reset",
    "esockettimedout",
    "tempo limite",
    "connect failed",
    "unable to connect",
    "failed to connect",
    "conexao recusada",
    "conexão recusada",
    "deadline exceeded",
    "socket hang up",
    "actively refused",
];

/// Sets status, error message and the kind of failure.
pub(super) fn of_failure(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let call = incident.call.clone();
    let place = call.as_ref().map(|(part, call)| whence(context, *part, &call.span));
    if let (Some((_, call)), Some(place)) = (&call, &place) {
        incident.status = call.status.map(|status| Found::new(status, place.clone()));
        incident.error = answered(call, place);
    }
    if incident.error.as_ref().is_none_or(|error| !says_more_than_a_status(&error.value)) {
        incident.error = named(context, incident).or_else(|| incident.error.take());
    }
    if let Some(row) = &incident.row {
        let from_log = log_match::whence(row);
        if incident.error.is_none() {
            incident.error = row.error.clone().map(|error| Found::new(error, from_log.clone()));
        }
        if let (None, Some(status)) = (&incident.status, row.status) {
            incident.status = Some(Found::new(status, from_log));
        }
    }
    if incident.status.is_none() {
        let told = context.speech.status_in_words;
        let place = context.speech.reports_error.as_ref().map_or(0..0, |cue| cue.span.clone());
        incident.status = told.map(|status| Found::new(status, told_at(context, &place)));
    }
    incident.temporary = temporary(context, incident);
    incident.unauthorised = unauthorised(context, incident);
}

/// An error message that the text names, or quotes beside a failed call; of several the first that says more than a status.
fn named(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<Found<String>> {
    let fields = || context.reading.fields.iter().filter(|seen| seen.what.kind == FieldKind::ErrorMessage);
    let said = fields().find(|seen| says_more_than_a_status(&seen.what.value));
    let found = said.or_else(|| fields().next().filter(|_| incident.error.is_none()));
    if let Some(seen) = found {
        return Some(Found::new(seen.what.value.clone(), whence(context, seen.part, &seen.what.span)));
    }
    let fails = incident.call.as_ref().is_some_and(|(_, call)| call.url.is_some())
        || context.speech.reports_error.is_some();
    if incident.error.is_some() || !fails {
        return None;
    }
    quotation(context)
}

/// A quoted sentence in the sender's words: `"Erro interno."`.
fn quotation(context: &Context<'_, '_>) -> Option<Found<String>> {
    context.reading.bodies().find_map(|body| {
        let text = context.reading.text(body);
        QUOTED.captures_iter(text.get(..text.len().min(QUOTED_BYTES)).unwrap_or("")).find_map(|found| {
            let inside = found.get(1).or_else(|| found.get(2))?;
            let words = inside.as_str().split_whitespace().count();
            let sentence = words >= 2 && inside.as_str().chars().next().is_some_and(char::is_uppercase);
            sentence.then(|| Found::new(inside.as_str().to_owned(), whence(context, body, &inside.range())))
        })
    })
}

/// The message of the answer's body, else a transport error, else the status with its text, else what the client printed.
fn answered(call: &crate::evidence::call::Call, place: &Whence) -> Option<Found<String>> {
    let body = call.response_body.as_deref().unwrap_or("");
    let message = fields::find(body).into_iter().find(|field| field.kind == FieldKind::ErrorMessage);
    if let Some(field) = message {
        return Some(Found::new(field.value, place.clone()));
    }
    let printed = call.error.as_deref().map(str::trim).filter(|error| !error.is_empty());
    let status = call.status.filter(|status| *status >= 400);
    let reason = call.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let text = match (printed, status, reason) {
        (Some(printed), _, _) if is_transport(printed) => printed.to_owned(),
        (Some(printed), Some(status), _) if printed.contains(&status.to_string()) => printed.to_owned(),
        (_, Some(status), Some(reason)) => format!("{status} {reason}"),
        (Some(printed), _, _) => printed.to_owned(),
        (None, _, _) => return None,
    };
    Some(Found::new(text, place.clone()))
}

/// Whether a text is more than a status, its standard words, and what a client prints around them.
fn says_more_than_a_status(text: &str) -> bool {
    let status = text.get(..3).is_some_and(|head| head.bytes().all(|b| b.is_ascii_digit()));
    let lower = text.to_lowercase();
    let printed = ["status code", "exception", "axioserror", "client error", "server error", "for url"];
    !status && (is_transport(text) || !printed.iter().any(|words| lower.contains(words)))
}

fn told_at(context: &Context<'_, '_>, span: &std::ops::Range<usize>) -> Whence {
    whence(context, context.reading.bodies().next().unwrap_or(0), span)
}

fn is_transport(text: &str) -> bool {
    let lower = text.to_lowercase();
    TRANSPORT.iter().any(|words| lower.contains(words))
}

/// A 5xx, a time-out or a refused connection; the log's word before the message's.
fn temporary(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<Found<String>> {
    if let Some(row) = &incident.row {
        let text = match row.status {
            None => "sem resposta (tempo esgotado)".to_owned(),
            Some(status) if status >= 500 => format!("HTTP {status}"),
            Some(_) => return None,
        };
        return Some(Found::new(text, log_match::whence(row)));
    }
    if let Some(status) = &incident.status {
        return (status.value >= 500).then(|| status.with(format!("HTTP {}", status.value)));
    }
    if let Some(error) = incident.error.as_ref().filter(|error| is_transport(&error.value)) {
        return Some(error.clone());
    }
    if let Some(error) = incident.error.as_ref().filter(|error| is_server_error(&error.value)) {
        return Some(error.clone());
    }
    if let Some((part, call)) = &incident.call
        && let Some(error) = call.error.as_ref().filter(|error| is_transport(error))
    {
        return Some(Found::new(error.clone(), whence(context, *part, &call.span)));
    }
    let told = context.speech.reports_timeout.as_ref()?;
    Some(Found::new(told.text.clone(), told_at(context, &told.span)))
}

fn is_server_error(text: &str) -> bool {
    text.get(..3).and_then(|head| head.parse::<u16>().ok()).is_some_and(|status| (500..600).contains(&status))
}

/// A 401, by status, by words of the answer, or by the partner's words.
fn unauthorised(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<Found<String>> {
    if let Some(row) = &incident.row {
        return (row.status == Some(401)).then(|| Found::new("HTTP 401".to_owned(), log_match::whence(row)));
    }
    if let Some(status) = &incident.status {
        return (status.value == 401).then(|| status.with("HTTP 401".to_owned()));
    }
    if let Some(error) = &incident.error {
        let folded = crate::evidence::fold(&error.value);
        return ["unauthorized", "nao autorizado", "401"]
            .iter()
            .any(|w| folded.contains(w))
            .then(|| error.clone());
    }
    let told = context.speech.reports_unauthorised.as_ref()?;
    Some(Found::new(told.text.clone(), told_at(context, &told.span)))
}

/// Whether a call of the message shows a 5xx, a time-out or a refused connection.
pub(crate) fn temporary_failure(call: &crate::evidence::call::Call) -> bool {
    call.status.is_some_and(|status| status >= 500) || call.error.as_deref().is_some_and(is_transport)
}
