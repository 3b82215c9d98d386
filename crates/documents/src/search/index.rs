//! Terms to the sections and passages that have them.

use super::passages::{Part, is_structure, of_block, of_prose};
use super::query::flat;
use super::signals::signals;
use crate::section::{Section, SectionKind};
use crate::settings::Ranking;
use crate::text::{Lexicon, Token, tokens};
use std::collections::HashMap;
use std::ops::Range;

/// A part of a section, as it is searched.
#[derive(Debug, Clone)]
pub(crate) struct Passage {
    pub(crate) section: u32,
    pub(crate) range: Range<usize>,
    pub(crate) signals: u16,
}

/// Where a term occurs, and its weighted, length-normalised frequency there.
pub(crate) type Posting = (u32, f32);

/// Everything that ranking needs; terms are numbered in the order they were first seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    terms: HashMap<String, u32>,
    names: Vec<String>,
    pub(crate) sections: Vec<Vec<Posting>>,
    pub(crate) passages: Vec<Vec<Posting>>,
    /// The sections whose heading, title or path has the term.
    pub(crate) headings: Vec<Vec<u32>>,
    pub(crate) parts: Vec<Passage>,
    /// The passages of each section.
    pub(crate) parts_of: Vec<Range<usize>>,
    /// The document of each section, numbered.
    pub(crate) document_of: Vec<u32>,
    /// The documents that have each term, ascending.
    pub(crate) documents: Vec<Vec<u32>>,
    /// Parts already read, by document and place; empty once the index is built.
    read_before: HashMap<(u32, usize, usize), (Vec<u32>, u16)>,
    /// The texts of the sections as messages are looked up in them.
    pub(crate) flat: Vec<String>,
    /// Sections without a body answer nothing themselves.
    pub(crate) empty: Vec<bool>,
}

const FIELDS: usize = 6;

/// One section's terms, by field: heading, document title, parents, body, referred, asked.
type Bags = [Vec<u32>; FIELDS];

/// The section and the text its ranges count in.
pub(crate) struct Source<'a> {
    pub(crate) section: &'a Section,
    pub(crate) text: &'a str,
    pub(crate) document: u32,
    /// Questions that people confirmed this section to answer.
    pub(crate) asked: &'a [String],
}

