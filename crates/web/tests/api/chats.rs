//! Chats by HTTP: who is heard, and what a person sees and does about what does not go out.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use balcao_connect::channels::Channels;
use balcao_connect::chat::{Chats, Patience};
use balcao_connect::signed::{Key, sign};
use balcao_core::ticket::Role;
use balcao_desk::jobs;
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::desk::{Home, now};
use crate::pages::{form, page};

const KEY: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const WORD: &str = "palavra-combinada-9";

async fn home() -> Home {
    let home = Home::new().await;
    let folder = tempfile::tempdir().unwrap();
    let secret = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("{{ file = '{}' }}", path.display())
    };
    let text = format!(
        "[whatsapp]\nphone_number_id = '1'\ngraph = 'http://127.0.0.1:9'\naccess_token = {}\napp_secret = {}\nverify_token = {}\n\
         [[whatsapp.template]]\nname = 'retomar'\ntitle = 'Retomar'\nlanguages = {{ pt-BR = 'pt_BR' }}\n\
         [[chat]]\nname = 'sala'\nsecrets = [{}]\n",
        secret("token", "um-token-de-acesso-qualquer"),
        secret("app", "It's a Secret to Everybody"),
        secret("word", WORD),
        secret("key", KEY),
    );
    let channels = Channels::parse(&text).map_err(|error| error.to_string()).unwrap();
    let chats = Chats::new(channels.whatsapp.as_ref(), &channels.chat, Patience::default()).unwrap();
    let _one_desk = home.desk.clone().carried_by(Arc::new(chats));
    home
}

