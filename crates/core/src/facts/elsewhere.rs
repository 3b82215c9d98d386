//! A registry that is kept elsewhere: what a message asks of it, and what it said.
//!
//! In: a [`Reading`] and its sender's address. Out: a [`Wanted`], which whoever reaches that registry answers with an [`Elsewhere`];
//! [`Registry::with`] puts the two registries together.
//!
//! **Invariants:** only what the message *names* is asked for, and of keys what has a key's shape, in bounded number; where nothing came
//! back the check says so and claims nothing.
//! **Never here:** how it is reached, how long one waits.

use std::collections::BTreeSet;

use super::registry::{ApiKey, Partner, Registry, User};
use crate::evidence::candidates::may_be_key;
use crate::evidence::fields::FieldKind;
use crate::evidence::key::{HashSecret, KeyPrint};
use crate::evidence::reading::Reading;

/// Keys and logins that are asked for, of one message each.
pub const MOST_ASKED: usize = 8;

/// One thing that may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Key(KeyPrint),
    User(String),
    /// The partner of the message's sender.
    Sender,
}

impl What {
    /// Whether both are one thing; logins differ in ASCII case at most.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::User(one), Self::User(other)) => one.eq_ignore_ascii_case(other),
            (one, other) => one == other,
        }
    }
}

/// A key that a message shows. Holds it in the clear, so it has no `Debug` and is not kept.
#[derive(Clone)]
pub struct WantedKey {
    pub print: KeyPrint,
    /// Whether the message says that it is a key; else it only looks like one.
    pub named: bool,
    text: String,
}

impl WantedKey {
    /// The key itself. It leaves the program only where whoever runs the desk said so.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// What a message asks of a registry elsewhere.
#[derive(Clone, Default)]
pub struct Wanted {
    pub keys: Vec<WantedKey>,
    pub logins: Vec<String>,
    /// The address of whoever wrote.
    pub sender: Option<String>,
}

impl Wanted {
    /// What `reading` asks: keys and logins that it names, and strings that may be keys, each once, in the order of the text.
    #[must_use]
    pub fn of(reading: &Reading, sender: Option<&str>, secret: &HashSecret) -> Self {
        let named = |kind: FieldKind| {
            let fields = reading.fields.iter().filter(move |seen| seen.what.kind == kind);
            fields.map(|seen| seen.what.value.as_str())
        };
        let shaped = reading.candidates.iter().map(|seen| seen.what.text.as_str());
        let shaped = shaped.filter(|text| looks_like_key(text)).map(|text| (text, false));
        let mut seen = BTreeSet::new();
        let keys =
            named(FieldKind::ApiKey).map(|text| (text, true)).chain(shaped).filter_map(|(text, named)| {
                let print = KeyPrint::of(text, secret)?;
                seen.insert(print.clone()).then(|| WantedKey { print, named, text: text.trim().to_owned() })
            });
        let keys = keys.take(MOST_ASKED).collect();
        let mut seen = BTreeSet::new();
        let logins = named(FieldKind::User).map(str::trim).filter(|login| {
            !login.is_empty() && login.len() <= 200 && seen.insert(login.to_ascii_lowercase())
        });
        let logins = logins.take(MOST_ASKED).map(str::to_owned).collect();
        Self { keys, logins, sender: sender.map(|address| address.trim().to_owned()) }
    }

    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.logins.is_empty() && self.sender.is_none()
    }
}

/// Whether a string that no name stands beside is worth a question: longer and more mixed than words are.
fn looks_like_key(text: &str) -> bool {
    const SHORTEST: usize = 16;
    let has = |test: fn(char) -> bool| text.chars().any(test);
    text.len() >= SHORTEST
        && may_be_key(text)
        && has(|c| c.is_ascii_digit())
        && has(|c| c.is_ascii_alphabetic())
        && !has(|c| c.is_whitespace() || matches!(c, '/' | '@' | ':' | '.'))
}

/// What was asked for and did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    pub what: What,
    /// Why, in words for people, without a value of the question.
    pub why: String,
}

/// What a registry elsewhere said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Elsewhere {
    pub keys: Vec<ApiKey>,
    pub users: Vec<User>,
    /// Whose the sender's address is. The partner itself is ours where its code is known here.
    pub sender: Option<(String, Partner)>,
    /// What our own registry must not answer for: the other one is right, and says nothing of it.
    pub gone: Vec<What>,
    pub silent: Vec<Silent>,
}

impl Elsewhere {
    /// Whether nothing was asked, or nothing is known of it there either.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
            && self.users.is_empty()
            && self.sender.is_none()
            && self.gone.is_empty()
            && self.silent.is_empty()
    }

    /// Whether our own registry is enough as it is.
    #[must_use]
    pub fn changes_nothing(&self) -> bool {
        Self { silent: Vec::new(), ..self.clone() }.is_empty()
    }

    /// The address that must be nobody's.
    pub(crate) fn no_sender(&self) -> bool {
        self.gone.contains(&What::Sender)
    }
}

