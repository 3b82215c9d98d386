//! `docs search`: the excerpt itself, or silence with what comes nearest.

use super::{balcao, err, example, out, ran};

fn search(question: &str) -> (Option<i32>, serde_json::Value) {
    let mut command = balcao(&["docs", "search", "--json", "--docs"]);
    command.arg(example("docs")).arg(question);
    let output = ran(command);
    let answer = serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)));
    (output.status.code(), answer)
}

#[test]
fn an_answer_is_the_bytes_of_a_document() {
    let (code, answer) = search("Qual a validade do token?");
    assert_eq!(code, Some(0));
    let cited = &answer["answered"];
    let document = cited["document"].as_str().unwrap_or_else(|| panic!("no answer: {answer}"));
    let text = std::fs::read_to_string(example("docs").join(format!("{document}.md"))).unwrap();
    assert!(text.contains(cited["excerpt"].as_str().unwrap()), "the excerpt is not in {document}");
}

#[test]
fn where_the_documentation_is_silent_nothing_is_cited() {
    let (code, answer) = search("Vocês patrocinam o campeonato de xadrez da cidade?");
    assert_eq!(code, Some(1));
    assert!(answer["answered"].is_null(), "{answer}");
}
