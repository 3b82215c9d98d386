//! What the official documentation says, as the diagnosis asks for it.
//!
//! The search itself lives elsewhere; here is only the question and the answer, so that the core can be run with any.

/// An excerpt, byte for byte as it stands in its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file's path below the documentation, without its ending.
    pub document: String,
    /// The heading's slug, or `METHOD path` of an operation.
    pub heading: String,
    /// The heading as people read it.
    pub title: String,
    pub url: Option<String>,
    /// The exact text.
    pub text: String,
}

/// The answer to a question: an excerpt, or silence; and what else comes near.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// What answers it; `None` where the documentation is silent.
    pub answered: Option<Excerpt>,
    /// Up to ten further excerpts, best first.
    pub suggestions: Vec<Excerpt>,
}

/// The documentation, whoever searches it. Every excerpt was compared with its document before it is handed out.
pub trait Documentation: Sync {
    /// Answers a question, for a version of the API where one is named (its code).
    fn answer(&self, question: &str, version: Option<&str>) -> Answer;

    /// Up to `limit` excerpts nearest to `words`, best first.
    fn search(&self, words: &str, limit: usize) -> Vec<Excerpt>;

    /// The excerpt of a documented operation (`METHOD`, template with its prefix).
    fn operation(&self, document: &str, method: &str, template: &str) -> Option<Excerpt>;
}

/// No documentation at all: every question meets silence.
pub struct Silence;

impl Documentation for Silence {
    fn answer(&self, _question: &str, _version: Option<&str>) -> Answer {
        Answer::default()
    }

    fn search(&self, _words: &str, _limit: usize) -> Vec<Excerpt> {
        Vec::new()
    }

    fn operation(&self, _document: &str, _method: &str, _template: &str) -> Option<Excerpt> {
        None
    }
}
