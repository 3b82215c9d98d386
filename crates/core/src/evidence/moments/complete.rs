//! What a chat writes on different lines: a time here, its date there.

use jiff::{SignedDuration, ZonedDateTime, civil::Date};

use super::join::{has_word, resolve};
use super::{Moment, MomentKind};

/// A completed time may lie this far after the receipt (clocks differ); further ahead it stays a time.
const CLOCK_LEEWAY: SignedDuration = SignedDuration::from_mins(5);

/// The moments of one message with its lone times completed by the message's only date.
///
/// `text` is the message that `moments` were found in. Where exactly one distinct date stands alone in it
/// ("hj mesmo", "data do teste 28/05/2026"; "até ontem ia bem" aside), every lone time is on that date. Where none does but the text says
/// "agora", "hoje" or "hj", it is on the day of `received_at`. A time that would so lie in the future
/// stays a lone time; else the moments keep their order and their spans.
pub fn complete(text: &str, moments: &[Moment], received_at: &ZonedDateTime) -> Vec<Moment> {
    let Some(date) = only_date(text, moments, received_at) else { return moments.to_vec() };
    moments
        .iter()
        .map(|moment| on_date(moment, date, received_at).unwrap_or_else(|| moment.clone()))
        .collect()
}

fn only_date(text: &str, moments: &[Moment], received_at: &ZonedDateTime) -> Option<Date> {
    let mut dates: Vec<Date> = moments
        .iter()
        .filter_map(|moment| match moment.kind {
            MomentKind::Date(date) if !is_until(text, moment) => Some(date),
            _ => None,
        })
        .collect();
    dates.sort_unstable();
    dates.dedup();
    match dates.as_slice() {
        [date] => Some(*date),
        [] if has_word(text, &["agora", "hoje", "hj"]) => Some(received_at.date()),
        _ => None,
    }
}

/// "até ontem funcionava": a date until which all was well is not the failure's.
fn is_until(text: &str, date: &Moment) -> bool {
    let before = text.get(..date.span.start).unwrap_or("").trim_end();
    let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("").to_lowercase();
    matches!(word.as_str(), "até" | "ate" | "atè")
}

fn on_date(moment: &Moment, date: Date, received_at: &ZonedDateTime) -> Option<Moment> {
    let MomentKind::Time { time, seconds } = moment.kind else { return None };
    let at = resolve(date, time, None, received_at)?;
    let latest = received_at.timestamp().checked_add(CLOCK_LEEWAY).ok()?;
    (at <= latest).then(|| Moment { span: moment.span.clone(), kind: MomentKind::Full { at, seconds } })
}
