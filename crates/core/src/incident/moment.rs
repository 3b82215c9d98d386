//! When the request was made, as the message says it.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::identity::whence;
use super::{Context, Found, Incident};
use crate::evidence::fields::FieldKind;
use crate::evidence::moments::{self, Moment, MomentKind};
use crate::evidence::reading::Seen;

/// Lines above and below a call in which its time is looked for.
const NEAR_LINES: usize = 3;
/// Clocks of partners run ahead of ours by no more than this.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// Bytes before a moment in which words tell that it is a login's or a token's, not the failure's.
const CUE_REACH: usize = 48;
/// Words of such moments; stems, lower case, without accents.
const TOKEN_CUES: &[&str] =
    &["token", "loguei", "login as", "logado", "gerad", "gerei", "emitid", "renov", "autentiquei", "obtid"];

/// Sets the instant of the failed request, if date and time of day are both there.
pub(super) fn of_failure(context: &Context<'_, '_>, incident: &mut Incident<'_>) {
    incident.at = of_call(context, incident)
        .or_else(|| named(context))
        .or_else(|| near_call(context, incident))
        .or_else(|| last_told(context));
}

fn instant(moment: &Moment) -> Option<Timestamp> {
    match moment.kind {
        MomentKind::Full { at, .. } => Some(at),
        MomentKind::Date(_) | MomentKind::Time { .. } => None,
    }
}

fn full<'s>(context: &'s Context<'_, '_>) -> impl Iterator<Item = (&'s Seen<Moment>, Timestamp)> {
    let latest = context.reading.received_at.timestamp().saturating_add(CLOCK_SKEW).unwrap_or(Timestamp::MAX);
    context
        .reading
        .moments
        .iter()
        .filter_map(|seen| Some((seen, instant(&seen.what)?)))
        .filter(move |(_, at)| *at <= latest)
}

fn found(context: &Context<'_, '_>, seen: &Seen<Moment>, at: Timestamp) -> Found<Timestamp> {
    Found::new(at, whence(context, seen.part, &seen.what.span))
}

/// The instant that the call carries itself.
fn of_call(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<Found<Timestamp>> {
    let (part, call) = incident.call.as_ref()?;
    if let Some(written) = &call.at
        && let Some(MomentKind::Full { at, .. }) =
            moments::parse_written(written, context.reading.written_at(*part))
    {
        let place = whence(context, *part, &call.span);
        return Some(Found::new(at, place));
    }
    let date = call.response_headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date"));
    if let Some((_, value)) = date
        && let Some(MomentKind::Full { at, .. }) =
            moments::parse_written(value, context.reading.written_at(*part))
    {
        return Some(Found::new(at, whence(context, *part, &call.span)));
    }
    let inside = |span: &Range<usize>| call.span.start <= span.start && span.end <= call.span.end;
    full(context)
        .find(|(seen, _)| seen.part == *part && inside(&seen.what.span))
        .map(|(s, at)| found(context, s, at))
}

/// A moment that the text names as the failure's (`Data/hora: …`).
fn named(context: &Context<'_, '_>) -> Option<Found<Timestamp>> {
    let fields = context.reading.fields.iter().filter(|seen| seen.what.kind == FieldKind::OccurredAt);
    for field in fields {
        let overlapping = full(context).find(|(seen, _)| {
            seen.part == field.part
                && seen.what.span.start < field.what.span.end
                && field.what.span.start < seen.what.span.end
        });
        if let Some((seen, at)) = overlapping {
            return Some(found(context, seen, at));
        }
        if let Some(MomentKind::Full { at, .. }) =
            moments::parse_written(&field.what.value, context.reading.written_at(field.part))
        {
            return Some(Found::new(at, whence(context, field.part, &field.what.span)));
        }
    }
    None
}

/// The moment nearest to the call, within a few lines.
fn near_call(context: &Context<'_, '_>, incident: &Incident<'_>) -> Option<Found<Timestamp>> {
    let (part, call) = incident.call.as_ref()?;
    call.url.as_ref()?;
    let text = context.reading.text(*part);
    let lines_between = |span: &Range<usize>| {
        let (from, to) = if span.end <= call.span.start {
            (span.end, call.span.start)
        } else {
            (call.span.end, span.start)
        };
        text.get(from..to).map_or(usize::MAX, |between| between.bytes().filter(|b| *b == b'\n').count())
    };
    full(context)
        .filter(|(seen, _)| seen.part == *part && !is_of_token(context, seen))
        .map(|(seen, at)| (lines_between(&seen.what.span), seen, at))
        .filter(|(lines, _, _)| *lines <= NEAR_LINES)
        .min_by_key(|(lines, seen, _)| (*lines, seen.what.span.start))
        .map(|(_, seen, at)| found(context, seen, at))
}

/// The latest moment told in the message that is not a token's; its own words before its attachments.
fn last_told(context: &Context<'_, '_>) -> Option<Found<Timestamp>> {
    full(context)
        .filter(|(seen, _)| !is_of_token(context, seen))
        .max_by_key(|(seen, at)| (!context.reading.is_attachment(seen.part), *at))
        .map(|(seen, at)| found(context, seen, at))
}

/// Whether the words before a moment speak of a token or a login that worked.
fn is_of_token(context: &Context<'_, '_>, seen: &Seen<Moment>) -> bool {
    let (text, at) = (context.reading.text(seen.part), seen.what.span.start);
    // What was said of an earlier moment was not said of this one.
    let others = context.reading.moments.iter().filter(|other| other.part == seen.part);
    let earlier = others.map(|other| other.what.span.end).filter(|end| *end <= at).max().unwrap_or(0);
    let mut from = at.saturating_sub(CUE_REACH).max(earlier);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = text.get(from..at).unwrap_or("");
    // Only the clause that leads to the moment counts.
    let clause =
        before.rsplit(['\n', '.', ';', ',', '!', '?']).find(|part| !part.trim().is_empty()).unwrap_or("");
    let folded = crate::evidence::fold(clause);
    TOKEN_CUES.iter().any(|cue| folded.contains(cue))
}

/// The moment at which the words say that the token was issued, if date and time of day are there.
pub(super) fn token_issue_told(context: &Context<'_, '_>) -> Option<Found<Timestamp>> {
    full(context)
        .filter(|(seen, _)| is_of_token(context, seen))
        .map(|(seen, at)| found(context, seen, at))
        .next()
}
