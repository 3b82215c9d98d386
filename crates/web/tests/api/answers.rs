//! What is answered: registered once, versions, problems that say everything, headers.

use axum::http::StatusCode;
use balcao_core::ticket::Role;
use balcao_web::Limits;
use serde_json::json;

use crate::desk::{Home, KEY, message, request};

#[tokio::test]
async fn the_same_key_is_the_same_ticket_and_says_so() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let send = async |key: &str, body| {
        let mut request = request("POST", "/api/v1/tickets", &token, Some(body));
        request.headers_mut().insert("idempotency-key", key.parse().unwrap());
        home.send(request).await
    };
    let first = send("a", message(1)).await;
    let again = send("a", message(1)).await;
    assert_eq!((first.status, again.status), (StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.json(), again.json());
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert!(!first.headers.contains_key("idempotent-replayed"));
    let other = send("a", message(2)).await;
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", other.text);
    let equal = send("b", message(1)).await;
    assert_ne!(equal.json()["id"], first.json()["id"], "two keys are two demands");
    // Without a key the message itself is one.
    let one = home.call("POST", "/api/v1/tickets", &token, Some(message(3))).await.json();
    let same = home.call("POST", "/api/v1/tickets", &token, Some(message(3))).await.json();
    assert_eq!(one, same);
}

#[tokio::test]
async fn a_refused_step_lists_everything_that_is_missing_and_changes_nothing() {
    let home = Home::new().await;
    let admin = home.token(Role::Administrator, None).await;
    let body = json!({"id": "m", "channel": "email", "received_at": "2026-06-09T13:58:00Z",
        "from": {"address": "dev@alfa.example"}, "body": "Erro 500 na API, e agora?"});
    let id = home.call("POST", "/api/v1/tickets", &admin, Some(body)).await.json()["id"].clone();
    let path = format!("/api/v1/tickets/{}", id.as_str().unwrap());
    let steps = format!("{path}/transitions");
    let go = async |body| home.call("POST", &steps, &admin, Some(body)).await;
    assert_eq!(go(json!({"to": "analysis", "reason": "começo"})).await.status, StatusCode::OK);
    let refused = go(json!({"to": "escalated", "escalate_to": "code", "reason": "não sei"})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert_eq!(refused.headers["content-type"], "application/problem+json");
    let problem = refused.json();
    let missing: Vec<&str> =
        problem["missing"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    for code in ["analysis", "evidence:payload", "evidence:user", "evidence:api_key", "evidence:occurred_at"]
    {
        assert!(missing.contains(&code), "{code} in {missing:?}");
    }
    let shown = home.call("GET", &path, &admin, None).await;
    assert_eq!(shown.json()["state"], "analysis");
    let nowhere = go(json!({"to": "closed", "reason": "pressa"})).await;
    assert_eq!(
        (nowhere.status, nowhere.json()["code"].clone()),
        (StatusCode::CONFLICT, json!("no_such_step"))
    );
}

#[tokio::test]
async fn a_change_that_insists_on_an_old_version_is_refused() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let (id, _) = home.ticket(&token, 1).await;
    let path = format!("/api/v1/tickets/{id}");
    let change = async |tag: &str, body| {
        let mut request = request("PATCH", &path, &token, Some(body));
        request.headers_mut().insert("if-match", tag.parse().unwrap());
        home.send(request).await
    };
    let done = change("\"1\"", json!({"priority": "alta", "tags": ["urgente"]})).await;
    assert_eq!((done.status, done.headers["etag"].to_str().unwrap()), (StatusCode::OK, "\"2\""));
    let stale = change("\"1\"", json!({"priority": "baixa"})).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.text);
    let shown = home.call("GET", &path, &token, None).await.json();
    assert_eq!((shown["priority"].clone(), shown["tags"].clone()), (json!("alta"), json!(["urgente"])));
    let unknown = change("*", json!({"priority": "urgentíssima"})).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn every_refusal_is_a_problem_without_a_value_of_the_request() {
    let home = Home::new().await;
    let token = home.token(Role::Administrator, None).await;
    let long = "x".repeat(2 << 20);
    let table = [
        ("POST", "/api/v1/tickets", Some(json!({"id": KEY, "channel": KEY, "received_at": KEY})), 422),
        ("POST", "/api/v1/tickets", Some(json!({"id": [KEY]})), 422),
        ("POST", "/api/v1/tickets", Some(json!(KEY)), 415),
        ("POST", "/api/v1/tickets/x/transitions", Some(json!({"to": KEY, "reason": ""})), 422),
        ("POST", "/api/v1/tickets/x/notes", Some(json!({"body": long})), 413),
        ("GET", "/api/v1/tickets?limit=0", None, 400),
        ("GET", "/api/v1/tickets?limt=1", None, 400),
        ("GET", "/api/v1/tickets?cursor=fsul_prod_4Hq8zLw2RtXv9Bn1", None, 422),
        ("GET", "/api/v1/tickets/%ff", None, 404),
        ("GET", "/api/v1/nothing", None, 404),
        ("PATCH", "/api/v1/tickets", None, 405),
        ("PUT", "/api/v1/registry", Some(json!({"api_keys": [{"key": KEY}]})), 422),
        ("POST", "/api/v1/accounts", Some(json!({"login": "a", "name": "b", "role": KEY})), 422),
    ];
    for (method, path, body, status) in table {
        let answered = home.call(method, path, &token, body).await;
        assert_eq!(answered.status.as_u16(), status, "{method} {path}: {}", answered.text);
        assert_eq!(answered.headers["content-type"], "application/problem+json", "{path}");
        let problem = answered.json();
        assert_eq!(problem["status"], status);
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        assert!(!answered.text.contains(KEY), "{}", answered.text);
    }
}

#[tokio::test]
async fn what_is_kept_and_shown_has_no_key_and_opening_the_original_is_in_the_trail() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let (id, first) = home.ticket(&token, 1).await;
    let path = format!("/api/v1/tickets/{id}");
    let shown = home.call("GET", &path, &token, None).await;
    assert!(!shown.text.contains(KEY), "{}", shown.text);
    let original = format!("{path}/messages/{first}/original");
    let none = home.call("POST", &original, &token, Some(json!({"reason": " "}))).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let opened = home.call("POST", &original, &token, Some(json!({"reason": "conferir a chave"}))).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.text.contains(KEY));
    let trail = home.call("GET", &format!("{path}/trail"), &token, None).await.json();
    let last = trail["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (last["what"].clone(), last["data"]["reason"].clone()),
        (json!("original_opened"), json!("conferir a chave"))
    );
}

