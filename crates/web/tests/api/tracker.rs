//! Code's tracker over HTTP: whose deliveries are taken, and what people see of what waits.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use balcao_connect::channels::Channels;
use balcao_connect::signed::{Key, sign};
use balcao_core::ticket::Role;
use balcao_store::escalation::{self, Escalation};
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{EscalationId, StoreError, TicketId};
use balcao_web::Limits;
use serde_json::{Value, json};

use crate::desk::{Home, now};
use crate::pages::{form, page};

const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const OTHER: &str = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=";

/// A tracker that is told by signed webhooks.
fn with_tracker(home: &Home) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, SECRET).unwrap();
    let text = format!(
        "[tracker]\nkind = 'webhook'\nname = 'code'\nurl = 'http://127.0.0.1:9/'\nwebhook_secret = {{ file = '{}' }}\n",
        path.display()
    );
    let tracker = Channels::parse(&text).unwrap().tracker.unwrap().open("https://balcao.example").unwrap();
    let _same_desk = home.desk.clone().tracked_by(Arc::new(tracker));
}

/// An escalation of a ticket; it is at the tracker as `there`, or waits for a person.
async fn escalation(home: &Home, ticket: &str, there: Option<&'static str>) -> EscalationId {
    let ticket = TicketId::parse(ticket).unwrap();
    let one = Escalation::new(("code", "webhook"), None, now().as_millisecond());
    let id = one.id.clone();
    let written = home.desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            escalation::add(tx, &one).await?;
            escalation::put_ticket(tx, (&one.id, &ticket), one.created).await?;
            let item = TrackerItem::out(&one.id, "issue", &ticket, one.created);
            tracker_item::add(tx, &item).await?;
            match there {
                Some(there) => {
                    escalation::opened(tx, &one.id, (there, None), one.created).await?;
                    tracker_item::done(tx, &item.id, None, one.created).await
                }
                None => tracker_item::failed(tx, &item.id, "ele falhou (HTTP 503)", None).await,
            }
        })
    });
    written.await.unwrap();
    id
}

fn delivery(name: &str, key: &str, body: &Value) -> Request<Body> {
    let body = body.to_string().into_bytes();
    let signature = sign(&Key::parse(key).unwrap(), "msg_1", now(), &body);
    Request::post(format!("/api/v1/hooks/tracker/{name}"))
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", now().as_second().to_string())
        .header("webhook-signature", signature)
        .body(Body::from(body))
        .unwrap()
}

fn comment(on: &str) -> Value {
    json!({"type": "escalation.comment", "data": {"escalation": on, "comment": {"id": "7", "author": "joana", "body": "achei"}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_taken_of_the_tracker_alone_and_once() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let (ticket, _) = home.ticket(&token, 1).await;
    assert_eq!(home.send(delivery("code", SECRET, &comment("ESC-1"))).await.status, StatusCode::UNAUTHORIZED);
    with_tracker(&home);
    escalation(&home, &ticket, Some("ESC-1")).await;
    let before = home.send(delivery("code", SECRET, &comment("ESC-2"))).await;
    assert_eq!(before.status, StatusCode::NOT_FOUND, "it may come again: {}", before.text);
    let mut refused = Vec::new();
    for (name, key) in [("code", OTHER), ("outro", SECRET)] {
        let answered = home.send(delivery(name, key, &comment("ESC-1"))).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{name}");
        refused.push(answered.json()["detail"].clone());
    }
    assert_eq!(refused[0], refused[1], "nobody learns which trackers there are");
    for _ in 0..2 {
        let taken = home.send(delivery("code", SECRET, &comment("ESC-1"))).await;
        assert_eq!(taken.status, StatusCode::NO_CONTENT, "{}", taken.text);
    }
    let whole = home.call("GET", &format!("/api/v1/tickets/{ticket}"), &token, None).await.json();
    let notes: Vec<&str> = whole["messages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["direction"] == "note")
        .map(|message| message["body"].as_str().unwrap())
        .collect();
    assert_eq!(notes, ["achei"]);
    assert_eq!(whole["issues"][0]["issue"], "ESC-1");
    // A partner's program sees the ticket, and nothing of Code's tracker.
    let partner = home.token(Role::PartnerContact, Some("alfa")).await;
    let seen = home.call("GET", &format!("/api/v1/tickets/{ticket}"), &partner, None).await.json();
    assert_eq!(seen["issues"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_who_deliver_are_counted() {
    let home = Home::with(Limits::of((20, 100), (50, 100), (1, 3))).await;
    with_tracker(&home);
    let mut last = StatusCode::OK;
    for _ in 0..4 {
        last = home.send(delivery("code", OTHER, &comment("ESC-1"))).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    // The tracker itself is none.
    assert_eq!(
        home.send(delivery("code", SECRET, &json!({"type": "ping"}))).await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_the_tracker_is_seen_and_let_go_on() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let (ticket, _) = home.ticket(&token, 1).await;
    let id = escalation(&home, &ticket, None).await;
    let (agent, lead) = (home.browser(Role::Agent).await, home.browser(Role::Administrator).await);
    let seen = home.send(page("/code", &agent)).await;
    for words in ["id=\"rastreador\"", "Abrir a issue", "ele falhou (HTTP 503)"] {
        assert!(seen.text.contains(words), "{words}: {}", seen.text);
    }
    let again = format!("/code/{id}/tentar");
    assert!(!seen.text.contains(&again), "an agent cannot");
    assert!(home.send(page(&format!("/chamados/{ticket}"), &agent)).await.text.contains("Abrir a issue"));
    assert_eq!(home.send(form(&again, &agent, &[])).await.status, StatusCode::FORBIDDEN);
    assert!(home.send(page("/code", &lead)).await.text.contains(&again));
    let done = home.send(form(&again, &lead, &[])).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let seen = home.send(page(done.headers["location"].to_str().unwrap(), &lead)).await;
    assert!(seen.text.contains("Vai ser tentado de novo agora.") && !seen.text.contains(&again));
}
