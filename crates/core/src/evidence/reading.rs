//! One message read as a whole: its texts, and every call, field, moment, token and string in them.
//!
//! In: an [`Inbound`], and the messages of the same conversation before it. Out: a [`Reading`], which holds secrets in the
//! clear and so never leaves the core. Start at [`read`] or [`read_all`].
//!
//! **Invariant:** spans are bytes of [`Part::text`], so every value can be shown where it stands.

use std::ops::Range;

use jiff::{ZonedDateTime, tz::TimeZone};

use super::call::Call;
use super::candidates::{self, Candidate};
use super::fields::{self, Field};
use super::jwt::{self, FoundToken};
use super::moments::{self, Moment};
use super::unpack::{self, Origin, Part};
use super::{formats, quoted};
use crate::inbound::{Inbound, ReadBy};

/// Moments and fields of very long texts are read from the head and the tail only: what a partner reports stands there,
/// and a pasted log is read by its formats as a whole.
const LOOSE_BYTES: usize = 64 * 1024;

/// Something found in one of the texts.
#[derive(Clone)]
pub struct Seen<T> {
    /// Index into [`Reading::parts`].
    pub part: usize,
    pub what: T,
}

/// Everything a message shows.
pub struct Reading {
    pub parts: Vec<Part>,
    /// What the sender wrote himself in the body, other bytes blanked; as long as the body. Earlier messages follow on new lines.
    pub own_words: String,
    /// When it arrived, in the registry's zone; of a conversation, its newest message.
    pub received_at: ZonedDateTime,
    /// Of each part: when its message arrived, where that is another one than the newest.
    earlier: Vec<(Range<usize>, ZonedDateTime)>,
    /// Name of the format, and the call.
    pub calls: Vec<Seen<(&'static str, Call)>>,
    pub fields: Vec<Seen<Field>>,
    /// Moments of the texts; a date and a time apart are paired.
    pub moments: Vec<Seen<Moment>>,
    pub tokens: Vec<Seen<FoundToken>>,
    pub candidates: Vec<Seen<Candidate>>,
    /// What could not be read, in words for people.
    pub notes: Vec<String>,
}

impl Reading {
    /// The text of a part; empty for an index that is none.
    pub fn text(&self, part: usize) -> &str {
        self.parts.get(part).map_or("", |part| part.text.as_str())
    }

    /// Whether a part is an attachment.
    pub fn is_attachment(&self, part: usize) -> bool {
        matches!(self.parts.get(part).map(|p| &p.origin), Some(Origin::Attachment(_) | Origin::Extracted(..)))
    }

    /// Whether a part's letters were recognised in a picture, so that any may be another.
    pub fn is_by_ocr(&self, part: usize) -> bool {
        matches!(self.parts.get(part).map(|p| &p.origin), Some(Origin::Extracted(_, ReadBy::Ocr)))
    }

    /// When the message of a part arrived: relative times in it count from there.
    pub fn written_at(&self, part: usize) -> &ZonedDateTime {
        let of_part = self.earlier.iter().find(|(parts, _)| parts.contains(&part));
        of_part.map_or(&self.received_at, |(_, at)| at)
    }

    /// The bodies of the conversation, newest first.
    pub fn bodies(&self) -> impl Iterator<Item = usize> {
        let parts = self.parts.iter().enumerate();
        parts.filter(|(_, part)| part.origin == Origin::Body).map(|(index, _)| index)
    }

    /// The parts of the newest message.
    pub fn newest(&self) -> &[Part] {
        let end = self.earlier.first().map_or(self.parts.len(), |(parts, _)| parts.start);
        self.parts.get(..end).unwrap_or_default()
    }

