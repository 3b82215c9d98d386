//! Commercial over HTTP: its signed answers, what is recorded at the desk, and what the ticket's page shows.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use balcao_connect::channels::Channels;
use balcao_connect::signed::{Key, sign};
use balcao_core::ticket::Role;
use balcao_web::router;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::desk::{Home, KEY, now};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// A desk whose commercial is reached by mail, and a request that it has.
async fn asked(body: &str) -> (Home, String, String) {
    let home = Home::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), SECRET).unwrap();
    let text = format!(
        "[commercial]\nmail = 'comercial@frotasul.example'\nsecrets = [{{ file = '{}' }}]\n",
        folder.path().join("secret").display()
    );
    let office = Channels::parse(&text).unwrap().commercial.unwrap().open().unwrap();
    let _same = home.desk.clone().forwarding_to(Arc::new(office));
    let token = home.token(Role::Agent, None).await;
    let message = json!({"id": "m1", "channel": "email", "received_at": now().to_string(),
        "from": {"name": "Dea", "address": "dea@alfa.example"}, "subject": "Pedido de chave", "body": body});
    let made = home.call("POST", "/api/v1/tickets", &token, Some(message)).await;
    let ticket = made.json()["protocol"].as_str().unwrap().to_owned();
    (home, token, ticket)
}

const WHOLE: &str = "Olá! Ainda não temos API Key de produção. Como fazemos para solicitar uma?";

async fn escalated(home: &Home, token: &str, ticket: &str) -> crate::desk::Answered {
    let path = format!("/api/v1/tickets/{ticket}/transitions");
    let analysis = json!({"to": "analysis", "reason": "teste"});
    home.call("POST", &path, token, Some(analysis)).await;
    let wanted = json!({"to": "escalated", "escalate_to": "commercial", "reason": "pede chave", "analysis": "não tem chave"});
    home.call("POST", &path, token, Some(wanted)).await
}

async fn delivered(router: &Router, (id, key): (&str, &str), body: &Value) -> (StatusCode, String) {
    let body = body.to_string();
    let signature = sign(&Key::parse(key).unwrap(), id, now(), body.as_bytes());
    let request = Request::builder()
        .method("POST")
        .uri("/api/v1/hooks/commercial")
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", now().as_second().to_string())
        .header("webhook-signature", signature)
        .body(Body::from(body))
        .unwrap();
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    (parts.status, text)
}

#[tokio::test]
async fn a_signed_answer_is_taken_once_and_a_stranger_is_told_nothing() {
    let (home, token, ticket) = asked(WHOLE).await;
    let moved = escalated(&home, &token, &ticket).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text);
    let router = router(home.app.clone());
    let answer =
        json!({"ticket": ticket, "outcome": "issued", "environment": "producao", "key_tail": "9Bn1"});
    let other = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
    let (status, text) = delivered(&router, ("m1", other), &answer).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{text}");
    // A stranger learns nothing of what there is, nor of what is wrong.
    let (status, _) = delivered(&router, ("m1", other), &json!({"nonsense": 1})).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    for (bad, expected) in [
        (json!({"ticket": ticket, "outcome": "maybe"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"ticket": ticket, "outcome": "refused"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"ticket": ticket, "outcome": "issued"}), StatusCode::UNPROCESSABLE_ENTITY),
        (
            json!({"ticket": ticket, "outcome": "issued", "environment": "producao", "key": KEY}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"ticket": ticket, "outcome": "issued", "environment": "producao", "key_tail": KEY}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            json!({"ticket": "2026-999999", "outcome": "refused", "reason": "contrato vencido"}),
            StatusCode::NOT_FOUND,
        ),
    ] {
        let (status, text) = delivered(&router, ("bad", SECRET), &bad).await;
        assert_eq!(status, expected, "{bad} {text}");
        assert!(!text.contains(KEY), "{text}");
    }
    for _ in 0..2 {
        let (status, text) = delivered(&router, ("m2", SECRET), &answer).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{text}");
    }
    let path = format!("/api/v1/tickets/{ticket}/commercial");
    let stands = home.call("GET", &path, &token, None).await.json();
    assert_eq!(stands["answers"].as_array().unwrap().len(), 1, "{stands}");
    assert_eq!(stands["answers"][0]["key_tail"], "9Bn1");
    assert_eq!((&stands["is_there"], &stands["answers"][0]["in_registry"]), (&json!(false), &json!(true)));
    let late = json!({"ticket": ticket, "outcome": "refused", "reason": "contrato vencido"});
    let (status, text) = delivered(&router, ("m3", SECRET), &late).await;
    assert_eq!(status, StatusCode::NO_CONTENT, "{text}");
    let stands = home.call("GET", &path, &token, None).await.json();
    assert_eq!(stands["answers"][0]["outcome"], "unclear", "noted, and nothing decided: {stands}");
}

#[tokio::test]
async fn what_is_missing_is_told_at_once_and_a_decision_is_recorded_at_the_desk() {
    let (home, token, ticket) = asked("Olá! Ainda não temos API Key. Como fazemos para solicitar uma?").await;
    let refused = escalated(&home, &token, &ticket).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    assert!(refused.text.contains("commercial:environment"), "{}", refused.text);
    let path = format!("/api/v1/tickets/{ticket}/commercial");
    let never = home.call("GET", &path, &token, None).await.json();
    assert_eq!(never, json!({"is_there": false, "ways": [], "answers": []}));
    let message = json!({"id": "m2", "channel": "email", "received_at": now().to_string(),
        "from": {"name": "Dea", "address": "dea@alfa.example"}, "subject": "Re", "body": "É a de produção."});
    home.call("POST", &format!("/api/v1/tickets/{ticket}/messages"), &token, Some(message)).await;
    assert_eq!(escalated(&home, &token, &ticket).await.status, StatusCode::OK);
    let own = home.token(Role::Commercial, None).await;
    let decided = json!({"outcome": "refused", "reason": "contrato vencido", "tell": "O contrato venceu; renove-o antes."});
    let done = home.call("POST", &path, &own, Some(decided)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    assert_eq!(done.json()["state"], "resolved");
    let stands = home.call("GET", &path, &token, None).await.json();
    assert_eq!(stands["answers"][0]["outcome"], "refused");
    assert_eq!(stands["answers"][0]["by"], "desk");
}
