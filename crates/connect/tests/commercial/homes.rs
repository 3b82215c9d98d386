//! A desk whose commercial reads mail and takes webhooks, and the partners who ask for keys.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use balcao_connect::channels::Channels;
use balcao_connect::mail::{Arrived, Taken, take_in};
use balcao_connect::outside::Limits;
use balcao_connect::signed::{Key, sign};
use balcao_core::ticket::{Role, State, Team, Transition};
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::chat::Delivered;
use balcao_desk::commercial::{self, Answered, Outcome, Said, Shown};
use balcao_desk::mail::{Kind, Letter, Post, Sending};
use balcao_desk::registry::{Change, put};
use balcao_desk::secrets::Secrets;
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::verbs::show::{self, Whole};
use balcao_desk::verbs::{draft, step};
use balcao_desk::{Desk, DeskError, MailSettings, Settings, jobs};
use balcao_store::ticket::Ticket;
use balcao_store::{MessageId, Place, Store, TicketId};
use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;

use crate::server::Server;

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]},
    {"code": "homologacao", "name": "Homologação", "base_urls": ["https://hml.frotasul.example/api"]}],
  "api_versions": [{"code": "v1", "path_prefix": "/api"}], "products": [{"code": "frota", "name": "Frota", "api_versions": ["v1"]}],
  "partners": [
    {"code": "alfa", "name": "Alfa", "tax_id": "11.222.333/0001-81", "email_domains": ["alfa.example"], "contacts": []},
    {"code": "beta", "name": "Beta", "email_domains": ["beta.example"], "contacts": [], "language": "en"}],
  "users": [], "api_keys": [{"key": "fsul_prod_0000000000009Bn1", "partner": "beta", "environment": "producao", "status": "ativa", "users": []}],
  "routines": [], "releases": []}"#;

/// By which webhooks are signed, both ways.
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// A key that nobody is to see.
pub(crate) const KEY: &str = "fsul_prod_4Hq8zLw2RtXv9Bn1";

pub(crate) fn noon() -> Timestamp {
    "2026-06-10T12:00:00-03:00".parse().unwrap()
}

pub(crate) fn caller(role: Role) -> Caller {
    Caller {
        id: format!("account:{}", role_code(role)),
        name: "Bia".to_owned(),
        role,
        partner: None,
        narrowed: None,
    }
}

/// Takes every mail, and keeps it.
#[derive(Default)]
pub(crate) struct Postbox(Mutex<Vec<Letter>>);

impl Post for Postbox {
    fn domain(&self) -> &str {
        "balcao.example"
    }

    fn send<'l>(&'l self, letter: &'l Letter) -> Sending<'l> {
        self.0.lock().unwrap().push(letter.clone());
        Box::pin(async { Ok(()) })
    }
}

pub(crate) struct Home {
    pub(crate) desk: Desk,
    pub(crate) server: Server,
    pub(crate) post: Arc<Postbox>,
    pub(crate) place: Place,
    _folder: TempDir,
}

impl Home {
    async fn at(place: Place, folder: TempDir) -> Self {
        let (server, post) = (Server::new().await, Arc::<Postbox>::default());
        std::fs::write(folder.path().join("secret"), SECRET).unwrap();
        let desk = open(&place, &post, &section(folder.path(), &server)).await;
        let change = Change { reason: "teste", dry_run: false, expected: None, now: noon() };
        put(&desk, &caller(Role::Lead), REGISTRY, &change).await.unwrap();
        Self { desk, server, post, place, _folder: folder }
    }

    /// A demand by mail from this address.
    pub(crate) async fn asked(&self, from: &str, body: &str) -> Ticket {
        let line = json!({"id": MessageId::fresh().to_string(), "channel": "email", "received_at": noon().to_string(),
            "from": {"name": "Ana", "address": from}, "subject": "Pedido de API Key", "body": body});
        let raw = line.to_string();
        let inbound = balcao_wire::inbound::parse(&raw).unwrap();
        let arrival = Arrival { inbound, raw: raw.into_bytes(), idempotency_key: None, told_apart_by: None };
        receive(&self.desk, &caller(Role::Agent), arrival, noon()).await.unwrap().ticket
    }

    /// Alfa asks for a key of production, and support hands it to commercial.
    pub(crate) async fn forwarded(&self) -> Ticket {
        let ticket = self.asked("ana@alfa.example", WHOLE).await;
        self.escalated(&ticket.id).await.unwrap()
    }

    pub(crate) async fn escalated(&self, id: &TicketId) -> Result<Ticket, DeskError> {
        escalated(&self.desk, id).await
    }

    pub(crate) async fn whole(&self, id: &TicketId) -> Whole {
        show::show(&self.desk, &caller(Role::Agent), id.as_str()).await.unwrap()
    }

    pub(crate) async fn stands(&self, id: &TicketId) -> Shown {
        commercial::of_ticket(&self.desk, &caller(Role::Agent), id).await.unwrap().unwrap()
    }

    /// What the desk drafted for the partner.
    pub(crate) async fn drafted(&self, id: &TicketId) -> Option<String> {
        let all = draft::of_ticket(&self.desk, &caller(Role::Agent), id).await.unwrap();
        all.into_iter().find(|one| one.account == draft::DRAFTER).map(|one| one.body)
    }

    /// The mails to commercial.
    pub(crate) fn requests(&self) -> Vec<Letter> {
        let all = self.post.0.lock().unwrap();
        all.iter().filter(|letter| letter.kind == Kind::Commercial).cloned().collect()
    }

    /// The mails to everybody.
    pub(crate) fn letters(&self) -> Vec<Letter> {
        self.post.0.lock().unwrap().clone()
    }

