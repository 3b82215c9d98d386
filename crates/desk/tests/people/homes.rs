//! A desk with two partners for one test, and the people in it.

use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, Permission, role_code};
use balcao_desk::people::account::{self, NewAccount};
use balcao_desk::people::login::{Attempted, Entered, LoggedIn, log_in};
use balcao_desk::people::token::NewToken;
use balcao_desk::people::totp;
use balcao_desk::secrets::Secrets;
use balcao_desk::{Change, Desk, DeskError, Settings, registry};
use balcao_store::account::Account;
use balcao_store::{AccountId, Place, Store, trail};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use totp_rs::{Builder, Totp};

pub(crate) const PASSWORD: &str = "correto cavalo bateria";

/// Every role that a person may have.
pub(crate) const ROLES: [Role; 7] = [
    Role::Administrator,
    Role::Manager,
    Role::Lead,
    Role::Agent,
    Role::Code,
    Role::Commercial,
    Role::PartnerContact,
];

const REGISTRY: &str = r#"{
  "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
  "business_hours": [{"days": ["mon","tue","wed","thu","fri"], "from": "08:00", "to": "18:00"}], "holidays": [],
  "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.frotasul.example/api"]}],
  "api_versions": [], "products": [], "users": [], "api_keys": [], "routines": [], "releases": [],
  "partners": [{"code": "alfa", "name": "Alfa"}, {"code": "beta", "name": "Beta"}]}"#;

/// A desk without people.
pub(crate) struct Home {
    pub(crate) desk: Desk,
    _directory: Option<TempDir>,
}

pub(crate) async fn sqlite() -> Home {
    let directory = tempfile::tempdir().unwrap();
    Home::at(Place::Directory(directory.path().to_owned()), Some(directory)).await
}

pub(crate) async fn postgres() -> Home {
    let url = tokio::task::spawn_blocking(|| balcao_testkit::postgres::shared(false).new_database());
    Home::at(Place::Url(url.await.unwrap()), None).await
}

impl Home {
    async fn at(place: Place, directory: Option<TempDir>) -> Self {
        let store = Store::open(place).await.unwrap();
        let desk = Desk::open(store, Secrets::new([7; 32], [9; 32]), Settings::default()).await.unwrap();
        let change = Change { reason: "teste", dry_run: false, expected: None, now: noon() };
        registry::put(&desk, &Caller::system(), REGISTRY, &change).await.unwrap();
        Self { desk, _directory: directory }
    }

    /// Somebody with this login and role, without a password.
    pub(crate) async fn person(&self, login: &str, role: Role) -> Caller {
        caller_of(
            &account::create(&self.desk, &Caller::system(), new(login, role), noon()).await.unwrap(),
            role,
        )
    }

    /// Somebody with this login and role who can log in with [`PASSWORD`].
    pub(crate) async fn member(&self, login: &str, role: Role) -> Caller {
        let caller = self.person(login, role).await;
        let link = account::invite(&self.desk, &Caller::system(), &id(&caller), noon()).await.unwrap();
        account::set_password(&self.desk, &link, PASSWORD, noon()).await.unwrap();
        caller
    }

    pub(crate) async fn enter(
        &self,
        login: &str,
        (password, code): (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<Entered, DeskError> {
        log_in(&self.desk, attempted(login, password, code), now).await
    }

    /// Logs somebody in who has no second factor.
    pub(crate) async fn entered(&self, login: &str, now: Timestamp) -> LoggedIn {
        match self.enter(login, (PASSWORD, None), now).await.unwrap() {
            Entered::In(session) => session,
            Entered::NeedsCode => panic!("{login} was asked for a code"),
        }
    }

    /// The account as the database has it.
    pub(crate) async fn row(&self, caller: &Caller) -> Account {
        let mut conn = self.desk.store().read().await.unwrap();
        balcao_store::account::get(&mut conn, &id(caller)).await.unwrap().unwrap()
    }

    /// Begins and confirms a second factor; what its authenticator holds.
    pub(crate) async fn with_code(&self, caller: &Caller, now: Timestamp) -> Totp {
        let made = totp::enrol(&self.desk, caller).await.unwrap();
        let authenticator = authenticator(&made.secret);
        totp::confirm(&self.desk, caller, &code(&authenticator, now), now).await.unwrap();
        authenticator
    }

    /// What the trail says, oldest first: kind, who, particulars.
    pub(crate) async fn told(&self) -> Vec<(String, String, String)> {
        let mut conn = self.desk.store().read().await.unwrap();
        let entries = trail::after(&mut conn, 0, 500).await.unwrap();
        entries.into_iter().map(|entry| (entry.what, entry.actor, entry.data)).collect()
    }

    /// How often the trail says this.
    pub(crate) async fn times(&self, what: &str) -> usize {
        self.told().await.iter().filter(|(kind, ..)| kind == what).count()
    }
}

pub(crate) fn attempted(login: &str, password: &str, code: Option<&str>) -> Attempted {
    Attempted {
        login: login.to_owned(),
        password: password.to_owned(),
        code: code.map(str::to_owned),
        agent: "Firefox".to_owned(),
    }
}

/// An account to be; a contact is of partner `alfa`.
pub(crate) fn new(login: &str, role: Role) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        name: "Pessoa".to_owned(),
        role,
        partner: (role == Role::PartnerContact).then(|| "alfa".to_owned()),
        team: None,
    }
}

/// A token to be, of the desk; a contact's is of partner `alfa`.
pub(crate) fn new_token(role: Role) -> NewToken {
    NewToken {
        name: "importador".to_owned(),
        role,
        scopes: Vec::new(),
        partner: (role == Role::PartnerContact).then(|| "alfa".to_owned()),
        expires: None,
        personal: false,
    }
}

pub(crate) fn id(caller: &Caller) -> AccountId {
    account::own(caller).unwrap()
}

fn caller_of(row: &Account, role: Role) -> Caller {
    assert_eq!(row.role, role_code(role));
    Caller {
        id: format!("account:{}", row.id),
        name: row.name.clone(),
        role,
        partner: row.partner.clone(),
        narrowed: None,
    }
}

/// The same person behind a token that reaches no further than `permissions`.
pub(crate) fn narrowed(caller: &Caller, permissions: &[Permission]) -> Caller {
    Caller { narrowed: Some(permissions.to_vec()), ..caller.clone() }
}

/// What an authenticator holds that was set up with this secret.
pub(crate) fn authenticator(secret: &str) -> Totp {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    Builder::new().with_secret(secret).with_account_name("x".to_owned()).build().unwrap()
}

/// What it shows at this time.
pub(crate) fn code(authenticator: &Totp, at: Timestamp) -> String {
    authenticator.generate(u64::try_from(at.as_second()).unwrap()).to_string()
}

/// A code that it shows nowhere near this time.
pub(crate) fn wrong_code(authenticator: &Totp, at: Timestamp) -> String {
    let near: Vec<String> = (-2..=2).map(|step| code(authenticator, after(at, 30 * step))).collect();
    (0..9).map(|n| format!("{n}{n}{n}{n}{n}{n}")).find(|wrong| !near.contains(wrong)).unwrap()
}

pub(crate) fn noon() -> Timestamp {
    "2026-05-12T12:00:00-03:00".parse().unwrap()
}

pub(crate) fn after(instant: Timestamp, seconds: i64) -> Timestamp {
    instant.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}
