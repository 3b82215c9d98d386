//! Which of the calls in a message is the one it complains of.

use std::collections::BTreeMap;

use super::{Context, Incident};
use crate::evidence::call::{Body, Call};
use crate::facts::contract::Located;

/// Chooses the call, and completes it with a body or an answer that stands apart from it.
pub(super) fn choose(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let calls = &context.reading.calls;
    let mut targets = Targets::default();
    let best = calls
        .iter()
        .enumerate()
        .filter(|(_, seen)| seen.what.1.url.is_some())
        .map(|(order, seen)| (score(context, &mut targets, &seen.what.1), order))
        .filter(|(score, _)| *score > 0)
        .max();
    let Some(chosen) = best.and_then(|(_, order)| calls.get(order)) else {
        without_address(context, incident);
        return;
    };
    let part = chosen.part;
    let mut call = chosen.what.1.clone();
    if call.body.is_none() {
        call.body = loose_body(context, part, &call);
    }
    if call.status.is_none() && call.response_body.is_none() && call.error.is_none() {
        add_loose_answer(context, part, &mut call);
    }
    let route = (call.method.clone(), path_only(call.url.as_deref().unwrap_or("")));
    incident.same_route = calls
        .iter()
        .map(|seen| &seen.what.1)
        .filter(|other| {
            other.url.as_deref().is_some_and(|url| path_only(url) == route.1)
                && (other.method == route.0 || other.method.is_none())
        })
        .cloned()
        .collect();
    incident.call = Some((part, call));
}

/// No call names an address: an answer or a body alone is still the failed call's.
fn without_address(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let mut merged: Option<(usize, Call)> = None;
    for seen in &context.reading.calls {
        let call = &seen.what.1;
        if call.url.is_some() {
            continue;
        }
        match &mut merged {
            None => merged = Some((seen.part, call.clone())),
            Some((_, into)) => fill(into, call),
        }
    }
    incident.call = merged;
}

/// Adds to `into` what only `from` shows.
fn fill(into: &mut Call, from: &Call) {
    if into.body.is_none() {
        into.body.clone_from(&from.body);
    }
    if into.at.is_none() {
        into.at.clone_from(&from.at);
    }
    answer(into, from);
}

fn answer(into: &mut Call, from: &Call) {
    if into.status.is_none() {
        into.status = from.status;
        into.reason.clone_from(&from.reason);
    }
    if into.response_body.is_none() {
        into.response_body.clone_from(&from.response_body);
        into.response_headers.clone_from(&from.response_headers);
    }
    if into.error.is_none() {
        into.error.clone_from(&from.error);
    }
}

/// A failed call to a known host on a documented route is what people write about. Zero: no call at all.
fn score<'c>(context: &Context<'_, '_>, targets: &mut Targets<'c>, call: &'c Call) -> u32 {
    let url = call.url.as_deref().unwrap_or("");
    let absolute = url.contains("://");
    let method = call.method.as_deref().unwrap_or("GET");
    let (known_host, documented) =
        *targets.entry((method, url)).or_insert_with(|| target(context, method, url));
    if absolute && !known_host && documented == 0 && call.status.is_none() && call.method.is_none() {
        return 0;
    }
    let outcome = match failed(call) {
        Some(true) => 200,
        Some(false) => 1,
        None => 100,
    };
    let host = if known_host {
        40
    } else if absolute {
        0
    } else {
        20
    };
    outcome + host + documented * 8 + u32::from(call.method.is_some()) * 4 + 1
}

/// Whether the host is known, and how well a target is documented. A log of thousands of lines calls the same few.
type Targets<'c> = BTreeMap<(&'c str, &'c str), (bool, u32)>;

fn target(context: &Context<'_, '_>, method: &str, url: &str) -> (bool, u32) {
    let path = path_only(url);
    let documented = match context.known.contract.locate(method, &path) {
        Located::Operation(_) => 3,
        Located::WrongMethod(_) => 2,
        Located::Unknown => u32::from(context.known.registry.version_of_path(&path).is_some()),
    };
    (context.known.registry.environment_of_url(url).is_some(), documented)
}

/// Whether the call failed; `None` where it shows no answer.
pub(crate) fn failed(call: &Call) -> Option<bool> {
    if call.error.is_some() {
        return Some(true);
    }
    if let Some(status) = call.status {
        return Some(status >= 400);
    }
    call.response_body
        .as_ref()
        .map(|body| !body.contains("\"success\":true") && !body.contains("\"success\": true"))
}

/// The path of an absolute or relative address, without query and fragment.
pub(crate) fn path_only(url: &str) -> String {
    let after = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"));
    let end = after.find(['?', '#']).unwrap_or(after.len());
    after.get(..end).unwrap_or(after).to_owned()
}

/// A body that stands alone in the message (`enviado.json`), for a call that may carry one.
fn loose_body(context: &Context<'_, '_>, part: usize, call: &Call) -> Option<Body> {
    if matches!(call.method.as_deref(), Some("GET" | "HEAD" | "DELETE")) {
        return None;
    }
    let alone = |seen: &&crate::evidence::reading::Seen<(&'static str, Call)>| {
        let other = &seen.what.1;
        other.url.is_none() && other.method.is_none() && other.body.is_some()
    };
    let calls = &context.reading.calls;
    let near = calls.iter().filter(alone).find(|seen| seen.part == part);
    near.or_else(|| calls.iter().find(alone)).and_then(|seen| seen.what.1.body.clone())
}

/// An answer that stands alone: the first after the call, else any.
fn add_loose_answer(context: &Context<'_, '_>, part: usize, call: &mut Call) {
    let alone = |other: &Call| {
        other.url.is_none()
            && (other.response_body.is_some() || other.status.is_some() || other.error.is_some())
    };
    let calls = &context.reading.calls;
    let after =
        calls.iter().find(|s| s.part == part && s.what.1.span.start >= call.span.end && alone(&s.what.1));
    if let Some(seen) = after.or_else(|| calls.iter().find(|s| alone(&s.what.1))) {
        answer(call, &seen.what.1);
    }
}
