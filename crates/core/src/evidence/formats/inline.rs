//! A call written in the prose: `POST https://… -> 500 {…}`.
//!
//! In: any text. Out: a call for each method beside a URL or path (and for a URL that is plainly called), with
//! the lines after it that look like its headers, body, status, answer or instant.
//! Start at [`read`]; [`gather`] tells what a line after a call is.

mod gather;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::stack_trace::{self, failure};
use super::words::{Head, STAMP, heads, lines, objects, pattern, slice, status};
use crate::evidence::call::Call;

/// A line above a call that is this short (in bytes) belongs to it.
const LEADING_LINE: usize = 60;

/// Every call of this format in `text`, in order, but for those within a call that was `read` as something more specific.
pub(super) fn read(text: &str, read: &[Range<usize>]) -> Vec<Call> {
    let printed: Vec<Range<usize>> =
        stack_trace::read(text).into_iter().filter(|call| call.url.is_some()).map(|call| call.span).collect();
    let mut calls = read_apart(text, 0..text.len(), &Taken { printed, read });
    // An address in a log line is a setting or was read as the base of its block already.
    calls.retain(|call| call.method.is_some() || !in_record(text, call.span.start));
    calls
}

/// Whether the line that holds `at` is one of an application log.
fn in_record(text: &str, at: usize) -> bool {
    let start = slice(text, 0..at).rfind('\n').map_or(0, |newline| newline + 1);
    let line = slice(text, start..text.len()).lines().next().unwrap_or_default();
    super::app_log::is_record(line)
}

/// As [`read`], within `range` of `text` (whole lines); spans count from the start of `text`.
pub(super) fn read_in(text: &str, range: Range<usize>) -> Vec<Call> {
    read_apart(text, range, &Taken::default())
}

/// What other formats have of a text, in order.
#[derive(Default)]
struct Taken<'t> {
    /// Failures as clients print them.
    printed: Vec<Range<usize>>,
    /// Calls already read.
    read: &'t [Range<usize>],
}

/// As [`read_in`], without what stands inside what is `taken`.
fn read_apart(text: &str, range: Range<usize>, taken: &Taken<'_>) -> Vec<Call> {
    let part = slice(text, range.clone());
    if !part.contains('/') {
        return Vec::new();
    }
    let lines = lines(part);
    let mut places = targets(part, &lines, taken.read);
    places.retain(|place| !is_printed(part, place, &taken.printed));
    let mut calls: Vec<Call> = Vec::new();
    let mut end = 0;
    for (index, place) in places.iter().enumerate() {
        if place.head.span.start < end {
            continue;
        }
        let next = places.get(index + 1);
        let mut call = begin(part, place, end, next);
        gather::after(part, place.head.span.end, limit(part, next), &mut call);
        end = call.span.end;
        calls.push(call);
    }
    share_answer(part, &mut calls);
    for call in &mut calls {
        call.span = call.span.start + range.start..call.span.end + range.start;
    }
    calls
}

/// A head with the line it stands in and the line before.
struct Place {
    head: Head,
    line: Range<usize>,
    previous: Range<usize>,
}

/// The heads of `text` outside its JSON and its header lines.
fn targets(text: &str, lines: &[Range<usize>], read: &[Range<usize>]) -> Vec<Place> {
    let mut json = objects(text, 0..text.len()).into_iter().peekable();
    let mut found = Vec::new();
    let mut previous = 0..0;
    for line in lines {
        if !is_read(text, line, read) && !gather::is_other_url(slice(text, line.clone())) {
            for head in heads(text, line) {
                while json.next_if(|object| object.end <= head.span.start).is_some() {}
                if json.peek().is_none_or(|object| object.start > head.span.start) {
                    found.push(Place { head, line: line.clone(), previous: previous.clone() });
                }
            }
        }
        previous = line.clone();
    }
    found
}

/// Whether every slash of a line lies in one call already read: no head there could be kept.
fn is_read(text: &str, line: &Range<usize>, read: &[Range<usize>]) -> bool {
    let words = slice(text, line.clone());
    let (Some(first), Some(last)) = (words.find('/'), words.rfind('/')) else { return true };
    let (first, last) = (line.start + first, line.start + last);
    let index = read.partition_point(|range| range.end <= first);
    read.get(index).is_some_and(|range| range.start <= first && last < range.end)
}

