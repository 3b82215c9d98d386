//! Whether the best section answers, and which of its bytes do.

use crate::excerpt::{Excerpt, hash};
use crate::library::Library;
use crate::search::{Query, Ranked, Word, rank};
use serde::Serialize;
use std::ops::Range;

/// What is known about the one who asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryContext {
    /// The API version in use (`v2`); a version named in the question goes before it.
    pub version: Option<String>,
}

/// What a question got.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The excerpt that answers; `None` is a refusal.
    pub answered: Option<Excerpt>,
    /// How likely the best excerpt is to answer, 0 to 1. Answered from the threshold in `answering.toml` on.
    pub confidence: f32,
    /// Up to ten excerpts, best first, without the one that answers.
    pub suggestions: Vec<Excerpt>,
    /// What the confidence was computed from.
    pub features: Features,
}

/// Why the program is sure or not; each but `words` lies between 0 and 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Features {
    /// The share of what is asked that the best section has, stand-ins included.
    pub covered: f32,
    /// The share that one paragraph, row or item of it has.
    pub covered_by_passage: f32,
    /// The share that the section has word for word.
    pub covered_exactly: f32,
    /// The share that stands in its heading, title or path.
    pub covered_by_heading: f32,
    /// The weightiest thing asked that the section lacks.
    pub missing: f32,
    /// The share of what is asked that no document has.
    pub unknown: f32,
    /// The weightiest name or term of trade asked about that the section lacks.
    pub unknown_term: f32,
    /// How well the section has the word that the question turns on; a stand-in counts less.
    pub focus: f32,
    /// Whether it has that very word.
    pub focus_exact: f32,
    /// The score, as a share of the best possible one.
    pub strength: f32,
    /// How far it is ahead of the next section, as far as its best part covers what is asked.
    pub margin: f32,
    /// The share of the next four sections, by score, that are of the same document.
    pub consensus: f32,
    /// Whether the kind of answer asked for is shown.
    pub asked_for: f32,
    /// Whether a term, size or number was asked for and none is shown.
    pub not_shown: f32,
    /// How much of what is asked was found, in words of middling rarity, up to six; a share of little is little.
    pub evidence: f32,
    /// Whether it has, word for word, what the question quotes.
    pub quoted: f32,
    /// How much was asked: the number of words that count, as a logarithm.
    pub words: f32,
}

/// The most suggestions.
const MOST: usize = 10;

pub(crate) fn answer(library: &Library, question: &str, context: &QueryContext) -> Answer {
    let mut query = library.query(question);
    query.version = query.version.or_else(|| context.version.clone());
    let ranked = rank(&library.index, &library.sections, &query, &library.answering.ranking);
    let Some(best) = ranked.first() else {
        return Answer {
            answered: None,
            confidence: 0.0,
            suggestions: Vec::new(),
            features: Features::default(),
        };
    };
    let features = features(library, &query, best, &ranked);
    let confidence = confidence(library, &features);
    let mut excerpts: Vec<Excerpt> = ranked
        .iter()
        .take(MOST + 1)
        .filter_map(|found| excerpt_of(library, found.section, &query))
        .filter(|excerpt| library.verify(excerpt))
        .collect();
    let sure = confidence >= library.answering.threshold && !excerpts.is_empty();
    let answered = sure.then(|| excerpts.remove(0));
    excerpts.truncate(MOST);
    Answer { answered, confidence, suggestions: excerpts, features }
}

fn confidence(library: &Library, f: &Features) -> f32 {
    let w = &library.answering.confidence;
    let sum = w.bias
        + w.covered * f.covered
        + w.covered_by_passage * f.covered_by_passage
        + w.covered_exactly * f.covered_exactly
        + w.covered_by_heading * f.covered_by_heading
        + w.missing * f.missing
        + w.unknown * f.unknown
        + w.unknown_term * f.unknown_term
        + w.focus * f.focus
        + w.focus_exact * f.focus_exact
        + w.strength * f.strength
        + w.margin * f.margin
        + w.consensus * f.consensus
        + w.asked_for * f.asked_for
        + w.not_shown * f.not_shown
        + w.evidence * f.evidence
        + w.quoted * f.quoted
        + w.words * f.words;
    1.0 / (1.0 + (-sum).exp())
}

