//! After an example day nothing secret that went in stands in the clear in database, log or backup.

use std::path::Path;

use balcao_testkit::api::Client;
use serde_json::{Value, json};

use crate::homes::{Home, example};

/// Every file below a folder.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

/// What must not be found: the keys of the registry, and the tokens, passwords and CPFs of the messages.
fn secrets() -> Vec<String> {
    let registry: Value = serde_json::from_str(&example("registry.json")).unwrap();
    let keys = registry["api_keys"].as_array().unwrap().iter();
    let mut secrets: Vec<String> = keys.map(|key| key["key"].as_str().unwrap().to_owned()).collect();
    secrets.extend(["Xy7!secreta9".to_owned(), "529.982.247-25".to_owned(), "52998224725".to_owned()]);
    for line in example("inbound.ndjson").lines() {
        let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
        // Three parts, the last of which is the signature: the part that opens doors.
        let tokens = words.filter(|word| word.starts_with("eyJ") && word.matches('.').count() == 2);
        secrets.extend(
            tokens
                .filter_map(|token| token.rsplit('.').next())
                .filter(|part| part.len() > 20)
                .map(str::to_owned),
        );
    }
    secrets
}

#[test]
fn no_secret_that_went_in_is_in_the_clear_anywhere() {
    let home = Home::sqlite();
    let running = home.desk.start(&home.log()).unwrap();
    let token = home.desk.token("administrator").unwrap();
    let client = Client::new(&running.address, &token);
    let registry: Value = serde_json::from_str(&example("registry.json")).unwrap();
    assert_eq!(client.json("PUT", "/api/v1/registry", &registry, None).unwrap().status, 200);
    let log = example("requests.ndjson");
    let headers = [("content-type", "application/x-ndjson")];
    let fed = client.send("POST", "/api/v1/requests", log.as_bytes(), &headers).unwrap();
    assert_eq!(fed.status, 200, "{}", fed.text);
    for line in example("inbound.ndjson").lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        assert_eq!(client.json("POST", "/api/v1/tickets", &message, None).unwrap().status, 201);
    }
    let telling = json!({"id": "Xy7", "channel": "email", "received_at": "2026-06-09T13:58:00Z",
        "subject": "CPF 529.982.247-25", "body": "senha: Xy7!secreta9 e o CPF do cliente é 52998224725",
        "attachments": [{"name": "52998224725.txt", "text": "password=Xy7!secreta9"}]});
    let created = client.json("POST", "/api/v1/tickets", &telling, None).unwrap();
    assert_eq!(created.status, 201, "{}", created.text);
    let path = format!("/api/v1/tickets/{}", created.text_of("id"));
    client.json("POST", &format!("{path}/messages"), &telling, Some("k")).unwrap();
    client
        .json("POST", &format!("{path}/notes"), &json!({"body": "a senha é senha: Xy7!secreta9"}), None)
        .unwrap();
    // Wrong requests are logged too.
    client.json("POST", "/api/v1/tickets", &json!({"id": "x", "channel": "Xy7!secreta9"}), None).unwrap();
    client.get("/api/v1/tickets?q=52998224725").unwrap();
    let copy = home.path().join("copia");
    assert!(home.desk.command(&["backup"]).arg(&copy).status().unwrap().success());
    running.stop().unwrap();
    let mut found = Vec::new();
    files(home.path(), &mut found);
    assert!(found.iter().any(|(name, _)| name.ends_with("copia/desk.sqlite")));
    let secrets = secrets();
    assert!(secrets.len() > 10, "{}", secrets.len());
    for (name, bytes) in &found {
        for secret in &secrets {
            let inside = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!inside, "{secret} is in {name}");
        }
    }
    // The search itself works, so the scan looked at something that was filled.
    assert!(found.iter().any(|(name, bytes)| name.ends_with("desk.sqlite") && bytes.len() > 100_000));
}
