//! A desk with WhatsApp and a chat tool, two partners, and what is delivered to it.

use std::sync::Arc;

use balcao_connect::channels::Channels;
use balcao_connect::chat::{Chats, Patience};
use balcao_connect::signed::{Key, sign};
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::chat::{self, Counts, Delivered, WHATSAPP};
use balcao_desk::registry::{Change, put};
use balcao_desk::secrets::Secrets;
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::verbs::show::{self, Whole};
use balcao_desk::{Desk, DeskError, Settings, jobs};
use balcao_store::errand::Errand;
use balcao_store::ticket::{self, Filter, Ticket};
use balcao_store::{Page, Place, Scope, Store, TicketId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;

use crate::server::Server;

/// Meta's id of our number.
pub(crate) const NUMBER_ID: &str = "106540352242922";
pub(crate) const TOKEN: &str = "EAAtoken-de-acesso-do-balcao";
pub(crate) const APP_SECRET: &str = "segredo-do-aplicativo-1";
pub(crate) const VERIFY: &str = "palavra-combinada-9";
pub(crate) const KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// Dea's telephone, as the registry has it with its signs.
pub(crate) const DEA: &str = "5511987654321";

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [{"code": "v1", "path_prefix": "/api"}], "products": [],
  "partners": [
    {"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": [{"name": "Dea", "address": "+55 (11) 98765-4321"}]},
    {"code": "beta", "name": "Beta", "email_domains": ["beta.example"], "contacts": [{"name": "Beto", "address": "beto@beta.example"}]}],
  "users": [{"login": "AL1", "partner": "alfa", "status": "ativo"}],
  "api_keys": [{"key": "fsul_prod_4Hq8zLw2RtXv9Bn1", "partner": "alfa", "environment": "producao", "status": "ativa", "users": ["AL1"]}],
  "routines": [], "releases": []}"#;

pub(crate) struct Home {
    pub(crate) server: Server,
    pub(crate) desk: Desk,
    pub(crate) folder: TempDir,
    place: Place,
}

impl Home {
    async fn at(place: Place, folder: TempDir) -> Self {
        let server = Server::start().await;
        let desk = desk(&place, &folder, (server.port, "")).await;
        let change = Change { reason: "teste", dry_run: false, expected: None, now: noon() };
        put(&desk, &caller(Role::Lead), REGISTRY, &change).await.unwrap();
        Self { server, desk, folder, place }
    }

    /// Another server on the same database; `more` is written into the section of WhatsApp.
    pub(crate) async fn second(&self, more: &str) -> Desk {
        desk(&self.place, &self.folder, (self.server.port, more)).await
    }

    /// WhatsApp delivers these messages of Dea's, and they are filed.
    pub(crate) async fn dea(&self, messages: &[Value]) {
        self.delivered(&of(DEA, "Dea", messages)).await;
        assert_eq!(work(&self.desk, noon()).await, Vec::<String>::new());
    }

    /// WhatsApp delivers something.
    pub(crate) async fn delivered(&self, delivery: &Value) {
        deliver(&self.desk, delivery, noon()).await.unwrap();
    }

    /// Every ticket, oldest first.
    pub(crate) async fn tickets(&self) -> Vec<Ticket> {
        let mut conn = self.desk.store().read().await.unwrap();
        let all = ticket::list(&mut conn, &Scope::All, &Filter::default(), &Page::first(200)).await.unwrap();
        all.items.into_iter().rev().collect()
    }

    pub(crate) async fn whole(&self, id: &TicketId) -> Whole {
        show::show(&self.desk, &caller(Role::Agent), id.as_str()).await.unwrap()
    }

    /// The only ticket, with everything of it.
    pub(crate) async fn only(&self) -> Whole {
        let all = self.tickets().await;
        assert_eq!(all.len(), 1, "{all:?}");
        self.whole(&all[0].id).await
    }

    /// Somebody of the desk answers.
    pub(crate) async fn answered(&self, id: &TicketId, body: &str) {
        answered(&self.desk, id, body, noon()).await;
    }

    pub(crate) async fn errands(&self, id: &TicketId) -> Vec<Errand> {
        chat::of_ticket(&self.desk, &caller(Role::Agent), id).await.unwrap()
    }

    /// How each errand of a ticket stands.
    pub(crate) async fn states(&self, id: &TicketId) -> Vec<String> {
        self.errands(id).await.into_iter().map(|errand| errand.state).collect()
    }

    pub(crate) async fn counts(&self) -> Counts {
        chat::counts(&self.desk, &caller(Role::Lead)).await.unwrap()
    }
}

