//! Seconds and milliseconds since 1970, where the name beside the number says that it is a time.

use jiff::{Timestamp, ZonedDateTime};

use super::cursor::Cursor;

/// Numbers further than this from the receipt are no instants.
const PLAUSIBLE_YEARS: i64 = 3;

const SECONDS_A_YEAR: i64 = 31_557_600;

/// The instant that `number` counts in seconds (10 digits) or milliseconds (13 digits), if it is within three years.
pub(super) fn instant(number: i64, digits: usize, received_at: &ZonedDateTime) -> Option<Timestamp> {
    let at = match digits {
        10 => Timestamp::from_second(number).ok()?,
        13 => Timestamp::from_millisecond(number).ok()?,
        _ => return None,
    };
    let away = (at.as_second() - received_at.timestamp().as_second()).abs();
    (away <= PLAUSIBLE_YEARS * SECONDS_A_YEAR).then_some(at)
}

/// Whether what stands before `cursor` names a time (`"timestamp": `, `ts=`), or a log line begins here.
pub(super) fn is_named_as_time(cursor: &Cursor<'_>) -> bool {
    let start = cursor.at.saturating_sub(1);
    let before = cursor.text.as_bytes().get(start..cursor.at).unwrap_or(b"");
    if cursor.at == 0 || before == b"\n" {
        return cursor.digit_run() == 13 || cursor.byte_at(10) == b'.';
    }
    if !matches!(before, b"=" | b":" | b"\"" | b"'" | b" " | b"[") {
        return false;
    }
    let names = ["time", "stamp", "date", "data", "hora", "epoch", "quando", "when", "instant", "momento"];
    let words = cursor.words_before(2);
    let Some(name) = words.first() else { return false };
    let nearest = matches!(name.as_str(), "ts" | "at") || names.iter().any(|part| name.contains(part));
    nearest && name != "timeout"
}
