//! A desk with two partners, and a caller of every role.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use balcao_core::ticket::Role;
use balcao_desk::caller::Caller;
use balcao_desk::people::token::{NewToken, create_unchecked};
use balcao_desk::secrets::Secrets;
use balcao_desk::{Change, Desk, Settings, registry};
use balcao_store::{Place, Store};
use balcao_web::{App, Limits, router};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub(crate) const NOW: &str = "2026-06-09T14:00:00Z";
pub(crate) const KEY: &str = "fsul_prod_4Hq8zLw2RtXv9Bn1";

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [{"code": "v1", "path_prefix": "/api"}], "products": [],
  "partners": [
    {"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": [{"name": "Dea", "address": "dea@alfa.example"}]},
    {"code": "beta", "name": "Beta", "email_domains": ["beta.example"], "contacts": [{"name": "Beto", "address": "beto@beta.example"}]}],
  "users": [{"login": "AL1", "partner": "alfa", "status": "ativo"}],
  "api_keys": [{"key": "fsul_prod_4Hq8zLw2RtXv9Bn1", "partner": "alfa", "environment": "producao", "status": "ativa", "users": ["AL1"]}],
  "routines": [], "releases": []}"#;

pub(crate) struct Home {
    pub(crate) desk: Desk,
    pub(crate) router: Router,
    pub(crate) app: App,
    _directory: TempDir,
}

/// An answer.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) text: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("{} {}", self.status, self.text))
    }
}

impl Home {
    pub(crate) async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(Place::Directory(directory.path().to_owned())).await.unwrap();
        let desk = Desk::open(store, Secrets::new([1; 32], [2; 32]), Settings::default()).await.unwrap();
        let change = Change { reason: "teste", dry_run: false, expected: None, now: now() };
        registry::put(&desk, &Caller::system(), REGISTRY, &change).await.unwrap();
        let clock: balcao_web::Clock = Arc::new(now);
        let app = App::new(desk.clone(), limits, clock);
        Self { desk, router: router(app.clone()), app, _directory: directory }
    }

    /// A token of this role.
    pub(crate) async fn token(&self, role: Role, partner: Option<&str>) -> String {
        let new = NewToken {
            name: "teste".to_owned(),
            role,
            scopes: Vec::new(),
            partner: partner.map(str::to_owned),
            expires: None,
            personal: false,
        };
        create_unchecked(&self.desk, new, now()).await.unwrap().1
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answered {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answered { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Answered {
        self.send(request(method, path, token, body)).await
    }

    /// A ticket of partner Alfa; its id and the id of its message.
    pub(crate) async fn ticket(&self, token: &str, number: u32) -> (String, String) {
        let answered = self.call("POST", "/api/v1/tickets", token, Some(message(number))).await;
        assert_eq!(answered.status, StatusCode::CREATED, "{}", answered.text);
        let id = answered.json()["id"].as_str().unwrap().to_owned();
        let whole = self.call("GET", &format!("/api/v1/tickets/{id}"), token, None).await.json();
        (id, whole["messages"][0]["id"].as_str().unwrap().to_owned())
    }
}

pub(crate) fn request(method: &str, path: &str, token: &str, body: Option<Value>) -> Request<Body> {
    let mut builder = Request::builder().method(method).uri(path);
    if !token.is_empty() {
        builder = builder.header("authorization", format!("Bearer {token}"));
    }
    match body {
        Some(Value::String(text)) if path == "/api/v1/mail" => {
            builder.header("content-type", "message/rfc822").body(Body::from(text)).unwrap()
        }
        Some(Value::String(text)) => {
            builder.header("content-type", "text/plain").body(Body::from(text)).unwrap()
        }
        Some(body) => {
            builder.header("content-type", "application/json").body(Body::from(body.to_string())).unwrap()
        }
        None => builder.body(Body::empty()).unwrap(),
    }
}

pub(crate) fn message(number: u32) -> Value {
    json!({
        "id": format!("m{number}"), "channel": "email", "received_at": "2026-06-09T13:58:00Z",
        "from": {"address": "dev@alfa.example"}, "subject": "Erro ao criar proposta",
        "body": format!("Usuário AL1, x-api-key: {KEY}: POST https://api.frotasul.example/api/propostas devolveu erro 500 {number}"),
    })
}

pub(crate) fn now() -> Timestamp {
    NOW.parse().unwrap()
}
