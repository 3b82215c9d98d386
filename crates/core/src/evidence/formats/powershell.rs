//! PowerShell: `Invoke-RestMethod`, `Invoke-WebRequest` and their aliases.

use crate::evidence::call::Call;

/// Every call of this format in `text`, in order.
pub(super) fn read(_text: &str) -> Vec<Call> {
    Vec::new()
}
