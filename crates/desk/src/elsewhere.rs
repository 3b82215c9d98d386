//! A registry that is kept elsewhere: who asks it, and what it said as it may be kept with a diagnosis.
//!
//! In: what a message asks. Out: records, or why none came; packed without a secret, so that the diagnosis can be made again.
//!
//! **Invariants:** whatever happens there, the diagnosis goes on; a login that shows a secret is kept masked, with a mark by which the
//! message that wrote it is known; of a key only its print is kept.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use balcao_core::evidence::key::KeyPrint;
use balcao_core::facts::elsewhere::{Elsewhere, Silent, Wanted, What};
use balcao_core::facts::registry::{ApiKey, Partner, Registry, User, UserStatus};
use balcao_core::mask::Masker;
use serde::{Deserialize, Serialize};

use crate::secrets::Secrets;

/// What comes of asking.
pub type Asking<'l> = Pin<Box<dyn Future<Output = Elsewhere> + Send + 'l>>;

/// Reaches registries that are kept elsewhere.
pub trait Lookups: Send + Sync {
    /// Asks for what `registry`, our own, does not hold, and for that of which the other one is the authority. Ends within the time-out
    /// that was set, and says of what did not come that it did not.
    fn ask<'l>(&'l self, wanted: &'l Wanted, registry: &'l Registry) -> Asking<'l>;
}

impl fmt::Debug for dyn Lookups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lookups")
    }
}

/// A login as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Login {
    shown: String,
    /// The mark of a login that is kept masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    veil: Option<String>,
}

/// What was said, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    keys: Vec<KeptKey>,
    users: Vec<KeptUser>,
    sender: Option<KeptPartner>,
    gone: Vec<KeptWhat>,
    silent: Vec<(KeptWhat, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptKey {
    print: String,
    partner: String,
    environment: String,
    active: bool,
    users: Vec<Login>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptUser {
    login: Login,
    partner: String,
    status: String,
}

/// The sender's partner; the address is the message's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct KeptPartner {
    code: String,
    name: String,
    tier: Option<String>,
    language: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptWhat {
    Key(String),
    User(Login),
    Sender,
}

/// What was said as it may be kept; `None` where nothing was.
pub(crate) fn kept(said: &Elsewhere, secrets: &Secrets) -> Option<Kept> {
    if said.is_empty() {
        return None;
    }
    let masker = Masker::new([]);
    let login = |login: &str| {
        let shown = masker.mask(login);
        let veil = (shown != login).then(|| mark(login, secrets));
        Login { shown, veil }
    };
    let what = |what: &What| match what {
        What::Key(print) => KeptWhat::Key(print.stored()),
        What::User(text) => KeptWhat::User(login(text)),
        What::Sender => KeptWhat::Sender,
    };
    let keys = said.keys.iter().map(|key| KeptKey {
        print: key.print.stored(),
        partner: key.partner.clone(),
        environment: key.environment.clone(),
        active: key.active,
        users: key.users.iter().map(|user| login(user)).collect(),
    });
    let users = said.users.iter().map(|user| KeptUser {
        login: login(&user.login),
        partner: user.partner.clone(),
        status: user.status.word().to_owned(),
    });
    let sender = said.sender.as_ref().map(|(_, partner)| KeptPartner {
        code: partner.code.clone(),
        name: partner.name.clone(),
        tier: partner.tier.clone(),
        language: partner.language.clone(),
    });
    Some(Kept {
        keys: keys.collect(),
        users: users.collect(),
        sender,
        gone: said.gone.iter().map(what).collect(),
        silent: said.silent.iter().map(|silent| (what(&silent.what), silent.why.clone())).collect(),
    })
}

/// What was said as the diagnosis heard it; logins that are kept masked are as the message writes them.
pub(crate) fn lifted(kept: Kept, wanted: &Wanted, secrets: &Secrets) -> Elsewhere {
    let login = |login: Login| match &login.veil {
        None => login.shown,
        Some(veil) => {
            let written = wanted.logins.iter().find(|text| mark(text, secrets) == *veil);
            written.cloned().unwrap_or(login.shown)
        }
    };
    let what = |what: KeptWhat| {
        Some(match what {
            KeptWhat::Key(print) => What::Key(KeyPrint::from_stored(&print)?),
            KeptWhat::User(text) => What::User(login(text)),
            KeptWhat::Sender => What::Sender,
        })
    };
    let keys = kept.keys.into_iter().filter_map(|key| {
        Some(ApiKey {
            print: KeyPrint::from_stored(&key.print)?,
            partner: key.partner,
            environment: key.environment,
            active: key.active,
            users: key.users.into_iter().map(login).collect(),
        })
    });
    let keys = keys.collect();
    let users = kept.users.into_iter().map(|user| User {
        login: login(user.login),
        partner: user.partner,
        status: status(&user.status),
    });
    let users = users.collect();
    let sender = kept.sender.zip(wanted.sender.clone()).map(|(partner, address)| {
        let KeptPartner { code, name, tier, language } = partner;
        (address, partner_of(code, name, tier, language))
    });
    let silent = kept.silent.into_iter().filter_map(|(asked, why)| Some(Silent { what: what(asked)?, why }));
    let silent = silent.collect();
    let gone = kept.gone.into_iter().filter_map(what).collect();
    Elsewhere { keys, users, sender, gone, silent }
}

/// A partner of whom no more is known than what a registry elsewhere says.
#[must_use]
pub fn partner_of(code: String, name: String, tier: Option<String>, language: Option<String>) -> Partner {
    let (email_domains, contacts) = (Vec::new(), Vec::new());
    Partner { code, name, tax_id: None, tier, language, email_domains, contacts }
}

fn status(word: &str) -> UserStatus {
    let all = [UserStatus::Active, UserStatus::Inactive, UserStatus::Blocked];
    all.into_iter().find(|status| status.word() == word).unwrap_or(UserStatus::Inactive)
}

fn mark(login: &str, secrets: &Secrets) -> String {
    secrets.mark("login seen", &[login.to_ascii_lowercase().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_heard_again_and_a_login_with_a_secret_is_not_kept() {
        let secrets = Secrets::new([7; 32], [9; 32]);
        let print = KeyPrint::of("chave-de-teste-1", &secrets.hash_secret()).unwrap();
        let cpf = "529.982.247-25".to_owned();
        let key = ApiKey {
            print: print.clone(),
            partner: "P1".to_owned(),
            environment: "producao".to_owned(),
            active: false,
            users: vec!["AL1".to_owned(), cpf.clone()],
        };
        let user = User { login: cpf.clone(), partner: "P1".to_owned(), status: UserStatus::Blocked };
        let why = "o cadastro externo não respondeu em 2 s".to_owned();
        let partner = partner_of("P1".to_owned(), "Um".to_owned(), None, Some("en".to_owned()));
        let said = Elsewhere {
            keys: vec![key],
            users: vec![user],
            sender: Some(("ana@um.example".to_owned(), partner)),
            gone: vec![What::Key(print.clone())],
            silent: vec![Silent { what: What::User("AL9".to_owned()), why }],
        };
        let text = serde_json::to_string(&kept(&said, &secrets)).unwrap();
        for secret in ["529.982", "ana@", "chave-de"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        let logins = vec![cpf, "AL9".to_owned()];
        let wanted = Wanted { logins, sender: Some("ana@um.example".to_owned()), ..Wanted::default() };
        let again: Option<Kept> = serde_json::from_str(&text).unwrap();
        assert_eq!(lifted(again.unwrap(), &wanted, &secrets), said);
        assert_eq!(kept(&Elsewhere::default(), &secrets), None);
    }
}