fn features(library: &Library, query: &Query, best: &Ranked, ranked: &[Ranked]) -> Features {
    let index = &library.index;
    let has = |term: u32| {
        index
            .sections
            .get(term as usize)
            .is_some_and(|list| list.binary_search_by_key(&best.section, |p| p.0).is_ok())
    };
    let heads = |term: u32| {
        index.headings.get(term as usize).is_some_and(|list| list.binary_search(&best.section).is_ok())
    };
    let total: f32 = query.words.iter().map(Word::importance).sum();
    let scale = (1.0 + library.sections.len() as f32 * 2.0).ln();
    let mut f = Features {
        covered: best.covered,
        covered_by_passage: best.covered_by_passage,
        ..Features::default()
    };
    for (at, word) in query.words.iter().enumerate() {
        let found = |with: &dyn Fn(u32) -> bool| {
            word.alternatives
                .iter()
                .filter(|other| with(other.term))
                .map(|other| other.weight)
                .fold(0.0, f32::max)
        };
        let here = found(&has);
        let weight = (word.importance() / scale).min(1.0);
        f.covered_exactly += if here >= 1.0 { word.importance() / total } else { 0.0 };
        f.covered_by_heading += found(&heads) * word.importance() / total;
        if here == 0.0 {
            f.missing = f.missing.max(weight);
        }
        if word.technical {
            f.unknown_term = f.unknown_term.max(weight * (1.0 - here));
        }
        if word.is_unknown() {
            f.unknown += word.importance() / total;
        }
        if query.focus == Some(at) {
            f.focus = here.max(0.0);
            f.focus_exact = if here >= 1.0 { 1.0 } else { 0.0 };
        }
    }
    f.strength = (best.score / (total * 3.0)).min(1.0);
    let ahead = ranked.get(1).map_or(1.0, |next| 1.0 - next.score / best.score);
    f.margin = ahead * f.covered_by_passage;
    f.consensus = consensus(library, best, ranked);
    f.evidence = (best.covered * total / (scale * 0.6) / 6.0).min(1.0);
    let text = index.flat.get(best.section as usize).map_or("", String::as_str);
    f.quoted = if query.quoted.iter().any(|quoted| text.contains(quoted.as_str())) { 1.0 } else { 0.0 };
    let shown = signals(library, best);
    let met = |want: &(u16, bool)| want.0 & shown != 0;
    f.asked_for = if query.wants.iter().any(met) { 1.0 } else { 0.0 };
    f.not_shown = if query.wants.iter().any(|want| want.1 && !met(want)) { 1.0 } else { 0.0 };
    f.words = (query.words.iter().map(|word| word.weight).sum::<f32>() + 1.0).ln();
    f
}

/// How far the sections that follow are of the best one's document.
fn consensus(library: &Library, best: &Ranked, ranked: &[Ranked]) -> f32 {
    let document = |one: &Ranked| library.document_of.get(one.section as usize);
    let next = ranked.get(1..ranked.len().min(5)).unwrap_or_default();
    let all: f32 = next.iter().map(|one| one.score).sum();
    let same: f32 = next.iter().filter(|one| document(one) == document(best)).map(|one| one.score).sum();
    if all > 0.0 { same / all } else { 1.0 }
}

/// What the best part of a section shows, or of a short section any part.
fn signals(library: &Library, best: &Ranked) -> u16 {
    let parts = library.index.parts_of.get(best.section as usize).cloned().unwrap_or_default();
    let parts = library.index.parts.get(parts).unwrap_or_default();
    match best.passage.and_then(|at| library.index.parts.get(at as usize)) {
        Some(part) if parts.len() > 12 => part.signals,
        _ => parts.iter().fold(0, |all, part| all | part.signals),
    }
}

