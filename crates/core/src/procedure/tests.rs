//! The default procedure and a second one, as data: what they decide, and what their checks catch.

mod default_order;
mod mistakes;
mod properties;
mod second;
mod shown;

use std::collections::BTreeMap;
use std::path::Path;

use super::vocabulary::EVIDENCES;
use super::{Inputs, Procedure, ProcedureFiles};

/// The files of a procedure in a folder of the repository.
fn files(folder: &str) -> ProcedureFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut replies = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("replies")).expect("a folder of replies") {
        let entry = entry.expect("a reply");
        let text = std::fs::read_to_string(entry.path()).expect("a text");
        replies.insert(entry.file_name().to_string_lossy().into_owned(), text);
    }
    ProcedureFiles { toml: std::fs::read_to_string(folder.join("procedure.toml")).expect("a file"), replies }
}

fn default_files() -> ProcedureFiles {
    files("../../procedures/api-parceiros")
}

fn parsed(files: &ProcedureFiles) -> Procedure {
    match Procedure::parse(files) {
        Ok(procedure) => procedure,
        Err(problems) => panic!("{}", listed(&problems)),
    }
}

fn listed(problems: &[super::ProcedureProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Inputs from words: `check=verdict`, `fact`, `fact=number`, `fact='text'`, `+evidence`, `+all`.
fn inputs(words: &str) -> Inputs {
    words.split_whitespace().fold(Inputs::default(), |inputs, word| match word.split_once('=') {
        _ if word == "+all" => EVIDENCES.iter().fold(inputs, |inputs, name| inputs.evidence(name)),
        None => match word.strip_prefix('+') {
            Some(name) => inputs.evidence(name),
            None => inputs.fact(word, true),
        },
        Some((name, value)) => match value.parse::<i64>() {
            Ok(number) => inputs.fact(name, number),
            Err(_) => inputs.check(name, value),
        },
    })
}

#[test]
fn the_procedures_of_the_repository_are_without_mistakes() {
    for folder in ["../../procedures/api-parceiros", "tests/second-procedure"] {
        let problems = Procedure::problems(&files(folder));
        assert!(problems.is_empty(), "{folder}:\n{}", listed(&problems));
    }
}
#[test]
fn a_procedure_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&parsed(&default_files()));
}
