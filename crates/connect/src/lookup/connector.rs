//! Asking: of every registry elsewhere what it is there for, all at once, none longer than its time-out.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use balcao_core::facts::elsewhere::{Elsewhere, Silent, Wanted, WantedKey, What};
use balcao_core::facts::registry::{ApiKey, Registry, User};
use balcao_desk::elsewhere::{Asking, Lookups, partner_of};
use balcao_desk::secrets::hex;
use futures_util::future::join_all;
use hmac::{Hmac, KeyInit, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::breaker::Breaker;
use super::cache::Cache;
use super::mapping::{self, Mapping, Record};
use super::record;
use super::settings::{Asked, Sends, Settings, SettingsError};
use super::url::Template;
use crate::outside::{Limits, Method, Outside, OutsideError, Question, Url};

/// Bytes of an answer that are read.
const MOST: usize = 256 * 1024;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// All registries elsewhere. A diagnosis asks through it.
pub struct Connector {
    registries: Vec<One>,
    clock: Clock,
}

/// One of them.
struct One {
    name: String,
    what: Asked,
    sends: Sends,
    template: Template,
    shared: Option<Zeroizing<String>>,
    headers: Vec<(&'static str, Zeroizing<String>)>,
    fields: Mapping,
    timeout: Duration,
    authoritative: bool,
    outside: Outside,
    memory: Mutex<(Breaker, Cache<Option<Record>>)>,
}

/// What one question came to: a record, none, or why that is not known.
type Answered = Result<Option<Record>, String>;

impl Connector {
    /// Of the sections of the channels' file.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(sections: &[Settings], clock: Clock) -> Result<Self, SettingsError> {
        let registries = sections.iter().map(One::new).collect::<Result<_, _>>()?;
        Ok(Self { registries, clock })
    }

    /// Asks all registries of one kind for one thing; the first in the file's order that knows it is right.
    async fn ask_for(&self, thing: Thing<'_>, ours: bool) -> Option<(Answered, bool)> {
        let kind = thing.kind();
        let asked = self.registries.iter().filter(|one| one.what == kind && (one.authoritative || !ours));
        let asked = asked.map(|one| async move { (one.ask(thing, &self.clock).await, one.authoritative) });
        let mut answers =
            join_all(asked).await.into_iter().filter_map(|(answer, right)| Some((answer?, right)));
        let mut best = answers.next()?;
        for (answer, right) in answers {
            let better = match (&best.0, &answer) {
                (Ok(Some(_)), _) => false,
                (_, Ok(Some(_))) => true,
                // That one does not know it proves nothing while another is silent.
                (Ok(None), Err(_)) => true,
                _ => false,
            };
            let right = best.1 || right;
            best = if better { (answer, right) } else { (best.0, right) };
        }
        Some(best)
    }

    async fn said(&self, wanted: &Wanted, ours: &Registry) -> Elsewhere {
        let keys = join_all(wanted.keys.iter().map(|key| async move {
            let held = ours.key(&key.print).is_some();
            (key, self.ask_for(Thing::Key(key), held).await)
        }));
        let users = join_all(wanted.logins.iter().map(|login| async move {
            (login, self.ask_for(Thing::Login(login), ours.user(login).is_some()).await)
        }));
        let sender = async {
            let address = wanted.sender.as_deref()?;
            let held = ours.partner_of_address(address).is_some();
            Some((address, self.ask_for(Thing::Sender(address), held).await?))
        };
        let (keys, users, sender) = tokio::join!(keys, users, sender);
        let mut said = Elsewhere::default();
        if let Some((address, (answer, right))) = sender {
            let partner =
                heard(&mut said, What::Sender, answer.map(|found| found.and_then(sender_of)), right);
            said.sender = partner.map(|partner| (address.to_owned(), partner));
        }
        for (key, answer) in keys {
            let Some((answer, right)) = answer else { continue };
            let answer =
                answer.and_then(|found| found.map(|record| key_of(key, record, ours, &said)).transpose());
            let found = heard(&mut said, What::Key(key.print.clone()), answer, right);
            said.keys.extend(found);
        }
        for (login, answer) in users {
            let Some((answer, right)) = answer else { continue };
            let answer =
                answer.and_then(|found| found.map(|record| user_of(login, record, ours, &said)).transpose());
            let found = heard(&mut said, What::User(login.clone()), answer, right);
            said.users.extend(found);
        }
        said
    }
}

/// Notes what is not known; what is known is given back.
fn heard<T>(said: &mut Elsewhere, what: What, answer: Result<Option<T>, String>, right: bool) -> Option<T> {
    if right && !matches!(answer, Ok(Some(_))) {
        said.gone.push(what.clone());
    }
    match answer {
        Ok(found) => found,
        Err(why) => {
            said.silent.push(Silent { what, why });
            None
        }
    }
}

fn sender_of(record: Record) -> Option<balcao_core::facts::registry::Partner> {
    let code = record.partner?;
    let name = record.name.unwrap_or_else(|| code.clone());
    let language = record.language.filter(|code| code == "pt-BR" || code == "en");
    Some(partner_of(code, name, record.tier, language))
}

/// Whether a partner that a record names is known, here or by the same answers.
fn partner_is_known(code: &str, ours: &Registry, said: &Elsewhere) -> Result<(), String> {
    let known =
        ours.partner(code).is_some() || said.sender.as_ref().is_some_and(|(_, partner)| partner.code == code);
    let why = "o cadastro externo cita um parceiro que o cadastro daqui não tem; cadastre-o";
    known.then_some(()).ok_or_else(|| why.to_owned())
}

fn key_of(key: &WantedKey, record: Record, ours: &Registry, said: &Elsewhere) -> Result<ApiKey, String> {
    let lacks =
        || "o cadastro externo não disse de quem é a chave, de que ambiente e em que estado".to_owned();
    let (partner, environment) = (record.partner.ok_or_else(lacks)?, record.environment.ok_or_else(lacks)?);
    partner_is_known(&partner, ours, said)?;
    if ours.environment(&environment).is_none() {
        return Err("o cadastro externo cita um ambiente que o cadastro daqui não tem; cadastre-o".to_owned());
    }
    let active = record::is_active(&record.status.ok_or_else(lacks)?)?;
    Ok(ApiKey { print: key.print.clone(), partner, environment, active, users: record.users })
}

fn user_of(login: &str, record: Record, ours: &Registry, said: &Elsewhere) -> Result<User, String> {
    let lacks = || "o cadastro externo não disse de quem é o usuário e em que estado".to_owned();
    let partner = record.partner.ok_or_else(lacks)?;
    partner_is_known(&partner, ours, said)?;
    let status = record::user_status(&record.status.ok_or_else(lacks)?)?;
    let own = record.login.unwrap_or_else(|| login.to_owned());
    if !own.eq_ignore_ascii_case(login) {
        return Err("o cadastro externo respondeu sobre outro usuário".to_owned());
    }
    Ok(User { login: own, partner, status })
}

impl Lookups for Connector {
    fn ask<'l>(&'l self, wanted: &'l Wanted, registry: &'l Registry) -> Asking<'l> {
        Box::pin(self.said(wanted, registry))
    }
}

