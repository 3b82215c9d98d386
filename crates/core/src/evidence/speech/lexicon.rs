//! The lexicon: cues, their weights and the thresholds, read from a TOML file and compiled once.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::near::Near;
use super::phrase::{Index, Phrase, PhraseError};
use super::words::{Sentence, Word, fold};
use crate::evidence::mentions::{self, Mention, Names};

/// A word shorter than this is not corrected: one slip makes another word of it.
const SHORTEST_CORRECTED: usize = 6;

/// What a cue says. The file calls it by its name in kebab-case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Meaning {
    /// Something went wrong, told as an event.
    Incident,
    /// The name of a failure, which a question may mention too.
    Failure,
    Timeout,
    Unavailable,
    Unauthorised,
    /// A status number in prose.
    Status,
    /// Told as a complaint, in ordinary words.
    Complaint,
    /// Nothing is wrong.
    Calm,
    /// The event has a time: now, today, since, again.
    Episode,
    /// Introduces what the API returned.
    Answer,
    /// Asks to look into something, or why it happened; no question about the API.
    Help,
    Question,
    /// Asks what a message or status means, or when it comes.
    Explain,
    /// Supposes a case instead of reporting one.
    Supposed,
    KeyNoun,
    KeyAsk,
    KeyLack,
    /// A matter of a key that exists: replace, place, rotate, explain.
    KeyOther,
    KeyFirst,
    /// An environment that is behind the partner already.
    KeyDone,
    Availability,
    /// The matter of an integration.
    Api,
    Advertising,
    Consumer,
    Automatic,
    Bounce,
    Commercial,
    Other,
}

impl Meaning {
    pub(crate) const COUNT: usize = Self::Other as usize + 1;
}

/// Why a message is not about the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonKind {
    /// Advertising, newsletters, job offers, phishing.
    Advertising,
    /// A consumer's own loan, parcel, bill or contract.
    Consumer,
    /// Out of office, acknowledgement or read receipt.
    AutomaticReply,
    /// A partner's invoice, contract, commission or marketing material.
    CommercialMatter,
    /// The mail system could not deliver.
    Bounce,
    Other,
}

/// Weights for reading an error; points, except where it says percent.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorRule {
    pub(crate) threshold: i32,
    pub(crate) failed_call: i32,
    pub(crate) quoted_answer: i32,
    pub(crate) asked_incident: i32,
    pub(crate) asked_failure: i32,
    pub(crate) supposed: i32,
    pub(crate) others: i32,
    pub(crate) subject: i32,
    pub(crate) machine: i32,
    pub(crate) complaint: i32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionRule {
    pub(crate) threshold: i32,
    pub(crate) mark: i32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRule {
    pub(crate) threshold: i32,
    pub(crate) elsewhere: i32,
    pub(crate) error: i32,
    pub(crate) failed_call: i32,
}

/// One kind of message out of scope: the points of its own cues, moved by what else is known.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScopeRule {
    pub(crate) kind: ReasonKind,
    pub(crate) meaning: Meaning,
    pub(crate) threshold: i32,
    /// Percent of the points of API matter that count against it.
    pub(crate) api: i32,
    pub(crate) error: i32,
    pub(crate) question: i32,
    /// A key is asked for too.
    pub(crate) key: i32,
    pub(crate) known: i32,
    pub(crate) call: i32,
    pub(crate) failed_call: i32,
    /// Delivered by a program through the API channel.
    pub(crate) program: i32,
    /// For it: an unknown sender who says nothing about an integration.
    pub(crate) stranger: i32,
    /// Mailboxes that write nothing else, whatever their words.
    #[serde(default)]
    pub(crate) senders: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    spelling: BTreeMap<String, Vec<String>>,
    environments: BTreeMap<String, Vec<String>>,
    versions: BTreeMap<String, Vec<String>>,
    error: ErrorRule,
    question: QuestionRule,
    key_request: KeyRule,
    out_of_scope: Vec<ScopeRule>,
    cue: Vec<CueEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CueEntry {
    meaning: Meaning,
    weight: i32,
    phrases: Vec<Spanned<String>>,
}

/// Why a lexicon was refused. Read by whoever edited it.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    #[error("line {line}: the lexicon cannot be read: {reason}")]
    Syntax {
        line: usize,
        reason: String,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("line {line}: the phrase `{phrase}` cannot be read")]
    Phrase {
        line: usize,
        phrase: String,
        #[source]
        source: PhraseError,
    },
}

