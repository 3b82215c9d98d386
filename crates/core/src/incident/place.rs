//! Where the request went: environment, version, method, path and the documented operation.

use super::call_choice::path_only;
use super::identity::whence;
use super::{Context, Found, Incident, Source, Whence};
use crate::evidence::fields::FieldKind;
use crate::facts::contract::Located;

/// What the call itself shows.
pub(super) fn of_call(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let registry = context.known.registry;
    let called = incident.call.as_ref().and_then(|(part, call)| {
        let url = call.url.as_deref()?;
        Some((*part, call.span.clone(), url.to_owned(), call.method.clone(), call.place.clone()))
    });
    let base = base_address(context);
    if let Some((part, span, url, method, place)) = called {
        let mut seen = whence(context, part, &span);
        if let Some(place) = place {
            seen.place = format!("{}, {place}", seen.place.split(',').next().unwrap_or(""));
        }
        if let Some((environment, _)) = registry.environment_of_url(&url) {
            incident.environment = Some(Found::new(environment.code.clone(), seen.clone()));
            incident.environment_called = true;
        }
        let path = joined(context, &path_only(&url), base.as_ref().map(|(_, path, _)| path.as_str()));
        incident.method = method.map(|method| Found::new(method.to_ascii_uppercase(), seen.clone()));
        incident.path = Some(Found::new(path, seen));
    }
    if incident.environment.is_none()
        && let Some((code, _, whence)) = base
    {
        incident.environment = Some(Found::new(code, whence));
        incident.environment_called = true;
    }
}

/// The path below a base address that the message names apart (`Url: https://host/api/v2`).
fn joined(context: &Context<'_, '_>, path: &str, base: Option<&str>) -> String {
    let registry = context.known.registry;
    if registry.version_of_path(path).is_some() {
        return path.to_owned();
    }
    match base {
        Some(base) if base.trim_end_matches('/').len() > 1 => {
            format!("{}/{}", base.trim_end_matches('/'), path.trim_start_matches('/'))
        }
        _ => path.to_owned(),
    }
}

/// The first address of a registered host anywhere in the texts: environment, path below the host, place.
fn base_address(context: &Context<'_, '_>) -> Option<(String, String, Whence)> {
    for (index, part) in context.reading.parts.iter().enumerate() {
        if let Some((environment, path, span)) = context.known.registry.address_in(&part.text) {
            return Some((environment.code.clone(), path, whence(context, index, &span)));
        }
    }
    None
}

/// What follows from the key, the words and the contract, once the log was asked.
pub(super) fn of_rest<'k>(context: &Context<'_, 'k>, incident: &mut Incident<'k>) {
    let registry = context.known.registry;
    if incident.environment.is_none() {
        let by_key = incident.key.as_ref().and_then(|key| {
            let record = registry.key(&key.value)?;
            let mine = incident.sender.is_none_or(|sender| sender.code == record.partner);
            mine.then(|| Found::new(record.environment.clone(), of_key(&key.value.to_string())))
        });
        incident.environment = by_key.or_else(|| in_words(context));
    }
    if let Some(path) = &incident.path {
        incident.version =
            registry.version_of_path(&path.value).map(|version| path.with(version.code.clone()));
        let method = incident.method.as_ref().map(|method| method.value.as_str());
        incident.operation = match context.known.contract.locate(method.unwrap_or(""), &path.value) {
            Located::Operation(operation) => Some(operation),
            Located::WrongMethod(operations) if method.is_none() && operations.len() == 1 => {
                operations.first().copied()
            }
            Located::WrongMethod(_) | Located::Unknown => None,
        };
    }
}

fn of_key(tail: &str) -> Whence {
    Whence { source: Source::Registry, place: format!("chave {tail}"), span: None }
}

/// The environment that the words name: a named field first, else the only one mentioned.
fn in_words(context: &Context<'_, '_>) -> Option<Found<String>> {
    for seen in context.reading.fields.iter().filter(|seen| seen.what.kind == FieldKind::Environment) {
        if let Some((code, _)) =
            context.names.environments_in(&seen.what.value, context.lexicon).into_iter().next()
        {
            return Some(Found::new(code, whence(context, seen.part, &seen.what.span)));
        }
    }
    let mut found: Option<Found<String>> = None;
    for (index, part) in context.reading.parts.iter().enumerate() {
        for (code, span) in context.names.environments_in(&part.text, context.lexicon) {
            match &found {
                Some(first) if first.value != code => return None,
                Some(_) => {}
                None => found = Some(Found::new(code, whence(context, index, &span))),
            }
        }
    }
    found
}
