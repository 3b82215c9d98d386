//! A desk for one test, and messages for it.

use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::registry::{Change, put};
use balcao_desk::secrets::Secrets;
use balcao_desk::verbs::receive::{Arrival, Received, receive};
use balcao_desk::verbs::rerun::rerun;
use balcao_desk::{Desk, Settings};
use balcao_store::{Place, Scope, Store, diagnosis};
use balcao_wire::inbound;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A key of the local registry.
pub(crate) const HELD: &str = "fsul_prod_4Hq8zLw2RtXv9Bn1";
/// One that only the registry elsewhere has.
pub(crate) const THEIRS: &str = "fsul_prod_9Qw7eRt5YuIo3PaS";

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [{"code": "v1", "path_prefix": "/api"}], "products": [],
  "partners": [{"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": []}],
  "users": [{"login": "AL1", "partner": "alfa", "status": "ativo"}],
  "api_keys": [{"key": "fsul_prod_4Hq8zLw2RtXv9Bn1", "partner": "alfa", "environment": "producao", "status": "ativa", "users": ["AL1"]}],
  "routines": [], "releases": []}"#;

pub(crate) struct Home {
    pub(crate) desk: Desk,
    _directory: Option<TempDir>,
}

impl Home {
    async fn at(place: Place, directory: Option<TempDir>) -> Self {
        let store = Store::open(place).await.expect("the store opens");
        let secrets = Secrets::new([7; 32], [9; 32]);
        let desk = Desk::open(store, secrets, Settings::default()).await.expect("the desk opens");
        let change = Change { reason: "teste", dry_run: false, expected: None, now: now() };
        put(&desk, &caller(Role::Lead), REGISTRY, &change).await.unwrap();
        Self { desk, _directory: directory }
    }
}

pub(crate) async fn sqlite() -> Home {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Home::at(Place::Directory(directory.path().to_owned()), Some(directory)).await
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    Home::at(Place::Url(url.await.expect("a database")), None).await
}

pub(crate) fn caller(role: Role) -> Caller {
    Caller {
        id: format!("account:{}", role_code(role)),
        name: "Ana".to_owned(),
        role,
        partner: None,
        narrowed: None,
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-06-09T14:00:00Z".parse().unwrap()
}

/// A message of this sender with this body and these files (name, base64).
pub(crate) fn message(number: u32, from: &str, body: &str, files: &[(&str, String)]) -> Value {
    let files: Vec<Value> =
        files.iter().map(|(name, base64)| json!({"name": name, "base64": base64})).collect();
    json!({
        "id": format!("m{number}"), "channel": "email", "received_at": "2026-06-09T13:58:30Z",
        "from": {"address": from}, "subject": "Erro ao criar proposta", "body": body, "attachments": files,
    })
}

/// A message about a call with this key.
pub(crate) fn about_key(number: u32, key: &str) -> Value {
    let body = format!(
        "Usuário AL1, x-api-key: {key}: POST https://api.frotasul.example/api/propostas devolveu erro 401 ({number})"
    );
    message(number, "dev@alfa.example", &body, &[])
}

pub(crate) fn arrival(message: &Value) -> Arrival {
    let raw = message.to_string();
    Arrival {
        inbound: inbound::parse(&raw).unwrap(),
        raw: raw.into_bytes(),
        idempotency_key: None,
        told_apart_by: None,
    }
}

pub(crate) async fn received(desk: &Desk, message: &Value) -> Received {
    receive(desk, &caller(Role::Agent), arrival(message), now()).await.unwrap()
}

/// Verdict and the words of the proof of a check.
pub(crate) fn check(diagnosis: &str, name: &str) -> (String, String) {
    let line: Value = serde_json::from_str(diagnosis).unwrap();
    let checks = line["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name).unwrap();
    let proof = found["proof"].as_array().unwrap().iter().map(|proof| proof["text"].as_str().unwrap());
    (found["verdict"].as_str().unwrap().to_owned(), proof.collect::<Vec<_>>().join("; "))
}

/// Makes the ticket's diagnoses again: the same bytes, and what is kept of them shows none of `secrets`.
pub(crate) async fn proves_itself(desk: &Desk, received: &Received, secrets: &[&str]) {
    let mut conn = desk.store().read().await.unwrap();
    let runs = diagnosis::of_ticket(&mut conn, &Scope::All, &received.ticket.id).await.unwrap();
    drop(conn);
    for run in runs {
        let again = rerun(desk, &caller(Role::Lead), (&received.ticket.id, &run.id)).await.unwrap();
        assert!(again.is_same(), "{}\n{}", again.kept, again.again);
        use std::io::Read as _;
        let mut kept = String::new();
        flate2::read::DeflateDecoder::new(run.facts.as_slice()).read_to_string(&mut kept).unwrap();
        for secret in secrets {
            assert!(!kept.contains(secret) && !run.line.contains(secret), "{secret} is kept");
        }
    }
}