/// The bytes of a section that fit the question best: all of it, or the window around its best part.
pub(crate) fn excerpt_of(library: &Library, section: u32, query: &Query) -> Option<Excerpt> {
    let document = library.document_of.get(section as usize).copied()?;
    let text = library.text(document);
    let of = library.sections.get(section as usize)?;
    let range = window(library, section, query, text)?;
    let excerpt = text.get(range.clone())?.to_owned();
    Some(Excerpt {
        document: of.document.clone(),
        heading: of.heading.clone(),
        title: of.title.clone(),
        url: of.url.clone(),
        version: of.version.clone(),
        hash: hash(&excerpt),
        excerpt,
        range,
    })
}

fn length(text: &str, range: &Range<usize>) -> usize {
    text.get(range.clone()).map_or(0, |inside| inside.chars().count())
}

fn window(library: &Library, section: u32, query: &Query, text: &str) -> Option<Range<usize>> {
    let of = library.sections.get(section as usize)?;
    if length(text, &of.range) <= Excerpt::LONGEST {
        return Some(of.range.clone());
    }
    let parts = library.index.parts_of.get(section as usize)?.clone();
    let scores: Vec<(Range<usize>, f32)> = parts
        .filter_map(|at| Some((library.index.parts.get(at)?.range.clone(), part_score(library, at, query))))
        .collect();
    let inside = |range: &Range<usize>| of.range.start <= range.start && range.end <= of.range.end;
    let own: Vec<_> = scores.iter().filter(|(range, _)| inside(range)).cloned().collect();
    if let Some(range) = best_window(text, &own) {
        return Some(with_front(text, &of.range, range));
    }
    Some(cut(text, of.range.clone()))
}

fn part_score(library: &Library, part: usize, query: &Query) -> f32 {
    let part_number = u32::try_from(part).unwrap_or(u32::MAX);
    let lists = &library.index.passages;
    let score = |word: &Word| {
        let found = word.alternatives.iter().filter_map(|other| {
            let list = lists.get(other.term as usize)?;
            let at = list.binary_search_by_key(&part_number, |posting| posting.0).ok()?;
            let frequency = list.get(at)?.1;
            Some(other.weight * frequency / (frequency + library.answering.ranking.saturation))
        });
        word.importance() * found.fold(0.0, f32::max)
    };
    query.words.iter().map(score).sum()
}

/// The run of parts within the longest excerpt whose scores add up to most, weighing the best part highest.
fn best_window(text: &str, parts: &[(Range<usize>, f32)]) -> Option<Range<usize>> {
    let mut best: Option<(f32, Range<usize>)> = None;
    for (from, (first, _)) in parts.iter().enumerate() {
        let mut sum = 0.0;
        let mut top = 0.0_f32;
        for (range, score) in parts.iter().skip(from) {
            let run = first.start..range.end;
            if length(text, &run) > Excerpt::LONGEST {
                break;
            }
            sum += score;
            top = top.max(*score);
            let value = top * 4.0 + sum;
            if best.as_ref().is_none_or(|(other, _)| value > *other) {
                best = Some((value, run));
            }
        }
    }
    best.map(|(_, run)| run)
}

/// Widens a window to the section's beginning where that fits: the heading says what the rest is about.
fn with_front(text: &str, section: &Range<usize>, window: Range<usize>) -> Range<usize> {
    let wide = section.start..window.end;
    if length(text, &wide) <= Excerpt::LONGEST {
        return wide;
    }
    window
}

/// The longest beginning that an excerpt may have.
fn cut(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = text.get(range.clone()).unwrap_or_default();
    let end = inside.char_indices().nth(Excerpt::LONGEST).map_or(inside.len(), |(at, _)| at);
    range.start..range.start + end
}
