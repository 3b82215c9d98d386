//! Deadlines against a naive model that looks at every minute.

use jiff::civil::{Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::calendar::{Holiday, Window};

const WEEK: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// Two intervals a day, a night shift on Fridays, a holiday of the town.
fn calendar() -> Calendar {
    let window = |days: &[Weekday], from: i8, to: i8| Window {
        days: days.to_vec(),
        from: time(from, 0, 0, 0),
        to: time(to, 0, 0, 0),
    };
    Calendar {
        tz: TimeZone::get("America/Sao_Paulo").unwrap(),
        windows: vec![
            window(&WEEK, 13, 18),
            window(&WEEK, 8, 12),
            window(&[Weekday::Friday], 22, 2),
            window(&[Weekday::Friday], 17, 19),
        ],
        holidays: vec![Holiday { date: date(2026, 6, 12), name: "Padroeiro".to_owned() }],
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn budgets_are_spent_in_business_time_alone() {
    let day = "2026-06-08T"; // A Monday.
    let table = [
        ("2026-06-08T09:00:00-03:00", 2, "2026-06-08T11:00:00-03:00"),
        ("2026-06-08T09:00:00-03:00", 3, "2026-06-08T12:00:00-03:00"), // To the very end of an interval.
        ("2026-06-08T09:00:00-03:00", 4, "2026-06-08T14:00:00-03:00"), // Over lunch.
        ("2026-06-08T20:00:00-03:00", 1, "2026-06-09T09:00:00-03:00"),
        ("2026-06-11T17:00:00-03:00", 2, "2026-06-15T09:00:00-03:00"), // The holiday's Friday, its night too.
        ("2026-06-11T23:59:59-03:00", 1, "2026-06-15T09:00:00-03:00"), // A minute before the holiday.
        ("2026-06-19T18:30:00-03:00", 1, "2026-06-19T22:30:00-03:00"), // Overlapping windows count once.
        ("2026-06-20T01:00:00-03:00", 1, "2026-06-20T02:00:00-03:00"), // Friday's night, on Saturday.
    ];
    assert!(table[0].0.starts_with(day));
    for (start, hours, due) in table {
        let found = deadline(at(start), SignedDuration::from_hours(hours), &[], &calendar());
        assert_eq!(found.at, Some(at(due)), "{hours} h from {start}: {found:?}");
    }
}

#[test]
fn while_the_partner_owes_an_answer_nothing_is_counted() {
    let pause = |from: &str, to: Option<&str>| Pause { from: at(from), to: to.map(at) };
    let budget = SignedDuration::from_hours(4);
    let start = at("2026-06-08T09:00:00-03:00");
    let paused = [pause("2026-06-08T10:00:00-03:00", Some("2026-06-09T08:30:00-03:00"))];
    let found = deadline(start, budget, &paused, &calendar());
    assert_eq!(found.at, Some(at("2026-06-09T11:30:00-03:00")));
    let lasting = [pause("2026-06-08T10:00:00-03:00", None)];
    let found = deadline(start, budget, &lasting, &calendar());
    assert_eq!((found.at, found.remaining), (None, SignedDuration::from_hours(3)));
}

#[test]
fn a_deadline_explains_itself() {
    let budget = SignedDuration::from_mins(4 * 60 + 30);
    let found = deadline(at("2026-06-08T09:15:00-03:00"), budget, &[], &calendar());
    assert_eq!(
        found.explained(budget, &[], &calendar()),
        [
            "08/06/2026 09:15–12:00: 2 h 45 min (faltam 1 h 45 min)",
            "08/06/2026 13:00–14:45: 1 h 45 min (faltam 0 min)"
        ]
    );
}

#[test]
fn a_deadline_names_the_waiting_too() {
    let (from, to) = (at("2026-06-08T10:00:00-03:00"), at("2026-06-09T08:30:00-03:00"));
    let budget = SignedDuration::from_hours(2);
    let explained = |to| {
        let pauses = [Pause { from, to }];
        let found = deadline(at("2026-06-08T09:00:00-03:00"), budget, &pauses, &calendar());
        found.explained(budget, &pauses, &calendar())
    };
    assert_eq!(
        explained(Some(to)),
        [
            "08/06/2026 09:00–10:00: 1 h (faltam 1 h)",
            "08/06/2026 10:00–09/06/2026 08:30: à espera do parceiro, não conta",
            "09/06/2026 08:30–09:30: 1 h (faltam 0 min)"
        ]
    );
    assert_eq!(explained(None)[1], "desde 08/06/2026 10:00: à espera do parceiro, não conta");
}

#[test]
fn without_business_hours_there_is_no_deadline() {
    let never = Calendar { windows: Vec::new(), ..calendar() };
    let found = deadline(at("2026-06-08T09:00:00-03:00"), SignedDuration::from_hours(1), &[], &never);
    assert_eq!((found.at, found.counted.len()), (None, 0));
    let at_once = deadline(at("2026-06-08T09:00:00-03:00"), SignedDuration::ZERO, &[], &never);
    assert_eq!(at_once.at, Some(at("2026-06-08T09:00:00-03:00")));
}

/// Looks at every minute from the start.
fn naive(start: Timestamp, minutes: i64, pauses: &[Pause], calendar: &Calendar) -> Option<Timestamp> {
    let mut left = minutes;
    let mut minute = start;
    for _ in 0..60 * 24 * 30 {
        let paused = pauses.iter().any(|pause| pause.from <= minute && pause.to.is_none_or(|to| minute < to));
        if calendar.is_open(minute) && !paused {
            left -= 1;
        }
        minute += SignedDuration::from_mins(1);
        if left == 0 {
            return Some(minute);
        }
    }
    None
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_deadline_is_that_of_the_model_that_looks_at_every_minute(
        start in 0i64..20_000,
        minutes in 1i64..2_000,
        pauses in prop::collection::vec((0i64..20_000, 0i64..4_000), 0..4),
    ) {
        let monday = at("2026-06-01T00:00:00-03:00");
        let after = |minutes: i64| monday + SignedDuration::from_mins(minutes);
        let pauses: Vec<Pause> =
            pauses.iter().map(|(from, long)| Pause { from: after(*from), to: Some(after(from + long)) }).collect();
        let budget = SignedDuration::from_mins(minutes);
        let found = deadline(after(start), budget, &pauses, &calendar());
        prop_assert_eq!(found.at, naive(after(start), minutes, &pauses, &calendar()));
        let counted: SignedDuration = found
            .counted
            .iter()
            .map(|stretch| stretch.end.duration_since(stretch.start))
            .fold(SignedDuration::ZERO, |sum, length| sum + length);
        prop_assert_eq!(counted, budget);
    }
    #[test]
    fn what_has_passed_is_that_of_the_model_that_looks_at_every_minute(
        start in 0i64..20_000,
        long in -100i64..9_000,
        pauses in prop::collection::vec((0i64..20_000, 0i64..4_000), 0..4),
    ) {
        let monday = at("2026-06-01T00:00:00-03:00");
        let after = |minutes: i64| monday + SignedDuration::from_mins(minutes);
        let pauses: Vec<Pause> =
            pauses.iter().map(|(from, long)| Pause { from: after(*from), to: Some(after(from + long)) }).collect();
        let calendar = calendar();
        let worked = (start..start + long).map(after).filter(|minute| {
            let paused = pauses.iter().any(|pause| pause.from <= *minute && pause.to.is_none_or(|to| *minute < to));
            calendar.is_open(*minute) && !paused
        });
        let worked = i64::try_from(worked.count()).unwrap();
        let found = elapsed(after(start), after(start + long), &pauses, &calendar);
        prop_assert_eq!(found, SignedDuration::from_mins(worked));
    }
}

#[test]
fn a_minute_before_a_holiday_nothing_passes_until_it_is_over() {
    // Friday, 20 November 2026 is a national holiday; the weekend follows.
    let (eve, calendar) = (at("2026-11-19T23:59:00-03:00"), calendar());
    let due = deadline(eve, SignedDuration::from_mins(1), &[], &calendar).at.unwrap();
    assert_eq!(due.to_zoned_datetime(calendar.tz.clone()).date().to_string(), "2026-11-23");
    assert_eq!(elapsed(eve, due, &[], &calendar), SignedDuration::from_mins(1));
    assert_eq!(elapsed(eve, at("2026-11-23T00:00:00-03:00"), &[], &calendar), SignedDuration::ZERO);
}
