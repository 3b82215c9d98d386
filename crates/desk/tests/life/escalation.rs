//! What an escalation to Code lacks, one thing at a time: each is named, and nothing else is.

use balcao_core::ticket::{Refusal, Role, State};
use balcao_desk::documents::{PutAll, put_all};
use balcao_desk::registry::{Change, put};
use balcao_desk::requests::ingest;
use balcao_desk::verbs::receive::receive;
use balcao_desk::{Desk, DeskError};
use serde_json::json;

use crate::homes::{Home, caller, noon};
use crate::office::{arrival, came, example, moved, on, pages, read, to_code};

crate::on_both!(each_lack_is_named_and_nothing_else, what_was_not_matched_with_the_log_is_not_verified);

/// What the desk was given of the example.
#[derive(Debug, Clone, Copy)]
struct Given {
    contract: bool,
    log: bool,
}

async fn give(desk: &Desk, given: Given) {
    let lead = caller(Role::Lead);
    let change = Change { reason: "exemplo", dry_run: false, expected: None, now: noon() };
    put(desk, &lead, &read("registry.json"), &change).await.unwrap();
    let files = pages().into_iter().filter(|(name, _)| given.contract || !name.starts_with("openapi"));
    let how = PutAll { delete_missing: true, dry_run: false, now: noon() };
    put_all(desk, &lead, files.collect(), how).await.unwrap();
    if given.log {
        let log = std::io::Cursor::new(read("requests.ndjson"));
        ingest(desk, &lead, log, "exemplo", noon()).await.unwrap();
    }
}

/// Tries to escalate `dev-058` without the lines that have `left_out` in them.
async fn refused(desk: &Desk, left_out: &str, analysis: Option<&str>, by: Role) -> Refusal {
    let mut message = example("dev-058");
    let whole = message["body"].as_str().unwrap();
    let kept = whole.lines().filter(|line| left_out.is_empty() || !line.contains(left_out));
    let body = kept.collect::<Vec<_>>().join("\n");
    message["body"] = json!(body);
    // Another message each time, else it were the same ticket.
    message["id"] = json!(format!("{left_out} {analysis:?} {by:?}"));
    let now = came(&message);
    let new = receive(desk, &caller(Role::Agent), arrival(&message, None), now).await.unwrap();
    on(desk, &new.ticket.id, State::Analysis, now).await;
    on(desk, &new.ticket.id, State::Investigation, now).await;
    match moved(desk, &caller(by), &new.ticket.id, &to_code(analysis), now).await {
        Err(DeskError::Refused(refusal)) => refusal,
        Err(other) => panic!("without `{left_out}`, refused for another reason: {other}"),
        Ok(ticket) => panic!("without `{left_out}`, granted: {ticket:?}"),
    }
}

fn codes(refusal: &Refusal) -> Vec<&str> {
    refusal.missing.iter().map(|one| one.code.as_str()).collect()
}

async fn each_lack_is_named_and_nothing_else(home: &Home) {
    let desk = &home.desk;
    let (seen, bare) = (Some("nenhuma rotina nem release na hora"), Given { contract: true, log: false });
    // Without the log nothing fills in what the message leaves out; without the contract nobody can say what it asks for.
    let table: [(Given, &str, Option<&str>, &[&str]); 7] = [
        (bare, "chave: ", seen, &["check:api-key-existe", "evidence:api_key"]),
        (bare, "usuário: ", seen, &["check:usuario-ativo", "evidence:user"]),
        (bare, "corpo: ", seen, &["evidence:error_message"]),
        (bare, "", None, &["analysis"]),
        (bare, "usuário: ", None, &["analysis", "check:usuario-ativo", "evidence:user"]),
        (Given { contract: false, log: false }, "", seen, &["check:requisicao-valida"]),
        (Given { contract: true, log: true }, "", None, &["analysis"]),
    ];
    for (given, left_out, analysis, expected) in table {
        give(desk, given).await;
        for by in [Role::Agent, Role::Administrator] {
            let refusal = refused(desk, left_out, analysis, by).await;
            let row = format!("{given:?}, without `{left_out}`, {analysis:?}, {by:?}");
            assert_eq!(codes(&refusal), expected, "{row}");
            let said = |text: &str| !text.trim().is_empty();
            assert!(refusal.missing.iter().all(|one| said(&one.text)), "{row}: {refusal:?}");
        }
    }
}

async fn what_was_not_matched_with_the_log_is_not_verified(home: &Home) {
    let desk = &home.desk;
    give(desk, Given { contract: true, log: true }).await;
    // Without its calls the message still has key and user, but nothing to look the request up by.
    let refusal = refused(desk, "/0", Some("visto"), Role::Administrator).await;
    for there in ["evidence:api_key", "evidence:user"] {
        let lack = refusal.missing.iter().find(|one| one.code == there);
        let lack = lack.unwrap_or_else(|| panic!("{there} in {refusal:?}"));
        assert!(lack.text.contains("log de requisições"), "{}", lack.text);
    }
}
