//! The formats in which partners paste a call, one file each.
//!
//! In: any text. Out: every [`Call`] found, in text order. Reading never fails.
//!
//! **Invariant:** spans of the calls returned do not overlap; the format listed first keeps the text.

mod access_log;
mod app_log;
mod code;
mod curl;
mod fetch;
mod har;
mod inline;
mod json;
mod postman;
mod powershell;
mod raw_http;
mod reading;
mod stack_trace;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;

use super::call::Call;

/// One format: its name, and how to read every call of it in a text. What the formats before it took is told, in order.
pub struct Format {
    pub name: &'static str,
    pub read: fn(&str, taken: &[Range<usize>]) -> Vec<Call>,
}

/// All formats, the most specific first.
pub const FORMATS: &[Format] = &[
    Format { name: "har", read: |text, _| har::read(text) },
    Format { name: "postman", read: |text, _| postman::read(text) },
    Format { name: "curl", read: |text, _| curl::read(text) },
    Format { name: "powershell", read: |text, _| powershell::read(text) },
    Format { name: "fetch", read: |text, _| fetch::read(text) },
    Format { name: "code", read: |text, _| code::read(text) },
    Format { name: "raw-http", read: |text, _| raw_http::read(text) },
    Format { name: "access-log", read: |text, _| access_log::read(text) },
    Format { name: "app-log", read: |text, _| app_log::read(text) },
    Format { name: "inline", read: inline::read },
    Format { name: "stack-trace", read: |text, _| stack_trace::read(text) },
    Format { name: "json", read: |text, _| json::read(text) },
];

/// Every call of every format in `text`, in text order, with the name of its format.
pub fn calls(text: &str) -> Vec<(&'static str, Call)> {
    // Keyed by where a call starts: the spans held never overlap, so only the two neighbours can.
    let mut found: BTreeMap<usize, (&'static str, Call)> = BTreeMap::new();
    for format in FORMATS {
        let taken: Vec<Range<usize>> = found.values().map(|(_, call)| call.span.clone()).collect();
        for call in (format.read)(text, &taken) {
            let before = found.range(..=call.span.start).next_back();
            let after = found.range(call.span.start..).next();
            let overlaps = before.is_some_and(|(_, (_, held))| held.span.end > call.span.start)
                || after.is_some_and(|(start, _)| *start < call.span.end);
            if !overlaps {
                found.insert(call.span.start, (format.name, call));
            }
        }
    }
    found.into_values().collect()
}
