//! Documentation files of every kind, and questions on them.
#![no_main]

use std::sync::LazyLock;

use balcao_documents::{Lexicon, Library, QueryContext, SourceFile};

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::parse(include_str!("../../procedures/api-parceiros/synonyms.toml"))
        .expect("the synonyms are right")
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let path =
        ["a.md", "a.html", "a.yaml", "a.json"][usize::from(data.first().copied().unwrap_or_default() & 3)];
    let rest = String::from_utf8_lossy(data.get(1..).unwrap_or_default());
    // A question, and after a NUL the file it is asked of.
    let (question, text) = rest.split_once('\0').unwrap_or((&rest, &rest));
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    let Ok((library, _)) = Library::build(vec![file], &LEXICON) else { return };
    // A page of HTML is cited by its text, so ranges are of that.
    for section in library.sections().iter().filter(|_| path != "a.html") {
        assert!(text.get(section.range.clone()).is_some(), "a section lies outside its file");
    }
    let answer = library.answer(question, &QueryContext { version: Some("v2".to_owned()) });
    for excerpt in answer.answered.iter().chain(&answer.suggestions) {
        assert!(library.verify(excerpt), "an excerpt is not in its document");
    }
});
