//! Dates and times that begin with a word: "ontem", "segunda-feira", "há 20 minutos", "meio-dia", `May 12, 2026`.

use jiff::{
    SignedDuration, Timestamp, ToSpan, ZonedDateTime,
    civil::{Date, Time, Weekday},
};

use super::cursor::Cursor;
use super::numeric;
use super::scan::{Atom, AtomKind, Said};

/// Up to this many hours "há N horas" says when it happened; more is a length of time.
const MOST_HOURS_AGO: i64 = 6;

/// Up to this many minutes "há N minutos" says when it happened.
const MOST_MINUTES_AGO: i64 = 240;

/// A date or time where the cursor stands at a word.
pub(super) fn read(cursor: Cursor<'_>, received_at: &ZonedDateTime) -> Option<Atom> {
    let first = cursor.byte().to_ascii_lowercase();
    if !matches!(first, b'a'..=b'y' | 0xc3) {
        return None;
    }
    let (word, end) = cursor.word();
    let after = Cursor { at: end, ..cursor };
    if after.byte().is_ascii_digit() || after.byte() == b'_' {
        return None;
    }
    match word.as_str() {
        "hoje" | "hj" | "today" => relative(&cursor, after, 0, received_at),
        "ontem" | "onti" | "yesterday" => relative(&cursor, after, -1, received_at),
        "anteontem" | "antiontem" => relative(&cursor, after, -2, received_at),
        "amanha" | "tomorrow" => relative(&cursor, after, 1, received_at),
        "agora" => relative(&cursor, after, 0, received_at),
        "antes" => before_yesterday(cursor, after, received_at),
        "meio" | "meia" => noon_or_midnight(cursor, after, &word),
        "ha" | "faz" | "tem" => since(cursor, after, received_at),
        _ => month_first(cursor, after, &word, received_at)
            .or_else(|| weekday(cursor, after, &word, received_at)),
    }
}

fn day_atom(start: usize, end: usize, date: Date, said: Said, weak: bool) -> Atom {
    Atom { start, end, kind: AtomKind::Date { date, said }, weak }
}

fn relative(cursor: &Cursor<'_>, after: Cursor<'_>, days: i32, received_at: &ZonedDateTime) -> Option<Atom> {
    let before = cursor.words_before(1);
    let nearest = before.first().map_or("", String::as_str);
    let (word, _) = cursor.word();
    if matches!(nearest, "ainda" | "ate") && days == 0 {
        return None; // A deadline, not when it happened.
    }
    let mut ahead = after;
    ahead.spaces();
    if word == "hoje" && ahead.eat_word(&["em"]) && ahead.spaces() && ahead.eat_word(&["dia"]) {
        return None;
    }
    let date = received_at.date().checked_add(days.days()).ok()?;
    let weak = matches!(word.as_str(), "agora" | "amanha" | "tomorrow");
    Some(day_atom(cursor.at, with_day(after, date).at, date, Said::Relative, weak))
}

