//! A small company of our own: two partners, two environments, a routine, a release, a contract.

use std::collections::BTreeMap;

use balcao_core::calendar::Calendar;
use balcao_core::diagnosis::{self, Conversation, Desk, Diagnosis};
use balcao_core::evidence::key::HashSecret;
use balcao_core::evidence::speech::Lexicon;
use balcao_core::facts::Limits;
use balcao_core::facts::contract::Contract;
use balcao_core::facts::documentation::Silence;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::RequestLog;
use balcao_core::inbound::{Inbound, Sender};
use balcao_core::incident::RegistryNames;
use balcao_core::procedure::{Procedure, ProcedureFiles};

pub(crate) const PRODUCTION: &str = "fsul_prod_4Hq8zLw2RtXv9Bn1";
pub(crate) const STAGING: &str = "fsul_hml_7Yc3pQm5KdJs6Ge0";
pub(crate) const OLD: &str = "fsul_prod_0Zb9aWx8VuTk7Sr6";
pub(crate) const OTHERS: &str = "fsul_prod_5Ne2oDi1HfCg3Lp4";

const REGISTRY: &str = include_str!("world/registry.json");
const V1: &str = include_str!("world/openapi-v1.yaml");
const V2: &str = include_str!("world/openapi-v2.yaml");
const LOG: &str = include_str!("world/requests.ndjson");

pub(crate) struct World {
    secret: HashSecret,
    registry: Registry,
    log: RequestLog,
    contract: Contract,
    procedure: Procedure,
    lexicon: Lexicon,
    names: RegistryNames,
    calendar: Calendar,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(REGISTRY, LOG)
    }

    /// With another order of the same entries: every list of the registry and the rows of the log turned round.
    pub(crate) fn turned_round() -> Self {
        let mut registry: serde_json::Value = serde_json::from_str(REGISTRY).unwrap();
        for list in registry.as_object_mut().unwrap().values_mut().filter_map(|value| value.as_array_mut()) {
            list.reverse();
        }
        let rows: Vec<&str> = LOG.lines().rev().collect();
        Self::of(&registry.to_string(), &rows.join("\n"))
    }

    fn of(registry: &str, log: &str) -> Self {
        let secret = HashSecret::new([3; 32]);
        let registry = Registry::parse(registry, &secret).unwrap_or_else(|error| panic!("{error}"));
        let (log, problems) = RequestLog::parse(log, &secret);
        assert!(problems.is_empty(), "{problems:?}");
        let files = [("openapi-v1".to_owned(), V1.to_owned()), ("openapi-v2".to_owned(), V2.to_owned())];
        let (contract, problems) = Contract::load(&files);
        assert!(problems.is_empty(), "{problems:?}");
        let lexicon = Lexicon::parse(&house("speech.toml")).unwrap();
        let names = RegistryNames::of(&registry, &lexicon);
        let calendar = Calendar::of(&registry);
        Self { secret, log, contract, procedure: procedure(), lexicon, names, calendar, registry }
    }

    /// What of the message may be kept.
    pub(crate) fn conversation(&self, message: &Inbound) -> Conversation {
        diagnosis::conversation(message, &self.registry, &self.secret)
    }

    pub(crate) fn diagnose(&self, message: &Inbound) -> Diagnosis {
        diagnosis::diagnose(message, &self.desk(), |inquiry, routes| {
            inquiry.rows(&self.registry, &self.log, routes)
        })
    }

    /// As a further message of a conversation; those before it newest first.
    pub(crate) fn examine(&self, newest: &Inbound, before: &[Inbound]) -> (Diagnosis, Conversation) {
        let prepared = diagnosis::prepare(newest, before, &self.desk());
        let rows = prepared.inquiry.rows(&self.registry, &self.log, &prepared.routes);
        diagnosis::judge(newest, &prepared, &self.desk(), rows)
    }

    fn desk(&self) -> Desk<'_> {
        Desk {
            registry: &self.registry,
            contract: &self.contract,
            documentation: &Silence,
            procedure: &self.procedure,
            lexicon: &self.lexicon,
            names: &self.names,
            calendar: &self.calendar,
            secret: &self.secret,
            limits: Limits::default(),
            anonymous: false,
        }
    }
}

/// A file of the procedure that comes with the program.
fn house(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../procedures/api-parceiros/");
    std::fs::read_to_string([folder, name].concat()).unwrap()
}

fn procedure() -> Procedure {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../procedures/api-parceiros/replies");
    let mut replies = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        replies.insert(name, std::fs::read_to_string(path).unwrap());
    }
    Procedure::parse(&ProcedureFiles { toml: house("procedure.toml"), replies }).unwrap()
}

/// A message of partner Alfa's developer, received on a Tuesday at 10h.
pub(crate) fn message(body: &str) -> Inbound {
    Inbound {
        id: "m".to_owned(),
        channel: "email".to_owned(),
        received_at: "2026-06-09T10:00:00-03:00".parse().unwrap(),
        from: Sender { name: Some("Dev".to_owned()), address: Some("dev@alfa.example".to_owned()) },
        subject: Some("Erro na integração".to_owned()),
        body: body.to_owned(),
        attachments: Vec::new(),
    }
}
