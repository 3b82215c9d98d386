//! The business calendar: hours, holidays, and windows that recur weekly.
//!
//! **Never here:** the clock; every instant is an argument.

use jiff::civil::{Date, Time, Weekday};

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
