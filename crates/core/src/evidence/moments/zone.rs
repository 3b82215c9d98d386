//! Zones as they stand beside a time, and remarks that a whole text is in UTC.

use std::sync::LazyLock;

use jiff::tz::Offset;
use regex::Regex;

use super::cursor::Cursor;
use crate::pattern::AnyOf;

/// The zone written right after a time: `Z`, `-03:00`, ` -0300`, ` UTC`, ` (GMT)`, ` BRT`, ` UTC-3`.
///
/// `exact` says that the time before it was written like a machine's, so a bare sign may begin an offset.
pub(super) fn suffix(cursor: &mut Cursor<'_>, exact: bool) -> Option<Offset> {
    let mut ahead = *cursor;
    if exact && matches!(ahead.byte(), b'Z' | b'z') && !ahead.byte_at(1).is_ascii_alphanumeric() {
        cursor.at += 1;
        return Some(Offset::UTC);
    }
    ahead.spaces();
    let bracket = ahead.eat("(") || ahead.eat("[");
    let found = if exact && matches!(ahead.byte(), b'+' | b'-') {
        signed(&mut ahead, exact)
    } else {
        named(&mut ahead)
    };
    if bracket && !(ahead.eat(")") || ahead.eat("]")) {
        return None;
    }
    found.inspect(|_| cursor.at = ahead.at)
}

fn named(cursor: &mut Cursor<'_>) -> Option<Offset> {
    let (word, end) = cursor.word();
    let base = match word.as_str() {
        "utc" | "gmt" => Offset::UTC,
        "brt" => Offset::constant(-3),
        _ => return None,
    };
    cursor.at = end;
    if word != "brt" && matches!(cursor.byte(), b'+' | b'-') && cursor.byte_at(1).is_ascii_digit() {
        return signed(cursor, false);
    }
    Some(base)
}

/// `+03:00`, `-0300` or, unless `exact`, `-3` and `-03`.
fn signed(cursor: &mut Cursor<'_>, exact: bool) -> Option<Offset> {
    let mut ahead = *cursor;
    let sign = if ahead.byte() == b'-' { -1 } else { 1 };
    ahead.at += 1;
    let run = ahead.digit_run();
    let (hours, minutes) = match run {
        4 => (ahead.digits(2)?, ahead.digits(2)?),
        1 | 2 => {
            let hours = ahead.digits(run)?;
            let colon = ahead.byte() == b':' && ahead.byte_at(1).is_ascii_digit();
            let minutes = if colon {
                ahead.at += 1;
                ahead.number(2, 2)?
            } else {
                0
            };
            if exact && run == 1 {
                return None;
            }
            (hours, minutes)
        }
        _ => return None,
    };
    if hours > 14 || !matches!(minutes, 0 | 30 | 45) {
        return None;
    }
    let offset = Offset::from_seconds(i32::try_from(sign * (hours * 3600 + minutes * 60)).ok()?).ok()?;
    cursor.at = ahead.at;
    Some(offset)
}

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static REMARK: LazyLock<Regex> = LazyLock::new(|| {
    let times = r"(?:hor[aá]rios?|horas?|logs?|times?|timestamps?|datas?|rel[oó]gio|fuso|tz|timezone|servidor|nginx|apache|server|container|pod)";
    let glue = r"[^\n0-9]{0,30}?";
    crate::pattern::compiled(&format!(r"(?i)(?:{times}{glue}[ :=(])(?:UTC|GMT)([+-]\d{{1,2}})?(?-u:\b)"))
        .expect("a valid pattern")
});

/// The offset that a remark gives to every time of the text without a zone ("log em UTC", "horários em GMT-3").
pub(super) fn remark(text: &str) -> Option<Offset> {
    static NEEDED: LazyLock<AnyOf> = LazyLock::new(|| AnyOf::new(&["utc", "gmt"]));
    let found = NEEDED.is_in(text).then(|| REMARK.captures(text))??;
    match found.get(1) {
        Some(hours) => Offset::from_hours(hours.as_str().parse().ok()?).ok(),
        None => Some(Offset::UTC),
    }
}