    /// Commercial delivers an answer, signed with `key`.
    pub(crate) async fn delivered(
        &self,
        (id, key): (&str, &str),
        (ticket, said): (&str, Said),
    ) -> Result<Answered, DeskError> {
        let key = Key::parse(key).unwrap();
        let body = b"{}".as_slice();
        let (at, signature) = (noon().as_second().to_string(), sign(&key, id, noon(), body));
        let header = |name: &str| match name {
            "webhook-id" => Some(id.to_owned()),
            "webhook-timestamp" => Some(at.clone()),
            "webhook-signature" => Some(signature.clone()),
            _ => None,
        };
        let delivered = Delivered { header: &header, body };
        commercial::hook(&self.desk, &delivered, (ticket, said), noon()).await
    }

    /// A mail in answer to a request: `from` writes `body`.
    pub(crate) async fn answers(&self, request: &Letter, from: &str, body: &str) -> Taken {
        self.mail(&reply(request, (from, "pass"), body)).await
    }

    pub(crate) async fn mail(&self, raw: &str) -> Taken {
        let arrived = Arrived { raw: raw.as_bytes().to_vec(), mailbox: "teste".to_owned(), uid: None };
        take_in(&self.desk, &caller(Role::Agent), arrived, noon()).await.unwrap()
    }
}

/// What Alfa writes when nothing is missing.
pub(crate) const WHOLE: &str =
    "Olá! Ainda não temos API Key de produção. Como fazemos para solicitar uma?\n\nObrigada, Ana";

/// The answer to a request as mail programs write it.
pub(crate) fn reply(request: &Letter, (from, verdict): (&str, &str), body: &str) -> String {
    let thread = request.thread.as_ref().unwrap();
    let domain = from.rsplit_once('@').unwrap().1;
    format!(
        "Authentication-Results: mx.balcao.example; dkim={verdict} header.d={domain}; dmarc={verdict} header.from={domain}\r\n\
         From: Cora <{from}>\r\nTo: ajuda+{}@balcao.example\r\nMessage-ID: <{}@{domain}>\r\nIn-Reply-To: {}\r\n\
         Date: Wed, 10 Jun 2026 11:00:00 -0300\r\nSubject: RES: Pedido de API Key [{}]\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n\r\n\
         Em 10/06/2026 10:00, Suporte escreveu:\r\n> Pedido de API Key\r\n> Ambiente: Produção\r\n> Responda: na primeira linha, EMITIDA ou RECUSADA\r\n",
        thread.token,
        MessageId::fresh(),
        request.message_id,
        thread.protocol,
    )
}

pub(crate) async fn escalated(desk: &Desk, id: &TicketId) -> Result<Ticket, DeskError> {
    let wanted = Transition {
        escalate_to: Some(Team::Commercial),
        analysis: Some("O parceiro ainda não tem chave deste ambiente.".to_owned()),
        ..Transition::to(State::Escalated, "pedido de chave")
    };
    step::walk(desk, &caller(Role::Agent), id, &wanted, noon()).await
}

/// `[commercial]` with both ways.
pub(crate) fn section(folder: &std::path::Path, server: &Server) -> String {
    format!(
        "[commercial]\nmail = 'comercial@frotasul.example'\nurl = '{}'\nsecrets = [{{ file = '{}' }}]\n\
         hands_over = 'pelo cofre do contrato'\nhands_over_en = 'through the vault of your contract'\n",
        server.url,
        folder.join("secret").display()
    )
}

async fn open(place: &Place, post: &Arc<Postbox>, text: &str) -> Desk {
    let mail = MailSettings {
        authserv_id: Some("mx.balcao.example".to_owned()),
        addresses: vec!["ajuda@balcao.example".to_owned()],
    };
    let store = Store::open(place.clone()).await.expect("the store opens");
    let settings = Settings { mail, ..Settings::default() };
    let desk = Desk::open(store, Secrets::new([7; 32], [9; 32]), settings).await.expect("the desk opens");
    let limits = Limits { timeout: Duration::from_secs(5), most: 1 << 16 };
    let office = Channels::parse(text).unwrap().commercial.unwrap().open_with(limits).unwrap();
    desk.mailing_by(post.clone()).forwarding_to(Arc::new(office))
}

pub(crate) async fn sqlite() -> Home {
    let folder = tempfile::tempdir().expect("a temporary directory");
    Home::at(Place::Directory(folder.path().join("data")), folder).await
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    let url = url.await.expect("a database");
    Home::at(Place::Url(url), tempfile::tempdir().expect("a temporary directory")).await
}

/// Does everything that is due; why jobs failed.
pub(crate) async fn work(desk: &Desk, now: Timestamp) -> Vec<String> {
    let mut failed = Vec::new();
    loop {
        match jobs::run_one(desk, "w", now).await.unwrap() {
            jobs::Outcome::Idle => return failed,
            jobs::Outcome::Failed(why) => failed.push(why),
            jobs::Outcome::Done(_) => {}
        }
    }
}

pub(crate) fn issued(environment: &str, tail: &str) -> Said {
    Said {
        outcome: Outcome::Issued,
        environment: Some(environment.to_owned()),
        tail: Some(tail.to_owned()),
        reason: None,
        words: String::new(),
        remarks: Vec::new(),
        request: None,
    }
}

pub(crate) fn refused(reason: &str) -> Said {
    Said {
        outcome: Outcome::Refused,
        environment: None,
        tail: None,
        reason: Some(reason.to_owned()),
        ..issued("", "")
    }
}

/// What the trail says of commercial, oldest first.
pub(crate) async fn told(desk: &Desk) -> Vec<String> {
    let mut conn = desk.store().read().await.unwrap();
    let entries = balcao_store::trail::after(&mut conn, 0, 500).await.unwrap();
    entries.into_iter().map(|entry| entry.what).filter(|what| what.starts_with("commercial")).collect()
}
