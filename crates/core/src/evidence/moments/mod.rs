//! Dates and times as Brazilians and machines write them, absolute and relative.
//!
//! In: a text, and the instant it was received at, whose zone is the registry's. Out: [`Moment`]s with their bytes.
//! Start at [`find`]; [`complete`] joins what a chat writes on different lines; [`parse_written`] reads one isolated value.
//!
//! The text is read once. `numeric`, `clock` and `words` read single dates and times where one may begin;
//! `join` makes one instant of a date and a time that stand together.
//!
//! **Never here:** the clock, or which of several moments is the one of the error.

mod clock;
mod complete;
mod cursor;
mod epoch;
mod join;
mod numeric;
mod scan;
#[cfg(test)]
mod tests;
mod words;
mod written;
mod zone;

use std::ops::Range;

use jiff::{Timestamp, ZonedDateTime, civil};

pub use complete::complete;
pub use written::parse_written;

/// One date, time or instant read from a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Bytes of the text it was read from.
    pub span: Range<usize>,
    pub kind: MomentKind,
}

/// How much of an instant was written.
#[derive(Debug, Clone, PartialEq)]
pub enum MomentKind {
    /// A date and a time of day. `seconds` tells whether the seconds were written.
    Full { at: Timestamp, seconds: bool },
    /// A date alone ("12/05", "ontem", "sexta-feira").
    Date(civil::Date),
    /// A time of day alone ("às 22h40").
    Time { time: civil::Time, seconds: bool },
}

/// Dates further than this many years from the receipt are no moments of a demand (dates of birth, contracts).
const PLAUSIBLE_YEARS: i16 = 5;

/// Every moment in `text`, in order and without overlap; relative ones count from `received_at`, in its zone.
///
/// A date and a time that stand together are one moment. A date without a year is the latest such date not after
/// the day that follows the receipt. Lengths of time, versions, amounts, addresses and telephones are no moments.
/// Dates more than five years away from the receipt are left out. Never fails; linear in `text`.
pub fn find(text: &str, received_at: &ZonedDateTime) -> Vec<Moment> {
    let atoms = scan::atoms(text, received_at);
    let mut moments = join::join(text, atoms, received_at, zone::remark(text));
    moments.retain(|moment| is_plausible(moment, received_at));
    moments
}

fn is_plausible(moment: &Moment, received_at: &ZonedDateTime) -> bool {
    let year = match &moment.kind {
        MomentKind::Full { at, .. } => at.to_zoned_datetime(received_at.time_zone().clone()).year(),
        MomentKind::Date(date) => date.year(),
        MomentKind::Time { .. } => return true,
    };
    (year - received_at.year()).abs() <= PLAUSIBLE_YEARS
}
