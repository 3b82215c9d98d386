//! The request of the log that the message identifies, and what it adds to the incident.

use jiff::{SignedDuration, Timestamp};

use super::{Context, Found, Incident, Source, Whence};
use crate::evidence::fields::FieldKind;
use crate::facts::request_log::LoggedRequest;

/// Finds the row of this very request and fills what the message leaves out.
pub(super) fn complete(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let row = by_id(context, incident).or_else(|| by_place_and_time(context, incident));
    let Some(row) = row else { return };
    let whence = whence(&row);
    if incident.key.is_none() {
        incident.key = row.api_key.clone().map(|key| Found::new(key, whence.clone()));
    }
    if incident.user.is_none() {
        incident.user = row.user.clone().map(|user| Found::new(user, whence.clone()));
    }
    let differs = incident.environment.as_ref().is_none_or(|seen| seen.value != row.environment);
    if differs {
        incident.environment = Some(Found::new(row.environment.clone(), whence.clone()));
    }
    incident.environment_called = true;
    if incident.path.is_none() {
        incident.path = Some(Found::new(row.path.clone(), whence.clone()));
        incident.method = None;
    }
    if incident.method.is_none() {
        incident.method = Some(Found::new(row.method.clone(), whence.clone()));
    }
    if incident.at.is_none() {
        incident.at = Some(Found::new(row.at, whence));
    }
    incident.row = Some(row);
}

/// The place of a row in words.
pub(crate) fn whence(row: &LoggedRequest) -> Whence {
    let place = match &row.request_id {
        Some(id) => format!("requisição {id}"),
        None => format!("{} {}", row.method, row.path),
    };
    Whence { source: Source::RequestLog, place, span: None }
}

/// By request id; one in another partner's traffic is noted, and nothing is taken from it.
fn by_id(context: &Context<'_, '_>, incident: &mut Incident<'_>) -> Option<LoggedRequest> {
    let fields = context.reading.fields.iter().filter(|seen| seen.what.kind == FieldKind::RequestId);
    let named: Vec<&str> = fields.map(|seen| seen.what.value.as_str()).collect();
    let standing = context.reading.candidates.iter().map(|seen| seen.what.text.as_str());
    for id in named.into_iter().chain(standing) {
        let rows = context.known.requests.iter().filter(|row| row.request_id.as_deref() == Some(id));
        for row in rows {
            if is_senders(context, incident, row) {
                return Some(row.clone());
            }
            incident.foreign_request = incident.sender.is_some();
        }
    }
    None
}

/// By user or key with the path and a time within a minute; failures before successes, then the nearest.
fn by_place_and_time(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<LoggedRequest> {
    let at = incident.at.as_ref()?.value;
    let path = &incident.path.as_ref()?.value;
    let method = incident.method.as_ref().map(|method| method.value.as_str());
    let user = incident.user.as_ref().map(|user| user.value.as_str());
    let key = incident.key.as_ref().map(|key| &key.value);
    context
        .known
        .requests
        .iter()
        .filter(|row| same_path(&row.path, path) && method.is_none_or(|m| m == row.method))
        .filter(|row| distance(row.at, at) <= context.limits.same_request)
        .filter(|row| {
            user.is_some_and(|user| row.user.as_deref() == Some(user))
                || user.is_none() && key.is_some_and(|key| row.api_key.as_ref() == Some(key))
        })
        .filter(|row| is_senders(context, incident, row))
        .min_by_key(|row| (!row.failed(), distance(row.at, at), row.at))
        .cloned()
}

pub(crate) fn same_path(left: &str, right: &str) -> bool {
    left.trim_end_matches('/').eq_ignore_ascii_case(right.trim_end_matches('/'))
}

fn distance(left: Timestamp, right: Timestamp) -> SignedDuration {
    left.duration_since(right).abs()
}

/// Whether a row is in the sender's own traffic: by its key, else by its user.
fn is_senders(context: &Context<'_, '_>, incident: &Incident<'_>, row: &LoggedRequest) -> bool {
    let Some(sender) = incident.sender else { return false };
    let registry = context.known.registry;
    let of_key = row.api_key.as_ref().and_then(|key| registry.key(key)).map(|key| key.partner.as_str());
    let of_user = row.user.as_deref().and_then(|user| registry.user(user)).map(|user| user.partner.as_str());
    of_key.or(of_user) == Some(sender.code.as_str())
}
