//! What the API answered: status, the error's own words, and whether the failure is of a passing kind.

use super::identity::whence;
use super::log_match;
use super::{Context, Found, Incident, Whence};
use crate::evidence::fields::{self, FieldKind};

/// Words of a transport error that mean a time-out, a refused or a broken connection; lower case.
const TRANSPORT: &[&str] = &[
    "timed out", "timeout", "time-out", "time out", "connection refused", "econnrefused", "etimedout", "econnreset",
    "connection reset", "esockettimedout", "tempo limite", "connect failed", "unable to connect", "failed to connect",
    "conexao recusada", "conexão recusada", "deadline exceeded", "socket hang up", "actively refused",
];

/// Sets status, error message and the kind of failure.
pub(super) fn of_failure(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let call = incident.call.clone();
    let place = call.as_ref().map(|(part, call)| whence(context, *part, &call.span));
    if let (Some((_, call)), Some(place)) = (&call, &place) {
        incident.status = call.status.map(|status| Found::new(status, place.clone()));
        incident.error = answered(call, place).or_else(|| {
            call.error.as_ref().map(|error| Found::new(error.trim().to_owned(), place.clone()))
        });
    }
    let named = context.reading.fields.iter().find(|seen| seen.what.kind == FieldKind::ErrorMessage);
    if incident.error.is_none() || is_status_text(incident.error.as_ref().map_or("", |e| e.value.as_str())) {
        if let Some(seen) = named {
            incident.error = Some(Found::new(seen.what.value.clone(), whence(context, seen.part, &seen.what.span)));
        }
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

/// The message of the answer's body, else its status with its text.
fn answered(call: &crate::evidence::call::Call, place: &Whence) -> Option<Found<String>> {
    let body = call.response_body.as_deref().unwrap_or("");
    let message = fields::find(body).into_iter().find(|field| field.kind == FieldKind::ErrorMessage);
    if let Some(field) = message {
        return Some(Found::new(field.value, place.clone()));
    }
    if call.error.is_some() {
        return None;
    }
    let reason = call.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty())?;
    let status = call.status.filter(|status| *status >= 400)?;
    Some(Found::new(format!("{status} {reason}"), place.clone()))
}

/// Whether a text is only a status and its standard words.
fn is_status_text(text: &str) -> bool {
    text.get(..3).is_some_and(|head| head.bytes().all(|b| b.is_ascii_digit()))
}

fn told_at(context: &Context<'_, '_>, span: &std::ops::Range<usize>) -> Whence {
    let body = context.reading.parts.iter().position(|p| p.origin == crate::evidence::unpack::Origin::Body);
    whence(context, body.unwrap_or(0), span)
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
    if let Some((part, call)) = &incident.call {
        if let Some(error) = call.error.as_ref().filter(|error| is_transport(error)) {
            return Some(Found::new(error.clone(), whence(context, *part, &call.span)));
        }
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
        return ["unauthorized", "nao autorizado", "401"].iter().any(|w| folded.contains(w)).then(|| error.clone());
    }
    let told = context.speech.reports_unauthorised.as_ref()?;
    Some(Found::new(told.text.clone(), told_at(context, &told.span)))
}

/// Whether a call of the message shows a 5xx, a time-out or a refused connection.
pub(crate) fn temporary_failure(call: &crate::evidence::call::Call) -> bool {
    call.status.is_some_and(|status| status >= 500) || call.error.as_deref().is_some_and(is_transport)
}
