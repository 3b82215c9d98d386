//! One moment of what stands together: a date and a time, a weekday and its date, times that share one date.

use jiff::{
    Timestamp, ZonedDateTime,
    civil::{Date, Time},
    tz::Offset,
};

use super::cursor::{Cursor, fold};
use super::scan::{Atom, AtomKind, Said};
use super::{Moment, MomentKind};

/// A date and its time may stand this many bytes apart.
const LONGEST_GLUE: usize = 40;

/// Words that may stand between a date and its time.
const GLUE_WORDS: &str = "as a pelas umas uns por volta das da do de dia no na em perto cerca aproximadamente aprox \
    hora horario hs h desde la mais ou menos quase mesmo tipo logo cedo at on around about time \
    manha tarde noite madrugada t feira data ultima pela pelo entre ao brasilia";

/// A date or a moment on its way: its bytes, and what is known of it.
struct Piece {
    start: usize,
    end: usize,
    date: Option<(Date, Said)>,
    time: Option<(Time, bool, Option<Offset>)>,
    instant: Option<(Timestamp, bool)>,
    weak: bool,
    /// The zone-less row of numbers of a machine, to which a remark about zones applies.
    machine: bool,
}

/// The moments that `atoms` make; `remark` is the offset of machine times without a zone.
pub(super) fn join(
    text: &str,
    atoms: Vec<Atom>,
    received_at: &ZonedDateTime,
    remark: Option<Offset>,
) -> Vec<Moment> {
    let pieces = merge_dates(text, atoms.into_iter().map(Piece::of).collect());
    let mut pieces = merge_times(text, pieces);
    share_dates(text, &mut pieces);
    let pieces = without_hours(text, pieces);
    pieces.into_iter().filter_map(|piece| piece.moment(received_at, remark)).collect()
}

/// Dates that stand together ("sexta-feira (01/05)", "hoje, segunda") become the surest of them.
fn merge_dates(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        if let (Some(last), Some((date, said))) = (merged.last_mut(), piece.date)
            && let Some((_, before)) = last.date
            && said != before
            && last.time.is_none()
            && glue(text, last.end, piece.start).is_some()
        {
            if said > before {
                last.date = Some((date, said));
            }
            last.end = piece.end;
            last.weak &= piece.weak;
            continue;
        }
        merged.push(piece);
    }
    merged
}

/// A date and the time beside it become one; a date between two times takes the one it leads to,
/// unless a "de" ties it to the one before.
fn merge_times(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    let mut pieces = pieces.into_iter().peekable();
    while let Some(piece) = pieces.next() {
        let leads_on = piece.is_date()
            && pieces
                .peek()
                .is_some_and(|next| next.is_time() && glue(text, piece.end, next.start).is_some());
        if let Some(last) = merged.last_mut() {
            let between =
                if last.is_lone() && piece.is_lone() { glue(text, last.end, piece.start) } else { None };
            let tied = between.is_some_and(|words| {
                words.split_whitespace().any(|word| matches!(word.trim_matches(','), "de" | "do" | "da"))
            });
            let forward = last.is_date() && piece.is_time() && between.is_some();
            let close = between.is_some_and(|words| words.trim().is_empty())
                && !is_space(text, &piece, pieces.peek());
            let backward =
                last.is_time() && piece.is_date() && between.is_some() && (tied || close || !leads_on);
            if forward || backward {
                last.machine = forward && is_machine_glue(text, last, &piece);
                last.absorb(piece);
                continue;
            }
        }
        merged.push(piece);
    }
    merged
}

fn is_space(text: &str, piece: &Piece, next: Option<&Piece>) -> bool {
    next.and_then(|next| text.get(piece.end..next.start))
        .is_some_and(|between| matches!(between.trim(), "" | "T" | ":" | "às"))
}

/// "hoje 14:28 e 14:31", "09:05 e 09:12 de hoje": the date counts for both times.
fn share_dates(text: &str, pieces: &mut [Piece]) {
    for index in 1..pieces.len() {
        let (before, after) = pieces.split_at_mut(index);
        let (Some(last), Some(piece)) = (before.last(), after.first_mut()) else { continue };
        if piece.is_time()
            && last.time.is_some()
            && last.date.is_some()
            && is_list(text, last.end, piece.start)
        {
            piece.date = last.date;
        }
    }
    for index in (1..pieces.len()).rev() {
        let (before, after) = pieces.split_at_mut(index);
        let (Some(last), Some(piece)) = (before.last_mut(), after.first()) else { continue };
        if last.is_time()
            && piece.time.is_some()
            && piece.date.is_some()
            && is_list(text, last.end, piece.start)
        {
            last.date = piece.date;
        }
    }
}

