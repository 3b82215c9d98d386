//! Sections compared for one question.

use super::index::{Index, Posting};
use super::query::{Query, Word};
use crate::section::{Section, SectionKind};
use crate::settings::Ranking;

/// How well one section fits one question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    pub(crate) section: u32,
    pub(crate) score: f32,
    /// The part of it that fits best.
    pub(crate) passage: Option<u32>,
    /// The share of what is asked that the section has, and that its best part has, by importance.
    pub(crate) covered: f32,
    pub(crate) covered_by_passage: f32,
}

/// Weighted matches of one place, before places are compared.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    score: f32,
    covered: f32,
}

/// All sections that have anything of what is asked, best first; ties fall by place.
pub(crate) fn rank(index: &Index, all: &[Section], query: &Query, ranking: &Ranking) -> Vec<Ranked> {
    let total: f32 = query.words.iter().map(Word::importance).sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let sections = tally(&query.words, &index.sections, all.len(), ranking.saturation);
    let passages = tally(&query.words, &index.passages, index.parts.len(), ranking.saturation);
    let mut ranked: Vec<Ranked> = Vec::new();
    for ((number, section), tally) in (0_u32..).zip(all).zip(&sections) {
        if tally.score <= 0.0 {
            continue;
        }
        let best = best_passage(index, number, &passages, query, ranking);
        let passage = best.map(|(number, _)| number);
        let (passage_score, covered_by_passage) =
            best.map_or((0.0, 0.0), |(_, found)| (found.score, found.covered / total));
        let covered = tally.covered / total;
        let whole = tally.score * (1.0 + ranking.coverage * covered);
        let part = ranking.passage * passage_score * (1.0 + ranking.coverage * covered_by_passage);
        let score = (whole + part) * prior(index, number, section, query, ranking);
        ranked.push(Ranked { section: number, score, passage, covered, covered_by_passage });
    }
    ranked.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.section.cmp(&other.section)));
    ranked
}

/// Adds up, for each place, the best match of each word.
fn tally(words: &[Word], postings: &[Vec<Posting>], places: usize, saturation: f32) -> Vec<Tally> {
    let mut tallies = vec![Tally::default(); places];
    let mut best = vec![(0.0_f32, 0.0_f32); places];
    let mut touched: Vec<u32> = Vec::new();
    for word in words {
        for other in &word.alternatives {
            for (place, frequency) in postings.get(other.term as usize).into_iter().flatten() {
                let value = other.weight * frequency / (frequency + saturation);
                let Some(slot) = best.get_mut(*place as usize) else { continue };
                if slot.0 == 0.0 {
                    touched.push(*place);
                }
                slot.0 = slot.0.max(value);
                slot.1 = slot.1.max(other.weight);
            }
        }
        for place in touched.drain(..) {
            let (Some(slot), Some(tally)) = (best.get_mut(place as usize), tallies.get_mut(place as usize))
            else {
                continue;
            };
            tally.score += word.importance() * slot.0;
            tally.covered += word.importance() * slot.1;
            *slot = (0.0, 0.0);
        }
    }
    tallies
}

fn best_passage(
    index: &Index,
    section: u32,
    passages: &[Tally],
    query: &Query,
    ranking: &Ranking,
) -> Option<(u32, Tally)> {
    let range = index.parts_of.get(section as usize)?.clone();
    let mut best: Option<(u32, Tally)> = None;
    for at in range {
        let (Some(tally), Some(part)) = (passages.get(at), index.parts.get(at)) else { continue };
        let shown = query.wants.iter().filter(|(signals, _)| signals & part.signals != 0).count();
        let factor = 1.0 + ranking.cue * shown as f32;
        let tally = Tally { score: tally.score * factor, covered: tally.covered };
        if best.is_none_or(|(_, other)| tally.score > other.score) {
            best = Some((u32::try_from(at).unwrap_or(u32::MAX), tally));
        }
    }
    best
}

/// What speaks for or against a section whatever is asked.
fn prior(index: &Index, number: u32, section: &Section, query: &Query, ranking: &Ranking) -> f32 {
    let mut factor = 1.0;
    if index.empty.get(number as usize).copied().unwrap_or_default() {
        factor *= 0.4;
    }
    if section.kind == SectionKind::Operation {
        factor *= ranking.operation;
    }
    if is_history(section) {
        factor *= ranking.history;
    }
    if section.kind == SectionKind::Operation
        && query.calls.iter().any(|call| is_called(&section.heading, call))
    {
        factor *= ranking.quoted;
    }
    let text = index.flat.get(number as usize).map_or("", String::as_str);
    if query.quoted.iter().any(|quoted| text.contains(quoted.as_str())) {
        factor *= ranking.quoted;
    }
    match (&query.version, &section.version) {
        (Some(asked), Some(has)) if is_version(has) && !has.eq_ignore_ascii_case(asked) => {
            factor *= ranking.other_version
        }
        _ => {}
    }
    factor
}

/// Whether an operation is the one that was named, whatever prefix was left out and however its variables are called.
fn is_called(heading: &str, call: &(String, String)) -> bool {
    let heading = heading.to_lowercase();
    let Some((method, path)) = heading.split_once(' ') else { return false };
    let asked: Vec<&str> = call.1.split('/').collect();
    let has: Vec<&str> = path.split('/').collect();
    let fits = |one: &str, other: &str| one == other || (one.starts_with('{') && other.starts_with('{'));
    let tail = has.get(has.len().saturating_sub(asked.len())..).unwrap_or_default();
    method == call.0
        && tail.len() == asked.len()
        && tail.iter().zip(&asked).all(|(one, other)| fits(one, other))
}

/// Lists of changes repeat what other pages explain.
fn is_history(section: &Section) -> bool {
    let names = ["changelog", "release-notes", "novidades", "historico-de-versoes", "notas-de-versao"];
    names.iter().any(|name| section.document.to_ascii_lowercase().contains(name))
}

/// A code like `v2`; a word like `geral` holds for all.
fn is_version(text: &str) -> bool {
    text.strip_prefix(['v', 'V']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}
