//! `diagnose`: lines in, lines out, whatever the lines are.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{err, example, example_text, fed, json_lines, leaks_nothing, on_examples, out, ran};

fn messages() -> Vec<String> {
    example_text("inbound.ndjson").lines().map(str::to_owned).collect()
}

#[test]
fn every_message_gets_one_line_in_order_as_the_contract_says() {
    let output = ran(on_examples("diagnose", &[example("inbound.ndjson").to_str().unwrap()]));
    assert!(output.status.success(), "{}", err(&output));
    assert_eq!(err(&output), "");
    leaks_nothing(&output);
    let lines = json_lines(&output);
    let ids: Vec<Value> =
        messages().iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(lines.iter().map(|line| line["id"].clone()).collect::<Vec<_>>(), ids);
    for line in &lines {
        as_the_contract_says(line);
    }
}

fn as_the_contract_says(line: &Value) {
    let keys: BTreeSet<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "id",
        "partner",
        "situation",
        "section",
        "cause",
        "next_step",
        "actions",
        "checks",
        "evidence",
        "missing_evidence",
        "citations",
        "suggestions",
        "reply",
    ];
    assert_eq!(keys, expected.into_iter().collect(), "{}", line["id"]);
    let evidence: Vec<&str> = line["evidence"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        evidence,
        ["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"]
    );
    for check in line["checks"].as_array().unwrap() {
        let verdict = check["verdict"].as_str().unwrap();
        assert!(["sim", "nao", "indeterminado", "nao-se-aplica"].contains(&verdict), "{verdict}");
        let proven = !check["proof"].as_array().unwrap().is_empty();
        assert!(proven || !["sim", "nao"].contains(&verdict), "{}: {check} has no proof", line["id"]);
    }
    for named in [&line["reply"]["subject"], &line["reply"]["body"]] {
        assert!(!named.as_str().unwrap().trim().is_empty(), "{} has an empty reply", line["id"]);
    }
    assert!(line["suggestions"].as_array().unwrap().len() <= 10);
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads_or_the_run() {
    let input = messages().join("\n");
    let with = |threads: &str| {
        let mut command = on_examples("diagnose", &[]);
        command.env("RAYON_NUM_THREADS", threads);
        fed(command, input.as_bytes()).stdout
    };
    assert!(with("1") == with("2"), "one thread and two answer differently");
}

#[test]
fn a_line_that_is_no_message_is_answered_with_its_number_and_the_rest_goes_on() {
    let all = messages();
    let (first, second) = (&all[0], &all[1]);
    let mut input = Vec::new();
    // A byte order mark, Windows line endings, an empty line.
    input.extend("\u{feff}".bytes());
    input.extend(format!("{first}\r\n\r\n").bytes());
    input.extend(b"{\"id\": \"broken\", \"channel\": \"email\"\n");
    input.extend(
        b"{\"id\": \"no-date\", \"channel\": \"email\", \"received_at\": \"ontem\", \"body\": \"oi\"}\n",
    );
    input.extend(
        b"{\"id\": \"pigeon\", \"channel\": \"pombo\", \"received_at\": \"2026-05-12T08:58:00-03:00\"}\n",
    );
    input.extend(b"\"caf\xe9\"\n");
    input.extend(b"[]\n");
    input.extend(second.bytes());
    let output = fed(on_examples("diagnose", &[]), &input);
    assert_eq!(output.status.code(), Some(1));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 7);
    assert!(lines[0]["situation"].is_string() && lines[6]["situation"].is_string());
    let errors: Vec<(Value, Value)> =
        lines[1..6].iter().map(|line| (line["id"].clone(), line["line"].clone())).collect();
    let null = Value::Null;
    assert_eq!(
        errors,
        [
            (null.clone(), 3.into()),
            ("no-date".into(), 4.into()),
            ("pigeon".into(), 5.into()),
            (null.clone(), 6.into()),
            (null, 7.into())
        ]
    );
    assert!(lines[1..6].iter().all(|line| line["error"].as_str().is_some_and(|error| error.len() > 10)));
    leaks_nothing(&output);
}

#[test]
fn nothing_in_is_nothing_out() {
    let output = fed(on_examples("diagnose", &[]), b"\n\n");
    assert!(output.status.success());
    assert_eq!(out(&output), "");
}

#[test]
fn a_report_for_people_reads_well() {
    let chosen: Vec<String> = ["dev-003", "dev-009", "dev-020"]
        .iter()
        .map(|id| messages().into_iter().find(|line| line.contains(&format!("\"id\": \"{id}\""))).unwrap())
        .collect();
    let output = fed(on_examples("diagnose", &["--pretty"]), chosen.join("\n").as_bytes());
    assert!(output.status.success());
    leaks_nothing(&output);
    insta::assert_snapshot!(out(&output));
}

#[test]
fn extract_prints_the_evidences_alone() {
    let output = fed(on_examples("extract", &[]), messages()[2].as_bytes());
    assert!(output.status.success(), "{}", err(&output));
    leaks_nothing(&output);
    insta::assert_snapshot!(out(&output));
}
