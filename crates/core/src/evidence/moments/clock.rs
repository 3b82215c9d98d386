//! A time of day where a number begins: `09:15:22`, `8h58min20s`, `às 22h`, `3 da manhã`, `8:58 PM`.

use jiff::{civil::Time, tz::Offset};

use super::cursor::Cursor;
use super::zone;

/// A time of day as it was written.
pub(super) struct Clock {
    pub(super) time: Time,
    pub(super) seconds: bool,
    pub(super) zone: Option<Offset>,
    /// Too little to be a time of its own: counts only beside a date.
    pub(super) weak: bool,
}

/// Where the time stands: after the `T`, the space or the colon of a date, or on its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    AfterDate,
    Alone,
}

/// Reads a time of day; the cursor is left after it.
pub(super) fn read(cursor: &mut Cursor<'_>, place: Place) -> Option<Clock> {
    let start = *cursor;
    let run = cursor.digit_run();
    if place == Place::AfterDate && matches!(run, 4 | 6) {
        return compact(cursor, run);
    }
    let hour = cursor.number(1, 2)?;
    match cursor.byte() {
        b':' => colon(cursor, hour, start, place),
        b'h' | b'H' => letter(cursor, hour, start),
        b' ' => spoken(cursor, hour, start),
        b'a' | b'p' | b'A' | b'P' => {
            let hour = meridiem(cursor, hour)?;
            Some(Clock { time: time(hour, 0, 0, 0)?, seconds: false, zone: None, weak: false })
        }
        _ => bare(cursor, hour, start),
    }
}

fn time(hour: i64, minute: i64, second: i64, nano: i32) -> Option<Time> {
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nano).ok()
}

/// `085807` or `0858` after the `T` of a date.
fn compact(cursor: &mut Cursor<'_>, run: usize) -> Option<Clock> {
    let (hour, minute) = (cursor.digits(2)?, cursor.digits(2)?);
    let second = if run == 6 { cursor.digits(2)? } else { 0 };
    let nano = fraction(cursor);
    let time = time(hour, minute, second, nano)?;
    Some(Clock { time, seconds: run == 6, zone: zone::suffix(cursor, true), weak: false })
}

fn colon(cursor: &mut Cursor<'_>, hour: i64, start: Cursor<'_>, place: Place) -> Option<Clock> {
    cursor.at += 1;
    let minute = cursor.number(2, 2)?;
    let mut second = None;
    let mut nano = 0;
    if cursor.byte() == b':' && cursor.byte_at(1).is_ascii_digit() {
        cursor.at += 1;
        second = Some(cursor.number(2, 2)?);
        nano = fraction(cursor);
    }
    if cursor.byte() == b':' && cursor.byte_at(1).is_ascii_digit() || place == Place::Alone && is_port(&start)
    {
        return None;
    }
    if !(cursor.eat("hrs") || cursor.eat("hs") || cursor.eat("h")) && cursor.byte() == b' ' {
        let mut ahead = *cursor;
        ahead.spaces();
        if ahead.eat_word(&["h", "hs", "hrs", "horas"]) {
            cursor.at = ahead.at;
        }
    }
    let hour = meridiem(cursor, hour).unwrap_or(hour);
    let hour = day_part(cursor, hour);
    let exact = second.is_some() || place == Place::AfterDate;
    let zone = zone::suffix(cursor, exact);
    if zone.is_none() && place == Place::Alone && cursor.byte() == b'-' && cursor.byte_at(1).is_ascii_digit()
    {
        return None; // "08:00-18:00" are opening hours.
    }
    if !exact && matches!(cursor.byte(), b'Z' | b'z') {
        cursor.at += 1;
    }
    let time = time(hour, minute, second.unwrap_or(0), nano)?;
    Some(Clock { time, seconds: second.is_some(), zone, weak: false })
}

/// Whether a colon glues the number to a host, a file or a longer row of numbers.
fn is_port(start: &Cursor<'_>) -> bool {
    let before = start.at.checked_sub(1).and_then(|at| start.text.as_bytes().get(at));
    let labels = ["hora", "horario", "data", "quando", "as", "time", "inicio", "fim", "h", "hr", "momento"];
    before == Some(&b':') && start.words_before(1).first().is_none_or(|word| !labels.contains(&word.as_str()))
}

