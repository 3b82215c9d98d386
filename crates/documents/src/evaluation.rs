//! How well a library answers labelled questions.

use crate::answer::{Features, QueryContext};
use crate::excerpt::Excerpt;
use crate::library::Library;
use serde::{Deserialize, Serialize};

/// One labelled question: a line of `questions.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// Its name in reports.
    pub id: String,
    /// As it was asked.
    pub question: String,
    /// Whether the documentation answers it.
    pub answerable: bool,
    /// All places that answer; one of them is enough.
    #[serde(default)]
    pub accept: Vec<Place>,
    /// What a right excerpt contains, all of it.
    #[serde(default)]
    pub must_contain: Vec<String>,
}

/// A document and a heading in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Place {
    /// The file's path without its ending.
    pub document: String,
    /// The heading's slug, or `METHOD path`.
    pub heading: String,
}

/// Reads `questions.jsonl`: one question a line, empty lines aside. The error names the line.
pub fn read_questions(text: &str) -> Result<Vec<Question>, QuestionError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(n, line)| serde_json::from_str(line).map_err(|cause| QuestionError { line: n + 1, cause }))
        .collect()
}

/// A line of the questions that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is no labelled question; it needs `id`, `question` and `answerable`")]
pub struct QuestionError {
    /// Counted from 1.
    pub line: usize,
    /// What the reader of JSON says.
    #[source]
    pub cause: serde_json::Error,
}

/// Shares between 0 and 1; a share of nothing is 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// How many questions the documentation answers, and how many it does not.
    pub answerable: usize,
    /// The questions that nothing answers.
    pub unanswerable: usize,
    /// Of the answerable: a right place comes first, among three, among ten.
    pub first: f32,
    /// Among the first three.
    pub top3: f32,
    /// Among the first ten.
    pub top10: f32,
    /// Of what was answered: a right place whose excerpt contains what it must.
    pub precision: f32,
    /// Of the answerable: how many were answered, rightly or not.
    pub answered: f32,
    /// Of the unanswerable: how many were refused.
    pub refused: f32,
}

/// One question measured, for those who look for what to mend.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Whose question this is.
    pub id: String,
    /// The rank of the first right place, from 1; `None` beyond ten or without one.
    pub rank: Option<usize>,
    /// Whether the first excerpt is right, contents included.
    pub right: bool,
    /// Whether the program answered.
    pub answered: bool,
    /// How sure it was.
    pub confidence: f32,
    /// And why.
    pub features: Features,
    /// What came first, as `document#heading`.
    pub first: String,
}

/// Asks every question, without context, and counts.
pub fn evaluate(library: &Library, questions: &[Question]) -> (Figures, Vec<Outcome>) {
    let outcomes: Vec<Outcome> = questions.iter().map(|question| outcome(library, question)).collect();
    let pairs: Vec<_> = questions.iter().zip(&outcomes).collect();
    let answerable: Vec<_> = pairs.iter().filter(|(question, _)| question.answerable).collect();
    let unanswerable: Vec<_> = pairs.iter().filter(|(question, _)| !question.answerable).collect();
    let within = |n: usize| answerable.iter().filter(|(_, o)| o.rank.is_some_and(|rank| rank <= n)).count();
    let answered: Vec<_> = pairs.iter().filter(|(_, o)| o.answered).collect();
    let figures = Figures {
        answerable: answerable.len(),
        unanswerable: unanswerable.len(),
        first: share(within(1), answerable.len()),
        top3: share(within(3), answerable.len()),
        top10: share(within(10), answerable.len()),
        precision: share(answered.iter().filter(|(q, o)| q.answerable && o.right).count(), answered.len()),
        answered: share(answerable.iter().filter(|(_, o)| o.answered).count(), answerable.len()),
        refused: share(unanswerable.iter().filter(|(_, o)| !o.answered).count(), unanswerable.len()),
    };
    (figures, outcomes)
}

fn outcome(library: &Library, question: &Question) -> Outcome {
    let answer = library.answer(&question.question, &QueryContext::default());
    let shown: Vec<&Excerpt> = answer.answered.iter().chain(&answer.suggestions).take(10).collect();
    let accepted = |excerpt: &Excerpt| {
        question
            .accept
            .iter()
            .any(|place| place.document == excerpt.document && place.heading == excerpt.heading)
    };
    let complete =
        |excerpt: &Excerpt| question.must_contain.iter().all(|text| excerpt.excerpt.contains(text));
    let first = shown.first();
    Outcome {
        id: question.id.clone(),
        rank: shown.iter().position(|excerpt| accepted(excerpt)).map(|at| at + 1),
        right: first.is_some_and(|excerpt| accepted(excerpt) && complete(excerpt)),
        answered: answer.answered.is_some(),
        confidence: answer.confidence,
        features: answer.features,
        first: first.map_or_else(String::new, |excerpt| format!("{}#{}", excerpt.document, excerpt.heading)),
    }
}

fn share(part: usize, of: usize) -> f32 {
    if of == 0 { 1.0 } else { part as f32 / of as f32 }
}