impl Index {
    pub(crate) fn build(sources: &[Source<'_>], lexicon: &Lexicon, ranking: &Ranking) -> Self {
        let mut index = Self::default();
        let mut bags = Vec::with_capacity(sources.len());
        let mut own = Vec::new();
        for (number, source) in (0_u32..).zip(sources) {
            let before = index.parts.len();
            let bag = index.read(number, source, lexicon, &mut own);
            index.parts_of.push(before..index.parts.len());
            index.empty.push(index.parts.len() == before);
            index.document_of.push(source.document);
            index.flat.push(flat(source.text.get(source.section.range.clone()).unwrap_or_default()));
            bags.push(bag);
        }
        index.read_before = HashMap::new();
        index.weigh_sections(&bags, ranking);
        index.weigh_passages(&own, &bags, ranking);
        index
    }

    pub(crate) fn term(&self, name: &str) -> Option<u32> {
        self.terms.get(name).copied()
    }

    /// All terms, numbered by their place.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// In how many sections a term occurs.
    pub(crate) fn frequency(&self, term: u32) -> usize {
        self.sections.get(term as usize).map_or(0, Vec::len)
    }

    fn number(&mut self, name: &str) -> u32 {
        if let Some(known) = self.terms.get(name) {
            return *known;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.terms.insert(name.to_owned(), number);
        self.names.push(name.to_owned());
        number
    }

    fn read(&mut self, number: u32, source: &Source<'_>, lexicon: &Lexicon, own: &mut Vec<Vec<u32>>) -> Bags {
        let section = source.section;
        let operation = section.kind == SectionKind::Operation;
        let mut bags = Bags::default();
        let title = section.parents.first().map_or("", String::as_str);
        let above = section.parents.get(1..).unwrap_or_default().join(". ");
        let heading =
            if operation { format!("{}. {}", section.title, section.heading) } else { section.title.clone() };
        let texts = [heading, format!("{title}. {}", section.document), above];
        for (bag, text) in bags.iter_mut().zip(&texts) {
            *bag = self.numbers(text, lexicon, operation);
        }
        let parts = if operation {
            of_block(source.text, section.range.clone())
        } else {
            of_prose(source.text, section.range.clone())
        };
        let referred = section.referred.iter().flat_map(|range| of_block(source.text, range.clone()));
        for (field, part) in parts.into_iter().map(|part| (3, part)).chain(referred.map(|part| (4, part))) {
            let terms = self.part(number, source, &part, lexicon);
            if let Some(bag) = bags.get_mut(field) {
                bag.extend(&terms);
            }
            own.push(terms);
        }
        if let Some(bag) = bags.last_mut() {
            *bag = source.asked.iter().flat_map(|asked| self.numbers(asked, lexicon, false)).collect();
        }
        bags
    }

    /// Reads one part; what several operations refer to is read once.
    fn part(&mut self, number: u32, source: &Source<'_>, part: &Part, lexicon: &Lexicon) -> Vec<u32> {
        let operation = source.section.kind == SectionKind::Operation;
        let key = (source.document, part.range.start, part.range.end);
        let (terms, signals) = match self.read_before.get(&key) {
            Some(known) => known.clone(),
            None => {
                let inside = source.text.get(part.range.clone()).unwrap_or_default();
                let mut terms = self.numbers(inside, lexicon, operation);
                if let Some(columns) = part.columns.clone().and_then(|range| source.text.get(range)) {
                    terms.extend(self.numbers(columns, lexicon, operation));
                }
                (terms, signals(inside))
            }
        };
        if operation {
            self.read_before.insert(key, (terms.clone(), signals));
        }
        self.parts.push(Passage { section: number, range: part.range.clone(), signals });
        terms
    }

    /// The terms of a text: its stems, whole identifiers, and the phrases that the lexicon knows.
    fn numbers(&mut self, text: &str, lexicon: &Lexicon, operation: bool) -> Vec<u32> {
        let tokens = tokens(text);
        let mut numbers = Vec::with_capacity(tokens.len());
        for token in &tokens {
            if !(operation && is_structure(&token.folded)) {
                numbers.push(self.number(&token.stem));
            }
        }
        let stems: Vec<&str> = words(&tokens).collect();
        for at in 0..stems.len() {
            for phrase in lexicon.phrases_at(stems.get(at..).unwrap_or_default()) {
                numbers.push(self.number(&phrase.join(" ")));
            }
        }
        numbers
    }

    fn weigh_sections(&mut self, bags: &[Bags], ranking: &Ranking) {
        let averages = averages(bags);
        self.sections = vec![Vec::new(); self.names.len()];
        self.headings = vec![Vec::new(); self.names.len()];
        self.documents = vec![Vec::new(); self.names.len()];
        for (number, bag) in (0_u32..).zip(bags) {
            let mut weights: Vec<Posting> = Vec::new();
            for ((terms, average), weight) in bag.iter().zip(averages).zip(ranking.fields()) {
                let length = terms.len() as f32 / average.max(1.0);
                let share = weight / (1.0 - ranking.length_norm + ranking.length_norm * length);
                weights.extend(terms.iter().map(|term| (*term, share)));
            }
            for (term, weight) in summed(weights) {
                push(&mut self.sections, term, (number, weight));
                let document = self.document_of.get(number as usize).copied().unwrap_or_default();
                if let Some(list) = self.documents.get_mut(term as usize)
                    && list.last() != Some(&document)
                {
                    list.push(document);
                }
            }
            for (term, _) in summed(bag.iter().take(3).flatten().map(|term| (*term, 1.0)).collect()) {
                push(&mut self.headings, term, number);
            }
        }
    }

    fn weigh_passages(&mut self, own: &[Vec<u32>], bags: &[Bags], ranking: &Ranking) {
        self.passages = vec![Vec::new(); self.names.len()];
        let total: usize = own.iter().map(Vec::len).sum();
        let average = (total as f32 / own.len().max(1) as f32).max(1.0);
        for ((number, terms), passage) in (0_u32..).zip(own).zip(&self.parts) {
            let length = terms.len() as f32 / average;
            let share = 1.0 / (1.0 - ranking.length_norm + ranking.length_norm * length);
            let mut weights: Vec<Posting> = terms.iter().map(|term| (*term, share)).collect();
            let context = bags.get(passage.section as usize);
            let shares = [ranking.passage_heading, ranking.passage_title, ranking.passage_title];
            for (bag, share) in context.into_iter().flatten().zip(shares) {
                weights.extend(bag.iter().map(|term| (*term, share)));
            }
            for (term, weight) in summed(weights) {
                push(&mut self.passages, term, (number, weight));
            }
        }
    }
}

/// The stems of the words, without the wholes of compound identifiers.
fn words(tokens: &[Token]) -> impl Iterator<Item = &str> {
    tokens.iter().filter(|token| !token.whole).map(|token| token.stem.as_str())
}

fn averages(bags: &[Bags]) -> [f32; FIELDS] {
    let mut sums = [0.0; FIELDS];
    for bag in bags {
        for (sum, terms) in sums.iter_mut().zip(bag) {
            *sum += terms.len() as f32;
        }
    }
    sums.map(|sum| sum / bags.len().max(1) as f32)
}

/// One entry for each term, ascending, with its weights added up.
fn summed(mut weights: Vec<Posting>) -> Vec<Posting> {
    weights.sort_unstable_by_key(|(term, _)| *term);
    weights.dedup_by(|later, first| {
        let same = later.0 == first.0;
        if same {
            first.1 += later.1;
        }
        same
    });
    weights
}

fn push<T>(lists: &mut [Vec<T>], term: u32, value: T) {
    if let Some(list) = lists.get_mut(term as usize) {
        list.push(value);
    }
}