fn fraction(cursor: &mut Cursor<'_>) -> i32 {
    let run = Cursor { at: cursor.at + 1, ..*cursor }.digit_run();
    if !matches!(cursor.byte(), b'.' | b',') || run == 0 {
        return 0;
    }
    cursor.at += 1;
    let digits = cursor.rest().get(..run).unwrap_or("");
    cursor.at += run;
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().unwrap_or(0)
}

/// `8h58`, `8h58min20s`, `22h`, `12hs`, `9 horas` come here at the `h`.
fn letter(cursor: &mut Cursor<'_>, hour: i64, start: Cursor<'_>) -> Option<Clock> {
    let minutes_follow = cursor.byte_at(1).is_ascii_digit() && cursor.byte_at(2).is_ascii_digit();
    if !minutes_follow {
        if !cursor.eat_word(&["h", "hs", "hr", "hrs", "horas", "hora"]) || cursor.byte().is_ascii_digit() {
            return None;
        }
        return whole_hour(cursor, hour, start);
    }
    cursor.at += 1;
    let minute = cursor.digits(2)?;
    let mut second = None;
    let unit =
        cursor.eat("min") || cursor.eat("m") || matches!(cursor.byte(), b':' | b'\'') && cursor.eat(":");
    if unit && cursor.byte().is_ascii_digit() {
        second = Some(cursor.number(1, 2)?);
        let _ = cursor.eat("seg") || cursor.eat("s");
    }
    if cursor.byte().is_ascii_alphanumeric() || is_length(&start, cursor) {
        return None;
    }
    let hour = day_part(cursor, hour);
    let zone = zone::suffix(cursor, false);
    Some(Clock {
        time: time(hour, minute, second.unwrap_or(0), 0)?,
        seconds: second.is_some(),
        zone,
        weak: false,
    })
}

/// A whole hour is a time of day after "às" or with a part of the day; else only beside a date.
fn whole_hour(cursor: &mut Cursor<'_>, hour: i64, start: Cursor<'_>) -> Option<Clock> {
    if is_length(&start, cursor) {
        return None;
    }
    let minute = minutes_after(cursor);
    let spoken = day_part(cursor, hour);
    let named = minute > 0 || spoken != hour || ends_in_day_part(&start, cursor) || is_introduced(&start);
    let zone = zone::suffix(cursor, false);
    Some(Clock { time: time(spoken, minute, 0, 0)?, seconds: false, zone, weak: !named })
}

/// "19 horas e 24 minutos", "9h e meia": the minutes that a word joins to the hour; 0 if none.
fn minutes_after(cursor: &mut Cursor<'_>) -> i64 {
    let mut ahead = *cursor;
    if !ahead.spaces() || !ahead.eat_word(&["e"]) || !ahead.spaces() {
        return 0;
    }
    if ahead.eat_word(&["meia"]) {
        cursor.at = ahead.at;
        return 30;
    }
    let Some(minute) = ahead.number(1, 2).filter(|minute| *minute < 60) else { return 0 };
    ahead.spaces();
    if !ahead.eat_word(&["minutos", "min", "minuto"]) {
        return 0;
    }
    cursor.at = ahead.at;
    minute
}

fn ends_in_day_part(start: &Cursor<'_>, end: &Cursor<'_>) -> bool {
    start.text.get(start.at..end.at).is_some_and(|read| read.contains(" da ") || read.contains(" de "))
}

/// `9 horas`, `3 da manhã`, `8 PM`.
fn spoken(cursor: &mut Cursor<'_>, hour: i64, start: Cursor<'_>) -> Option<Clock> {
    let mut ahead = *cursor;
    ahead.spaces();
    if ahead.eat_word(&["h", "hs", "hrs", "horas"]) {
        *cursor = ahead;
        return whole_hour(cursor, hour, start);
    }
    if let Some(hour) = meridiem(cursor, hour) {
        return Some(Clock { time: time(hour, 0, 0, 0)?, seconds: false, zone: None, weak: false });
    }
    let before = *cursor;
    let spoken = day_part(cursor, hour);
    if cursor.at > before.at && hour <= 12 {
        return Some(Clock { time: time(spoken, 0, 0, 0)?, seconds: false, zone: None, weak: false });
    }
    bare(cursor, hour, start)
}

