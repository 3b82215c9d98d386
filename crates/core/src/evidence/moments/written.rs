//! One isolated value that is known to be a date or time: a header, a JSON field, a column of a log.

use jiff::{Timestamp, ZonedDateTime};

use super::{MomentKind, epoch, join, scan};

/// The moment that `raw` is, whole: RFC 3339, an HTTP date, `12/May/2026:08:58:07 -0300`, Brazilian, relative,
/// or seconds or milliseconds since 1970.
///
/// Without a zone it is in that of `received_at`. `None` if `raw` is more than a moment, or none; dates
/// are not limited to the years around the receipt, except for counts since 1970 (three years).
pub fn parse_written(raw: &str, received_at: &ZonedDateTime) -> Option<MomentKind> {
    let value =
        raw.trim().trim_matches(|c| matches!(c, '"' | '\'' | '[' | ']' | '(' | ')' | '`' | '<' | '>')).trim();
    if value.len() > 100 {
        return None;
    }
    if let Some(at) = since_1970(value, received_at) {
        return Some(MomentKind::Full { at, seconds: true });
    }
    let mut moments = join::join(value, scan::atoms(value, received_at), received_at, None).into_iter();
    let (moment, None) = (moments.next()?, moments.next()) else { return None };
    let before = value.get(..moment.span.start)?;
    let after = value.get(moment.span.end..)?;
    let foreign = |text: &str| {
        text.chars().any(|c| c.is_ascii_digit()) || text.chars().filter(|c| c.is_alphabetic()).count() > 20
    };
    (!foreign(before) && !foreign(after)).then_some(moment.kind)
}

fn since_1970(value: &str, received_at: &ZonedDateTime) -> Option<Timestamp> {
    let whole = value.split('.').next()?;
    let rest = value.get(whole.len()..)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !digits(value) || rest.matches('.').count() > 1 {
        return None;
    }
    epoch::instant(whole.parse().ok()?, whole.len(), received_at)
}
