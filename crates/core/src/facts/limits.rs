//! Distances in time that the procedure sets and the facts are gathered by.

use jiff::SignedDuration;

/// The procedure's own numbers, as lengths of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// An error on a route is the release's within this time after it (procedure, 3.9).
    pub after_release: SignedDuration,
    /// The same failure in business hours within this distance is no matter of the hour (procedure, 3.4).
    pub same_failure: SignedDuration,
    /// A message's time and the log's may differ by this and still be one request.
    pub same_request: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            after_release: SignedDuration::from_hours(72),
            same_failure: SignedDuration::from_hours(72),
            same_request: SignedDuration::from_secs(60),
        }
    }
}
