//! Postman and Insomnia: exported collections, and what Postman's console shows.
//!
//! In: any text. Out: one call for each request, with its saved response; of several saved ones, one call each.
//! Insomnia's timeline is a transcript and read as raw HTTP.

mod collection;
mod console;

#[cfg(test)]
mod tests;

use super::reading::json;
use crate::evidence::call::Call;

/// More requests than anyone sends; the rest of a collection is not read.
const MAX_CALLS: usize = 2_000;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    if text.contains("\"item\"") || text.contains("\"resources\"") {
        for root in json::objects(text) {
            calls.extend(collection::calls(&root));
        }
    }
    if calls.is_empty() {
        calls = console::read(text);
    }
    calls.truncate(MAX_CALLS);
    calls
}