/// Steps over the day of `date` in brackets: "terça (26)", "hoje (28)".
fn with_day(after: Cursor<'_>, date: Date) -> Cursor<'_> {
    let mut ahead = after;
    ahead.spaces();
    let bracket = ahead.eat("(");
    ahead.eat("dia ");
    let told = bracket && ahead.number(1, 2) == Some(i64::from(date.day())) && ahead.eat(")");
    if told { ahead } else { after }
}

/// "antes de ontem".
fn before_yesterday(cursor: Cursor<'_>, after: Cursor<'_>, received_at: &ZonedDateTime) -> Option<Atom> {
    let mut ahead = after;
    let whole = ahead.spaces() && ahead.eat_word(&["de"]) && ahead.spaces() && ahead.eat_word(&["ontem"]);
    let date = received_at.date().checked_sub(2.days()).ok()?;
    whole.then(|| day_atom(cursor.at, ahead.at, date, Said::Relative, false))
}

/// "meio-dia", "meia noite", "meio-dia e meia".
fn noon_or_midnight(cursor: Cursor<'_>, after: Cursor<'_>, word: &str) -> Option<Atom> {
    let mut ahead = after;
    if !ahead.eat("-") && !ahead.spaces() {
        return None;
    }
    let (noun, hour) = if word == "meio" { ("dia", 12) } else { ("noite", 0) };
    if !ahead.eat_word(&[noun]) {
        return None;
    }
    let mut half = ahead;
    let minute = if half.spaces() && half.eat_word(&["e"]) && half.spaces() && half.eat_word(&["meia"]) {
        30
    } else {
        0
    };
    let end = if minute == 30 { half.at } else { ahead.at };
    let kind = AtomKind::Time { time: Time::new(hour, minute, 0, 0).ok()?, seconds: false, zone: None };
    Some(Atom { start: cursor.at, end, kind, weak: false })
}

/// "há 20 minutos", "faz uns 10 min", "tem 2 horas".
fn since(cursor: Cursor<'_>, after: Cursor<'_>, received_at: &ZonedDateTime) -> Option<Atom> {
    let mut ahead = after;
    ahead.spaces();
    while ahead.eat_word(&[
        "uns",
        "umas",
        "cerca",
        "de",
        "mais",
        "ou",
        "menos",
        "aproximadamente",
        "quase",
        "so",
        "apenas",
    ]) {
        ahead.spaces();
    }
    let at = amount(&mut ahead, received_at)?;
    let mut past = ahead;
    if past.spaces() && past.eat_word(&["atras"]) {
        ahead = past;
    }
    Some(instant_atom(cursor.at, ahead.at, at))
}

/// "10 min atrás", "2 horas atrás", where the cursor stands at the number.
pub(super) fn ago(cursor: Cursor<'_>, received_at: &ZonedDateTime) -> Option<Atom> {
    let mut ahead = cursor;
    let at = amount(&mut ahead, received_at)?;
    let told = ahead.spaces() && ahead.eat_word(&["atras", "ago"]);
    told.then(|| instant_atom(cursor.at, ahead.at, at))
}

fn instant_atom(start: usize, end: usize, at: Timestamp) -> Atom {
    Atom { start, end, kind: AtomKind::Instant { at, seconds: false }, weak: false }
}

/// The minute that lies the written number of minutes or hours before the receipt.
fn amount(cursor: &mut Cursor<'_>, received_at: &ZonedDateTime) -> Option<Timestamp> {
    let number = cursor.number(1, 3)?;
    cursor.spaces();
    let minutes =
        if cursor.eat_word(&["minutos", "minuto", "min", "mins", "minutes"]) && number <= MOST_MINUTES_AGO {
            number
        } else if cursor.eat_word(&["horas", "hora", "h", "hs", "hours"]) && number <= MOST_HOURS_AGO {
            number * 60
        } else {
            return None;
        };
    let at = received_at.timestamp().checked_sub(SignedDuration::from_secs(minutes * 60)).ok()?;
    Timestamp::from_second(at.as_second().div_euclid(60) * 60).ok()
}

/// `May 12, 2026`, and `May 12 08:58:07` of a system log; a Portuguese month never stands first.
fn month_first(
    cursor: Cursor<'_>,
    after: Cursor<'_>,
    word: &str,
    received_at: &ZonedDateTime,
) -> Option<Atom> {
    let month = numeric::month_number(word)?;
    let mut ahead = after;
    ahead.eat(".");
    if !ahead.spaces() {
        return None;
    }
    let day = ahead.number(1, 2)?;
    let after_day = ahead;
    ahead.eat(",");
    ahead.spaces();
    if let Some(year) = ahead.number(4, 4)
        && let Some(date) = numeric::date(year, month, day)
    {
        return Some(day_atom(cursor.at, ahead.at, date, Said::Numbers, false));
    }
    let year = i64::from(received_at.year());
    let latest = received_at.date().tomorrow().ok()?;
    let date = [year + 1, year, year - 1]
        .into_iter()
        .filter_map(|year| numeric::date(year, month, day))
        .find(|date| *date <= latest)?;
    Some(day_atom(cursor.at, after_day.at, date, Said::Numbers, true))
}

/// A day of the week: surely with "-feira" or at a weekend; else only beside a time or after "na", "desde", "última".
fn weekday(cursor: Cursor<'_>, after: Cursor<'_>, word: &str, received_at: &ZonedDateTime) -> Option<Atom> {
    let weekday = weekday_of(word)?;
    let mut end = after;
    let mut tail = after;
    let sure = if (tail.eat("-") || tail.spaces()) && tail.eat_word(&["feira"]) {
        end = tail;
        true
    } else {
        matches!(word, "sabado" | "domingo") || is_day_by_neighbours(&cursor, &after)
    };
    let today = received_at.date();
    let date = (0..7)
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .find(|date| date.weekday() == weekday)?;
    let mut past = end;
    if past.spaces() && past.eat_word(&["passada", "passado"]) {
        let date = if date == today { today.checked_sub(7.days()).ok()? } else { date };
        return Some(day_atom(cursor.at, past.at, date, Said::Weekday, false));
    }
    let whole = with_day(end, date);
    Some(day_atom(cursor.at, whole.at, date, Said::Weekday, !sure && whole.at == end.at))
}

/// "na segunda," is a day, "na segunda tentativa" is not.
fn is_day_by_neighbours(cursor: &Cursor<'_>, after: &Cursor<'_>) -> bool {
    let before = cursor.words_before(1);
    let led = before.first().is_some_and(|word| {
        ["na", "nesta", "nessa", "desde", "ultima", "de", "desta", "dessa", "essa", "esta"]
            .contains(&word.as_str())
    });
    let mut ahead = *after;
    ahead.spaces();
    let next = ahead.word().0;
    let open = !ahead.byte().is_ascii_digit() && next.is_empty();
    led && cursor.word().0.len() > 3
        && (open || ["as", "a", "de", "pela", "cedo", "passada", "e"].contains(&next.as_str()))
}

fn weekday_of(word: &str) -> Option<Weekday> {
    Some(match word {
        "segunda" | "seg" | "mon" | "monday" => Weekday::Monday,
        "terca" | "ter" | "tue" | "tuesday" => Weekday::Tuesday,
        "quarta" | "qua" | "wed" | "wednesday" => Weekday::Wednesday,
        "quinta" | "qui" | "thu" | "thursday" => Weekday::Thursday,
        "sexta" | "sex" | "fri" | "friday" => Weekday::Friday,
        "sabado" | "sab" | "sat" | "saturday" => Weekday::Saturday,
        "domingo" | "dom" | "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}
