//! A desk that knows the invented company, and tickets of it that are escalated.

use std::sync::Arc;
use std::time::Duration;

use balcao_connect::channels::Channels;
use balcao_connect::outside::Limits;
use balcao_core::ticket::{Role, State, Team, Transition};
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::documents::{PutAll, put_all};
use balcao_desk::registry::{Change, put};
use balcao_desk::requests::ingest;
use balcao_desk::secrets::Secrets;
use balcao_desk::tracker::{Shown, of_ticket};
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::verbs::show::{self, Whole};
use balcao_desk::verbs::step;
use balcao_desk::world::is_document;
use balcao_desk::{Desk, Settings, jobs};
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::{Place, Store, TicketId};
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::contract::Kind;
use crate::server::Server;

/// Lets the desk in.
pub(crate) const TOKEN: &str = "tok_3m1ss4r1o_d4_desk";
/// By which deliveries are known.
pub(crate) const SECRET: &str = "segredo-das-entregas-1";
/// By which those of Standard Webhooks are.
pub(crate) const KEY: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

pub(crate) fn noon() -> Timestamp {
    "2026-05-28T09:27:18-03:00".parse().unwrap()
}

fn read(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/parceiros/");
    std::fs::read_to_string(folder.to_owned() + name).unwrap()
}

fn pages() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/parceiros/docs");
    let names =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let names = names.filter(|name| is_document(name));
    names.map(|name| (name.clone(), read(&format!("docs/{name}")))).collect()
}

pub(crate) struct House {
    place: Place,
    folder: TempDir,
}

impl House {
    async fn at(place: Place, folder: TempDir) -> Self {
        let house = Self { place, folder };
        let (desk, lead) = (house.open().await, caller(Role::Lead));
        let change = Change { reason: "exemplo", dry_run: false, expected: None, now: noon() };
        put(&desk, &lead, &read("registry.json"), &change).await.unwrap();
        let how = PutAll { delete_missing: false, dry_run: false, now: noon() };
        put_all(&desk, &lead, pages(), how).await.unwrap();
        let log = std::io::Cursor::new(read("requests.ndjson"));
        ingest(&desk, &lead, log, "exemplo", noon()).await.unwrap();
        house
    }

    /// A server of the desk that has no tracker.
    pub(crate) async fn open(&self) -> Desk {
        let store = Store::open(self.place.clone()).await.expect("the store opens");
        Desk::open(store, Secrets::new([7; 32], [9; 32]), Settings::default()).await.expect("the desk opens")
    }

    /// One whose Code lives on `server`.
    pub(crate) async fn with(&self, server: &Server) -> Desk {
        self.reaching(server.kind, server.port, TOKEN).await
    }

    /// One that waits for no answer longer than a moment.
    pub(crate) async fn impatient(&self, server: &Server) -> Desk {
        self.waiting(server.kind, (server.port, TOKEN), Duration::from_millis(300)).await
    }

    /// One that looks for its tracker on a port.
    pub(crate) async fn reaching(&self, kind: Kind, port: u16, token: &str) -> Desk {
        self.waiting(kind, (port, token), Duration::from_secs(20)).await
    }

    async fn waiting(&self, kind: Kind, (port, token): (u16, &str), timeout: Duration) -> Desk {
        let write = |name: &str, text: &str| {
            let path = self.folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let secret = if kind == Kind::Webhook { KEY } else { SECRET };
        let (token, secret) = (write("token", token), write("secret", secret));
        let (code, path, project) = kind.settings();
        // Each kind is a tracker of its own: tickets of one failure share an issue of one tracker.
        let name = format!("code-{kind:?}").to_lowercase();
        let text = format!(
            "[tracker]\nkind = '{code}'\nname = '{name}'\nurl = 'http://127.0.0.1:{port}{path}'\nproject = '{project}'\n\
             label = 'suporte'\nuser = 'bot@balcao.example'\npoll = 60\n\
             token = {{ file = '{token}' }}\nwebhook_secret = {{ file = '{secret}' }}\n"
        );
        let channels = Channels::parse(&text).unwrap();
        let limits = Limits { timeout, ..Limits::default() };
        let tracker = channels.tracker.unwrap();
        let tracker = tracker.open_with("https://balcao.example", limits, Arc::new(noon)).unwrap();
        self.open().await.tracked_by(Arc::new(tracker))
    }
}

pub(crate) async fn sqlite() -> House {
    let folder = tempfile::tempdir().expect("a temporary directory");
    House::at(Place::Directory(folder.path().join("data")), folder).await
}

pub(crate) async fn postgres() -> House {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    let folder = tempfile::tempdir().expect("a temporary directory");
    House::at(Place::Url(url.await.expect("a database")), folder).await
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

/// The example that goes to Code, told apart from others of its kind by `own`; with more words, if any.
pub(crate) fn message(own: &str, more: &str) -> Value {
    let all = read("inbound.ndjson");
    let mut all = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut message = all.find(|message| message["id"] == "dev-058").unwrap();
    message["id"] = json!(own);
    let body = message["body"].as_str().unwrap().replacen("Bom dia,", &format!("Bom dia,\n{more}\n"), 1);
    message["body"] = json!(body);
    message
}

pub(crate) fn arrival(message: &Value) -> Arrival {
    let raw = message.to_string();
    Arrival {
        inbound: balcao_wire::inbound::parse(&raw).unwrap(),
        raw: raw.into_bytes(),
        idempotency_key: Some(message["id"].as_str().unwrap().to_owned()),
        told_apart_by: None,
    }
}

/// A ticket that is with Code.
pub(crate) async fn escalated(desk: &Desk, own: &str) -> Ticket {
    let row = received(desk, &message(own, own)).await;
    to_code(desk, &row.id).await
}

pub(crate) async fn received(desk: &Desk, message: &Value) -> Ticket {
    receive(desk, &caller(Role::Agent), arrival(message), noon()).await.unwrap().ticket
}

pub(crate) async fn to_code(desk: &Desk, id: &TicketId) -> Ticket {
    let wanted = Transition {
        escalate_to: Some(Team::Code),
        analysis: Some("nenhuma rotina nem release na hora; /close @todos".to_owned()),
        ..Transition::to(State::Escalated, "não há causa aparente")
    };
    step::walk(desk, &caller(Role::Agent), id, &wanted, noon()).await.unwrap()
}

/// A note among ourselves.
pub(crate) async fn noted(desk: &Desk, id: &TicketId, body: &str) {
    let word = Word::Note { body: body.to_owned() };
    answer(desk, &caller(Role::Agent), id, word, noon()).await.unwrap();
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

pub(crate) async fn whole(desk: &Desk, id: &TicketId) -> Whole {
    show::show(desk, &caller(Role::Agent), id.as_str()).await.unwrap()
}

/// What Code wrote in a ticket.
pub(crate) async fn from_code(desk: &Desk, id: &TicketId) -> Vec<Message> {
    let notes = whole(desk, id).await.messages.into_iter();
    notes.filter(|note| note.direction == "note" && note.author.starts_with("Code · ")).collect()
}

/// How the ticket's newest issue stands.
pub(crate) async fn issue(desk: &Desk, id: &TicketId) -> Shown {
    let all = of_ticket(desk, &caller(Role::Agent), id).await.unwrap();
    all.into_iter().next().expect("an issue")
}
