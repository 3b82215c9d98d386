//! One pass over the text: single dates and times, each where it begins.

use jiff::{
    Timestamp, ZonedDateTime,
    civil::{Date, Time},
    tz::Offset,
};

use super::clock::{self, Clock, Place};
use super::cursor::Cursor;
use super::{epoch, numeric, words};

/// A single date or time with its bytes.
#[derive(Debug, Clone)]
pub(super) struct Atom {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: AtomKind,
    /// Counts only beside a date (for a time) or a time (for a date).
    pub(super) weak: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum AtomKind {
    Instant { at: Timestamp, seconds: bool },
    Date { date: Date, said: Said },
    Time { time: Time, seconds: bool, zone: Option<Offset> },
}

/// How a date was said; of two that stand together the surer one counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    Weekday,
    Relative,
    Numbers,
}

/// Every date and time of `text` by itself, in order.
pub(super) fn atoms(text: &str, received_at: &ZonedDateTime) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut cursor = Cursor::new(text, 0);
    let mut place = Place::Alone;
    while cursor.at < text.len() {
        let byte = cursor.byte();
        if !is_word_byte(byte) {
            cursor.at += 1;
            place = Place::Alone;
            continue;
        }
        let found = if byte.is_ascii_digit() {
            at_number(cursor, place, received_at)
        } else {
            words::read(cursor, received_at)
        };
        place = Place::Alone;
        match found {
            Some(atom) => {
                cursor.at = atom.end.max(cursor.at + 1);
                if matches!(atom.kind, AtomKind::Date { .. }) && leads_to_time(&cursor) {
                    cursor.at += 1;
                    place = Place::AfterDate;
                }
                atoms.push(atom);
            }
            None => skip_word(&mut cursor),
        }
    }
    atoms
}

/// A byte of a word: ASCII letters and digits, the underscore, and every byte beyond ASCII.
fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn skip_word(cursor: &mut Cursor<'_>) {
    while cursor.at < cursor.text.len() && is_word_byte(cursor.byte()) {
        cursor.at += 1;
    }
}

/// Whether the cursor, right after a date, stands at the `T`, the space or the colon before a time.
fn leads_to_time(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.byte(), b'T' | b't' | b' ' | b':' | b'_') && cursor.byte_at(1).is_ascii_digit()
}

fn at_number(cursor: Cursor<'_>, place: Place, received_at: &ZonedDateTime) -> Option<Atom> {
    let start = cursor.at;
    let run = cursor.digit_run();
    if matches!(run, 10 | 13)
        && !cursor.byte_at(run).is_ascii_alphanumeric()
        && epoch::is_named_as_time(&cursor)
    {
        let mut ahead = cursor;
        let at = epoch::instant(ahead.digits(run)?, run, received_at)?;
        return Some(Atom {
            start,
            end: ahead.at,
            kind: AtomKind::Instant { at, seconds: true },
            weak: false,
        });
    }
    if is_inside_number(&cursor) {
        return None;
    }
    if let Some(atom) = numeric::read(cursor, received_at) {
        return Some(atom);
    }
    if let Some(atom) = words::ago(cursor, received_at) {
        return Some(atom);
    }
    let mut ahead = cursor;
    let Clock { time, seconds, zone, weak } = clock::read(&mut ahead, place)?;
    Some(Atom { start, end: ahead.at, kind: AtomKind::Time { time, seconds, zone }, weak })
}

/// Whether the number goes on to the left (a decimal, an address, a path), so that no date begins here.
fn is_inside_number(cursor: &Cursor<'_>) -> bool {
    let before = |back: usize| {
        cursor.at.checked_sub(back).and_then(|at| cursor.text.as_bytes().get(at)).copied().unwrap_or(b' ')
    };
    match before(1) {
        b'/' | b'#' | b'$' | b'+' => true,
        b'.' | b',' | b'-' => before(2).is_ascii_alphanumeric(),
        _ => false,
    }
}
