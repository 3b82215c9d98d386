//! How well the example that comes with the repository is answered. Half of its questions were seen while tuning.

use balcao_documents::evaluation::{evaluate, read_questions};
use balcao_documents::{Lexicon, Library, SourceFile};
use std::fs;
use std::path::Path;

#[test]
fn the_example_is_answered_as_well_as_was_measured() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/parceiros");
    let paths = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let files = paths.map(|path| SourceFile {
        path: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: fs::read_to_string(&path).unwrap(),
    });
    let (library, problems) = Library::build(files.collect(), &Lexicon::standard().unwrap()).unwrap();
    assert!(problems.is_empty(), "{problems:?}");
    let questions = read_questions(&fs::read_to_string(root.join("questions.jsonl")).unwrap()).unwrap();
    let (figures, _) = evaluate(&library, &questions);
    assert!(figures.first >= 0.65 && figures.top3 >= 0.80 && figures.top10 >= 0.92, "{figures:?}");
    assert!(figures.precision >= 0.80 && figures.answered >= 0.50 && figures.refused >= 0.85, "{figures:?}");
}
