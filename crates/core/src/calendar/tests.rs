use jiff::{
    Timestamp, ToSpan, ZonedDateTime,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use proptest::prelude::*;

use super::{BusinessTime, Calendar, ClosedBy, Holiday, Window, holidays};

const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).expect("a zone")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn clock(text: &str) -> Time {
    text.parse().expect("a time")
}

fn window(days: &[Weekday], from: &str, to: &str) -> Window {
    Window { days: days.to_vec(), from: clock(from), to: clock(to) }
}

fn office() -> Calendar {
    Calendar {
        tz: zone("America/Sao_Paulo"),
        windows: vec![window(&WORKDAYS, "08:00", "18:00")],
        holidays: vec![Holiday {
            date: "2026-07-09".parse().expect("a date"),
            name: "Data magna".to_owned(),
        }],
    }
}

#[test]
fn business_hours_begin_and_end_on_the_minute() {
    let table = [
        ("2026-05-06T08:00:00-03:00", "open"),
        ("2026-05-06T07:59:59-03:00", "hour"),
        ("2026-05-06T17:59:59-03:00", "open"),
        ("2026-05-06T18:00:00-03:00", "hour"),
        ("2026-05-06T20:59:59Z", "open"), // 17:59:59 at home.
        ("2026-05-09T10:00:00-03:00", "day"),
        ("2026-05-01T10:26:00-03:00", "Dia do Trabalho"),
        ("2026-07-09T10:00:00-03:00", "Data magna"),
        ("2026-04-03T10:00:00-03:00", "Sexta-feira Santa"),
        ("2026-02-17T10:00:00-03:00", "open"), // Carnival is optional.
    ];
    for (instant, expected) in table {
        let found = match office().status(at(instant)) {
            BusinessTime::Open { .. } => "open".to_owned(),
            BusinessTime::Closed(ClosedBy::Hour) => "hour".to_owned(),
            BusinessTime::Closed(ClosedBy::Day) => "day".to_owned(),
            BusinessTime::Closed(ClosedBy::Holiday(name)) => name,
        };
        assert_eq!(found, expected, "{instant}");
    }
}

#[test]
fn the_proof_reads_as_a_sentence() {
    let table = [
        ("2026-05-01T10:26:00-03:00", "sexta-feira, 01/05/2026 10:26, feriado: Dia do Trabalho"),
        ("2026-05-20T19:24:00-03:00", "quarta-feira, 20/05/2026 19:24, fora do expediente (08:00–18:00)"),
        ("2026-05-16T01:12:00-03:00", "sábado, 16/05/2026 01:12, dia sem expediente"),
        ("2026-05-20T09:00:00-03:00", "quarta-feira, 20/05/2026 09:00, em expediente (08:00–18:00)"),
    ];
    for (instant, expected) in table {
        assert_eq!(office().explain(at(instant)), expected);
    }
    let split = Calendar {
        windows: vec![window(&WORKDAYS, "13:00", "18:00"), window(&WORKDAYS, "08:00", "12:00")],
        ..office()
    };
    assert_eq!(
        split.explain(at("2026-05-20T12:30:00-03:00")),
        "quarta-feira, 20/05/2026 12:30, fora do expediente (08:00–12:00 e 13:00–18:00)"
    );
}

#[test]
fn business_begins_again_after_weekends_and_holidays() {
    let table = [
        ("2026-05-20T07:00:00-03:00", "2026-05-20T08:00:00-03:00"),
        ("2026-05-20T08:00:00-03:00", "2026-05-21T08:00:00-03:00"),
        ("2026-04-30T18:00:00-03:00", "2026-05-04T08:00:00-03:00"),
        ("2026-07-08T19:00:00-03:00", "2026-07-10T08:00:00-03:00"),
    ];
    for (instant, expected) in table {
        assert_eq!(office().next_opening(at(instant)), Some(at(expected)), "{instant}");
    }
    let never = Calendar { windows: Vec::new(), ..office() };
    assert_eq!(never.next_opening(at("2026-05-20T07:00:00-03:00")), None);
    assert_eq!(never.status(at("2026-05-20T07:00:00-03:00")), BusinessTime::Closed(ClosedBy::Day));
}

