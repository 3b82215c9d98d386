//! `balcao demo`: the desk with the example data, ready to be tried.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use balcao_core::ticket::Role;
use balcao_desk::caller::Caller;
use balcao_desk::documents::{self, PutAll};
use balcao_desk::people::account::NewAccount;
use balcao_desk::people::token::NewToken;
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::{Change, Desk, people, registry, requests};
use balcao_web::Courier;
use balcao_wire::inbound;
use jiff::Timestamp;

use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::server::{self, Parts};
use crate::settings::Flags;

/// The example data: an invented partner API with its registry, request log, documentation and messages.
#[derive(rust_embed::Embed)]
#[folder = "../../examples/parceiros"]
struct Example;

/// Run the desk with example data
#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Where to listen
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where the data is kept [default: a directory that is gone afterwards]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Demo {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let temporary = tempfile::Builder::new().prefix("balcao-demo-").tempdir()?;
        let data = self.data.unwrap_or_else(|| temporary.path().to_owned());
        let flags = Flags { data: Some(data), ..Flags::default() };
        let settings = opening::settings(&flags, catalogue)?;
        server::log("warn", "text")?;
        opening::block_on(async {
            // The example's requests have their own dates, and grow older than any log is kept.
            let times = balcao_desk::Settings { keep_requests: 36_500, ..settings.desk(catalogue)? };
            let desk = opening::desk_that_keeps(&settings, times, catalogue).await?;
            let entry = fill(&desk, Timestamp::now()).await?;
            let parts = Parts {
                web: true,
                worker: true,
                address: String::new(),
                proxies: 0,
                channels: Arc::default(),
                courier: Arc::new(Shown(self.listen.clone())),
            };
            server::serve(desk, &self.listen, parts, |address| {
                say(&format!("listening on http://{address}"))?;
                say(&catalogue.say("demo-look", &[("address", address)]))?;
                say(&catalogue.say("demo-partner", &[("address", address), ("secret", &entry.link)]))?;
                say(&catalogue.say(
                    "demo-enter",
                    &[("login", LOGIN), ("password", &entry.password), ("token", &entry.token)],
                ))
            })
            .await
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Links that are asked for at the demonstration, where no mail goes out: shown to whoever started it.
struct Shown(String);

impl Courier for Shown {
    fn carry(&self, address: &str, path: &str) {
        let _nobody_reads = say(&format!("{address}: http://{}{path}", self.0));
    }
}

/// Whoever tries the desk comes in as this agent.
const LOGIN: &str = "ana@balcao.example";
/// Those who work there, all with the same password.
const PEOPLE: [(&str, &str, Role); 6] = [
    (LOGIN, "Ana", Role::Agent),
    ("lider@balcao.example", "Lia", Role::Lead),
    ("gestor@balcao.example", "Gil", Role::Manager),
    ("code@balcao.example", "Caio", Role::Code),
    ("comercial@balcao.example", "Cora", Role::Commercial),
    ("admin@balcao.example", "Ada", Role::Administrator),
];

/// How one gets in.
struct Entry {
    password: String,
    token: String,
    /// Of a partner's contact, good once.
    link: String,
}

/// Fills an empty desk; one that is filled already only gets a new way in.
async fn fill(desk: &Desk, now: Timestamp) -> anyhow::Result<Entry> {
    let system = Caller::system();
    if desk.state().registry_revision.is_none() {
        let change = Change { reason: "dados de exemplo", dry_run: false, expected: None, now };
        registry::put(desk, &system, &text("registry.json"), &change).await?;
        let files = Example::iter().filter_map(|name| {
            let path = name.strip_prefix("docs/")?.to_owned();
            Some((path, text(&name)))
        });
        let how = PutAll { delete_missing: false, dry_run: false, now };
        documents::put_all(desk, &system, files.collect(), how).await?;
        let log = std::io::Cursor::new(text("requests.ndjson").into_bytes());
        requests::ingest(desk, &system, log, "dados de exemplo", now).await?;
        for line in text("inbound.ndjson").lines() {
            let arrival = Arrival {
                inbound: inbound::parse(line)?,
                raw: line.as_bytes().to_vec(),
                idempotency_key: None,
                told_apart_by: None,
            };
            receive(desk, &system, arrival, now).await?;
        }
    }
    way_in(desk, &system, now).await
}

/// People with a password of their own for this desk, a token, and a link for a partner's contact.
async fn way_in(desk: &Desk, system: &Caller, now: Timestamp) -> anyhow::Result<Entry> {
    let random: [u8; 6] = balcao_desk::random()?;
    let password = format!("demonstracao-{}", balcao_desk::secrets::hex(&random));
    let known = people::account::list(desk, system).await?;
    for (login, name, role) in PEOPLE {
        let found = known.iter().find(|account| account.login == login).cloned();
        let account = match found {
            Some(account) => account,
            None => {
                let new = NewAccount {
                    login: login.to_owned(),
                    name: name.to_owned(),
                    role,
                    partner: None,
                    team: None,
                };
                people::account::create(desk, system, new, now).await?
            }
        };
        let invitation = people::account::invite(desk, system, &account.id, now).await?;
        people::account::set_password(desk, &invitation, &password, now).await?;
    }
    let state = desk.state();
    let contacts = state.world.registry.partners.iter().flat_map(|partner| &partner.contacts);
    let mut mailboxes =
        contacts.map(|contact| contact.address.clone()).filter(|address| address.contains('@'));
    let link = match mailboxes.next() {
        Some(address) => people::link::hand_over(desk, system, &address, now).await?,
        None => String::new(),
    };
    let new = NewToken {
        name: "demonstração".to_owned(),
        role: Role::Agent,
        scopes: Vec::new(),
        partner: None,
        expires: None,
        personal: false,
    };
    let (_, token) = people::token::create_unchecked(desk, new, now).await?;
    Ok(Entry { password, token, link })
}

/// A file of the example data; they are in the program.
fn text(name: &str) -> String {
    let file = Example::get(name).map(|file| file.data.into_owned()).unwrap_or_default();
    String::from_utf8(file).unwrap_or_default()
}
