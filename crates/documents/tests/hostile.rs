//! Whatever is written in a document or asked: no panic, and every excerpt is in its document.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files should stop")]

use balcao_documents::{Lexicon, Library, QueryContext, SourceFile};
use proptest::prelude::*;
use std::sync::LazyLock;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::standard().unwrap());

const PIECES: &str = "(?s)(# |## |\\PC{0,10}|\n|\n\n|```|\\| a \\| b \\|\n|\\| - \\| - \\|\n|- |prazo de 3 dias|webhook|tokenExpirado|🔑|e\u{301}|openapi: 3\npaths:\n|  /a:\n|    get:\n|      description: é\n|<p>|<h2>){0,30}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_document_answers_any_question_with_its_own_bytes(
        text in PIECES,
        question in "(\\PC{0,12}|qual o prazo|\"|GET /a|v2|\n|ção){0,12}",
        ending in "(md|html|yaml)",
    ) {
        let long = format!("{text}\n{}", "linha com acentuação e prazo de 3 dias\n".repeat(text.len() % 60));
        let file = SourceFile { path: format!("x/y.{ending}"), text: long };
        let (library, _) = Library::build(vec![file], &LEXICON).unwrap();
        let answer = library.answer(&question, &QueryContext { version: Some("v1".to_owned()) });
        prop_assert!((0.0..=1.0).contains(&answer.confidence));
        for excerpt in answer.answered.iter().chain(&answer.suggestions).chain(&library.explains(&question)) {
            prop_assert!(library.verify(excerpt), "{excerpt:?}");
            prop_assert!(excerpt.excerpt.chars().count() <= 1_200);
        }
    }
}

#[test]
fn nothing_at_all_is_refused() {
    let (library, problems) = Library::build(Vec::new(), &LEXICON).unwrap();
    let answer = library.answer("qual o prazo?", &QueryContext::default());
    assert!(answer.answered.is_none() && answer.suggestions.is_empty() && problems.is_empty());
}
