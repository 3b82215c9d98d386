//! HAR archives, whole, cut off or in the middle of other text; one call for each entry.
//!
//! In: any text. Out: a call for every entry whose request is there, its span that of the entry.

mod entry;

use super::reading::json::{self, Node};
use super::reading::rest;
use crate::evidence::call::Call;

/// More exchanges than anyone reads; the rest of an archive is not read.
const MAX_ENTRIES: usize = 2_000;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    if !text.contains("\"request\"") {
        return Vec::new();
    }
    let mut calls = Vec::new();
    let mut at = 0;
    while let Some(ahead) = rest(text, at).find("\"entries\"") {
        at += ahead + "\"entries\"".len();
        let Some(array) = value_after_colon(text, at) else { continue };
        for node in array.items().iter().take(MAX_ENTRIES.saturating_sub(calls.len())) {
            calls.extend(numbered(node, calls.len()));
        }
        at = array.span.end.max(at);
    }
    if calls.is_empty() && text.contains("\"startedDateTime\"") {
        // Entries copied out of their archive.
        for node in json::objects(text).iter().take(MAX_ENTRIES) {
            calls.extend(numbered(node, calls.len()));
        }
    }
    calls
}

fn numbered(node: &Node<'_>, before: usize) -> Option<Call> {
    let call = entry::call(node)?;
    Some(Call { place: Some(format!("entrada {}", before + 1)), ..call })
}

fn value_after_colon(text: &str, at: usize) -> Option<Node<'_>> {
    let tail = rest(text, at).trim_start().strip_prefix(':')?;
    json::parse(text, text.len() - tail.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evidence::call::Body;

    const ARCHIVE: &str = r#"{"log":{"version":"1.2","entries":[
 {"startedDateTime":"2026-05-13T18:22:51.310Z","request":{"method":"post","url":"https://a.example/login",
  "headers":[{"name":"content-type","value":"application/json"},{"name":":path","value":"/login"}],
  "postData":{"mimeType":"application/json","text":"{\"a\":1}"}},
  "response":{"status":400,"statusText":"Bad Request","headers":[{"name":"x","value":"y"}],
   "content":{"text":"eyJvayI6ZmFsc2V9","encoding":"base64"}}},
 {"startedDateTime":"2026-05-13T18:23:00Z","request":{"method":"PUT","url":"https://a.example/b",
  "postData":{"params":[{"name":"a","value":"1"},{"name":"b","value":"é"}]}},
  "response":{"status":0,"statusText":"","_error":"net::ERR_CONNECTION_REFUSED","content":{}}}]}}"#;

    #[test]
    fn every_entry_is_a_call() {
        for text in
            [ARCHIVE.to_owned(), format!("\u{feff}{ARCHIVE}"), format!("segue o HAR:\n{ARCHIVE}\nobrigado")]
        {
            let calls = read(&text);
            assert_eq!(calls.len(), 2);
            assert_eq!(calls[0].method.as_deref(), Some("POST"));
            assert_eq!(calls[0].at.as_deref(), Some("2026-05-13T18:22:51.310Z"));
            assert!(matches!(&calls[0].body, Some(Body::Text(text)) if text == "{\"a\":1}"));
            assert_eq!((calls[0].status, calls[0].reason.as_deref()), (Some(400), Some("Bad Request")));
            assert_eq!(calls[0].response_body.as_deref(), Some("{\"ok\":false}"));
            assert_eq!(calls[0].headers.len(), 1);
            assert_eq!(calls[1].place.as_deref(), Some("entrada 2"));
            assert!(matches!(&calls[1].body, Some(Body::Text(text)) if text == "a=1&b=%C3%A9"));
            assert_eq!(
                (calls[1].status, calls[1].error.as_deref()),
                (None, Some("net::ERR_CONNECTION_REFUSED"))
            );
            assert!(
                text.get(calls[1].span.clone())
                    .unwrap()
                    .starts_with("{\"startedDateTime\":\"2026-05-13T18:23")
            );
        }
    }

    #[test]
    fn a_cut_archive_keeps_what_stood_before_the_cut() {
        let second = ARCHIVE.find("\"PUT\"").unwrap();
        assert_eq!(read(ARCHIVE.get(..second).unwrap()).len(), 1);
        assert_eq!(
            read(ARCHIVE.get(..ARCHIVE.find("\"response\":{\"status\":0").unwrap()).unwrap()).len(),
            2
        );
    }

    #[test]
    fn what_is_no_archive_gives_no_call() {
        for text in [
            "",
            "{\"log\":{}}",
            "{\"entries\":[1,{\"request\":{}}]}",
            "\"entries\" \"request\"",
            "{\"headers\":{}}",
        ] {
            assert!(read(text).is_empty(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_damaged_archive_never_panics(cut in 0..ARCHIVE.len(), junk in ".{0,6}", to in 0..ARCHIVE.len()) {
            let head: String = ARCHIVE.chars().take(cut).collect();
            let tail: String = ARCHIVE.chars().skip(to).collect();
            let text = format!("{head}{junk}{tail}");
            let mut end = 0;
            for call in read(&text) {
                prop_assert!(text.get(call.span.clone()).is_some());
                prop_assert!(call.span.start >= end);
                end = call.span.end;
            }
        }
    }
}
