//! Everything that judges a message, beside the request log: one value, built once, shared by every diagnosis until it is replaced.

use balcao_core::calendar::Calendar;
use balcao_core::diagnosis::{self, Answers, Conversation, Diagnosis, Prepared};
use balcao_core::evidence::key::HashSecret;
use balcao_core::evidence::speech::Lexicon;
use balcao_core::facts::Limits;
use balcao_core::facts::contract::Contract;
use balcao_core::facts::inquiry::Inquiry;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::LoggedRequest;
use balcao_core::inbound::Inbound;
use balcao_core::incident::RegistryNames;
use balcao_core::procedure::Procedure;
use balcao_core::reply::Rendered;

use crate::documentation::Pages;

/// Registry, contract, documentation, procedure and words, ready to judge on every core.
pub struct World {
    /// Partners, users, keys, environments, calendar.
    pub registry: Registry,
    /// The OpenAPI files of the documentation.
    pub contract: Contract,
    /// The documentation, indexed.
    pub pages: Pages,
    /// The written procedure.
    pub procedure: Procedure,
    lexicon: Lexicon,
    names: RegistryNames,
    calendar: Calendar,
    secret: HashSecret,
    limits: Limits,
    /// What anybody may be told of, and its names.
    public: (Registry, RegistryNames),
}

impl World {
    /// From its parts; `secret` is the one under which the registry's keys were hashed.
    #[must_use]
    pub fn of(parts: Parts, secret: HashSecret) -> Self {
        let Parts { registry, contract, pages, procedure, lexicon } = parts;
        let names = RegistryNames::of(&registry, &lexicon);
        let calendar = Calendar::of(&registry);
        let limits = limits(&procedure);
        let public = registry.in_public();
        let public_names = RegistryNames::of(&public, &lexicon);
        let public = (public, public_names);
        Self { registry, contract, pages, procedure, lexicon, names, calendar, secret, limits, public }
    }

    /// Diagnoses one message; `answer` looks up the request log.
    pub fn diagnose(
        &self,
        inbound: &Inbound,
        answer: impl FnOnce(&Inquiry, &[(String, String)]) -> Vec<LoggedRequest>,
    ) -> Diagnosis {
        diagnosis::diagnose(inbound, &self.desk(), answer)
    }

    /// Reads a conversation: `newest`, with the messages `before` it, newest of them first.
    #[must_use]
    pub fn prepare(&self, newest: &Inbound, before: &[Inbound]) -> Prepared {
        diagnosis::prepare(newest, before, &self.desk())
    }

    /// Diagnoses what was read, with what was looked up for it. The second value is what `newest` says, as it may be kept.
    #[must_use]
    pub fn judge(
        &self,
        newest: &Inbound,
        prepared: &Prepared,
        answers: impl Into<Answers>,
    ) -> (Diagnosis, Conversation) {
        diagnosis::judge(newest, prepared, &self.desk(), answers)
    }

    /// The procedure's reply of this name with the values that were proven; `None` where it has none.
    #[must_use]
    pub fn standard_reply(
        &self,
        newest: &Inbound,
        prepared: &Prepared,
        answers: impl Into<Answers>,
        name: &str,
    ) -> Option<Rendered> {
        diagnosis::standard_reply(newest, prepared, &self.desk(), answers, name)
    }

    fn desk(&self) -> diagnosis::Desk<'_> {
        diagnosis::Desk {
            registry: &self.registry,
            contract: &self.contract,
            documentation: &self.pages,
            procedure: &self.procedure,
            lexicon: &self.lexicon,
            names: &self.names,
            calendar: &self.calendar,
            secret: &self.secret,
            limits: self.limits,
            anonymous: false,
        }
    }

    /// Diagnoses a message of somebody who is not known: by format, contract, token, calendar and releases alone. Nothing is looked up
    /// in the log, and nothing of partners, users and keys is told.
    #[must_use]
    pub fn diagnose_in_public(&self, inbound: &Inbound) -> Diagnosis {
        let (registry, names) = (&self.public.0, &self.public.1);
        let desk = diagnosis::Desk { registry, names, anonymous: true, ..self.desk() };
        diagnosis::diagnose(inbound, &desk, |_, _| Vec::new())
    }

    /// The environments that a text names, in the registry's words or in people's: codes, each once, in order.
    #[must_use]
    pub fn environments_in(&self, text: &str) -> Vec<String> {
        let mut codes: Vec<String> = Vec::new();
        for (code, _) in self.names.environments_in(text, &self.lexicon) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        codes
    }

    /// Business hours, holidays and routines.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The secret under which keys are hashed.
    #[must_use]
    pub fn secret(&self) -> &HashSecret {
        &self.secret
    }
}

/// What a [`World`] is made of.
pub struct Parts {
    /// Partners, users, keys, environments, calendar.
    pub registry: Registry,
    /// The OpenAPI files of the documentation.
    pub contract: Contract,
    /// The documentation, indexed.
    pub pages: Pages,
    /// The written procedure.
    pub procedure: Procedure,
    /// What partners' words mean.
    pub lexicon: Lexicon,
}

/// The procedure's distances in time.
fn limits(procedure: &Procedure) -> Limits {
    let default = Limits::default();
    let length =
        |code: &str, fallback| procedure.limit(code).and_then(|limit| limit.duration).unwrap_or(fallback);
    Limits {
        after_release: length("horas_de_release", default.after_release),
        same_failure: length("dias_da_mesma_falha", default.same_failure),
        same_request: length("segundos_do_log", default.same_request),
    }
}

/// Whether a file of this name may be documentation.
#[must_use]
pub fn is_document(path: &str) -> bool {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| {
        ["md", "markdown", "html", "htm", "yaml", "yml", "json"].contains(&ending.as_str())
    })
}

/// The files that may hold a contract, by the names under which they are cited.
#[must_use]
pub fn contract_files(files: &[(String, String)]) -> Vec<(String, String)> {
    files
        .iter()
        .filter_map(|(path, text)| {
            let (name, ending) = path.rsplit_once('.')?;
            ["yaml", "yml", "json"]
                .contains(&ending.to_ascii_lowercase().as_str())
                .then(|| (name.to_owned(), text.clone()))
        })
        .collect()
}
