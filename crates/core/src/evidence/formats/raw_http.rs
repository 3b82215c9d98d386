//! Raw HTTP/1.1 and `curl -v` dumps: request and response.

use crate::evidence::call::Call;

/// Every call of this format in `text`, in order.
pub(super) fn read(_text: &str) -> Vec<Call> {
    Vec::new()
}
