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

use super::call::Call;

/// One format: its name, and how to read every call of it in a text.
pub struct Format {
    pub name: &'static str,
    pub read: fn(&str) -> Vec<Call>,
}

/// All formats, the most specific first.
pub const FORMATS: &[Format] = &[
    Format { name: "har", read: har::read },
    Format { name: "postman", read: postman::read },
    Format { name: "curl", read: curl::read },
    Format { name: "powershell", read: powershell::read },
    Format { name: "fetch", read: fetch::read },
    Format { name: "code", read: code::read },
    Format { name: "raw-http", read: raw_http::read },
    Format { name: "access-log", read: access_log::read },
    Format { name: "app-log", read: app_log::read },
    Format { name: "inline", read: inline::read },
    Format { name: "stack-trace", read: stack_trace::read },
    Format { name: "json", read: json::read },
];

/// Every call of every format in `text`, in text order, with the name of its format.
pub fn calls(text: &str) -> Vec<(&'static str, Call)> {
    // Keyed by where a call starts: the spans held never overlap, so only the two neighbours can.
    let mut found: BTreeMap<usize, (&'static str, Call)> = BTreeMap::new();
    for format in FORMATS {
        for call in (format.read)(text) {
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