async fn sent(home: &Home, request: Request<Body>) -> (StatusCode, String) {
    let (parts, body) = home.router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts.status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn tell(home: &Home, key: &str, what: &str) -> (StatusCode, String) {
    let signature = sign(&Key::parse(key).unwrap(), "msg_1", now(), what.as_bytes());
    let request = Request::post("/api/v1/hooks/chat/sala")
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", now().as_second().to_string())
        .header("webhook-signature", signature);
    sent(home, request.body(Body::from(what.to_owned())).unwrap()).await
}

async fn work(home: &Home, later: SignedDuration) {
    while jobs::run_one(&home.desk, "test", now() + later).await.unwrap() != jobs::Outcome::Idle {}
}

#[tokio::test(flavor = "multi_thread")]
async fn whatsapp_is_set_up_and_heard_by_its_signature() {
    let home = home().await;
    let ask = |mode: &str, word: &str| {
        let path = format!(
            "/api/v1/hooks/whatsapp?hub.mode={mode}&hub.verify_token={word}&hub.challenge=1158201444"
        );
        Request::get(path).body(Body::empty()).unwrap()
    };
    assert_eq!(sent(&home, ask("subscribe", WORD)).await, (StatusCode::OK, "1158201444".to_owned()));
    assert_eq!(sent(&home, ask("subscribe", "outra")).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(sent(&home, ask("unsubscribe", WORD)).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    // The example of GitHub's documentation, whose signature Meta writes alike: it is believed, whatever it says.
    let right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    for (signature, body, expected) in [
        (Some(right), "Hello, World!", StatusCode::OK),
        (Some(right), "Hello, World?", StatusCode::UNAUTHORIZED),
        (None, "Hello, World!", StatusCode::UNAUTHORIZED),
    ] {
        let mut request = Request::post("/api/v1/hooks/whatsapp");
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        let (status, told) = sent(&home, request.body(Body::from(body)).unwrap()).await;
        assert_eq!(status, expected, "{told}");
    }
    work(&home, SignedDuration::ZERO).await;
    // It is no JSON: a person may look at it and have it tried again.
    let lead = home.token(Role::Lead, None).await;
    let listed = home.call("GET", "/api/v1/chats/quarantine", &lead, None).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let browser = home.browser(Role::Lead).await;
    let shown = home.send(page("/conversas", &browser)).await;
    assert!(
        shown.text.contains(&format!("data-aside=\"{id}\"")) && shown.text.contains("JSON"),
        "{}",
        shown.text
    );
    let again = home.send(form(&format!("/conversas/{id}"), &browser, &[])).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    let retried = home.call("POST", &format!("/api/v1/chats/quarantine/{id}/retry"), &lead, None).await;
    assert_eq!(retried.status, StatusCode::NOT_FOUND, "it waits again: {}", retried.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_is_heard_with_its_key_and_told_what_is_wrong() {
    let home = home().await;
    let good =
        json!({"type": "message.created", "data": {"id": "m-1", "conversation": "s", "text": "Erro 401"}})
            .to_string();
    let other = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
    assert_eq!(tell(&home, other, &good).await.0, StatusCode::UNAUTHORIZED);
    let (status, told) = tell(&home, KEY, r#"{"type": "message.created", "data": {"id": "m-1"}}"#).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.contains("data.conversation"), "{told}");
    for _ in 0..2 {
        assert_eq!(tell(&home, KEY, &good).await.0, StatusCode::ACCEPTED);
    }
    work(&home, SignedDuration::ZERO).await;
    let agent = home.token(Role::Agent, None).await;
    let listed = home.call("GET", "/api/v1/tickets", &agent, None).await.json();
    let all: Vec<&Value> = listed["items"].as_array().unwrap().iter().collect();
    assert_eq!((all.len(), &all[0]["channel"]), (1, &json!("chat")));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_sees_that_the_window_closed_and_sends_a_template() {
    let home = home().await;
    let written = (now() - SignedDuration::from_hours(25)).as_second().to_string();
    let delivery = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "1"},
        "messages": [{"id": "wamid.1", "from": "5511987654321", "timestamp": written, "type": "text", "text": {"body": "Erro 401"}}]}}]}]});
    kept(&home, &delivery).await;
    work(&home, SignedDuration::ZERO).await;
    let agent = home.token(Role::Agent, None).await;
    let listed = home.call("GET", "/api/v1/tickets", &agent, None).await.json();
    let (id, protocol) = (&listed["items"][0]["id"], &listed["items"][0]["protocol"]);
    let (id, protocol) = (id.as_str().unwrap().to_owned(), protocol.as_str().unwrap().to_owned());
    let browser = home.browser(Role::Agent).await;
    let place = format!("/chamados/{protocol}");
    let shown = home.send(page(&place, &browser)).await;
    assert!(
        shown.text.contains("data-window=\"closed\"") && shown.text.contains("Retomar"),
        "{}",
        shown.text
    );
    let answered = [("texto", "Gere outro token."), ("tipo", "resposta"), ("depois", ""), ("vez", "1")];
    home.send(form(&format!("{place}/responder"), &browser, &answered)).await;
    work(&home, SignedDuration::ZERO).await;
    let shown = home.send(page(&place, &browser)).await;
    assert!(shown.text.contains("data-errand=\"outside\""), "{}", shown.text);
    let asked = home.send(form(&format!("{place}/conversa"), &browser, &[("modelo", "retomar")])).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let again = home
        .call("POST", &format!("/api/v1/tickets/{id}/template"), &agent, Some(json!({"name": "retomar"})))
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text);
    let all = home.call("GET", &format!("/api/v1/tickets/{id}/errands"), &agent, None).await.json();
    let states: Vec<(&Value, &Value)> =
        all["items"].as_array().unwrap().iter().map(|one| (&one["kind"], &one["state"])).collect();
    assert_eq!(states, [(&json!("answer"), &json!("outside")), (&json!("reopen"), &json!("waiting"))]);
    assert!(all["window_until"].is_string() && all["templates"][0]["name"] == "retomar", "{all}");
    // A partner sees nothing of it.
    let partner = home.token(Role::PartnerContact, Some("beta")).await;
    let hidden = home.call("GET", &format!("/api/v1/tickets/{id}/errands"), &partner, None).await;
    assert_eq!(hidden.status, StatusCode::FORBIDDEN, "{}", hidden.text);
    let lead = home.browser(Role::Lead).await;
    let shown = home.send(page("/conversas", &lead)).await;
    assert!(
        shown.text.contains("data-errand=\"outside\"") && shown.text.contains(&protocol),
        "{}",
        shown.text
    );
}

/// Keeps a delivery of WhatsApp as if it had been signed.
async fn kept(home: &Home, delivery: &Value) {
    use hmac::{Hmac, KeyInit as _, Mac as _};

    let body = delivery.to_string();
    let mut code = Hmac::<sha2::Sha256>::new_from_slice(b"It's a Secret to Everybody").unwrap();
    code.update(body.as_bytes());
    let hex: String = code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let request =
        Request::post("/api/v1/hooks/whatsapp").header("x-hub-signature-256", format!("sha256={hex}"));
    assert_eq!(sent(home, request.body(Body::from(body)).unwrap()).await.0, StatusCode::OK);
}