/// The compiled lexicon. Make it once with [`Lexicon::parse`] and keep it.
#[derive(Debug, Clone)]
pub struct Lexicon {
    pub(crate) index: Index,
    /// Meaning and weight of each phrase of the index.
    pub(crate) cues: Vec<(Meaning, i32)>,
    pub(crate) error: ErrorRule,
    pub(crate) question: QuestionRule,
    pub(crate) key_request: KeyRule,
    pub(crate) scope: Vec<ScopeRule>,
    spelling: BTreeMap<String, String>,
    near: Near,
    vocabulary: std::collections::BTreeSet<String>,
    environments: Names,
    versions: Names,
}

impl Lexicon {
    /// Reads `procedures/…/speech.toml`. Fails with the line of the first thing that is not understood.
    pub fn parse(toml: &str) -> Result<Self, LexiconError> {
        let file: File = toml::from_str(toml).map_err(|source| syntax(toml, source))?;
        let spelling = spelling(file.spelling);
        let (mut phrases, mut cues) = (Vec::new(), Vec::new());
        for entry in &file.cue {
            for text in &entry.phrases {
                let phrase = Phrase::parse(&respelled(text.get_ref(), &spelling)).map_err(|source| {
                    LexiconError::Phrase {
                        line: line_of(toml, text.span().start),
                        phrase: text.get_ref().clone(),
                        source,
                    }
                })?;
                phrases.push(phrase);
                cues.push((entry.meaning, entry.weight));
            }
        }
        let vocabulary: std::collections::BTreeSet<String> =
            phrases.iter().flat_map(Phrase::vocabulary).cloned().collect();
        Ok(Self {
            near: Near::new(vocabulary.iter().cloned(), SHORTEST_CORRECTED),
            index: Index::new(phrases),
            cues,
            error: file.error,
            question: file.question,
            key_request: file.key_request,
            scope: file.out_of_scope,
            spelling,
            vocabulary,
            environments: names(&file.environments),
            versions: names(&file.versions),
        })
    }

    /// Where the text names an environment; the code is the one of the lexicon (`producao`, `homologacao`).
    pub fn environments(&self, text: &str) -> Vec<Mention> {
        self.environments.find(text)
    }

    /// Where the text names a version of the API; the code is the one of the lexicon (`v1`, `v2`).
    pub fn versions(&self, text: &str) -> Vec<Mention> {
        self.versions.find(text)
    }

    /// Writes abbreviations out and corrects single slips in words that the cues know.
    pub(crate) fn correct(&self, sentence: Sentence) -> Sentence {
        let mut words = Vec::with_capacity(sentence.words.len());
        for word in sentence.words {
            match self.spelling.get(&word.text) {
                Some(full) => {
                    words.extend(full.split(' ').map(|part| Word { text: part.to_owned(), ..word.clone() }))
                }
                None => words.push(self.correct_word(word)),
            }
        }
        Sentence { words, ..sentence }
    }

    fn correct_word(&self, word: Word) -> Word {
        let letters = word.text.len();
        let known = !(SHORTEST_CORRECTED..=24).contains(&letters)
            || self.vocabulary.contains(&word.text)
            || self.index.knows_stem(&word.text)
            || !word.text.bytes().all(|b| b.is_ascii_lowercase());
        match self.near.find(&word.text).filter(|_| !known) {
            Some(meant) => Word { text: meant.to_owned(), ..word },
            None => word,
        }
    }
}

fn spelling(table: BTreeMap<String, Vec<String>>) -> BTreeMap<String, String> {
    let pairs = table.into_iter().flat_map(|(full, short)| {
        let full = fold(&full);
        short.into_iter().map(move |short| (fold(&short), full.clone()))
    });
    pairs.collect()
}

/// Phrases are spelled like the texts that they are compared with.
fn respelled(phrase: &str, spelling: &BTreeMap<String, String>) -> String {
    let word = |word: &str| {
        spelling.get(word).filter(|full| !full.contains(' ')).map_or(word, |full| full).to_owned()
    };
    let piece = |piece: &str| piece.split('|').map(word).collect::<Vec<_>>().join("|");
    phrase.split(' ').map(piece).collect::<Vec<_>>().join(" ")
}

fn names(table: &BTreeMap<String, Vec<String>>) -> Names {
    let pairs =
        table.iter().flat_map(|(code, names)| names.iter().map(|name| (code.as_str(), name.as_str())));
    mentions::Names::new(pairs)
}

fn syntax(toml: &str, source: toml::de::Error) -> LexiconError {
    let line = line_of(toml, source.span().map_or(0, |span| span.start));
    LexiconError::Syntax { line, reason: source.message().to_owned(), source: Box::new(source) }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&b| b == b'\n').count() + 1
}
