//! Dates that begin with a number: `2026-05-12`, `12/05/2026`, `12.05.2026`, `12/May/2026`, `12 de maio`.

use jiff::{ToSpan, ZonedDateTime, civil::Date};

use super::cursor::Cursor;
use super::scan::{Atom, AtomKind, Said};

/// A date where the cursor stands.
pub(super) fn read(cursor: Cursor<'_>, received_at: &ZonedDateTime) -> Option<Atom> {
    let start = cursor.at;
    let mut ahead = cursor;
    let run = cursor.digit_run();
    let (date, weak) = match run {
        8 => (compact(&mut ahead)?, false),
        4 => (year_first(&mut ahead)?, false),
        1 | 2 => day_first(&mut ahead, received_at)?,
        _ => return None,
    };
    Some(Atom { start, end: ahead.at, kind: AtomKind::Date { date, said: Said::Numbers }, weak })
}

/// `20260512`, only with the `T` of a time after it.
fn compact(cursor: &mut Cursor<'_>) -> Option<Date> {
    let (year, month, day) = (cursor.digits(4)?, cursor.digits(2)?, cursor.digits(2)?);
    (cursor.byte() == b'T' && cursor.byte_at(1).is_ascii_digit()).then(|| date(year, month, day))?
}

fn year_first(cursor: &mut Cursor<'_>) -> Option<Date> {
    let year = cursor.digits(4)?;
    let separator = cursor.byte();
    if !matches!(separator, b'-' | b'/') {
        return None;
    }
    cursor.at += 1;
    let month = cursor.number(1, 2)?;
    if cursor.byte() != separator {
        return None;
    }
    cursor.at += 1;
    let day = cursor.number(1, 2)?;
    if matches!(cursor.byte(), b'-' | b'/') && cursor.byte_at(1).is_ascii_alphanumeric() {
        return None;
    }
    date(year, month, day)
}

/// A date that begins with its day, and whether it is too little to stand alone.
fn day_first(cursor: &mut Cursor<'_>, received_at: &ZonedDateTime) -> Option<(Date, bool)> {
    let start = *cursor;
    let first = cursor.number(1, 2)?;
    let separator = cursor.byte();
    match separator {
        b'/' | b'-' if cursor.byte_at(1).is_ascii_alphabetic() => with_month_name(cursor, first),
        b'/' | b'.' | b'-' => with_month_number(cursor, start, first, separator, received_at),
        _ => spoken(cursor, start, first, received_at),
    }
}

/// `12/May/2026`, `12-mai-2026`.
fn with_month_name(cursor: &mut Cursor<'_>, day: i64) -> Option<(Date, bool)> {
    let separator = cursor.byte();
    cursor.at += 1;
    let (word, end) = cursor.word();
    let month = month_number(&word)?;
    cursor.at = end;
    if cursor.byte() != separator {
        return None;
    }
    cursor.at += 1;
    let year = cursor.number(4, 4)?;
    Some((date(year, month, day)?, false))
}

fn with_month_number(
    cursor: &mut Cursor<'_>,
    start: Cursor<'_>,
    first: i64,
    separator: u8,
    received_at: &ZonedDateTime,
) -> Option<(Date, bool)> {
    cursor.at += 1;
    let short = cursor.digit_run() == 1 && start.digit_run() == 1;
    let second = cursor.number(1, 2)?;
    if cursor.byte() == separator && cursor.byte_at(1).is_ascii_digit() {
        cursor.at += 1;
        let run = cursor.digit_run();
        let year = match cursor.number(2, 4)? {
            year if run == 2 && separator == b'/' => 2000 + year,
            year if run == 4 => year,
            _ => return None,
        };
        if matches!(cursor.byte(), b'.' | b'/' | b'-') && cursor.byte_at(1).is_ascii_digit() {
            return None;
        }
        return date(year, second, first).or_else(|| date(year, first, second)).map(|date| (date, false));
    }
    if separator != b'/' || matches!(cursor.byte(), b'/' | b'-' | b'%') || is_fraction(&start, first, second)
    {
        return None;
    }
    let date = nearest_year(first, second, received_at)?;
    Some((date, short && start.words_before(1).first().is_none_or(|word| !is_day_word(word))))
}

