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

/// How much of what was no command is looked through again.
const MAX_REREAD: usize = 2_048;

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
    let words = words::split(inline_code(text, start).unwrap_or(text), after_name);
    let requests = options::requests(&words.words);
    let mut calls: Vec<Call> =
        requests.iter().flat_map(|request| request::calls(request, &words.stdin)).collect();
    let end = words.end;
    if calls.is_empty() {
        // A sentence about curl may have the command behind it, but not all text is read again for it.
        let far = end.saturating_sub(after_name) > MAX_REREAD;
        return Command { calls, end: if far { end } else { after_name } };
    }
    // Several requests of one command share its text, each up to where the next one's address stands.
    let starts: Vec<usize> = calls.iter().skip(1).map(|call| call.span.start).chain([end]).collect();
    let mut from = start;
    for (call, to) in calls.iter_mut().zip(starts) {
        call.span = from..to.max(from);
        from = to.max(from);
    }
    let end = match (calls.last_mut(), answer::after_command(text, output_start(text, end))) {
        (Some(call), Some(found)) => {
            found.add_to(call);
            call.span.end
        }
        _ => end,
    };
    Command { calls, end }
}

/// The text up to the backtick that ends a command written as code inside a sentence.
fn inline_code(text: &str, start: usize) -> Option<&str> {
    let before = text.get(..start)?;
    if !before.ends_with('`') || before.ends_with("```") {
        return None;
    }
    let line = Line::at(text, start)?;
    text.get(..start + line.text.find('`')?)
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