/// One thing that is asked for.
#[derive(Clone, Copy)]
enum Thing<'t> {
    Key(&'t WantedKey),
    Login(&'t str),
    Sender(&'t str),
}

impl Thing<'_> {
    fn kind(self) -> Asked {
        match self {
            Self::Key(_) => Asked::Key,
            Self::Login(_) => Asked::User,
            Self::Sender(_) => Asked::Partner,
        }
    }
}

impl One {
    fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let refused = |why: String| SettingsError { name: settings.name.clone(), why };
        let template = settings.template()?;
        let timeout = Duration::from_millis(settings.timeout_ms);
        let outside = Outside::new(Limits { timeout, most: MOST }, settings.ca_file.as_deref());
        let outside = outside.map_err(|error| refused(error.to_string()))?;
        let headers = settings.headers.iter().map(|(name, value)| {
            // A name lives as long as the program, which is as long as the settings do.
            let name: &'static str = name.to_ascii_lowercase().leak();
            (name, Zeroizing::new(value.text().to_owned()))
        });
        let breaker = Breaker::new(settings.failures, settings.rest());
        Ok(Self {
            name: settings.name.clone(),
            what: settings.what,
            sends: settings.sends,
            template,
            shared: settings
                .fingerprint_secret
                .as_ref()
                .map(|secret| Zeroizing::new(secret.text().to_owned())),
            headers: headers.collect(),
            fields: settings.fields.clone(),
            timeout,
            authoritative: settings.authoritative,
            outside,
            memory: Mutex::new((breaker, Cache::new(settings.cache_entries, settings.lasts()))),
        })
    }

    /// `None` where the thing is nothing that it can be asked for.
    async fn ask(&self, thing: Thing<'_>, clock: &Clock) -> Option<Answered> {
        let url = Zeroizing::new(self.template.fill(|place| self.value(thing, place))?);
        let asked = hex(&Sha256::digest(url.as_bytes()));
        let now = clock();
        {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = memory.1.get(&asked, now) {
                return Some(Ok(known));
            }
            if !memory.0.may_ask(now) {
                return Some(Err(
                    "o cadastro externo não vem respondendo e será perguntado de novo em breve".to_owned(),
                ));
            }
        }
        let answer = tokio::time::timeout(self.timeout, self.over_http(&url)).await;
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        Some(match answer.unwrap_or(Err(Failed::Late)) {
            Ok(record) => {
                memory.0.answered();
                memory.1.put(asked, record.clone(), clock());
                Ok(record)
            }
            Err(failed) => {
                if failed.is_theirs() {
                    memory.0.failed(clock())
                } else {
                    memory.0.answered()
                }
                tracing::warn!(
                    lookup = self.name.as_str(),
                    why = failed.words(self.timeout).as_str(),
                    "a registry elsewhere gave no answer"
                );
                Err(failed.words(self.timeout))
            }
        })
    }

    async fn over_http(&self, url: &str) -> Result<Option<Record>, Failed> {
        let url =
            url.parse::<Url>().map_err(|_no_address| Failed::Unread("o endereço não se lê".to_owned()))?;
        let mut headers = self.headers.clone();
        if !headers.iter().any(|(name, _)| *name == "accept") {
            headers.push(("accept", Zeroizing::new("application/json".to_owned())));
        }
        let question = Question { method: Method::GET, url, headers, body: Vec::new() };
        let answer = self.outside.ask(question).await.map_err(|error| match error {
            OutsideError::TimedOut { .. } => Failed::Late,
            OutsideError::TooLarge { .. } => Failed::Unread("é grande demais".to_owned()),
            other => {
                tracing::warn!(error = %other, "a registry elsewhere was not reached");
                Failed::Unreached
            }
        })?;
        match answer.status {
            200..=203 => {
                mapping::read(&answer.body, &self.fields).map_err(|error| Failed::Unread(error.to_string()))
            }
            204 | 404 | 410 => Ok(None),
            status => Err(Failed::Status(status)),
        }
    }

    fn value(&self, thing: Thing<'_>, place: &str) -> Option<String> {
        match (thing, place) {
            (Thing::Key(key), "tail") => Some(key.print.tail().to_owned()),
            (Thing::Key(key), "fingerprint") => self.fingerprint(key),
            // What only looks like a key is not sent to anybody.
            (Thing::Key(key), "key") => {
                (self.sends == Sends::Key && key.named).then(|| key.text().to_owned())
            }
            (Thing::Login(login), "login") => Some(login.to_owned()),
            (Thing::Sender(address), "address") => Some(address.to_ascii_lowercase()),
            (Thing::Sender(address), "domain") => {
                address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase())
            }
            _ => None,
        }
    }

    fn fingerprint(&self, key: &WantedKey) -> Option<String> {
        match self.sends {
            Sends::Print => Some(hex(key.print.hash())),
            Sends::Sha256 => Some(hex(&Sha256::digest(key.text().as_bytes()))),
            Sends::HmacSha256 => {
                let shared = self.shared.as_ref()?;
                let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(shared.as_bytes()).ok()?;
                mac.update(key.text().as_bytes());
                Some(hex(&mac.finalize().into_bytes()))
            }
            Sends::Key => None,
        }
    }
}