#[test]
fn a_window_past_midnight_belongs_to_the_day_it_starts_on() {
    let nightly = window(&WORKDAYS, "22:00", "02:00");
    let table = [
        ("2026-05-18T21:59:59-03:00", None),
        ("2026-05-18T22:00:00-03:00", Some("2026-05-18")),
        ("2026-05-19T01:59:59-03:00", Some("2026-05-18")),
        ("2026-05-19T02:00:00-03:00", None),
        ("2026-05-16T01:12:00-03:00", Some("2026-05-15")), // Saturday, begun on Friday.
        ("2026-05-18T01:22:00-03:00", None),               // Monday: Sunday is no day of it.
    ];
    for (instant, expected) in table {
        let local = at(instant).to_zoned_datetime(zone("America/Sao_Paulo"));
        let found = nightly.occurrence_at(&local).map(|found| found.day.to_string());
        assert_eq!(found.as_deref(), expected, "{instant}");
    }
    let inside = at("2026-05-19T01:00:00-03:00").to_zoned_datetime(zone("America/Sao_Paulo"));
    assert_eq!(nightly.next_end(&inside), Some(at("2026-05-19T02:00:00-03:00")));
    let after = at("2026-05-16T03:00:00-03:00").to_zoned_datetime(zone("America/Sao_Paulo"));
    assert_eq!(nightly.next_end(&after), Some(at("2026-05-19T02:00:00-03:00")));
    assert_eq!(window(&[], "22:00", "02:00").next_end(&after), None);
    assert!(window(&WORKDAYS, "08:00", "08:00").occurrence_at(&after).is_some(), "from = to is a whole day");
}

#[test]
fn summer_time_moves_no_wall_clock() {
    let new_york = zone("America/New_York");
    let daily = |from: &str, to: &str| window(&[Weekday::Saturday, Weekday::Sunday], from, to);
    // On 8 March 2026 the clock goes from 02:00 (07:00 UTC) to 03:00; on 1 November 02:00 comes twice (05:00 to 07:00 UTC).
    let table = [
        (daily("02:30", "04:00"), "2026-03-08T07:00:00Z", true), // 03:00: begins with the skip.
        (daily("02:30", "04:00"), "2026-03-08T06:59:59Z", false), // 01:59:59.
        (daily("02:30", "04:00"), "2026-03-08T08:00:00Z", false), // 04:00.
        (daily("01:00", "02:30"), "2026-03-08T06:59:59Z", true),
        (daily("01:00", "02:30"), "2026-03-08T07:00:00Z", false), // Ends with the skip.
        (daily("23:00", "03:00"), "2026-03-08T06:59:59Z", true),
        (daily("23:00", "03:00"), "2026-03-08T07:00:00Z", false),
        (daily("01:30", "03:00"), "2026-11-01T05:30:00Z", true), // The first 01:30.
        (daily("01:30", "03:00"), "2026-11-01T06:15:00Z", true), // The second 01:15 is inside all the same.
        (daily("01:30", "03:00"), "2026-11-01T08:00:00Z", false),
    ];
    for (window, instant, expected) in table {
        let local = at(instant).to_zoned_datetime(new_york.clone());
        assert_eq!(window.occurrence_at(&local).is_some(), expected, "{window:?} at {instant}");
    }
}

