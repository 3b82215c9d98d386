//! Whether an instant was business time, why not, and when business begins again.

use std::ops::Range;

use jiff::{
    Timestamp, ToSpan, ZonedDateTime,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};

use super::{Holiday, Occurrence, Window, holidays};

/// No opening is looked for further ahead than this many days.
const FURTHEST_OPENING: i64 = 400;

/// Business hours in their zone, with the registry's holidays beside the national ones.
#[derive(Debug, Clone)]
pub struct Calendar {
    pub tz: TimeZone,
    /// Several on one day are several intervals.
    pub windows: Vec<Window>,
    pub holidays: Vec<Holiday>,
}

/// What an instant is to the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BusinessTime {
    Open { window: Occurrence },
    Closed(ClosedBy),
}

/// Why an instant was not business time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosedBy {
    /// A holiday, by its name.
    Holiday(String),
    /// A day of the week without hours.
    Day,
    /// A day with hours, at another hour.
    Hour,
}

impl Calendar {
    /// Whether `at` is in business hours. A window belongs to the day on which it starts: one that runs past
    /// midnight into a holiday is open to its end, and one that would start on a holiday is closed.
    pub fn status(&self, at: Timestamp) -> BusinessTime {
        let local = at.to_zoned_datetime(self.tz.clone());
        let running = self.windows.iter().filter_map(|window| window.occurrence_at(&local));
        if let Some(window) =
            running.filter(|found| self.holiday(found.day).is_none()).min_by_key(|found| found.start)
        {
            return BusinessTime::Open { window };
        }
        let day = local.date();
        BusinessTime::Closed(match self.holiday(day) {
            Some(name) => ClosedBy::Holiday(name),
            None if self.windows.iter().any(|window| window.days.contains(&day.weekday())) => ClosedBy::Hour,
            None => ClosedBy::Day,
        })
    }

    /// The business calendar of a registry.
    pub fn of(registry: &crate::facts::registry::Registry) -> Self {
        Self {
            tz: registry.timezone.clone(),
            windows: registry.business_hours.clone(),
            holidays: registry.holidays.clone(),
        }
    }

    /// The holiday on the local day of `at`, by its name.
    pub fn holiday_at(&self, at: Timestamp) -> Option<String> {
        self.holiday(at.to_zoned_datetime(self.tz.clone()).date())
    }

    /// The whole week's hours in words: "segunda-feira a sexta-feira, 08:00–18:00".
    pub fn week_in_words(&self) -> String {
        let days = |window: &Window| match (window.days.first(), window.days.last()) {
            (Some(first), Some(last)) if window.days.len() > 2 => {
                format!("{} a {}", weekday(*first), weekday(*last))
            }
            _ => window.days.iter().map(|day| weekday(*day)).collect::<Vec<_>>().join(" e "),
        };
        let shown = self.windows.iter().map(|window| {
            format!("{}, {}–{}", days(window), window.from.strftime("%H:%M"), window.to.strftime("%H:%M"))
        });
        shown.collect::<Vec<_>>().join("; ")
    }

    /// Whether `at` is in business hours.
    pub fn is_open(&self, at: Timestamp) -> bool {
        matches!(self.status(at), BusinessTime::Open { .. })
    }

    /// The start of the first business hours after `at`, also where `at` is itself in business hours.
    ///
    /// `None` if there are none within 400 days.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        let today = at.to_zoned_datetime(self.tz.clone()).date();
        let days = (0..=FURTHEST_OPENING).filter_map(|away| today.checked_add(away.days()).ok());
        let mut openings = days.filter(|day| self.holiday(*day).is_none()).filter_map(|day| {
            let starts =
                self.windows.iter().filter_map(|window| window.on(day, &self.tz)).map(|found| found.start);
            starts.filter(|start| *start > at).min()
        });
        openings.next()
    }

    /// The stretches of business time from `at` on, in order, none overlapping another; for 400 days.
    pub fn open_from(&self, at: Timestamp) -> impl Iterator<Item = Range<Timestamp>> {
        let today = at.to_zoned_datetime(self.tz.clone()).date();
        // Yesterday's may run past midnight.
        let days = (-1..=FURTHEST_OPENING).filter_map(move |away| today.checked_add(away.days()).ok());
        let mut reached = at;
        days.filter(|day| self.holiday(*day).is_none())
            .flat_map(|day| {
                let mut windows: Vec<Occurrence> =
                    self.windows.iter().filter_map(|window| window.on(day, &self.tz)).collect();
                windows.sort_by_key(|found| (found.start, found.end));
                windows
            })
            .filter_map(move |found| {
                let open = found.start.max(reached)..found.end;
                reached = reached.max(found.end);
                (open.start < open.end).then_some(open)
            })
    }

    /// The holiday on `date`: the registry's own name for it, else the national one.
    pub fn holiday(&self, date: Date) -> Option<String> {
        let own =
            self.holidays.iter().find(|holiday| holiday.date == date).map(|holiday| holiday.name.clone());
        own.or_else(|| holidays::national(date).map(str::to_owned))
    }

    /// The proof in words: "sexta-feira, 01/05/2026 10:26, feriado: Dia do Trabalho".
    pub fn explain(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.tz.clone());
        let when = format!("{}, {}", weekday(local.weekday()), local.strftime("%d/%m/%Y %H:%M"));
        let hours = self.hours_in_words(&local);
        match self.status(at) {
            BusinessTime::Open { .. } => format!("{when}, em expediente ({hours})"),
            BusinessTime::Closed(ClosedBy::Holiday(name)) => format!("{when}, feriado: {name}"),
            BusinessTime::Closed(ClosedBy::Day) => format!("{when}, dia sem expediente"),
            BusinessTime::Closed(ClosedBy::Hour) => format!("{when}, fora do expediente ({hours})"),
        }
    }

    /// "08:00–12:00 e 13:00–18:00": the intervals that count for the day of `local`, in order.
    fn hours_in_words(&self, local: &ZonedDateTime) -> String {
        let running = match self.status(local.timestamp()) {
            BusinessTime::Open { window } => window.day,
            BusinessTime::Closed(_) => local.date(),
        };
        let of_day = self.windows.iter().filter(|window| window.days.contains(&running.weekday()));
        let mut intervals: Vec<(Time, Time)> = of_day.map(|window| (window.from, window.to)).collect();
        intervals.sort_unstable();
        intervals.dedup();
        let shown =
            |(from, to): &(Time, Time)| format!("{}–{}", from.strftime("%H:%M"), to.strftime("%H:%M"));
        intervals.iter().map(shown).collect::<Vec<_>>().join(" e ")
    }
}

/// A day of the week in words.
fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "segunda-feira",
        Weekday::Tuesday => "terça-feira",
        Weekday::Wednesday => "quarta-feira",
        Weekday::Thursday => "quinta-feira",
        Weekday::Friday => "sexta-feira",
        Weekday::Saturday => "sábado",
        Weekday::Sunday => "domingo",
    }
}
