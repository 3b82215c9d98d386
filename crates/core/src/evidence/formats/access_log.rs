//! Access logs: common, combined, nginx with upstream, JSON.

use crate::evidence::call::Call;

/// Every call of this format in `text`, in order.
pub(super) fn read(_text: &str) -> Vec<Call> {
    Vec::new()
}
