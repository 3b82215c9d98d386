//! Commands beside the server: import, backup and restore, audit, doctor, settings, two servers on one database.

use std::process::Command;

use balcao_testkit::api::Client;
use balcao_testkit::desk::Desk;
use serde_json::{Value, json};

use crate::homes::{Home, example, program};

fn output(command: &mut Command) -> (i32, String, String) {
    let done = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code().unwrap_or(-1), text(&done.stdout), text(&done.stderr))
}

#[test]
fn importing_twice_registers_once_and_a_bad_line_is_named() {
    let home = Home::sqlite();
    let path = home.path().join("in.ndjson");
    let lines: Vec<String> = example("inbound.ndjson").lines().take(5).map(str::to_owned).collect();
    std::fs::write(&path, lines.join("\n") + "\nnão é JSON\n").unwrap();
    let import = || output(home.desk.command(&["ticket", "import"]).arg(&path));
    let (code, first, _) = import();
    assert_eq!(code, 1, "{first}");
    let read =
        |text: &str| -> Vec<Value> { text.lines().map(|line| serde_json::from_str(line).unwrap()).collect() };
    let (first, again) = (read(&first), read(&import().1));
    assert_eq!(first.len(), 6);
    assert_eq!((first[5]["line"].clone(), first[5]["error"].is_string()), (json!(6), true));
    for (one, other) in first.iter().zip(&again).take(5) {
        assert_eq!((one["id"].clone(), one["known"].clone()), (other["id"].clone(), json!(false)));
        assert_eq!(other["known"], json!(true));
    }
}

#[test]
fn a_backup_made_while_the_desk_works_restores_to_the_same_tickets() {
    let home = Home::sqlite();
    let running = home.desk.start(&home.log()).unwrap();
    let token = home.desk.token("administrator").unwrap();
    let client = Client::new(&running.address, &token);
    let body = |n: u32| json!({"id": format!("m{n}"), "channel": "api", "received_at": "2026-06-09T13:58:00Z", "body": "Erro 500"});
    let first = client.json("POST", "/api/v1/tickets", &body(1), None).unwrap().text_of("id");
    let copy = home.path().join("copia");
    let (code, _, told) = output(home.desk.command(&["backup"]).arg(&copy));
    assert_eq!(code, 0, "{told}");
    assert!(!copy.join("secrets.toml").exists(), "the secrets are no part of a backup");
    client.json("POST", "/api/v1/tickets", &body(2), None).unwrap();
    running.stop().unwrap();
    let data = home.path().join("restaurado");
    let restore = || output(Command::new(program()).arg("restore").arg(&copy).arg("--data").arg(&data));
    let (code, said, told) = restore();
    assert_eq!(code, 0, "{said}{told}");
    assert_eq!(restore().0, 2, "what is there is never overwritten");
    std::fs::copy(home.path().join("data/secrets.toml"), data.join("secrets.toml")).unwrap();
    let restored = Desk::in_directory(program(), &data);
    let running = restored.start(&home.log()).unwrap();
    let client = Client::new(&running.address, &token);
    let listed = client.get("/api/v1/tickets").unwrap().json();
    let ids: Vec<&Value> = listed["items"].as_array().unwrap().iter().map(|item| &item["id"]).collect();
    assert_eq!(ids, [&json!(first)]);
    running.stop().unwrap();
    assert_eq!(output(&mut restored.command(&["audit", "verify"])).0, 0);
}

#[test]
fn other_secrets_than_the_databases_own_are_refused() {
    let home = Home::sqlite();
    home.desk.token("agent").unwrap();
    std::fs::rename(home.path().join("data/secrets.toml"), home.path().join("kept.toml")).unwrap();
    let refused = home.desk.start(&home.log());
    assert!(refused.is_err_and(|error| error.contains("segredos")));
    std::fs::copy(home.path().join("kept.toml"), home.path().join("data/secrets.toml")).unwrap();
    home.desk.start(&home.log()).unwrap().stop().unwrap();
}

#[test]
fn the_doctor_names_what_is_missing_and_settings_where_they_came_from() {
    let home = Home::sqlite();
    let (code, said, _) = output(&mut home.desk.command(&["doctor"]));
    assert_eq!(code, 1);
    assert!(said.contains("✗ there is no registry yet") && said.contains("✓ the trail is whole"), "{said}");
    let (code, said, _) = output(home.desk.command(&["config", "show"]).env("BALCAO_LOG", "warn"));
    assert_eq!(code, 0);
    assert!(said.contains("log = \"warn\"  # BALCAO_LOG") && said.contains("# --data"), "{said}");
}

#[test]
fn two_servers_on_one_database_see_each_others_tickets_and_registry() {
    let home = Home::postgres();
    let token = home.desk.token("administrator").unwrap();
    let (one, other) = (home.desk.start(&home.log()).unwrap(), home.desk.start(&home.log()).unwrap());
    let (one_client, other_client) = (Client::new(&one.address, &token), Client::new(&other.address, &token));
    let registry: Value = serde_json::from_str(&example("registry.json")).unwrap();
    let put = one_client.json("PUT", "/api/v1/registry", &registry, None).unwrap();
    assert_eq!(put.status, 200, "{}", put.text);
    let line = example("cases.jsonl")
        .lines()
        .next()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .unwrap();
    let partner = line["expected"]["partner"].clone();
    // The other server looks for changes once a second.
    let known = (0..100).any(|n| {
        let mut body = line["inbound"].clone();
        body["id"] = json!(format!("try {n}"));
        let answer = other_client.json("POST", "/api/v1/tickets", &body, None).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
        answer.json()["diagnosis"]["partner"] == partner
    });
    assert!(known, "the other server never saw the registry");
    let count = |client: &Client| {
        client.get("/api/v1/tickets?limit=200").unwrap().json()["items"].as_array().unwrap().len()
    };
    assert_eq!(count(&one_client), count(&other_client));
    one.stop().unwrap();
    other.stop().unwrap();
}

#[test]
fn people_are_made_invited_and_turned_off_from_the_command_line() {
    let home = Home::sqlite();
    let run = |words: &[&str]| output(&mut home.desk.command(words));
    let (code, said, told) =
        run(&["user", "create", "--login", "Bia@Balcao.example", "--name", "Bia", "--role", "lead"]);
    assert_eq!(code, 0, "{told}");
    let invitation = said.trim().rsplit('/').next().unwrap().to_owned();
    let running = home.desk.start(&home.log()).unwrap();
    let client = Client::new(&running.address, "none");
    let wanted = json!({"token": invitation, "password": "uma senha bem comprida 1"});
    let set = client.json("POST", "/api/v1/invitations/accept", &wanted, None).unwrap();
    assert!(set.status < 300, "{} {}", set.status, set.text);
    running.stop().unwrap();
    assert!(run(&["user", "list"]).1.contains("bia@balcao.example\tlead\t-\tBia\tactive"));
    assert!(run(&["user", "disable", "bia@balcao.example"]).1.contains("disabled"));
    let (code, _, told) = run(&["user", "invite", "ninguem"]);
    assert_eq!(code, 2);
    assert!(told.contains("balcao user list"), "{told}");
}