/// "às 9": a number alone, after "às" and beside a date.
fn bare(cursor: &mut Cursor<'_>, hour: i64, start: Cursor<'_>) -> Option<Clock> {
    let mut ahead = *cursor;
    ahead.spaces();
    let ends = ahead.byte() == 0 || matches!(ahead.byte(), b',' | b'.' | b';' | b')' | b'\n' | b'\r');
    let closed = ends && !ahead.byte_at(1).is_ascii_digit();
    if !closed || start.words_before(1).first().is_none_or(|word| word != "as") {
        return None;
    }
    Some(Clock { time: time(hour, 0, 0, 0)?, seconds: false, zone: None, weak: true })
}

/// The hour by the English half of the day here; steps over it.
fn meridiem(cursor: &mut Cursor<'_>, hour: i64) -> Option<i64> {
    let mut ahead = *cursor;
    ahead.spaces();
    let after_noon = match ahead.byte() {
        b'a' | b'A' => false,
        b'p' | b'P' => true,
        _ => return None,
    };
    ahead.at += 1;
    let dotted = ahead.eat(".");
    if !ahead.eat("m") || ahead.byte().is_ascii_alphanumeric() || !(1..=12).contains(&hour) {
        return None;
    }
    if dotted {
        ahead.eat(".");
    }
    cursor.at = ahead.at;
    Some(hour % 12 + if after_noon { 12 } else { 0 })
}

/// The hour by the part of the day that follows ("da tarde", "da noite", "da manhã"); steps over it.
fn day_part(cursor: &mut Cursor<'_>, hour: i64) -> i64 {
    let mut ahead = *cursor;
    if !ahead.spaces() || !ahead.eat_word(&["da", "de"]) || !ahead.spaces() {
        return hour;
    }
    let (word, end) = ahead.word();
    let hour = match word.as_str() {
        "manha" | "madrugada" if hour == 12 && word == "madrugada" => 0,
        "manha" | "madrugada" => hour,
        "tarde" if hour < 12 => hour + 12,
        "noite" if (5..12).contains(&hour) => hour + 12,
        "tarde" | "noite" => hour,
        _ => return hour,
    };
    cursor.at = end;
    hour
}

/// Whether a word before says that a time of day follows.
fn is_introduced(start: &Cursor<'_>) -> bool {
    if start.text.get(..start.at).is_some_and(|before| before.trim_end().ends_with('@')) {
        return true;
    }
    let words = start.words_before(2);
    words.first().is_some_and(|word| matches!(word.as_str(), "as" | "pelas" | "umas" | "das" | "ate"))
}

/// Whether the words around say that `start..end` is a length of time and no time of day.
fn is_length(start: &Cursor<'_>, end: &Cursor<'_>) -> bool {
    let before = start.words_before(2);
    let nearest = before.first().map_or("", String::as_str);
    let lengths = [
        "ha", "faz", "em", "por", "durante", "timeout", "cada", "apos", "levou", "demorou", "duracao",
        "vale", "valem", "validade", "prazo", "ultimas", "proximas", "mais", "menos", "dura", "duram", "sla",
        "expira",
    ];
    if lengths.contains(&nearest) {
        return true;
    }
    if nearest == "de"
        && before.get(1).is_some_and(|word| {
            ["validade", "prazo", "janela", "sla", "token", "timeout", "duracao"].contains(&word.as_str())
        })
    {
        return true;
    }
    let mut ahead = *end;
    ahead.spaces();
    if ahead.byte() == b'/' && ahead.byte_at(1).is_ascii_digit() && nearest != "as" {
        return true;
    }
    let (mut word, after) = ahead.word();
    if word == "de" {
        let mut next = Cursor { at: after, ..ahead };
        next.spaces();
        word = next.word().0;
        return [
            "validade",
            "antecedencia",
            "prazo",
            "duracao",
            "atraso",
            "vida",
            "espera",
            "diferenca",
            "sla",
        ]
        .contains(&word.as_str());
    }
    ["atras", "depois", "antes", "uteis", "seguidas", "corridas", "seguidos", "por"].contains(&word.as_str())
}
