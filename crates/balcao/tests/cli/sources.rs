//! Files that are missing or broken: what is said, and with which exit code.

use super::{balcao, err, example, example_text, fed, json_lines, leaks_nothing, on_examples, out, ran};

fn message() -> String {
    example_text("inbound.ndjson").lines().next().unwrap().to_owned()
}

#[test]
fn without_a_registry_nothing_is_judged() {
    let output = fed(balcao(&["diagnose"]), message().as_bytes());
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("--registry"), "{}", err(&output));
    assert_eq!(out(&output), "");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    for flag in ["--registry", "--requests", "--docs", "--procedure"] {
        let mut command = balcao(&["diagnose"]);
        if flag != "--registry" {
            command.arg("--registry").arg(example("registry.json"));
        }
        let output = fed(
            {
                command.args([flag, "/nowhere/at-all"]);
                command
            },
            message().as_bytes(),
        );
        assert_eq!(output.status.code(), Some(2), "{flag}");
        assert!(err(&output).contains("/nowhere/at-all"), "{flag}: {}", err(&output));
    }
    let output = ran(on_examples("diagnose", &["/nowhere/messages.ndjson"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("/nowhere/messages.ndjson"));
}

#[test]
fn a_registry_with_a_mistake_is_refused_with_the_place_of_it() {
    let registry = example_text("registry.json");
    let key = super::keys()[0].clone();
    let tail = &key[key.len() - 4..];
    let table = [
        (registry.replacen("\"partners\"", "\"partner\"", 1), "partner"),
        (registry.replacen("\"08:00\"", "\"8 horas\"", 1), "business_hours"),
        (registry.replacen("\"America/Sao_Paulo\"", "\"Sao_Paulo\"", 1), "timezone"),
        (registry.get(..registry.len() / 2).unwrap_or_default().to_owned(), "lin"),
        (doubled(&registry, &key), tail),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.json");
    for (text, named) in table {
        assert!(text != registry, "the mistake for {named} was not made");
        std::fs::write(&path, text).unwrap();
        let mut command = balcao(&["diagnose", "--registry"]);
        command.arg(&path);
        let output = fed(command, message().as_bytes());
        assert_eq!(output.status.code(), Some(2), "{named}: {}", err(&output));
        assert!(err(&output).contains(named), "{named}: {}", err(&output));
        leaks_nothing(&output);
    }
}

/// The registry with its first key registered a second time.
fn doubled(registry: &str, key: &str) -> String {
    let mut value: serde_json::Value = serde_json::from_str(registry).unwrap();
    let keys = value["api_keys"].as_array_mut().unwrap();
    let again = keys.iter().find(|entry| entry["key"] == key).cloned().unwrap();
    keys.push(again);
    value.to_string()
}

#[test]
fn a_broken_line_of_the_log_is_named_and_the_rest_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("requests.ndjson");
    let log = example_text("requests.ndjson");
    std::fs::write(&path, format!("{{\"at\": \"cedo\"}}\n{log}")).unwrap();
    let with = |path: &std::path::Path| {
        let mut command = balcao(&["diagnose", "--registry"]);
        command.arg(example("registry.json")).arg("--requests").arg(path).arg(example("inbound.ndjson"));
        ran(command)
    };
    let (broken, whole) = (with(&path), with(&example("requests.ndjson")));
    assert!(broken.status.success());
    assert!(err(&broken).contains("requests.ndjson:1:"), "{}", err(&broken));
    assert_eq!(json_lines(&broken), json_lines(&whole));
    leaks_nothing(&broken);
}