/// Whether a head is part of a failure that a client printed (its message, its configuration), which is read there.
fn is_printed(text: &str, place: &Place, taken: &[Range<usize>]) -> bool {
    let start = place.head.span.start;
    let index = taken.partition_point(|range| range.end <= start);
    let inside = taken.get(index).is_some_and(|range| range.start < start);
    let opens = slice(text, place.line.start..start).trim().is_empty() && place.head.method.is_some();
    inside && !opens
}

/// Where the lines of a call must end: before the line of the next one, or before it on the same line.
fn limit(text: &str, next: Option<&Place>) -> usize {
    let Some(next) = next else { return text.len() };
    let words = slice(text, next.line.start..next.head.span.start);
    // What stands before the next call on its own line (its instant, its label) is that call's.
    if STAMP.is_match(words) || words.len() < 40 { next.line.start } else { next.head.span.start }
}

/// The call of `place` with what stands before it on its line, or as a failure on the line above.
fn begin(text: &str, place: &Place, floor: usize, next: Option<&Place>) -> Call {
    let head = &place.head;
    let mut call = Call {
        span: head.span.clone(),
        method: head.method.clone(),
        url: Some(head.url.clone()),
        ..Call::default()
    };
    let from = place.line.start.max(floor);
    let before = slice(text, from..head.span.start);
    if let Some(at) = STAMP.find_iter(before).last() {
        call.at = Some(at.as_str().to_owned());
        call.span.start = from + at.start();
    } else {
        let stop = next.map_or(place.line.end, |next| next.head.span.start.min(place.line.end));
        let rest = slice(text, head.span.end..stop.max(head.span.end));
        let rest = rest.split('{').next().unwrap_or_default();
        call.at = STAMP.find(rest).map(|at| at.as_str().to_owned());
    }
    if let Some(said) = status(before).filter(|said| said.code >= 300) {
        call.span.start = call.span.start.min(from + said.span.start);
        call.status = Some(said.code);
        call.reason = said.reason;
    }
    if let Some(failed) = failure(before) {
        call.span.start = call.span.start.min(from + failed.span.start);
        call.error = Some(failed.error.trim_end_matches(['`', '"', '(', ' ', '-', ':']).to_owned());
    } else if place.previous.start >= floor && !place.previous.is_empty() {
        above(text, &place.previous, &mut call);
    }
    call
}

/// A failure printed on the line above the call (`Connection refused` and, indented, what was called).
fn above(text: &str, line: &Range<usize>, call: &mut Call) {
    let words = slice(text, line.clone());
    // A line that has a call of its own keeps its failure.
    if words.contains("://") || !heads(text, line).is_empty() {
        return;
    }
    let Some(failed) = failure(words) else {
        return instant_above(words, line.start, call);
    };
    call.span.start = line.start + failed.span.start;
    call.error = Some(failed.error);
    call.status = call.status.or(failed.status);
    call.reason = call.reason.take().or(failed.reason);
    if call.at.is_none()
        && let Some(at) = STAMP.find(slice(words, 0..failed.span.start))
    {
        call.span.start = line.start + at.start();
        call.at = Some(at.as_str().to_owned());
    }
}

/// The instant on the line above, where that line leads to the call (`hoje 22:31, produção`) and has no other.
fn instant_above(words: &str, start: usize, call: &mut Call) {
    static OTHER: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)log(?:in|uei|ou|ado)|token|gerad|emitid|renov|abri|respond"));
    let leads = words.len() <= LEADING_LINE || words.trim_end().ends_with([',', ':']);
    if call.at.is_some() || !leads || OTHER.is_match(words) {
        return;
    }
    let mut stamps = STAMP.find_iter(words);
    if let (Some(at), None) = (stamps.next(), stamps.next()) {
        call.span.start = start + at.start();
        call.at = Some(at.as_str().to_owned());
    }
}

/// The same call several times on lines right after each other, with one answer below: it is the answer of all.
fn share_answer(text: &str, calls: &mut [Call]) {
    for index in (1..calls.len()).rev() {
        let (head, tail) = calls.split_at_mut(index);
        let (Some(earlier), Some(later)) = (head.last_mut(), tail.first()) else { return };
        let same = earlier.method == later.method
            && earlier.url == later.url
            && earlier.status.is_some()
            && earlier.status == later.status;
        let gap = slice(text, earlier.span.end..later.span.start);
        if same && earlier.response_body.is_none() && gap.trim().is_empty() {
            earlier.response_body.clone_from(&later.response_body);
        }
    }
}

#[cfg(test)]
mod tests;
