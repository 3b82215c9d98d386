//! Application log lines: timestamp, level, and a call in words or key=value.

use crate::evidence::call::Call;

/// Every call of this format in `text`, in order.
pub(super) fn read(_text: &str) -> Vec<Call> {
    Vec::new()
}
