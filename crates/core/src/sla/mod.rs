//! By when something is due, in business time, and how that instant was counted.
//!
//! In: an instant, a budget of business time, the pauses in which the partner owed an answer, and the calendar.
//! Out: a [`Deadline`] that explains itself stretch by stretch. Start at [`deadline()`].
//!
//! **Never here:** the clock, or which target a ticket has.

#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

use crate::calendar::Calendar;

/// A stretch in which the partner owed an answer. `to` is `None` while it still does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

/// When something is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// The instant; `None` while a pause lasts, or where the calendar has too little business time within 400 days.
    pub at: Option<Timestamp>,
    /// The business time that was counted, in order. Their lengths add up to the budget, less what remains.
    pub counted: Vec<Range<Timestamp>>,
    /// What of the budget is not yet placed; zero where `at` is known.
    pub remaining: SignedDuration,
}

/// Counts `budget` of business time from `start`, without the `pauses` (in any order; they may overlap).
pub fn deadline(start: Timestamp, budget: SignedDuration, pauses: &[Pause], calendar: &Calendar) -> Deadline {
    let mut counted = Vec::new();
    let mut remaining = budget.max(SignedDuration::ZERO);
    if remaining.is_zero() {
        return Deadline { at: Some(start), counted, remaining };
    }
    let pauses = merged(pauses);
    for open in calendar.open_from(start) {
        for stretch in without(open, &pauses) {
            let length = stretch.end.duration_since(stretch.start);
            if length < remaining {
                remaining -= length;
                counted.push(stretch);
                continue;
            }
            // The end lies within a stretch, so it is an instant.
            let end = stretch.start.saturating_add(remaining).unwrap_or(stretch.end);
            counted.push(stretch.start..end);
            return Deadline { at: Some(end), counted, remaining: SignedDuration::ZERO };
        }
    }
    Deadline { at: None, counted, remaining }
}

/// The business time from `from` to `to`, without the `pauses`: nothing where `to` comes first.
pub fn elapsed(from: Timestamp, to: Timestamp, pauses: &[Pause], calendar: &Calendar) -> SignedDuration {
    let pauses = merged(pauses);
    let open = calendar.open_from(from).take_while(|open| open.start < to);
    let worked = open.flat_map(|open| without(open.start..open.end.min(to), &pauses));
    worked.map(|stretch| stretch.end.duration_since(stretch.start)).sum()
}

/// The pauses in order, those that touch as one; one that lasts ends with time itself.
fn merged(pauses: &[Pause]) -> Vec<Range<Timestamp>> {
    let mut all: Vec<Range<Timestamp>> =
        pauses.iter().map(|pause| pause.from..pause.to.unwrap_or(Timestamp::MAX)).collect();
    all.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<Timestamp>> = Vec::new();
    for range in all.into_iter().filter(|range| range.start < range.end) {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// What is left of a stretch without the pauses.
fn without(open: Range<Timestamp>, pauses: &[Range<Timestamp>]) -> Vec<Range<Timestamp>> {
    let mut left = Vec::new();
    let mut from = open.start;
    for pause in pauses.iter().filter(|pause| pause.start < open.end && pause.end > open.start) {
        if from < pause.start {
            left.push(from..pause.start);
        }
        from = from.max(pause.end);
    }
    if from < open.end {
        left.push(from..open.end);
    }
    left
}

impl Deadline {
    /// One line for each stretch, in the calendar's zone: "08/06/2026 14:00–18:00: 4 h (faltam 4 h)".
    pub fn explained(&self, budget: SignedDuration, pauses: &[Pause], calendar: &Calendar) -> Vec<String> {
        let mut left = budget;
        let shown = self.counted.iter().map(|stretch| {
            let length = stretch.end.duration_since(stretch.start);
            left -= length;
            let span = span(stretch.start, stretch.end, calendar);
            (stretch.start, format!("{span}: {} (faltam {})", in_words(length), in_words(left)))
        });
        let mut shown: Vec<(Timestamp, String)> = shown.collect();
        for pause in pauses {
            let words = "à espera do parceiro, não conta";
            let line = match pause.to {
                Some(to) => format!("{}: {words}", span(pause.from, to, calendar)),
                None => {
                    let from = pause.from.to_zoned_datetime(calendar.tz.clone());
                    format!("desde {}: {words}", from.strftime("%d/%m/%Y %H:%M"))
                }
            };
            shown.push((pause.from, line));
        }
        shown.sort_by_key(|(at, _)| *at);
        shown.into_iter().map(|(_, line)| line).collect()
    }
}

/// "26/05/2026 13:45–18:00", with the second date where it is another.
fn span(from: Timestamp, to: Timestamp, calendar: &Calendar) -> String {
    let local = |at: Timestamp| at.to_zoned_datetime(calendar.tz.clone());
    let (from, to) = (local(from), local(to));
    let until = if from.date() == to.date() { "%H:%M" } else { "%d/%m/%Y %H:%M" };
    format!("{}–{}", from.strftime("%d/%m/%Y %H:%M"), to.strftime(until))
}

/// "4 h", "35 min", "4 h 35 min".
fn in_words(length: SignedDuration) -> String {
    let (hours, minutes) = (length.as_hours(), length.as_mins() % 60);
    let mut words = String::new();
    if hours != 0 {
        let _ = write!(words, "{hours} h");
    }
    if minutes != 0 || hours == 0 {
        let _ = write!(words, "{}{minutes} min", if hours == 0 { "" } else { " " });
    }
    words
}
