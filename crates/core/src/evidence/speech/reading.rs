//! The cues found in a message, gathered clause by clause.

use std::collections::BTreeSet;
use std::ops::Range;

use super::lexicon::{Lexicon, Meaning};
use super::phrase::Found;
use super::words::{Sentence, sentences};
use super::{Cue, Place, SpeechInput};

/// One cue in its place.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) meaning: Meaning,
    pub(crate) weight: i32,
    pub(crate) phrase: usize,
    pub(crate) clause: usize,
    pub(crate) span: Range<usize>,
}

/// A clause: what stands between two commas, with the points of each meaning in it.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) place: Place,
    pub(crate) sentence: usize,
    /// It is the part of the sentence that the question mark ends.
    pub(crate) asks: bool,
    pub(crate) machine: bool,
    pub(crate) quoted: bool,
    /// From its first word to its last, in bytes of its place.
    pub(crate) span: Range<usize>,
    points: [i32; Meaning::COUNT],
}

impl Clause {
    pub(crate) fn points(&self, meaning: Meaning) -> i32 {
        self.points.get(meaning as usize).copied().unwrap_or_default()
    }
}

/// A whole message read: subject first, then the body.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) clauses: Vec<Clause>,
    pub(crate) hits: Vec<Hit>,
    sentences: usize,
    totals: [i32; Meaning::COUNT],
}

impl Reading {
    pub(crate) fn of(lexicon: &Lexicon, input: &SpeechInput<'_>) -> Self {
        let mut reading = Self::default();
        for sentence in sentences(input.subject.unwrap_or_default()) {
            reading.add(lexicon, Place::Subject, sentence);
        }
        for sentence in sentences(input.own_words) {
            reading.add(lexicon, Place::Body, sentence);
        }
        reading.sum();
        reading
    }

    fn add(&mut self, lexicon: &Lexicon, place: Place, sentence: Sentence) {
        let sentence = lexicon.correct(sentence);
        let first = self.clauses.len();
        let mut clause_of = Vec::with_capacity(sentence.words.len());
        let mut number = None;
        for word in &sentence.words {
            if number != Some(word.clause) {
                number = Some(word.clause);
                self.clauses.push(Clause {
                    place,
                    sentence: self.sentences,
                    asks: false,
                    machine: sentence.machine,
                    quoted: false,
                    span: word.span.clone(),
                    points: [0; Meaning::COUNT],
                });
            }
            clause_of.push(self.clauses.len() - 1);
            if let Some(clause) = self.clauses.last_mut() {
                clause.quoted |= word.quoted;
                clause.span.end = clause.span.end.max(word.span.end);
            }
        }
        if let Some(last) = self.clauses.get_mut(first..).and_then(|new| new.last_mut()) {
            last.asks = sentence.asks;
        }
        self.sentences += 1;
        for found in best(lexicon, lexicon.index.search(&sentence)) {
            self.hit(lexicon, &sentence, &clause_of, found);
        }
    }

    fn hit(&mut self, lexicon: &Lexicon, sentence: &Sentence, clause_of: &[usize], found: Found) {
        let Some(&(meaning, weight)) = lexicon.cues.get(found.phrase) else { return };
        let words = sentence.words.get(found.from..found.to).unwrap_or_default();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        // A phrase that crosses a comma counts where it ends: that is where its verb stands.
        let Some(&clause) = clause_of.get(found.to.saturating_sub(1)) else { return };
        if let Some(points) = self.clauses.get_mut(clause).and_then(|c| c.points.get_mut(meaning as usize)) {
            *points = points.saturating_add(weight);
        }
        let span = first.span.start..last.span.end.max(first.span.end);
        self.hits.push(Hit { meaning, weight, phrase: found.phrase, clause, span });
    }

    pub(crate) fn of_meaning(&self, meaning: Meaning) -> impl Iterator<Item = &Hit> {
        self.hits.iter().filter(move |hit| hit.meaning == meaning)
    }

    /// The points of a meaning over the whole message, each phrase counted once.
    pub(crate) fn total(&self, meaning: Meaning) -> i32 {
        self.totals.get(meaning as usize).copied().unwrap_or_default()
    }

    fn sum(&mut self) {
        let mut counted = BTreeSet::new();
        for hit in &self.hits {
            if let Some(total) =
                self.totals.get_mut(hit.meaning as usize).filter(|_| counted.insert(hit.phrase))
            {
                *total = total.saturating_add(hit.weight);
            }
        }
    }

    /// The heaviest hit of these meanings, the first of equals; in `clause` only, if given.
    pub(crate) fn heaviest(&self, meanings: &[Meaning], clause: Option<usize>) -> Option<&Hit> {
        let fits =
            |hit: &&Hit| meanings.contains(&hit.meaning) && clause.is_none_or(|clause| hit.clause == clause);
        self.hits.iter().filter(fits).reduce(|best, hit| if hit.weight > best.weight { hit } else { best })
    }

    pub(crate) fn cue(&self, hit: &Hit, input: &SpeechInput<'_>) -> Cue {
        let place = self.clauses.get(hit.clause).map_or(Place::Body, |clause| clause.place);
        Cue::new(place, hit.span.clone(), input)
    }
}

/// Of cues with one meaning that share words only the heaviest counts; of equals the longer.
fn best(lexicon: &Lexicon, found: Vec<Found>) -> Vec<Found> {
    let mut kept: Vec<Found> = Vec::with_capacity(found.len());
    let mut last = [None::<usize>; Meaning::COUNT];
    for new in found {
        let Some(&(meaning, weight)) = lexicon.cues.get(new.phrase) else { continue };
        let Some(slot) = last.get_mut(meaning as usize) else { continue };
        let before = slot.and_then(|at| kept.get_mut(at)).filter(|before| before.to > new.from);
        match before {
            Some(before) => {
                let (_, old) = lexicon.cues.get(before.phrase).copied().unwrap_or((meaning, 0));
                let longer = new.to - new.from > before.to - before.from;
                if weight.abs() > old.abs() || (weight.abs() == old.abs() && longer) {
                    *before = new;
                }
            }
            None => {
                *slot = Some(kept.len());
                kept.push(new);
            }
        }
    }
    kept
}
