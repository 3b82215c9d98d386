//! Which API Key and which user the failed request was made with.

use std::ops::Range;

use super::{Context, Found, Incident, Source, Whence};
use crate::evidence::candidates::may_be_key;
use crate::evidence::fields::FieldKind;
use crate::evidence::key::KeyPrint;

/// What a word between label and value can be at most, in bytes, for a plain word to count as a login.
const LABEL_REACH: usize = 40;

/// Where in the message a span stands.
pub(super) fn whence(context: &Context<'_, '_>, part: usize, span: &Range<usize>) -> Whence {
    let source = match context.reading.is_attachment(part) {
        true if context.reading.is_by_ocr(part) => Source::Ocr,
        true => Source::Attachment,
        false => Source::Message,
    };
    Whence { source, place: context.reading.place(part, span), span: Some((part, span.clone())) }
}

/// A key of the call, else a registered one of the text, else one that the text names.
pub(super) fn key(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let registered: Vec<Found<KeyPrint>> = context
        .reading
        .candidates
        .iter()
        .filter(|seen| may_be_key(&seen.what.text))
        .filter_map(|seen| {
            let print = KeyPrint::of(&seen.what.text, context.secret)?;
            context.known.registry.key(&print)?;
            let written = context.reading.text(seen.part).get(seen.what.span.clone());
            incident.keys_written.extend(written.map(str::to_owned));
            incident.keys_written.push(seen.what.text.clone());
            Some(Found::new(print, whence(context, seen.part, &seen.what.span)))
        })
        .collect();
    let named: Vec<Found<KeyPrint>> = context
        .reading
        .fields
        .iter()
        .filter(|seen| seen.what.kind == FieldKind::ApiKey)
        .filter_map(|seen| {
            let print = KeyPrint::of(&seen.what.value, context.secret)?;
            Some(Found::new(print, whence(context, seen.part, &seen.what.span)))
        })
        .collect();
    let in_call = |found: &&Found<KeyPrint>| inside_call(incident, &found.whence);
    let chosen = registered
        .iter()
        .find(in_call)
        .or_else(|| named.iter().find(in_call))
        .or_else(|| registered.iter().find(|found| named.iter().any(|n| n.value == found.value)))
        .or_else(|| if named.is_empty() { registered.first() } else { None })
        .or_else(|| named.first());
    incident.key = chosen.cloned();
}

fn inside_call(incident: &Incident<'_>, whence: &Whence) -> bool {
    match (&incident.call, &whence.span) {
        (Some((part, call)), Some((at, span))) => {
            part == at && call.span.start <= span.start && span.end <= call.span.end
        }
        _ => false,
    }
}

/// The login of the call, else one that the text names, else one that stands in it.
pub(super) fn user(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    let registry = context.known.registry;
    let named: Vec<Found<String>> = context
        .reading
        .fields
        .iter()
        .filter(|seen| seen.what.kind == FieldKind::User)
        .map(|seen| Found::new(seen.what.value.clone(), whence(context, seen.part, &seen.what.span)))
        .collect();
    let standing: Vec<Found<String>> = context
        .reading
        .candidates
        .iter()
        .filter(|seen| may_be_login(context, seen.part, &seen.what.span, &seen.what.text))
        .map(|seen| Found::new(seen.what.text.clone(), whence(context, seen.part, &seen.what.span)))
        .collect();
    let in_call = |found: &&Found<String>| inside_call(incident, &found.whence);
    let is_known = |found: &&Found<String>| registry.user(&found.value).is_some();
    let chosen = named
        .iter()
        .find(in_call)
        .or_else(|| standing.iter().find(|found| in_call(found) && is_known(found)))
        .or_else(|| named.iter().find(is_known))
        .or_else(|| named.first())
        .or_else(|| standing.iter().find(is_known))
        .or_else(|| standing.first());
    incident.user = chosen.cloned();
}

/// A string that the registry knows as a login, or that is written like one of its logins with letters and digits.
fn may_be_login(context: &Context<'_, '_>, part: usize, span: &Range<usize>, text: &str) -> bool {
    let plain_word = !text.chars().any(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '@' | '-'));
    if context.known.registry.user(text).is_some() {
        return !plain_word || labelled(context.reading.text(part), span.start);
    }
    context.known.registry.looks_like_login(text)
}

/// Whether a word for "user" stands shortly before.
fn labelled(text: &str, at: usize) -> bool {
    let mut from = at.saturating_sub(LABEL_REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..at).unwrap_or("").to_lowercase();
    ["usu", "login", "user", "operador"].iter().any(|word| before.contains(word))
}
