//! `diagnose`: lines in, lines out, whatever the lines are.

use std::collections::BTreeSet;

use serde_json::{Value, json};

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
        in_the_words_of_the_contract(line);
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

/// The situations of the default procedure, with their sections and causes.
const SITUATIONS: [(&str, &str, &[&str]); 10] = [
    ("duvida-api", "3.1", &["documentada", "nao-documentada"]),
    ("api-key-invalida", "3.2", &["chave-inexistente", "chave-inativa", "chave-de-outro-ambiente"]),
    ("token-acesso", "3.3", &["token-malformado", "token-expirado", "token-nao-renovado", "token-invalido"]),
    ("fora-do-horario", "3.4", &["rotina-programada", "fora-do-horario-comercial"]),
    ("duvida-produto", "3.5", &["produto-somente-v2", "produto-sem-api", "produto-disponivel"]),
    ("erro-sem-causa", "3.6", &["sem-causa-aparente"]),
    (
        "usuario-e-chave",
        "3.7",
        &[
            "chave-de-outro-parceiro",
            "usuario-inexistente",
            "usuario-inativo",
            "usuario-bloqueado",
            "usuario-nao-vinculado",
        ],
    ),
    ("solicitacao-api-key", "3.8", &["parceiro-sem-chave"]),
    ("bug", "3.9", &["versao-incorreta", "requisicao-invalida", "falha-apos-release"]),
    ("fora-do-escopo", "2", &["fora-do-escopo"]),
];
const NEXT_STEPS: [&str; 5] =
    ["responder", "solicitar-evidencias", "encaminhar-comercial", "escalar-code", "analisar"];
const SOURCES: [&str; 8] =
    ["registry", "request-log", "message", "attachment", "calendar", "release", "documentation", "contract"];

fn in_the_words_of_the_contract(line: &Value) {
    let word = |name: &str| line[name].as_str().unwrap();
    let known = SITUATIONS.iter().any(|(situation, section, causes)| {
        (*situation, *section) == (word("situation"), word("section")) && causes.contains(&word("cause"))
    });
    assert!(known, "{line}");
    assert!(NEXT_STEPS.contains(&word("next_step")), "{line}");
    let proofs =
        line["checks"].as_array().unwrap().iter().flat_map(|check| check["proof"].as_array().unwrap());
    let evidence = line["evidence"].as_object().unwrap().values().filter(|found| !found.is_null());
    for sourced in proofs.chain(evidence) {
        assert!(SOURCES.contains(&sourced["source"].as_str().unwrap()), "{sourced}");
    }
    if let Some(key) = line["evidence"]["api_key"]["value"].as_str() {
        assert!(key.starts_with('…') && key.chars().count() == 5, "{key}");
    }
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
fn a_key_in_the_wrong_field_is_not_repeated() {
    let key = super::keys()[0].clone();
    let at = "2026-05-12T09:00:00-03:00";
    let table = [
        (json!({"id": "a", "channel": key, "received_at": at}).to_string(), "channel"),
        (json!({"id": "a", "channel": "email", "received_at": key}).to_string(), "received_at"),
        (attached(&json!({"name": key})), "attachments[0]"),
        (attached(&json!({"name": key, "base64": "!"})), "attachments[0].base64"),
        (attached(&json!(key)), "attachments[0]"),
        (format!("{{\"id\": \"a\", \"{key}\": tru}}"), "?"),
        (format!("{{\"id\": \"a\", \"from\": {{\"{key}\": tru}}}}"), "from"),
    ];
    for command in ["diagnose", "extract"] {
        for (line, named) in &table {
            let output = fed(on_examples(command, &[]), line.as_bytes());
            assert_eq!(output.status.code(), Some(1), "{command}, {named}");
            leaks_nothing(&output);
            let said = [out(&output), err(&output)].concat();
            assert!(said.contains(named), "{command}, {named}: {said}");
        }
    }
}

fn attached(attachment: &Value) -> String {
    json!({
        "id": "a", "channel": "email", "received_at": "2026-05-12T09:00:00-03:00", "attachments": [attachment],
    })
    .to_string()
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

#[test]
fn extract_goes_on_after_a_line_that_is_no_message() {
    let all = messages();
    let mut input = format!("\u{feff}{}\r\n\r\n", all[0]).into_bytes();
    input.extend(b"\"caf\xe9\"\n");
    input.extend(all[1].bytes());
    let output = fed(on_examples("extract", &[]), &input);
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 3);
    assert!(lines[0]["evidence"].is_object() && lines[2]["evidence"].is_object());
    assert_eq!(lines[1]["line"], 3);
    leaks_nothing(&output);
}
