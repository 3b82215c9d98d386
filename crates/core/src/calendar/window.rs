//! One occurrence of a weekly window.

use jiff::{
    Timestamp, ToSpan, ZonedDateTime,
    civil::{Date, DateTime},
    tz::TimeZone,
};

use super::Window;

/// One occurrence of a window: from `start` up to but not including `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    pub start: Timestamp,
    pub end: Timestamp,
    /// The local day on which it starts, also where it runs past midnight.
    pub day: Date,
}

impl Window {
    /// Whether the window runs past midnight.
    pub fn crosses_midnight(&self) -> bool {
        self.to <= self.from
    }

    /// The occurrence that `at` falls in, in the zone of `at`. `None` outside.
    pub fn occurrence_at(&self, at: &ZonedDateTime) -> Option<Occurrence> {
        let now = at.timestamp();
        self.around(at, [0, -1]).find(|found| found.start <= now && now < found.end)
    }

    /// When the window next ends: the end of the occurrence that `at` falls in, else of the next one to start.
    ///
    /// `None` if the window has no days.
    pub fn next_end(&self, at: &ZonedDateTime) -> Option<Timestamp> {
        let current = self.occurrence_at(at);
        current.or_else(|| self.next_occurrence(at)).map(|found| found.end)
    }

    /// The first occurrence that starts after `at`. `None` if the window has no days.
    pub fn next_occurrence(&self, at: &ZonedDateTime) -> Option<Occurrence> {
        let now = at.timestamp();
        self.around(at, 0..=8).find(|found| found.start > now)
    }

    /// The occurrence that starts on `day` in `zone`, whether `days` names it decides.
    pub(super) fn on(&self, day: Date, zone: &TimeZone) -> Option<Occurrence> {
        if !self.days.contains(&day.weekday()) {
            return None;
        }
        let last_day = if self.crosses_midnight() { day.tomorrow().ok()? } else { day };
        let start = instant(day.to_datetime(self.from), zone)?;
        let end = instant(last_day.to_datetime(self.to), zone)?;
        (start < end).then_some(Occurrence { start, end, day })
    }

    fn around(
        &self,
        at: &ZonedDateTime,
        days: impl IntoIterator<Item = i64>,
    ) -> impl Iterator<Item = Occurrence> {
        let occurrences = days.into_iter().filter_map(|away| {
            let day = at.date().checked_add(away.days()).ok()?;
            self.on(day, at.time_zone())
        });
        occurrences.collect::<Vec<_>>().into_iter()
    }
}

/// The instant of a wall-clock time: the first of two, and where the clock skips it the moment of the skip.
fn instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        jiff::tz::AmbiguousOffset::Gap { before, .. } => {
            let shifted = before.to_timestamp(local).ok()?;
            // The clocks go forward at the last transition up to the time as the old offset would have it.
            zone.preceding(shifted.checked_add(1.nanosecond()).ok()?)
                .next()
                .map(|transition| transition.timestamp())
        }
        _ => ambiguous.compatible().ok(),
    }
}
