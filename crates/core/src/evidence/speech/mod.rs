//! Speech: what kind of demand the words of a message make, each answer with the cue that decided it.
//!
//! In: a [`SpeechInput`], the own words of the sender without quotations. Out: a [`Speech`].
//! The cues, their weights and the thresholds are data (`procedures/…/speech.toml`), compiled once by
//! [`Lexicon::parse`]; [`Lexicon::read`] adds their points up clause by clause. Reading never fails.
//!
//! **Invariant:** every cue lies within its text and on characters.
//! **Never here:** what the facts prove; proof goes before words, and that is for the procedure.

mod judge;
mod lexicon;
pub(crate) mod near;
mod phrase;
mod reading;
mod scope;
#[cfg(test)]
mod tests;
pub(crate) mod words;

use std::ops::Range;

pub use lexicon::{Lexicon, LexiconError, ReasonKind};
pub use phrase::PhraseError;

use judge::{Judge, Weighed};
use lexicon::Meaning;
use reading::Reading;

/// The words of a message, and what is known about it without them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SpeechInput<'a> {
    pub subject: Option<&'a str>,
    /// The body without quotations of earlier messages.
    pub own_words: &'a str,
    /// `email`, `portal`, `api`, `whatsapp` or `phone`.
    pub channel: &'a str,
    pub sender_address: Option<&'a str>,
    /// The sender is a contact or the domain of a partner.
    pub sender_known: bool,
    /// Some HTTP call was extracted.
    pub has_call: bool,
    /// A status of 400 or more, an error envelope, or a transport error was extracted.
    pub has_failed_call: bool,
    pub attachments: bool,
}

/// Where a cue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Subject,
    /// The own words.
    Body,
}

impl Place {
    fn text<'a>(self, input: &SpeechInput<'a>) -> &'a str {
        match self {
            Self::Subject => input.subject.unwrap_or_default(),
            Self::Body => input.own_words,
        }
    }
}

/// The words that decided, as a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cue {
    pub place: Place,
    /// Bytes in the subject or in the own words.
    pub span: Range<usize>,
    /// The words as they were written.
    pub text: String,
}

impl Cue {
    fn new(place: Place, span: Range<usize>, input: &SpeechInput<'_>) -> Self {
        let text = place.text(input).get(span.clone()).unwrap_or_default().to_owned();
        Self { place, span, text }
    }
}

/// Why a message is not about the partner API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub kind: ReasonKind,
    pub cue: Cue,
}

/// A request for a key that the sender does not have yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRequest {
    /// Codes of the environments named with the request, in order; empty if none is named.
    pub environments: Vec<String>,
    /// The words, or an unknown sender, say that it is the first key.
    pub first: bool,
    pub cue: Cue,
}

/// What kind of demand the words make. Several may hold at once; the procedure says which goes first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Speech {
    pub out_of_scope: Option<Reason>,
    pub asks_key: Option<KeyRequest>,
    pub reports_error: Option<Cue>,
    pub asks_question: Option<Cue>,
    /// Asks whether something exists or works through the API, in which version, or what its route is.
    pub product_availability: Option<Cue>,
    pub reports_timeout: Option<Cue>,
    pub reports_unavailable: Option<Cue>,
    pub reports_unauthorised: Option<Cue>,
    /// The first status from 400 to 599 written in prose.
    pub status_in_words: Option<u16>,
    /// An error is reported with nothing that could be looked up: no call, file, time, number or quoted message.
    pub vague: bool,
}

impl Speech {
    /// No kind of demand was recognised.
    fn is_silent(&self) -> bool {
        self.out_of_scope.is_none()
            && self.asks_key.is_none()
            && self.reports_error.is_none()
            && self.asks_question.is_none()
            && self.product_availability.is_none()
    }
}

impl Lexicon {
    /// Reads the words. Cannot fail; looks at the first 64 KiB of subject and body. Linear.
    pub fn read(&self, input: &SpeechInput<'_>) -> Speech {
        let reading = Reading::of(self, input);
        let judge = Judge::new(self, input, &reading);
        let (error, question) = (judge.error(), judge.question());
        let reports_error = error.points >= self.error.threshold;
        let asks = question.points >= self.question.threshold;
        let cue = |meaning| reading.heaviest(&[meaning], None).map(|hit| reading.cue(hit, input));
        let status = cue(Meaning::Status);
        let availability = judge.availability(asks).filter(|_| !reports_error);
        let mut said = Speech {
            out_of_scope: None,
            asks_key: judge.key_request(reports_error),
            reports_error: Some(error).filter(|_| reports_error).and_then(|error| judge.error_cue(error)),
            asks_question: question_cue(&judge, question, asks, availability.as_ref()),
            product_availability: availability,
            reports_timeout: cue(Meaning::Timeout),
            reports_unavailable: cue(Meaning::Unavailable),
            reports_unauthorised: cue(Meaning::Unauthorised),
            status_in_words: status.and_then(|cue| status_in(&cue.text)),
            vague: reports_error && is_vague(input, &reading),
        };
        said.out_of_scope = judge.out_of_scope(&said);
        if said.is_silent() {
            said.reports_error = judge.complaint();
            said.vague = said.reports_error.is_some() && is_vague(input, &reading);
        }
        said
    }
}

/// Whoever asks whether a product is there asks a question, with or without its mark.
fn question_cue(judge: &Judge<'_>, question: Weighed, asks: bool, availability: Option<&Cue>) -> Option<Cue> {
    let cue = if asks { judge.question_cue(question) } else { None };
    cue.or_else(|| availability.cloned())
}

fn status_in(text: &str) -> Option<u16> {
    text.split(|c: char| !c.is_ascii_digit()).find_map(phrase::status)
}

/// Figures and quotations are what a look-up could begin with.
fn is_vague(input: &SpeechInput<'_>, reading: &Reading) -> bool {
    let text = Place::Body.text(input);
    let head = text.get(..text.floor_char_boundary(words::LONGEST)).unwrap_or(text);
    let figures = head.bytes().any(|b| b.is_ascii_digit());
    let quoted = reading.clauses.iter().any(|clause| clause.quoted);
    !input.has_call && !input.has_failed_call && !input.attachments && !figures && !quoted
}