/// Without the opening hours that a sentence tells ("das 8h às 18h"): two times without a date, tied by "às" or "até".
fn without_hours(text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
    let tied = |left: &Piece, right: &Piece| {
        let between = text.get(left.end..right.start).unwrap_or("").trim();
        left.is_time()
            && right.is_time()
            && matches!(between, "às" | "as" | "a" | "até" | "ate" | "até as" | "até às" | "-" | "–")
    };
    let hours: Vec<bool> = (0..pieces.len())
        .map(|at| {
            let here = pieces.get(at);
            let pair = |left: Option<&Piece>, right: Option<&Piece>| {
                left.zip(right).is_some_and(|(left, right)| tied(left, right))
            };
            pair(here, pieces.get(at + 1))
                || at.checked_sub(1).is_some_and(|before| pair(pieces.get(before), here))
        })
        .collect();
    pieces.into_iter().zip(hours).filter(|(_, hours)| !hours).map(|(piece, _)| piece).collect()
}

fn is_list(text: &str, from: usize, to: usize) -> bool {
    let between = text.get(from..to).unwrap_or("").trim();
    matches!(
        between,
        "e" | "," | ";" | "/" | "e às" | "e as" | ", e" | ", às" | "e de novo às" | "e depois às" | "e umas"
    )
}

/// The text between two pieces if it only holds them together.
fn glue(text: &str, from: usize, to: usize) -> Option<&str> {
    let between = text.get(from..to)?;
    if between.len() > LONGEST_GLUE || between.contains('\n') || between.contains(". ") {
        return None;
    }
    let allowed = |c: char| c.is_alphabetic() || c.is_whitespace() || ",;-–—()[]|@.:/\"'~≈*_".contains(c);
    if !between.chars().all(allowed) {
        return None;
    }
    // "às 9h e pouco de hoje".
    let plain = between.trim_start().strip_prefix("e pouco").unwrap_or(between);
    let mut words = plain.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let is_glue = |word: &str| {
        let word: String = word.chars().map(fold).collect();
        GLUE_WORDS.split(' ').any(|glue| glue == word)
    };
    words.all(is_glue).then_some(between)
}

/// Whether date and time stand as a machine writes them: one row of numbers with seconds.
fn is_machine_glue(text: &str, date: &Piece, time: &Piece) -> bool {
    let numbers = date.date.is_some_and(|(_, said)| said == Said::Numbers);
    let seconds = time.time.is_some_and(|(_, seconds, _)| seconds);
    let between = text.get(date.end..time.start).unwrap_or("");
    numbers && seconds && matches!(between, "T" | "t" | " " | ":" | "_" | "  " | ", " | " - " | ",")
}

impl Piece {
    fn of(atom: Atom) -> Self {
        let mut piece = Self {
            start: atom.start,
            end: atom.end,
            date: None,
            time: None,
            instant: None,
            weak: atom.weak,
            machine: false,
        };
        match atom.kind {
            AtomKind::Instant { at, seconds } => piece.instant = Some((at, seconds)),
            AtomKind::Date { date, said } => piece.date = Some((date, said)),
            AtomKind::Time { time, seconds, zone } => piece.time = Some((time, seconds, zone)),
        }
        piece
    }

    fn is_date(&self) -> bool {
        self.date.is_some() && self.time.is_none()
    }

    fn is_time(&self) -> bool {
        self.time.is_some() && self.date.is_none()
    }

    fn is_lone(&self) -> bool {
        self.is_date() || self.is_time()
    }

    fn absorb(&mut self, other: Self) {
        self.end = other.end;
        self.date = self.date.or(other.date);
        self.time = self.time.or(other.time);
        self.weak = false;
    }

    fn moment(self, received_at: &ZonedDateTime, remark: Option<Offset>) -> Option<Moment> {
        let span = self.start..self.end;
        if let Some((at, seconds)) = self.instant {
            return Some(Moment { span, kind: MomentKind::Full { at, seconds } });
        }
        let kind = match (self.date, self.time) {
            (Some((date, _)), Some((time, seconds, zone))) => {
                let zone = zone.or(if self.machine { remark } else { None });
                MomentKind::Full { at: resolve(date, time, zone, received_at)?, seconds }
            }
            _ if self.weak => return None,
            (Some((date, _)), None) => MomentKind::Date(date),
            (None, Some((time, seconds, _))) => MomentKind::Time { time, seconds },
            (None, None) => return None,
        };
        Some(Moment { span, kind })
    }
}

/// The instant of a local date and time, in `zone` if one was written, else where the message was received.
pub(super) fn resolve(
    date: Date,
    time: Time,
    zone: Option<Offset>,
    received_at: &ZonedDateTime,
) -> Option<Timestamp> {
    let local = date.to_datetime(time);
    match zone {
        Some(offset) => offset.to_timestamp(local).ok(),
        None => received_at.time_zone().to_timestamp(local).ok(),
    }
}

/// Whether one of `wanted` stands in `text` as a whole word.
pub(super) fn has_word(text: &str, wanted: &[&str]) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric());
    words.map(|word| Cursor::new(word, 0).word().0).any(|word| wanted.contains(&word.as_str()))
}
