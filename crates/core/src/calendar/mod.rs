//! The business calendar: hours, holidays, and windows that recur weekly.
//!
//! In: windows and holidays of the registry, and an instant. Out: whether it was business time and why.
//! Start at [`Calendar::status`]; a routine's own window is asked with [`Window::occurrence_at`].
//! Wall-clock times follow the zone: a window that begins in an hour skipped by summer time begins when the clock goes on.
//!
//! **Never here:** the clock; every instant is an argument.

mod business;
pub mod holidays;
#[cfg(test)]
mod tests;
mod window;

use jiff::civil::{Date, Time, Weekday};

pub use business::{BusinessTime, Calendar, ClosedBy};
pub use window::Occurrence;

/// A weekly window. One whose `to` is not after its `from` runs past midnight; `days` name the day on which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub days: Vec<Weekday>,
    pub from: Time,
    pub to: Time,
}

/// A holiday of the registry, beside the national ones, which are computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
}
