//! The documentation as the core asks for it, answered by the library of excerpts.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;

use anyhow::Context as _;
use balcao_core::facts::documentation::{Answer, Documentation, Excerpt};
use balcao_documents::{Answering, Lexicon, Library, QueryContext, SourceFile, evaluation};

use crate::setup::beside;

/// Characters shown of an operation's block: its summary and the beginning of its contract.
const LONGEST_OPERATION: usize = 1_200;

/// The pages of the documentation, indexed.
pub struct Pages {
    library: Library,
    /// Searches by the procedure's own words, which are few and come again with every message.
    found: Mutex<BTreeMap<String, Vec<Excerpt>>>,
}

/// Searches that are kept.
const MOST_KEPT: usize = 64;

impl Pages {
    /// Indexes `files` (path below the documentation, and text) with the words and numbers that stand beside the procedure,
    /// the program's own where it has none. What a file could not be read for comes as a problem.
    pub fn build(
        files: Vec<(String, String)>,
        procedure: Option<&Path>,
    ) -> anyhow::Result<(Self, Vec<String>)> {
        let lexicon = Lexicon::parse(&beside(procedure, "synonyms.toml")?).context("synonyms.toml")?;
        let answering = Answering::parse(&beside(procedure, "answering.toml")?).context("answering.toml")?;
        let files = files.into_iter().map(|(path, text)| SourceFile { path, text }).collect();
        let (library, problems) = Library::build_with(files, &lexicon, answering);
        Ok((Self { library, found: Mutex::default() }, problems))
    }

    /// The figures of labelled questions (`questions.jsonl`), and the questions that went wrong.
    pub fn evaluate(&self, questions: &str, json: bool) -> anyhow::Result<String> {
        let questions = evaluation::read_questions(questions)?;
        let (figures, outcomes) = evaluation::evaluate(&self.library, &questions);
        if json {
            return Ok(serde_json::to_string_pretty(&figures)? + "\n");
        }
        let mut page = String::new();
        let mut line = |name: &str, share: f32| writeln!(page, "{:>5.1} %  {name}", share * 100.0);
        line("answerable: a right place comes first", figures.first)?;
        line("answerable: among the first three", figures.top3)?;
        line("answerable: among the first ten", figures.top10)?;
        line("answered: right, with what it must contain", figures.precision)?;
        line("answerable: answered", figures.answered)?;
        line("unanswerable: refused", figures.refused)?;
        for (question, outcome) in questions.iter().zip(&outcomes) {
            let wrong = if question.answerable { outcome.rank != Some(1) } else { outcome.answered };
            if wrong {
                let rank = outcome.rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string());
                let answered = if outcome.answered { "answered" } else { "refused" };
                writeln!(
                    page,
                    "  {}  {answered}, right place at {rank}, first was {}",
                    outcome.id, outcome.first
                )?;
            }
        }
        Ok(page)
    }

    /// An excerpt, if it is really in its document; one that is not is never handed out.
    fn checked(&self, excerpt: balcao_documents::Excerpt) -> Option<Excerpt> {
        self.library.verify(&excerpt).then_some(Excerpt {
            document: excerpt.document,
            heading: excerpt.heading,
            title: excerpt.title,
            url: excerpt.url,
            text: excerpt.excerpt,
        })
    }
}

impl Documentation for Pages {
    fn answer(&self, question: &str, version: Option<&str>) -> Answer {
        let context = QueryContext { version: version.map(str::to_owned) };
        let answer = self.library.answer(question, &context);
        Answer {
            answered: answer.answered.and_then(|excerpt| self.checked(excerpt)),
            suggestions: answer.suggestions.into_iter().filter_map(|excerpt| self.checked(excerpt)).collect(),
        }
    }

    fn search(&self, words: &str, limit: usize) -> Vec<Excerpt> {
        // A poisoned lock only means that another thread died while it held a complete map.
        let kept = || self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = kept().get(words) {
            return known.iter().take(limit).cloned().collect();
        }
        let answer = self.answer(words, None);
        let found: Vec<Excerpt> = answer.answered.into_iter().chain(answer.suggestions).collect();
        if kept().len() < MOST_KEPT {
            kept().insert(words.to_owned(), found.clone());
        }
        found.into_iter().take(limit).collect()
    }

    fn operation(&self, document: &str, method: &str, template: &str) -> Option<Excerpt> {
        let heading = format!("{method} {template}");
        let mut sections = self.library.sections().iter();
        let section = sections.find(|section| section.document == document && section.heading == heading)?;
        let whole = self.library.text_of(section);
        let end = whole.char_indices().nth(LONGEST_OPERATION).map_or(whole.len(), |(at, _)| at);
        // A line cut in the middle would read as something that the document does not say.
        let text = whole.get(..end).map(|text| {
            if end < whole.len() { text.rsplit_once('\n').map_or(text, |(t, _)| t) } else { text }
        })?;
        Some(Excerpt {
            document: section.document.clone(),
            heading: section.heading.clone(),
            title: section.title.clone(),
            url: section.url.clone(),
            text: text.to_owned(),
        })
    }
}
