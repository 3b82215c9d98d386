//! Error, question, request for a key: the points of the clauses weighed against the thresholds.

use super::lexicon::{Lexicon, Meaning};
use super::reading::{Clause, Hit, Reading};
use super::{Cue, KeyRequest, Place, SpeechInput};
use crate::evidence::mentions::Mention;

/// A supposition this strong needs no question mark, and a question this strong no doubt.
const SURELY: i32 = 10;
const FAILURES: [Meaning; 5] =
    [Meaning::Failure, Meaning::Timeout, Meaning::Unavailable, Meaning::Unauthorised, Meaning::Status];
const ERRORS: [Meaning; 6] = [
    Meaning::Incident,
    Meaning::Failure,
    Meaning::Timeout,
    Meaning::Unavailable,
    Meaning::Unauthorised,
    Meaning::Status,
];

/// The points of one decision and the clause that carries most of them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weighed {
    pub(crate) points: i32,
    pub(crate) clause: Option<usize>,
}

/// One message under judgement.
pub(crate) struct Judge<'a> {
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) input: &'a SpeechInput<'a>,
    pub(crate) reading: &'a Reading,
    /// Somewhere the words ask what a message or status means.
    asks_meaning: bool,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(lexicon: &'a Lexicon, input: &'a SpeechInput<'a>, reading: &'a Reading) -> Self {
        Self { lexicon, input, reading, asks_meaning: reading.total(Meaning::Explain) > 0 }
    }

    /// How much the words report an error: the worst clause, and a share of the others.
    pub(crate) fn error(&self) -> Weighed {
        let rule = &self.lexicon.error;
        let (mut best, mut sum) = (Weighed::default(), 0_i32);
        for number in 0..self.reading.clauses.len() {
            let points = self.clause_error(number);
            sum = sum.saturating_add(points.max(0));
            if points > best.points {
                best = Weighed { points, clause: Some(number) };
            }
        }
        best.points += percent(sum - best.points, rule.others);
        if best.clause.is_some() && self.input.has_failed_call {
            best.points += rule.failed_call;
        }
        best
    }

    fn clause_error(&self, number: usize) -> i32 {
        let Some(clause) = self.reading.clauses.get(number) else { return 0 };
        let rule = &self.lexicon.error;
        let incident = clause.points(Meaning::Incident);
        let mut failure: i32 = FAILURES.iter().map(|&meaning| clause.points(meaning)).sum();
        if clause.points(Meaning::Answer) > 0 && self.quoted_nearby(number) {
            failure += rule.quoted_answer;
        }
        if incident + failure <= 0 {
            return 0;
        }
        let episode = clause.points(Meaning::Episode).min(6);
        let calm = clause.points(Meaning::Calm);
        let points = if self.is_supposed(number) {
            percent(incident + failure, rule.supposed)
        } else if self.is_asked_about(number) {
            percent(incident, rule.asked_incident) + percent(failure, rule.asked_failure) + episode
        } else {
            incident + failure + episode
        };
        let points = points - calm;
        match (clause.place, clause.machine) {
            (Place::Subject, _) => percent(points, rule.subject),
            (Place::Body, true) => percent(points, rule.machine),
            (Place::Body, false) => points,
        }
    }

    /// The clause asks, and not for help; or it heads a message that asks what it means.
    fn is_asked_about(&self, number: usize) -> bool {
        let Some(clause) = self.reading.clauses.get(number) else { return false };
        let heads = clause.place == Place::Subject && self.asks_meaning;
        heads || (self.is_question(number) && clause.points(Meaning::Help) == 0)
    }

    /// What the API returned often stands after a colon, in the next clause of the sentence.
    fn quoted_nearby(&self, number: usize) -> bool {
        let sentence = self.reading.clauses.get(number).map(|clause| clause.sentence);
        let near = self.reading.clauses.get(number..).unwrap_or_default().iter().take(2);
        near.filter(|clause| Some(clause.sentence) == sentence).any(|clause| clause.quoted)
    }

    fn sentence_of(&self, number: usize) -> impl Iterator<Item = &Clause> {
        let sentence = self.reading.clauses.get(number).map(|clause| clause.sentence);
        // Clauses of a sentence stand together, and a sentence has a bounded number of words.
        let start = number.saturating_sub(80);
        let near = self.reading.clauses.get(start..).unwrap_or_default().iter().take(160);
        near.filter(move |clause| Some(clause.sentence) == sentence)
    }

    fn is_supposed(&self, number: usize) -> bool {
        let (mut supposed, mut asks, mut helps) = (0, false, false);
        for clause in self.sentence_of(number) {
            supposed = supposed.max(clause.points(Meaning::Supposed)).max(clause.points(Meaning::Explain));
            asks |= clause.asks || clause.points(Meaning::Question) >= SURELY;
            helps |= clause.points(Meaning::Help) > 0;
        }
        supposed >= SURELY || (supposed > 0 && asks && !helps)
    }

    fn is_question(&self, number: usize) -> bool {
        self.reading.clauses.get(number).is_some_and(|clause| {
            clause.asks || clause.points(Meaning::Question) >= self.lexicon.question.threshold
        })
    }

    /// How much the words ask a question about the API.
    pub(crate) fn question(&self) -> Weighed {
        let rule = &self.lexicon.question;
        let mut best = Weighed::default();
        for (number, clause) in self.reading.clauses.iter().enumerate() {
            if clause.machine {
                continue;
            }
            let cues = clause.points(Meaning::Question) + clause.points(Meaning::Explain);
            let mark = if clause.asks { rule.mark } else { 0 };
            let points = cues + mark - clause.points(Meaning::Help).min(10);
            if points > best.points {
                best = Weighed { points, clause: Some(number) };
            }
        }
        best
    }

    /// Asked whether something is there; the weaker cues count only within a question.
    pub(crate) fn availability(&self, asks: bool) -> Option<Cue> {
        let least = if asks { 1 } else { self.lexicon.question.threshold };
        let hit = self.reading.heaviest(&[Meaning::Availability], None).filter(|hit| hit.weight >= least)?;
        Some(self.reading.cue(hit, self.input))
    }

    /// A message that asks nothing and complains in ordinary words reports an error all the same.
    pub(crate) fn complaint(&self) -> Option<Cue> {
        let total = |meaning| self.reading.total(meaning);
        let told = total(Meaning::Complaint) + total(Meaning::Help) + total(Meaning::Episode).min(5);
        let failing: i32 = ERRORS.iter().map(|&meaning| total(meaning)).sum();
        if told + failing - total(Meaning::Calm) < self.lexicon.error.complaint {
            return None;
        }
        let hit = self.reading.heaviest(&ERRORS, None);
        let hit = hit.or_else(|| self.reading.heaviest(&[Meaning::Complaint, Meaning::Help], None))?;
        Some(self.reading.cue(hit, self.input))
    }

    /// The request for a key, if there is one; `error` tells whether the message reports an error.
    pub(crate) fn key_request(&self, error: bool) -> Option<KeyRequest> {
        let rule = &self.lexicon.key_request;
        let total = |meaning| self.reading.total(meaning);
        let (mut best, mut anchor) = (i32::MIN, None);
        for hit in &self.reading.hits {
            if !matches!(hit.meaning, Meaning::KeyLack | Meaning::KeyAsk) {
                continue;
            }
            let mut here = [0; 4];
            for clause in self.sentence_of(hit.clause) {
                for (sum, meaning) in here.iter_mut().zip(KEY_MEANINGS) {
                    *sum += clause.points(meaning);
                }
            }
            let [noun, ask, lack, other] = here;
            let far = |near: i32, meaning| near.max(percent(total(meaning), rule.elsewhere)).min(10);
            let noun = far(noun, Meaning::KeyNoun);
            let wish = far(ask, Meaning::KeyAsk) + far(lack, Meaning::KeyLack);
            let points = if noun == 0 { 0 } else { noun + wish } - far(other, Meaning::KeyOther) * 2;
            let better = points > best || (points == best && hit.meaning == Meaning::KeyLack);
            if better {
                (best, anchor) = (points, Some(hit));
            }
        }
        let anchor = anchor?;
        if error {
            best -= rule.error;
        }
        if self.input.has_failed_call {
            best -= rule.failed_call;
        }
        (best >= rule.threshold).then(|| KeyRequest {
            environments: self.environments_near(anchor),
            first: total(Meaning::KeyFirst) > 0 || total(Meaning::KeyLack) > 0 || !self.input.sender_known,
            cue: self.reading.cue(anchor, self.input),
        })
    }

    /// The environments named with the request: in its clause, else its sentence, else anywhere.
    fn environments_near(&self, anchor: &Hit) -> Vec<String> {
        let home = self.reading.clauses.get(anchor.clause);
        let place = home.map_or(Place::Body, |clause| clause.place);
        let done: Vec<_> = self.reading.of_meaning(Meaning::KeyDone).collect();
        let named = |place: Place| -> Vec<Mention> {
            let text = place.text(self.input);
            let is_done = |mention: &Mention| {
                done.iter().any(|hit| {
                    let of = self.reading.clauses.get(hit.clause).map(|clause| clause.place);
                    of == Some(place)
                        && hit.span.start <= mention.span.start
                        && mention.span.end <= hit.span.end
                })
            };
            self.lexicon.environments(text).into_iter().filter(|mention| !is_done(mention)).collect()
        };
        let here = named(place);
        let bounds = |in_home: &dyn Fn(usize) -> bool| self.bounds(place, in_home);
        let clause = bounds(&|number| number == anchor.clause);
        let sentence = bounds(&|number| {
            self.reading.clauses.get(number).map(|clause| clause.sentence)
                == home.map(|clause| clause.sentence)
        });
        for (from, to) in [clause, sentence] {
            let inside = here.iter().filter(|mention| from <= mention.span.start && mention.span.start < to);
            let codes = codes(inside);
            if !codes.is_empty() {
                return codes;
            }
        }
        let elsewhere = [named(Place::Subject), named(Place::Body)];
        elsewhere
            .iter()
            .map(|mentions| codes(mentions.iter()))
            .find(|codes| !codes.is_empty())
            .unwrap_or_default()
    }

    /// The bytes of the clauses that `chosen` picks.
    fn bounds(&self, place: Place, chosen: &dyn Fn(usize) -> bool) -> (usize, usize) {
        let spans = self.reading.clauses.iter().enumerate();
        let spans = spans.filter(|(number, clause)| clause.place == place && chosen(*number));
        let (from, to) = spans.fold((usize::MAX, 0), |(from, to), (_, clause)| {
            (from.min(clause.span.start), to.max(clause.span.end))
        });
        (from, to)
    }

    /// The cue of an error in its clause; else where a quoted answer was introduced.
    pub(crate) fn error_cue(&self, weighed: Weighed) -> Option<Cue> {
        let clause = weighed.clause?;
        let hit = self.reading.heaviest(&ERRORS, Some(clause));
        let hit = hit.or_else(|| self.reading.heaviest(&[Meaning::Answer], Some(clause)))?;
        Some(self.reading.cue(hit, self.input))
    }

    /// The cue of a question; a bare question mark is shown with its whole clause.
    pub(crate) fn question_cue(&self, weighed: Weighed) -> Option<Cue> {
        let number = weighed.clause?;
        match self.reading.heaviest(&[Meaning::Explain, Meaning::Question], Some(number)) {
            Some(hit) if hit.weight > 0 => Some(self.reading.cue(hit, self.input)),
            _ => {
                let clause = self.reading.clauses.get(number)?;
                Some(Cue::new(clause.place, clause.span.clone(), self.input))
            }
        }
    }
}

const KEY_MEANINGS: [Meaning; 4] = [Meaning::KeyNoun, Meaning::KeyAsk, Meaning::KeyLack, Meaning::KeyOther];

fn codes<'a>(mentions: impl Iterator<Item = &'a Mention>) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for mention in mentions {
        if !codes.contains(&mention.code) {
            codes.push(mention.code.clone());
        }
    }
    codes
}

pub(crate) fn percent(points: i32, percent: i32) -> i32 {
    points.saturating_mul(percent) / 100
}
