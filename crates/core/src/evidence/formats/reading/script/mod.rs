//! Short excerpts of programs, read without knowing their language: literals, brackets, arguments, variables.
//!
//! In: a text and a position in it. Out: what a literal or an expression comes to, as far as it is written out.
//! `scan` finds ends and parts, `value` turns expressions into text and JSON, `settings` into a call.

mod scan;
mod settings;
mod value;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::answer::{self, Answer};
use super::head::pattern;
use super::lines;

pub(in super::super) use settings::Settings;

/// What stands for a value that the excerpt does not show.
pub(in super::super) const UNKNOWN: &str = "***";
/// How deep values are followed.
const MAX_DEPTH: usize = 24;
/// How far one bracket or literal is followed.
const MAX_REACH: usize = 65_536;
/// How often a text may be looked at in all, over and over; one that wants more is built to cost.
const MAX_EFFORT: usize = 8;

/// A text read as a program.
pub(in super::super) struct Script<'a> {
    text: &'a str,
    /// Whether strings are PowerShell's: a backtick escapes, not a backslash.
    powershell: bool,
    /// Where the values of each name start, in order.
    names: BTreeMap<&'a str, Vec<usize>>,
    /// Bytes looked at so far.
    effort: Cell<usize>,
}

impl<'a> Script<'a> {
    pub(in super::super) fn new(text: &'a str, powershell: bool) -> Self {
        static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
            pattern(r"([A-Za-z_]\w*)[ \t]*(?::[ \t]*[\w.<>\[\]]+[ \t]*)?:?=[ \t\r\n]*([^=~>\s])")
        });
        let mut names: BTreeMap<&'a str, Vec<usize>> = BTreeMap::new();
        for found in ASSIGNED.captures_iter(text) {
            if let (Some(name), Some(value)) = (found.get(1), found.get(2)) {
                names.entry(name.as_str()).or_default().push(value.start());
            }
        }
        Self { text, powershell, names, effort: Cell::new(0) }
    }

    pub(in super::super) fn text(&self) -> &'a str {
        self.text
    }

    /// Whether `bytes` more may be looked at.
    fn affords(&self, bytes: usize) -> bool {
        self.effort.set(self.effort.get().saturating_add(bytes + 1));
        self.effort.get() <= MAX_EFFORT * self.text.len() + 262_144
    }

    /// Where the value that `name` has at position `before` starts.
    fn assigned(&self, name: &str, before: usize) -> Option<usize> {
        let starts = self.names.get(name.trim_start_matches('$'))?;
        let next = starts.partition_point(|start| *start < before);
        starts.get(next.checked_sub(1)?).copied()
    }
}

/// The answer pasted or commented within a few lines of code below `end`.
pub(in super::super) fn answer_below(text: &str, end: usize) -> Option<Answer> {
    for line in lines(text, end).skip(1).take(12) {
        let shown = line.text.trim();
        if shown.is_empty() {
            continue;
        }
        let opens_code = shown.starts_with(['{', '[']) && shown.len() < 3 && !shown.ends_with(['}', ']']);
        let opens_json = text.get(line.next..).is_some_and(|below| below.trim_start().starts_with('"'));
        if (!opens_code || opens_json)
            && let Some(found) = answer::after(text, line.start)
        {
            return Some(found);
        }
        let code =
            shown.contains(['(', ')', ';', '=', '}']) || shown.starts_with(['.', '#', '/', '`', ']', '>']);
        if !code || is_call(shown) {
            return None;
        }
    }
    None
}

/// Whether a line makes another call: its answer is not ours.
fn is_call(line: &str) -> bool {
    static CALL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r#"(?i)\bfetch\(|axios|requests\.|\bcurl\b|NewRequest|Invoke-|https?://"#));
    CALL.is_match(line)
}