#[tokio::test]
async fn a_follow_up_says_what_changed_and_pages_follow_each_other() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let body = json!({"id": "m", "channel": "email", "received_at": "2026-06-09T13:58:00Z",
        "from": {"address": "dev@alfa.example"}, "body": "POST https://api.frotasul.example/api/propostas deu erro 500 às 10h50"});
    let id = home.call("POST", "/api/v1/tickets", &token, Some(body)).await.json()["id"].clone();
    let path = format!("/api/v1/tickets/{}/messages", id.as_str().unwrap());
    let next = json!({"id": "n", "channel": "email", "received_at": "2026-06-09T13:59:00Z",
        "from": {"address": "dev@alfa.example"}, "body": "usuário: AL1"});
    let followed = home.call("POST", &path, &token, Some(next)).await;
    assert_eq!(followed.status, StatusCode::CREATED, "{}", followed.text);
    let changes = followed.json()["changes"].clone();
    assert!(
        changes.as_array().unwrap().iter().any(|c| c["what"] == "evidence:user" && c["after"] == "AL1"),
        "{changes}"
    );
    for number in 1..5 {
        home.ticket(&token, number).await;
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = home.call("GET", &format!("/api/v1/tickets?limit=2{cursor}"), &token, None).await.json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["protocol"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, other| one > other), "{seen:?}");
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_when_to_come_again() {
    let home = Home::with(Limits::of((1, 2), (1, 2), (1, 2))).await;
    let token = home.token(Role::PartnerContact, Some("beta")).await;
    let first = home.call("GET", "/api/v1/tickets", &token, None).await;
    assert_eq!(
        (first.headers["ratelimit-limit"].clone(), first.headers["ratelimit-remaining"].clone()),
        ("2".parse().unwrap(), "1".parse().unwrap())
    );
    home.call("GET", "/api/v1/tickets", &token, None).await;
    let refused = home.call("GET", "/api/v1/tickets", &token, None).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key("retry-after"));
    let other = home.token(Role::Agent, None).await;
    assert_eq!(
        home.call("GET", "/api/v1/tickets", &other, None).await.status,
        StatusCode::OK,
        "others go on"
    );
}

#[tokio::test]
async fn the_pages_for_people_run_nothing_and_name_every_operation() {
    let home = Home::new().await;
    let page = home.call("GET", "/api/v1/docs", "", None).await;
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
    assert!(!page.text.contains("<script"));
    let description = home.call("GET", "/api/v1/openapi.json", "", None).await.json();
    for path in description["paths"].as_object().unwrap().keys() {
        assert!(page.text.contains(&path.replace('"', "&quot;")), "{path}");
    }
    assert_eq!(home.call("GET", "/healthz", "", None).await.status, StatusCode::OK);
    assert_eq!(home.call("GET", "/readyz", "", None).await.status, StatusCode::OK);
    assert!(home.call("GET", "/metrics", "", None).await.text.contains("balcao_http_requests_total"));
}