impl Registry {
    /// This registry with what another one said: its records take the place of ours of the same key or login. `sender` is the address of
    /// whoever wrote.
    #[must_use]
    pub fn with(&self, said: &Elsewhere, sender: Option<&str>) -> Self {
        let mut both = self.clone();
        let told_key = |print: &KeyPrint| {
            said.keys.iter().any(|key| key.print == *print) || said.gone.contains(&What::Key(print.clone()))
        };
        let told_user = |login: &str| {
            let same = |other: &str| other.eq_ignore_ascii_case(login);
            said.users.iter().any(|user| same(&user.login))
                || said.gone.iter().any(|what| matches!(what, What::User(other) if same(other)))
        };
        both.api_keys.retain(|key| !told_key(&key.print));
        both.users.retain(|user| !told_user(&user.login));
        both.api_keys.extend(said.keys.iter().cloned());
        both.users.extend(said.users.iter().cloned());
        if let Some((_, partner)) = &said.sender
            && both.partner(&partner.code).is_none()
        {
            both.partners.push(partner.clone());
        }
        both.reindex();
        match (&said.sender, sender) {
            (Some((address, partner)), _) => both.claim(address, Some(&partner.code)),
            (None, Some(address)) if said.no_sender() => both.claim(address, None),
            _ => {}
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use super::*;
    use crate::evidence::reading;
    use crate::facts::registry::UserStatus;
    use crate::inbound::{Inbound, Sender};

    const KEY: &str = "fsul_prod_4Hq8zLw2RtXv9Bn1";

    fn wanted(body: &str) -> Wanted {
        let inbound = Inbound {
            id: "m".to_owned(),
            channel: "api".to_owned(),
            received_at: Timestamp::UNIX_EPOCH,
            from: Sender::default(),
            subject: None,
            body: body.to_owned(),
            attachments: Vec::new(),
        };
        let reading = reading::read(&inbound, &TimeZone::UTC);
        Wanted::of(&reading, Some(" ana@alfa.example "), &HashSecret::new([1; 32]))
    }

    #[test]
    fn only_what_a_message_names_or_what_looks_like_a_key_is_asked_for() {
        let asked = wanted(&format!(
            "Usuário: AL1, x-api-key: {KEY}, protocolo 7Yc3pQm5KdJs6Ge0Aa11 de segunda-feira"
        ));
        let keys: Vec<(&str, bool)> = asked.keys.iter().map(|key| (key.text(), key.named)).collect();
        assert_eq!(keys, [(KEY, true), ("7Yc3pQm5KdJs6Ge0Aa11", false)]);
        assert_eq!(
            (asked.logins.as_slice(), asked.sender.as_deref()),
            (&["AL1".to_owned()][..], Some("ana@alfa.example"))
        );
        let many: String = (0..100).map(|n| format!("api_key: chave-de-teste-{n:05}\n")).collect();
        assert_eq!(wanted(&many).keys.len(), MOST_ASKED);
        assert!(wanted("Bom dia, tudo bem?").keys.is_empty());
    }

    #[test]
    fn what_is_said_elsewhere_takes_the_place_of_ours_and_what_is_gone_is_not_there() {
        let secret = HashSecret::new([1; 32]);
        let ours = r#"{"timezone": "UTC", "token_validity_hours": 12,
          "business_hours": [{"days": ["mon"], "from": "08:00", "to": "18:00"}], "holidays": [],
          "environments": [{"code": "p", "name": "P", "base_urls": ["https://a.example"]}], "api_versions": [], "products": [],
          "partners": [{"code": "alfa", "name": "Alfa", "email_domains": ["alfa.example"], "contacts": []}],
          "users": [{"login": "AL1", "partner": "alfa", "status": "ativo"}, {"login": "AL2", "partner": "alfa", "status": "ativo"}],
          "api_keys": [{"key": "fsul_prod_4Hq8zLw2RtXv9Bn1", "partner": "alfa", "environment": "p", "status": "ativa", "users": []}],
          "routines": [], "releases": []}"#;
        let ours = Registry::parse(ours, &secret).unwrap_or_else(|error| panic!("{error}"));
        let print = KeyPrint::of(KEY, &secret).unwrap();
        let blocked =
            User { login: "al1".to_owned(), partner: "alfa".to_owned(), status: UserStatus::Blocked };
        let said = Elsewhere {
            users: vec![blocked],
            gone: vec![What::Key(print.clone()), What::Sender],
            ..Elsewhere::default()
        };
        let both = ours.with(&said, Some("ana@alfa.example"));
        assert_eq!(both.user("AL1").map(|user| user.status), Some(UserStatus::Blocked));
        assert!(both.user("AL2").is_some() && both.key(&print).is_none());
        assert!(both.partner_of_address("ana@alfa.example").is_none());
        assert!(both.partner_of_address("bia@alfa.example").is_some(), "only the address that was asked for");
        assert!(said.users.len() == 1 && !said.changes_nothing());
    }
}
