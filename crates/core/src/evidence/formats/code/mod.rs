//! Short excerpts of programs that make a call: Python, JavaScript, PHP, C#, Java, Ruby, Go.
//!
//! In: any text. Out: method and address, and the body and headers as far as they are written out; a comment or output
//! below (`# 400 {…}`) is the response. `calls` reads libraries that take the whole request in one call, `builders` those
//! that put it together over several statements.

mod builders;
mod calls;

#[cfg(test)]
mod tests;

use super::reading::plain::Plain;
use super::reading::script::{Script, answer_below};
use crate::evidence::call::Call;

/// More calls than anyone pastes; the rest of such a text is not read.
const MAX_CALLS: usize = 100;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    if !calls::may_hold(text) && !builders::may_hold(text) {
        return Vec::new();
    }
    let plain = Plain::of(text);
    let script = Script::new(plain.text(), false);
    let mut found = calls::read(&script);
    for call in builders::read(&script) {
        if !found.iter().any(|other| call.span.start < other.span.end && other.span.start < call.span.end) {
            found.push(call);
        }
    }
    found.sort_by_key(|call| call.span.start);
    let starts: Vec<usize> = found.iter().skip(1).map(|call| call.span.start).chain([usize::MAX]).collect();
    for (call, next) in found.iter_mut().zip(starts) {
        if let Some(answer) = answer_below(script.text(), call.span.end).filter(|answer| answer.end <= next) {
            answer.add_to(call);
        }
        call.span = plain.span(call.span.clone());
    }
    found
}
