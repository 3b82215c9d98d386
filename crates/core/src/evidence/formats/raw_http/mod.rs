//! Raw HTTP: dumps of requests and responses, transcripts (`> `, `< `, `* `), `.http` files, a browser's
//! network panel, and the loose form that
//! people write (`POST https://…` and below it headers, a body, an answer).
//!
//! In: any text. Out: one call for each request line that something stands below, and for each lone response.

mod devtools;
mod request;

#[cfg(test)]
mod tests;

use super::reading::answer::{self, Prefix, unprefixed};
use super::reading::head::{absolute, resolved, status_line, time_of};
use super::reading::{Line, lines};
use crate::evidence::call::Call;

/// More calls than anyone pastes; the rest of such a text is not read.
const MAX_CALLS: usize = 2_000;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    let variables = request::file_variables(text);
    let mut calls: Vec<Call> = Vec::new();
    let mut transcript = Transcript::default();
    let mut at = 0;
    while let Some(line) = Line::at(text, at)
        && calls.len() < MAX_CALLS
    {
        at = line.next;
        transcript.note(line.text);
        let found = request::read(text, line)
            .or_else(|| devtools::read(text, line))
            .or_else(|| lone_response(text, line));
        let Some(mut call) = found else { continue };
        at = lines(text, call.span.end).next().map_or(text.len(), |rest| rest.next).max(line.next);
        if let Some(ahead) = line_start_before(text, call.span.end, at) {
            at = ahead;
        }
        transcript.complete(&mut call);
        call.at =
            call.at.take().or_else(|| time_of(&call.headers)).or_else(|| time_of(&call.response_headers));
        if let Some(url) = &mut call.url {
            *url = resolved(&absolute(url, &call.headers), &variables);
        }
        calls.push(call);
    }
    calls
}

/// A call that ends at the very end of a line gives the next line back.
fn line_start_before(text: &str, end: usize, next: usize) -> Option<usize> {
    let line = Line::at(text, end)?;
    (line.text.trim().is_empty() && line.next < next).then_some(line.next)
}

/// A response whose request is not there.
fn lone_response(text: &str, line: Line<'_>) -> Option<Call> {
    status_line(unprefixed(line.text).1)?;
    let mut call = Call { span: line.start..line.end(), ..Call::default() };
    answer::after(text, line.start)?.add_to(&mut call);
    Some(call)
}

/// What the notes of a transcript say before the request: the whole address, the instant.
#[derive(Default)]
struct Transcript {
    url: Option<String>,
    at: Option<String>,
}

impl Transcript {
    fn note(&mut self, line: &str) {
        let (Some(Prefix::Note), shown) = unprefixed(line) else { return };
        if let Some(url) = shown.strip_prefix("Preparing request to ") {
            self.url = Some(url.trim().to_owned());
        } else if let Some(at) = shown.strip_prefix("Current time is ") {
            self.at = Some(at.trim().to_owned());
        }
    }

    fn complete(&mut self, call: &mut Call) {
        let url = self.url.take();
        if let (Some(path), Some(url)) = (&call.url, url)
            && url.ends_with(path.as_str())
        {
            call.url = Some(url);
        }
        call.at = call.at.take().or_else(|| self.at.take());
    }
}
