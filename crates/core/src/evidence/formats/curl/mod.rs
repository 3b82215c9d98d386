//! curl commands: bash, Windows cmd (`^`) and PowerShell's `curl.exe`, with the output pasted below them.
//!
//! In: any text. Out: one call for each request that the command would make.
//! `words` splits a command as its shell does, `options` reads the words as curl does, `request` builds the call.

mod cmd;
mod options;
mod request;
mod words;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use regex::Regex;

use super::reading::head::pattern;
use super::reading::plain::Plain;
use super::reading::{Line, answer, cut, rest};
use crate::evidence::call::Call;

/// More commands than anyone pastes; the rest of such a text is not read.
const MAX_COMMANDS: usize = 500;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"(?:^|[\s`$('"|;&>\]*])(curl(?:\.exe)?)(?:[ \t\u{a0}]|[\\^`][ \t]*\r?\n)"#)
    });
    let plain = Plain::of(text);
    let source = plain.text();
    let mut calls = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_COMMANDS {
        let Some(found) = COMMAND.captures_at(source, at).and_then(|found| found.get(1)) else { break };
        let mut command = command(source, found.start(), found.end());
        at = command.end.max(found.end());
        for call in &mut command.calls {
            call.span = plain.span(call.span.clone());
        }
        calls.append(&mut command.calls);
    }
    calls
}

/// The calls of one command, and where reading goes on.
struct Command {
    calls: Vec<Call>,
    end: usize,
}

fn command(text: &str, start: usize, after_name: usize) -> Command {
    let words = words::split(text, after_name);
    let requests = options::requests(&words.words);
    let mut calls: Vec<Call> =
        requests.iter().flat_map(|request| request::calls(request, &words.stdin)).collect();
    if calls.is_empty() {
        return Command { calls, end: after_name };
    }
    let end = words.end;
    // Several requests of one command share its text, each up to where the next one's address stands.
    let starts: Vec<usize> = calls.iter().skip(1).map(|call| call.span.start).chain([end]).collect();
    let mut from = start;
    for (call, to) in calls.iter_mut().zip(starts) {
        call.span = from..to.max(from);
        from = to.max(from);
    }
    let end = match (calls.last_mut(), answer::after(text, output_start(text, end))) {
        (Some(call), Some(found)) => {
            found.add_to(call);
            call.span.end
        }
        _ => end,
    };
    Command { calls, end }
}

/// Where the output may start: after `| jq .` or whatever else stands on the command's last line.
fn output_start(text: &str, end: usize) -> usize {
    match Line::at(text, end) {
        Some(line) if line.text.trim_start().starts_with(['|', ';', '#', ')', '"', '\'', '`']) => {
            if line.text.contains("curl") { text.len() } else { line.next }
        }
        Some(line) if cut(text, end..line.end()).trim().is_empty() => line.next,
        _ if rest(text, end).is_empty() => text.len(),
        _ => end,
    }
}