fn is_day_word(word: &str) -> bool {
    ["dia", "em", "desde", "no", "do", "ate", "feira", "data", "hoje", "ontem", "sabado", "domingo"]
        .contains(&word)
}

/// `24/7`, or a part of a whole ("parcela 10/12", "tentativa 2/5").
fn is_fraction(start: &Cursor<'_>, first: i64, second: i64) -> bool {
    let counted = [
        "parcela",
        "parcelas",
        "tentativa",
        "etapa",
        "passo",
        "pagina",
        "parte",
        "attempt",
        "retry",
        "page",
        "step",
        "part",
        "item",
        "lote",
    ];
    (first == 24 && second == 7)
        || start.words_before(1).first().is_some_and(|word| counted.contains(&word.as_str()))
}

/// `12 de maio de 2026`, `1º de maio`, `12 mai 2026`, `12 May 2026`, `dia 12`.
fn spoken<'t>(
    cursor: &mut Cursor<'t>,
    start: Cursor<'t>,
    day: i64,
    received_at: &ZonedDateTime,
) -> Option<(Date, bool)> {
    let after_day = *cursor;
    let _ = cursor.eat("º")
        || cursor.eat("°")
        || cursor.eat("o ") && {
            cursor.at -= 1;
            true
        };
    cursor.spaces();
    let with_de = cursor.eat_word(&["de"]) && cursor.spaces();
    let (word, end) = cursor.word();
    let Some(month) = month_number(&word) else {
        return day_alone(cursor, after_day, start, day, received_at);
    };
    cursor.at = end;
    if word.len() == 3 {
        cursor.eat(".");
    }
    let after_month = *cursor;
    cursor.eat(",");
    cursor.spaces();
    if cursor.eat_word(&["de"]) {
        cursor.spaces();
    }
    let mut ahead = *cursor;
    if let Some(year) = ahead.number(4, 4).filter(|year| (1900..2100).contains(year)) {
        cursor.at = ahead.at;
        return Some((date(year, month, day)?, false));
    }
    *cursor = after_month;
    Some((nearest_year(day, month, received_at)?, !with_de))
}

/// "dia 12", which counts only beside a time.
fn day_alone<'t>(
    cursor: &mut Cursor<'t>,
    after_day: Cursor<'t>,
    start: Cursor<'t>,
    day: i64,
    received_at: &ZonedDateTime,
) -> Option<(Date, bool)> {
    *cursor = after_day;
    if start.words_before(1).first().is_none_or(|word| word != "dia")
        || cursor.byte().is_ascii_alphanumeric()
        || cursor.byte() == b':'
    {
        return None;
    }
    let latest = received_at.date().tomorrow().ok()?;
    let months = (0..3).filter_map(|back| latest.checked_sub(back.months()).ok());
    let found = months
        .filter_map(|month| date(month.year().into(), month.month().into(), day))
        .find(|date| *date <= latest);
    Some((found?, true))
}

/// The latest day and month like this that is not after the day following the receipt.
fn nearest_year(day: i64, month: i64, received_at: &ZonedDateTime) -> Option<Date> {
    let latest = received_at.date().tomorrow().ok()?;
    let year = i64::from(received_at.year());
    (-4..=1).rev().filter_map(|away| date(year + away, month, day)).find(|date| *date <= latest)
}

pub(super) fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    if !(1900..2100).contains(&year) {
        return None;
    }
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The month that a folded Portuguese or English name means, in full or by its first three letters.
pub(super) fn month_number(word: &str) -> Option<i64> {
    const NAMES: [(&str, i64); 24] = [
        ("janeiro", 1),
        ("fevereiro", 2),
        ("marco", 3),
        ("abril", 4),
        ("maio", 5),
        ("junho", 6),
        ("julho", 7),
        ("agosto", 8),
        ("setembro", 9),
        ("outubro", 10),
        ("novembro", 11),
        ("dezembro", 12),
        ("january", 1),
        ("february", 2),
        ("march", 3),
        ("april", 4),
        ("may", 5),
        ("june", 6),
        ("july", 7),
        ("august", 8),
        ("september", 9),
        ("october", 10),
        ("november", 11),
        ("december", 12),
    ];
    let means = |name: &str| word == name || word.len() == 3 && name.starts_with(word);
    NAMES.iter().find(|(name, _)| means(name)).map(|(_, month)| *month)
}