#[test]
fn national_holidays_are_those_of_the_law() {
    let days = |year: i16| {
        let first: Date = Date::new(year, 1, 1).expect("a date");
        (0..366)
            .filter_map(|away: i32| first.checked_add(away.days()).ok())
            .filter(|day| day.year() == year && holidays::national(*day).is_some())
            .map(|day| day.strftime("%d/%m").to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        days(2026),
        ["01/01", "03/04", "21/04", "01/05", "07/09", "12/10", "02/11", "15/11", "20/11", "25/12"]
    );
    assert_eq!(days(2023), ["01/01", "07/04", "21/04", "01/05", "07/09", "12/10", "02/11", "15/11", "25/12"]);
    let easters = [
        (1961, "1961-04-02"),
        (2000, "2000-04-23"),
        (2019, "2019-04-21"),
        (2024, "2024-03-31"),
        (2025, "2025-04-20"),
        (2038, "2038-04-25"),
    ];
    for (year, expected) in easters {
        assert_eq!(holidays::easter(year).map(|day| day.to_string()).as_deref(), Some(expected));
    }
    assert_eq!(holidays::easter(0), None);
}

/// Minute by minute, as a child would: what the clock shows lies between `from` and `to` of a day that counts.
fn is_inside(window: &Window, local: &ZonedDateTime) -> bool {
    let (day, time) = (local.date(), local.time());
    let counts = |day: Date| window.days.contains(&day.weekday());
    if window.from < window.to {
        return counts(day) && window.from <= time && time < window.to;
    }
    counts(day) && window.from <= time || counts(day.yesterday().expect("a date")) && time < window.to
}

fn any_window() -> impl Strategy<Value = Window> {
    let days = prop::collection::vec(
        prop::sample::select(
            WORKDAYS.iter().copied().chain([Weekday::Saturday, Weekday::Sunday]).collect::<Vec<_>>(),
        ),
        0..5,
    );
    (
        days,
        0_i8..24,
        prop::sample::select(vec![0_i8, 15, 30, 59]),
        0_i8..24,
        prop::sample::select(vec![0_i8, 15, 30, 59]),
    )
        .prop_map(|(days, hour, minute, end_hour, end_minute)| Window {
            days,
            from: Time::new(hour, minute, 0, 0).expect("a time"),
            to: Time::new(end_hour, end_minute, 0, 0).expect("a time"),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// In a zone without summer time every minute of a week is as the naive model says, and the end is where it changes.
    #[test]
    fn a_window_is_what_the_clock_shows(window in any_window(), week in 0_i64..200) {
        let tz = zone("America/Sao_Paulo");
        let first = at("2022-01-02T03:00:00Z").as_second() + week * 7 * 86_400;
        for minute in (0..7 * 24 * 60).step_by(7) {
            let local = Timestamp::from_second(first + minute * 60).expect("an instant").to_zoned_datetime(tz.clone());
            let found = window.occurrence_at(&local);
            prop_assert_eq!(found.is_some(), is_inside(&window, &local), "{:?} at {}", window, local);
            if let Some(found) = found {
                prop_assert!(found.start <= local.timestamp() && local.timestamp() < found.end);
                prop_assert_eq!(window.next_end(&local), Some(found.end));
            } else if let Some(end) = window.next_end(&local) {
                prop_assert!(end > local.timestamp());
            }
        }
    }

    /// The calendar is open where a window that starts on no holiday is, and opens next where it first turns open.
    #[test]
    fn the_calendar_opens_where_the_windows_do(windows in prop::collection::vec(any_window(), 0..3), minute in 0_i64..700_000) {
        let calendar = Calendar { windows, ..office() };
        let instant = Timestamp::from_second(at("2025-12-28T03:00:00Z").as_second() + minute * 60).expect("an instant");
        let local = instant.to_zoned_datetime(calendar.tz.clone());
        let free = |window: &Window| window.occurrence_at(&local).is_some_and(|found| calendar.holiday(found.day).is_none());
        prop_assert_eq!(calendar.is_open(instant), calendar.windows.iter().any(free));
        if let Some(next) = calendar.next_opening(instant) {
            prop_assert!(next > instant && calendar.is_open(next));
            if !calendar.is_open(instant) {
                for second in (instant.as_second()..next.as_second()).step_by(60 * 11) {
                    prop_assert!(!calendar.is_open(Timestamp::from_second(second).expect("an instant")));
                }
            }
        } else {
            prop_assert!(calendar.windows.iter().all(|window| window.days.is_empty()));
        }
    }
}
