//! The little language in which cues are written, and the search for all of them at once.
//!
//! A phrase is words one after the other, already without accents:
//! `a|b` one of several, `stem*` any ending, `word?` may be missing, `_` up to three words of any kind,
//! `#` a status number from 400 to 599, and `^` in front: only where a clause begins.
//!
//! Linear: the first word of a phrase is looked up, and a phrase has at most [`LONGEST_PHRASE`] pieces.

use std::collections::BTreeMap;

use super::words::{Sentence, Word, fold};

const LONGEST_PHRASE: usize = 12;
const MOST_GAPS: usize = 2;
const WIDEST_GAP: usize = 3;

/// Why a phrase cannot be read; shown to whoever edits the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhraseError {
    #[error("it has no words")]
    Empty,
    #[error("it must begin with a word that is always there, not with `_` or a word marked `?`")]
    Beginning,
    #[error("it is too long: at most 12 pieces, two of them `_`")]
    TooLong,
    #[error("a stem before `*` needs at least two letters")]
    ShortStem,
    #[error("a piece holds no letters or digits")]
    NoLetters,
}

#[derive(Debug, Clone)]
enum Piece {
    Words { exact: Vec<String>, stems: Vec<String>, status: bool, optional: bool },
    Gap,
}

/// One phrase of the lexicon, ready to be looked for.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    at_start: bool,
    pieces: Vec<Piece>,
}

impl Phrase {
    pub(crate) fn parse(text: &str) -> Result<Self, PhraseError> {
        let folded = fold(text);
        let trimmed = folded.trim();
        let (at_start, rest) = trimmed.strip_prefix('^').map_or((false, trimmed), |rest| (true, rest));
        let pieces = rest.split_whitespace().map(Piece::parse).collect::<Result<Vec<_>, _>>()?;
        let gaps = pieces.iter().filter(|piece| matches!(piece, Piece::Gap)).count();
        match pieces.first() {
            None => return Err(PhraseError::Empty),
            Some(Piece::Gap | Piece::Words { optional: true, .. }) => return Err(PhraseError::Beginning),
            Some(_) if pieces.len() > LONGEST_PHRASE || gaps > MOST_GAPS => return Err(PhraseError::TooLong),
            Some(_) => {}
        }
        Ok(Self { at_start, pieces })
    }

    /// The whole words it is written with, for correcting slips.
    pub(crate) fn vocabulary(&self) -> impl Iterator<Item = &String> {
        self.pieces.iter().flat_map(|piece| match piece {
            Piece::Words { exact, .. } => exact.as_slice(),
            Piece::Gap => &[],
        })
    }
}

impl Piece {
    fn parse(text: &str) -> Result<Self, PhraseError> {
        if text == "_" {
            return Ok(Self::Gap);
        }
        let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
        let (mut exact, mut stems, mut status) = (Vec::new(), Vec::new(), false);
        for word in text.split('|') {
            if word == "#" {
                status = true;
                continue;
            }
            let stem = word.strip_suffix('*');
            let letters = stem.unwrap_or(word);
            if letters.is_empty() || !letters.chars().all(char::is_alphanumeric) {
                return Err(PhraseError::NoLetters);
            }
            match stem {
                Some(stem) if stem.len() < 2 => return Err(PhraseError::ShortStem),
                Some(stem) => stems.push(stem.to_owned()),
                None => exact.push(word.to_owned()),
            }
        }
        Ok(Self::Words { exact, stems, status, optional })
    }

    fn holds(&self, word: &Word) -> bool {
        match self {
            Self::Words { exact, stems, status: any, .. } => {
                exact.contains(&word.text)
                    || stems.iter().any(|stem| word.text.starts_with(stem.as_str()))
                    || (*any && status(&word.text).is_some())
            }
            Self::Gap => true,
        }
    }
}

/// `text` as a status of a failure, 400 to 599.
pub(crate) fn status(text: &str) -> Option<u16> {
    let number = text.parse::<u16>().ok()?;
    (text.len() == 3 && (400..600).contains(&number)).then_some(number)
}

/// Where a phrase was found: words `from..to` of the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) phrase: usize,
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// All phrases, by the word that each begins with.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    phrases: Vec<Phrase>,
    by_word: BTreeMap<String, Vec<usize>>,
    by_stem: BTreeMap<String, Vec<usize>>,
    by_status: Vec<usize>,
}

impl Index {
    pub(crate) fn new(phrases: Vec<Phrase>) -> Self {
        let mut index = Self::default();
        for (number, phrase) in phrases.iter().enumerate() {
            match phrase.pieces.first() {
                Some(Piece::Words { exact, stems, status, .. }) => {
                    if *status {
                        index.by_status.push(number);
                    }
                    for word in exact {
                        index.by_word.entry(word.clone()).or_default().push(number);
                    }
                    for stem in stems {
                        index.by_stem.entry(stem.clone()).or_default().push(number);
                    }
                }
                Some(Piece::Gap) | None => {}
            }
        }
        index.phrases = phrases;
        index
    }

    /// Whether some phrase begins with a stem of `word`.
    pub(crate) fn knows_stem(&self, word: &str) -> bool {
        prefixes(word).any(|stem| self.by_stem.contains_key(stem))
    }

    /// Every phrase in the sentence, in the order of where it begins.
    pub(crate) fn search(&self, sentence: &Sentence) -> Vec<Found> {
        let mut found = Vec::new();
        for (from, word) in sentence.words.iter().enumerate() {
            if word.text.is_empty() {
                continue;
            }
            let by_word = self.by_word.get(&word.text).into_iter().flatten();
            let by_stem = prefixes(&word.text).filter_map(|stem| self.by_stem.get(stem)).flatten();
            let by_status = self.by_status.iter().filter(|_| status(&word.text).is_some());
            for &phrase in by_word.chain(by_stem).chain(by_status) {
                if let Some(to) = self.matches(phrase, &sentence.words, from) {
                    found.push(Found { phrase, from, to });
                }
            }
        }
        found
    }

    fn matches(&self, phrase: usize, words: &[Word], from: usize) -> Option<usize> {
        let phrase = self.phrases.get(phrase)?;
        let before = from.checked_sub(1).and_then(|before| words.get(before));
        let begins = before.is_none_or(|before| Some(before.clause) != words.get(from).map(|w| w.clause));
        if phrase.at_start && !begins {
            return None;
        }
        follow(&phrase.pieces, words, from)
    }
}

/// The end of `pieces` read from word `at`; the nearest one that fits.
fn follow(pieces: &[Piece], words: &[Word], at: usize) -> Option<usize> {
    let Some((piece, rest)) = pieces.split_first() else { return Some(at) };
    if matches!(piece, Piece::Gap) {
        return (at..=at + WIDEST_GAP)
            .take_while(|&to| to <= words.len())
            .find_map(|to| follow(rest, words, to));
    }
    let here = words.get(at).filter(|word| piece.holds(word)).and_then(|_| follow(rest, words, at + 1));
    match piece {
        Piece::Words { optional: true, .. } => here.or_else(|| follow(rest, words, at)),
        _ => here,
    }
}

fn prefixes(word: &str) -> impl Iterator<Item = &str> {
    word.char_indices().skip(1).map(|(i, c)| i + c.len_utf8()).filter_map(|end| word.get(..end))
}
