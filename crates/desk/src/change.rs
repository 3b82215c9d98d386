//! How a change of what judges messages is asked for.

use balcao_core::mask::Masker;
use jiff::Timestamp;

/// Characters of a reason that are kept.
const LONGEST_REASON: usize = 500;

/// How a change is to be made.
#[derive(Debug, Clone)]
pub struct Change<'c> {
    /// Why; kept masked.
    pub reason: &'c str,
    /// Only say what would be different.
    pub dry_run: bool,
    /// The revision that must be the current one.
    pub expected: Option<&'c str>,
    /// When.
    pub now: Timestamp,
}

impl Change<'_> {
    /// The reason as it may be kept.
    pub(crate) fn masked_reason(&self) -> String {
        let masked = Masker::new([]).mask(self.reason.trim()).replace('\0', "\u{fffd}");
        masked.chars().take(LONGEST_REASON).collect()
    }
}
