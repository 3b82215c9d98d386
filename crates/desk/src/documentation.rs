//! The documentation as the core asks for it, answered by the library of excerpts.

use std::collections::BTreeMap;
use std::sync::Mutex;

use balcao_core::facts::documentation::{Answer, Documentation, Excerpt};
use balcao_documents::{Answering, Lexicon, LexiconError, Library, QueryContext, SourceFile};

use crate::bundle::Bundle;

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
    /// Indexes `files` (path below the documentation, and text) with the words and numbers of the procedure. What a file could
    /// not be read for comes as a problem.
    ///
    /// # Errors
    /// If `synonyms.toml` or `answering.toml` of the procedure is not what it must be.
    pub fn build(files: Vec<(String, String)>, bundle: &Bundle) -> Result<(Self, Vec<String>), LexiconError> {
        let lexicon = Lexicon::parse(bundle.file("synonyms.toml"))?;
        let answering = Answering::parse(bundle.file("answering.toml"))?;
        let files = files.into_iter().map(|(path, text)| SourceFile { path, text }).collect();
        let (library, problems) = Library::build_with(files, &lexicon, answering);
        Ok((Self { library, found: Mutex::default() }, problems))
    }

    /// Whether an excerpt still stands in its document, word for word.
    #[must_use]
    pub fn holds(&self, document: &str, heading: &str, text: &str) -> bool {
        let mut sections = self.library.sections().iter();
        sections.any(|section| {
            section.document == document
                && section.heading == heading
                && self.library.text_of(section).contains(text)
        })
    }

    /// The documents themselves, for what is measured on them.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.library
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
