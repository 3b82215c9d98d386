//! All documents, split, indexed, and ready to be asked.

use crate::answer::{self, Answer, QueryContext};
use crate::error::LexiconError;
use crate::excerpt::{self, Excerpt};
use crate::search::{Hit, Index, Query, Word, flat, rank};
use crate::section::{Section, SectionKind, SourceFile};
use crate::settings::Answering;
use crate::split::{Document, split};
use crate::text::Lexicon;

/// A question that a person confirmed a section to answer; it helps to find that section again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmed {
    /// As it was asked.
    pub question: String,
    /// The file's path without its ending.
    pub document: String,
    /// The heading's slug, or `METHOD path`.
    pub heading: String,
}

/// A word or phrase heard in a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Its stems.
    pub term: String,
    /// How much it counts: its rarity in the documents, less for everyday words.
    pub importance: f32,
    /// The terms of the documents that show it, and how well (1 is the word itself), best first.
    pub shown_by: Vec<(String, f32)>,
}

/// Documentation that can be searched and quoted. Immutable but for [`learn`](Self::learn).
#[derive(Debug, Clone)]
pub struct Library {
    pub(crate) documents: Vec<Document>,
    pub(crate) sections: Vec<Section>,
    /// Which document each section is of.
    pub(crate) document_of: Vec<u32>,
    asked: Vec<Vec<String>>,
    pub(crate) index: Index,
    pub(crate) lexicon: Lexicon,
    pub(crate) answering: Answering,
}

impl Library {
    /// Splits and indexes `files`; what could not be read is named in the second value, and the rest is there.
    ///
    /// Files are taken in the order of their paths, so that the order given does not show.
    pub fn build(files: Vec<SourceFile>, lexicon: &Lexicon) -> Result<(Self, Vec<String>), LexiconError> {
        Ok(Self::build_with(files, lexicon, Answering::standard()?))
    }

    /// The same with other numbers than the program's own.
    pub fn build_with(
        mut files: Vec<SourceFile>,
        lexicon: &Lexicon,
        answering: Answering,
    ) -> (Self, Vec<String>) {
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let mut problems = Vec::new();
        let documents: Vec<Document> = files.iter().filter_map(|file| split(file, &mut problems)).collect();
        let mut sections = Vec::new();
        let mut document_of = Vec::new();
        for (number, document) in (0_u32..).zip(&documents) {
            document_of.extend(document.sections.iter().map(|_| number));
            sections.extend(document.sections.iter().cloned());
        }
        let mut library = Self {
            asked: vec![Vec::new(); sections.len()],
            documents,
            sections,
            document_of,
            index: Index::default(),
            lexicon: lexicon.clone(),
            answering,
        };
        library.reindex();
        (library, problems)
    }

    /// Takes in what people confirmed, and returns how many of the places exist. Indexes anew: give all at once.
    pub fn learn(&mut self, confirmed: &[Confirmed]) -> usize {
        let mut known = 0;
        for pair in confirmed {
            let at =
                self.sections.iter().position(|s| s.document == pair.document && s.heading == pair.heading);
            if let Some(list) = at.and_then(|at| self.asked.get_mut(at)) {
                list.push(pair.question.clone());
                known += 1;
            }
        }
        self.reindex();
        known
    }

    fn reindex(&mut self) {
        let sources: Vec<_> = self.sections.iter().zip(&self.document_of).zip(&self.asked).collect();
        let sources: Vec<_> = sources
            .into_iter()
            .map(|((section, document), asked)| crate::search::Source {
                section,
                text: self.text(*document),
                document: *document,
                asked,
            })
            .collect();
        self.index = Index::build(&sources, &self.lexicon, &self.answering.ranking);
    }

    /// The sections, in the order of their files.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The text of a section, exactly.
    pub fn text_of(&self, section: &Section) -> &str {
        let document = self.sections.iter().position(|other| std::ptr::eq(other, section));
        let number = document.and_then(|at| self.document_of.get(at).copied());
        number.and_then(|number| self.text(number).get(section.range.clone())).unwrap_or_default()
    }

    pub(crate) fn text(&self, document: u32) -> &str {
        self.documents.get(document as usize).map_or("", |document| &document.text)
    }

    /// Reads a question against this library.
    pub(crate) fn query(&self, question: &str) -> Query {
        Query::read(question, &self.index, &self.lexicon, &self.answering.ranking)
    }

    /// The best sections for some words, best first, at most `limit`.
    pub fn search(&self, query: &str, limit: usize) -> Vec<Hit<'_>> {
        let query = self.query(query);
        let ranked = rank(&self.index, &self.sections, &query, &self.answering.ranking);
        let hits = ranked.iter().take(limit);
        hits.filter_map(|found| {
            Some(Hit { section: self.sections.get(found.section as usize)?, score: found.score })
        })
        .collect()
    }

    /// What was heard in a question, in its order, for those who tend the lists.
    pub fn heard(&self, question: &str) -> Vec<Heard> {
        let name = |term: u32| self.index.names().get(term as usize).cloned().unwrap_or_default();
        let heard = |word: &Word| {
            let mut shown_by: Vec<_> =
                word.alternatives.iter().map(|other| (name(other.term), other.weight)).collect();
            shown_by.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
            Heard { term: word.term.clone(), importance: word.importance(), shown_by }
        };
        self.query(question).words.iter().map(heard).collect()
    }

    /// The excerpt that answers, or none, and what else may help. Never fails: an empty question is refused.
    pub fn answer(&self, question: &str, context: &QueryContext) -> Answer {
        answer::answer(self, question, context)
    }

    /// Reads an excerpt's bytes again and compares. `false` also if its document or heading is no longer there.
    pub fn verify(&self, excerpt: &Excerpt) -> bool {
        let places = self.sections.iter().zip(&self.document_of);
        let mut places =
            places.filter(|(s, _)| s.document == excerpt.document && s.heading == excerpt.heading);
        places.any(|(section, document)| {
            let inside = |outer: &std::ops::Range<usize>| {
                outer.start <= excerpt.range.start && excerpt.range.end <= outer.end
            };
            let belongs = inside(&section.range) || section.referred.iter().any(inside);
            let bytes = self.text(*document).get(excerpt.range.clone());
            belongs
                && bytes == Some(excerpt.excerpt.as_str())
                && excerpt::hash(&excerpt.excerpt) == excerpt.hash
        })
    }

    /// The sections that contain an error message word for word (accents, case and spacing aside), headings first.
    pub fn explains(&self, message: &str) -> Vec<Excerpt> {
        let wanted = flat(message);
        if wanted.chars().count() < SHORTEST_MESSAGE {
            return Vec::new();
        }
        let mut found: Vec<(u8, u32)> = Vec::new();
        for ((number, section), text) in (0_u32..).zip(&self.sections).zip(&self.index.flat) {
            if flat(&section.title).contains(&wanted) {
                found.push((0, number));
            } else if text.contains(&wanted) {
                found.push((if section.kind == SectionKind::Prose { 1 } else { 2 }, number));
            }
        }
        found.sort_unstable();
        let query = self.query(message);
        found.into_iter().filter_map(|(_, section)| answer::excerpt_of(self, section, &query)).collect()
    }
}

/// Shorter texts stand everywhere.
const SHORTEST_MESSAGE: usize = 6;