    /// The place of a span in words for people: `corpo, linha 3`; `requisicao.har`.
    pub fn place(&self, part: usize, span: &Range<usize>) -> String {
        let before_newest = self.earlier.iter().any(|(parts, _)| parts.contains(&part));
        let label: String;
        let name = match self.parts.get(part).map(|p| &p.origin) {
            Some(Origin::Subject) => return "assunto".to_owned(),
            Some(Origin::Attachment(name)) => name.as_str(),
            Some(Origin::Extracted(name, by)) => {
                label = by.label(name);
                label.as_str()
            }
            Some(Origin::Body) if before_newest => "mensagem anterior",
            Some(Origin::Body) | None => "corpo",
        };
        let before = self.text(part).get(..span.start).unwrap_or("");
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        format!("{name}, linha {line}")
    }
}

/// Reads a conversation whole: `newest`, then the messages `before` it, newest of them first. What the newest shows wins; relative
/// times count from the arrival of the message that has them.
pub fn read_all(newest: &Inbound, before: &[Inbound], zone: &TimeZone) -> Reading {
    let mut all = read(newest, zone);
    for message in before {
        all.append(read(message, zone));
    }
    all
}

/// Reads `inbound` whole; relative times count from its arrival in `zone`.
pub fn read(inbound: &Inbound, zone: &TimeZone) -> Reading {
    let (mut parts, notes) = unpack::parts(inbound);
    let received_at = inbound.received_at.to_zoned_datetime(zone.clone());
    let body = parts.iter().position(|part| part.origin == Origin::Body);
    let whole_body = body.and_then(|at| parts.get(at)).map(|part| part.text.clone()).unwrap_or_default();
    let own_words = own_words_of(&whole_body);
    // Evidence in what the sender wrote wins; a bare "segue abaixo" over a quotation is read whole.
    if let Some(part) = body.and_then(|at| parts.get_mut(at))
        && own_words != part.text
        && (shows_something(&own_words) || !shows_something(&part.text))
    {
        part.text.clone_from(&own_words);
    }
    let mut reading = Reading {
        parts,
        own_words,
        received_at,
        earlier: Vec::new(),
        calls: Vec::new(),
        fields: Vec::new(),
        moments: Vec::new(),
        tokens: Vec::new(),
        candidates: Vec::new(),
        notes,
    };
    read_parts(&mut reading);
    reading
}

impl Reading {
    /// Takes in an earlier message, whose parts come after those that are here.
    fn append(&mut self, other: Self) {
        let offset = self.parts.len();
        self.earlier.push((offset..offset + other.parts.len(), other.received_at));
        self.parts.extend(other.parts);
        self.own_words.push('\n');
        self.own_words.push_str(&other.own_words);
        self.calls.extend(moved(other.calls, offset));
        self.fields.extend(moved(other.fields, offset));
        self.moments.extend(moved(other.moments, offset));
        self.tokens.extend(moved(other.tokens, offset));
        self.candidates.extend(moved(other.candidates, offset));
        self.notes.extend(other.notes);
    }
}

fn moved<T>(seen: Vec<Seen<T>>, offset: usize) -> impl Iterator<Item = Seen<T>> {
    seen.into_iter().map(move |seen| Seen { part: seen.part + offset, what: seen.what })
}

/// Whether a text carries anything beyond words: a call or a named value.
fn shows_something(text: &str) -> bool {
    !formats::calls(text).is_empty() || !fields::find(loose(text)).is_empty()
}

fn read_parts(reading: &mut Reading) {
    let parts = std::mem::take(&mut reading.parts);
    let mut seen = candidates::Tried::new();
    for (index, part) in parts.iter().enumerate() {
        let text = part.text.as_str();
        let at = |what| Seen { part: index, what };
        reading.calls.extend(formats::calls(text).into_iter().map(|what| Seen { part: index, what }));
        reading.fields.extend(fields::find(loose(text)).into_iter().map(|what| Seen { part: index, what }));
        let alone = moments::find(loose(text), &reading.received_at);
        let found = moments::complete(loose(text), &alone, &reading.received_at);
        reading.moments.extend(found.into_iter().map(|what| Seen { part: index, what }));
        reading.tokens.extend(jwt::find(text).into_iter().map(|what| Seen { part: index, what }));
        reading.candidates.extend(candidates::find(text, &mut seen).into_iter().map(at));
    }
    drop(seen);
    reading.parts = parts;
}

/// The head of a long text, cut at a character's edge.
fn loose(text: &str) -> &str {
    let mut end = text.len().min(LOOSE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

/// `body` with every byte blanked that its sender only quotes; line breaks stay, so lines keep their numbers.
fn own_words_of(body: &str) -> String {
    let mut own = String::with_capacity(body.len());
    let mut done = 0;
    for range in quoted::own_words(body) {
        blank(body.get(done..range.start).unwrap_or(""), &mut own);
        own.push_str(body.get(range.clone()).unwrap_or(""));
        done = range.end.max(done);
    }
    blank(body.get(done..).unwrap_or(""), &mut own);
    own
}

fn blank(text: &str, into: &mut String) {
    for c in text.chars() {
        if c == '\n' {
            into.push('\n');
        } else {
            into.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
    }
}
