//! `fetch(…)` as the browser copies it, and as Node prints it.

use crate::evidence::call::Call;

/// Every call of this format in `text`, in order.
pub(super) fn read(_text: &str) -> Vec<Call> {
    Vec::new()
}