async fn desk(place: &Place, folder: &TempDir, (port, more): (u16, &str)) -> Desk {
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("{{ file = '{}' }}", path.display())
    };
    let (token, app) = (write("token", TOKEN), write("app", APP_SECRET));
    let (verify, key) = (write("verify", VERIFY), write("key", KEY));
    let text = format!(
        "[whatsapp]\nphone_number_id = '{NUMBER_ID}'\ngraph = 'http://127.0.0.1:{port}'\nmost_bytes = 1000\n\
         access_token = {token}\napp_secret = {app}\nverify_token = {verify}\n\
         [[whatsapp.template]]\nname = 'retomar'\ntitle = 'Retomar'\nlanguages = {{ pt-BR = 'pt_BR' }}\n{more}\n\
         [[chat]]\nname = 'sala'\nsecrets = [{key}]\nurl = 'http://127.0.0.1:{port}/tool'\nvouches = true\nlongest = 40\n\
         [[chat]]\nname = 'muda'\nsecrets = [{key}]\n"
    );
    let channels = Channels::parse(&text).map_err(|error| error.to_string()).unwrap();
    let chats = Chats::new(channels.whatsapp.as_ref(), &channels.chat, Patience::default()).unwrap();
    let store = Store::open(place.clone()).await.expect("the store opens");
    let desk = Desk::open(store, Secrets::new([7; 32], [9; 32]), Settings::default()).await;
    desk.expect("the desk opens").carried_by(Arc::new(chats))
}

pub(crate) async fn sqlite() -> Home {
    let folder = tempfile::tempdir().expect("a temporary directory");
    Home::at(Place::Directory(folder.path().join("data")), folder).await
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    let folder = tempfile::tempdir().expect("a temporary directory");
    Home::at(Place::Url(url.await.expect("a database")), folder).await
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

pub(crate) fn noon() -> Timestamp {
    "2026-06-10T12:00:00Z".parse().unwrap()
}

pub(crate) fn after(minutes: i64) -> Timestamp {
    noon() + SignedDuration::from_mins(minutes)
}

/// Does everything that is due; why jobs failed.
pub(crate) async fn work(desk: &Desk, now: Timestamp) -> Vec<String> {
    let mut failed = Vec::new();
    loop {
        match jobs::run_one(desk, "test", now).await.unwrap() {
            jobs::Outcome::Done(_) => {}
            jobs::Outcome::Failed(why) => failed.push(why),
            jobs::Outcome::Idle => return failed,
        }
    }
}

pub(crate) async fn answered(desk: &Desk, id: &TicketId, body: &str, now: Timestamp) {
    let word = Word::Reply { body: body.to_owned(), citations: Vec::new() };
    answer(desk, &caller(Role::Agent), id, word, now).await.unwrap();
}

/// A text that was written so many minutes after noon.
pub(crate) fn text(id: &str, body: &str, minutes: i64) -> Value {
    json!({"id": id, "timestamp": after(minutes).as_second().to_string(), "type": "text", "text": {"body": body}})
}

/// WhatsApp's delivery of messages.
pub(crate) fn of(from: &str, name: &str, messages: &[Value]) -> Value {
    let messages = messages.iter().map(|message| {
        let mut message = message.clone();
        message["from"] = json!(from);
        message
    });
    let contacts = json!([{"profile": {"name": name}, "wa_id": from}]);
    around(json!({"contacts": contacts, "messages": messages.collect::<Vec<_>>()}))
}

/// WhatsApp's delivery of how a message stands.
pub(crate) fn status(id: &str, own: Option<&str>, state: &str, code: Option<i64>) -> Value {
    let mut told =
        json!({"id": id, "status": state, "timestamp": noon().as_second().to_string(), "recipient_id": DEA});
    if let Some(own) = own {
        told["biz_opaque_callback_data"] = json!(own);
    }
    if let Some(code) = code {
        told["errors"] = json!([{"code": code, "title": format!("to {DEA}")}]);
    }
    around(json!({"statuses": [told]}))
}

fn around(mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({"display_phone_number": "551140028922", "phone_number_id": NUMBER_ID});
    json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
}

/// What signs a delivery of Meta's.
pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    code.update(body);
    let hex: String = code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

pub(crate) async fn deliver(desk: &Desk, delivery: &Value, now: Timestamp) -> Result<(), DeskError> {
    let body = delivery.to_string().into_bytes();
    let signature = signature(APP_SECRET, &body);
    let header = |name: &str| (name == "x-hub-signature-256").then(|| signature.clone());
    chat::hook(desk, WHATSAPP, &Delivered { header: &header, body: &body }, now).await
}

/// A chat tool delivers something, signed.
pub(crate) async fn tell(desk: &Desk, tool: &str, what: &Value) -> Result<(), DeskError> {
    tell_as(desk, (tool, "msg_1"), what).await
}

/// As [`tell`], with this id of the delivery.
pub(crate) async fn tell_as(desk: &Desk, (tool, once): (&str, &str), what: &Value) -> Result<(), DeskError> {
    let body = what.to_string().into_bytes();
    let signature = sign(&Key::parse(KEY).unwrap(), once, noon(), &body);
    let header = |name: &str| match name {
        "webhook-id" => Some(once.to_owned()),
        "webhook-timestamp" => Some(noon().as_second().to_string()),
        "webhook-signature" => Some(signature.clone()),
        _ => None,
    };
    chat::hook(desk, &format!("chat:{tool}"), &Delivered { header: &header, body: &body }, noon()).await
}
