//! What `--help` says, in both languages; each is a golden file.

use super::{balcao, err, out, ran};

const COMMANDS: [&[&str]; 10] = [
    &[],
    &["diagnose"],
    &["extract"],
    &["evaluate"],
    &["docs"],
    &["docs", "search"],
    &["procedure"],
    &["procedure", "check"],
    &["procedure", "show"],
    &["completions"],
];

#[test]
fn every_command_explains_itself_in_both_languages() {
    for language in ["pt-BR", "en"] {
        let mut told = String::new();
        for command in COMMANDS {
            let words: Vec<&str> =
                ["--lang", language].iter().chain(command).chain(&["--help"]).copied().collect();
            let output = ran(balcao(&words));
            assert!(output.status.success(), "{words:?}");
            told.push_str(&format!("$ balcao {} --help\n{}\n", command.join(" "), out(&output)));
        }
        insta::assert_snapshot!(format!("help-{language}"), told);
    }
}

#[test]
fn a_word_that_is_no_command_is_answered_with_the_usage_and_two() {
    let output = ran(balcao(&["diagnoze"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("diagnose"), "the nearest command is named: {}", err(&output));
    assert_eq!(out(&output), "");
}

#[test]
fn completions_name_the_commands() {
    let output = ran(balcao(&["completions", "bash"]));
    assert!(output.status.success());
    assert!(out(&output).contains("diagnose"));
}