/// Why a question has no answer.
enum Failed {
    Late,
    Unreached,
    Status(u16),
    Unread(String),
}

impl Failed {
    /// Whether it says that the other side is not well.
    fn is_theirs(&self) -> bool {
        match self {
            Self::Late | Self::Unreached => true,
            Self::Status(status) => *status >= 500 || matches!(*status, 401 | 403 | 408 | 425 | 429),
            Self::Unread(_) => false,
        }
    }

    /// In words for people, without a value of the question or the answer.
    fn words(&self, timeout: Duration) -> String {
        match self {
            Self::Late => format!("o cadastro externo não respondeu em {}", seconds(timeout)),
            Self::Unreached => "o cadastro externo não foi alcançado".to_owned(),
            Self::Status(status @ (401 | 403)) => {
                format!("o cadastro externo recusou a pergunta (HTTP {status})")
            }
            Self::Status(status @ 300..=399) => {
                format!(
                    "o cadastro externo mandou perguntar em outro endereço (HTTP {status}), o que não se faz"
                )
            }
            Self::Status(status) => format!("o cadastro externo respondeu com o erro HTTP {status}"),
            Self::Unread(why) => format!("o cadastro externo deu uma resposta que não se lê: {why}"),
        }
    }
}

/// `2 s`, `1,5 s`, `200 ms`.
fn seconds(length: Duration) -> String {
    match length.as_millis() {
        millis if millis < 1_000 => format!("{millis} ms"),
        millis if millis % 1_000 == 0 => format!("{} s", millis / 1_000),
        millis => format!("{:.1} s", (millis as f64) / 1_000.0).replace('.', ","),
    }
}
