//! From the text of `registry.json` to a [`Registry`]: reads every list, then checks every reference.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, tz::TimeZone};
use serde_json::Value;

use super::problem::{Kind, Problems, RegistryError};
use super::telephone::normal_address;
use super::{ApiKey, ApiVersion, Contact, Environment, Partner, Product, Registry, Release, Routine, User};
use super::{file, index::Index};
use crate::calendar::{Holiday, Window};
use crate::evidence::key::{HashSecret, KeyPrint};
use crate::facts::fields::Fields;
use crate::facts::nearest::nearest;

impl Registry {
    /// Reads a registry; keys are kept as prints under `secret`.
    ///
    /// Fields it does not know are passed over, unless they look like one that is missing.
    ///
    /// # Errors
    /// [`RegistryError::Syntax`] with line and column if `json` is no JSON; else every mistake with its
    /// place, the first fifty in full.
    pub fn parse(json: &str, secret: &HashSecret) -> Result<Self, RegistryError> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let value: Value = serde_json::from_str(json).map_err(|source| RegistryError::Syntax {
            line: source.line(),
            column: source.column(),
            source,
        })?;
        let mut reader = Reader { secret, problems: Problems::default(), names: Names::default() };
        match reader.registry(&value) {
            Some(registry) if reader.problems.is_empty() => Ok(registry),
            _ => Err(RegistryError::Invalid(reader.problems)),
        }
    }

    /// Follows a change of the lists, so that the look-ups see it.
    pub fn reindex(&mut self) {
        self.index = Index::of(&self.partners, &self.users, &self.api_keys);
    }
}

const FILE: &[&str] = &[
    "timezone",
    "token_validity_hours",
    "business_hours",
    "holidays",
    "environments",
    "api_versions",
    "products",
    "partners",
    "users",
    "api_keys",
    "routines",
    "releases",
];
const HOURS: &[&str] = &["days", "from", "to"];
const HOLIDAY: &[&str] = &["date", "name"];
const ENVIRONMENT: &[&str] = &["code", "name", "base_urls"];
const VERSION: &[&str] = &["code", "path_prefix"];
const PRODUCT: &[&str] = &["code", "name", "aliases", "api_versions", "channel"];
const PARTNER: &[&str] = &["code", "name", "tax_id", "tier", "language", "email_domains", "contacts"];
const CONTACT: &[&str] = &["name", "address"];
const USER: &[&str] = &["login", "partner", "status"];
const KEY: &[&str] = &["key", "partner", "environment", "status", "users"];
const ROUTINE: &[&str] = &["code", "name", "environment", "days", "from", "to", "routes"];
const RELEASE: &[&str] = &["version", "environment", "deployed_at", "routes", "notes"];

/// Names already read of one kind: each with the path where it stood first.
type Seen = BTreeMap<String, String>;

/// What later parts of the file refer to, in the order of the file.
#[derive(Default)]
struct Names {
    environments: Vec<String>,
    versions: Vec<String>,
    partners: Vec<String>,
    partner_set: BTreeSet<String>,
    logins: Vec<String>,
    login_set: BTreeSet<String>,
}

struct Reader<'s> {
    secret: &'s HashSecret,
    problems: Problems,
    names: Names,
}

impl Reader<'_> {
    fn registry(&mut self, value: &Value) -> Option<Registry> {
        let file = Fields::of(value, String::new(), FILE, &mut self.problems)?;
        self.hide_keys(&file);
        let timezone = file::timezone(&file, &mut self.problems);
        let token_validity = file::token_validity(&file, &mut self.problems);
        let list = file.filled_list("business_hours", &mut self.problems);
        let business_hours = self.each(list, HOURS, Self::hours);
        let list = file.optional_list("holidays", &mut self.problems);
        let holidays = self.each(list, HOLIDAY, Self::holiday);
        let environments = self.environments(&file);
        let api_versions = self.versions(&file);
        let products = self.products(&file);
        let partners = self.partners(&file);
        let users = self.users(&file);
        let api_keys = self.api_keys(&file);
        let list = file.optional_list("routines", &mut self.problems);
        let routines = self.each(list, ROUTINE, Self::routine);
        let list = file.optional_list("releases", &mut self.problems);
        let releases = self.each(list, RELEASE, Self::release);
        let index = Index::of(&partners, &users, &api_keys);
        Some(Registry {
            timezone: timezone.unwrap_or(TimeZone::UTC),
            token_validity: token_validity.unwrap_or(SignedDuration::ZERO),
            business_hours,
            holidays,
            environments,
            api_versions,
            products,
            partners,
            users,
            api_keys,
            routines,
            releases,
            index,
        })
    }

    /// Before anything else, so that no message shows a key that stands in the wrong place too.
    fn hide_keys(&mut self, file: &Fields<'_>) {
        let keys = file.get("api_keys").and_then(Value::as_array).into_iter().flatten();
        for key in keys.filter_map(|key| key.get("key")?.as_str()) {
            self.problems.hide(key.trim());
        }
    }

    /// Reads each object of a list; what cannot be read is left out, with its problems noted.
    fn each<T>(
        &mut self,
        list: Vec<(String, &Value)>,
        known: &[&'static str],
        mut read: impl FnMut(&mut Self, &Fields<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::with_capacity(list.len());
        for (path, value) in list {
            if let Some(fields) = Fields::of(value, path, known, &mut self.problems) {
                all.extend(read(self, &fields));
            }
        }
        all
    }

    fn hours(&mut self, fields: &Fields<'_>) -> Option<Window> {
        file::window(fields, &mut self.problems)
    }

    fn holiday(&mut self, fields: &Fields<'_>) -> Option<Holiday> {
        let date = file::date(fields, &mut self.problems);
        let name = fields.text("name", &mut self.problems);
        Some(Holiday { date: date?, name: name?.to_owned() })
    }

    fn environments(&mut self, file: &Fields<'_>) -> Vec<Environment> {
        // Empty where a desk is just beginning.
        let list = file.list("environments", &mut self.problems);
        let (mut codes, mut urls) = (Seen::new(), Seen::new());
        let all = self.each(list, ENVIRONMENT, |reader, fields| {
            let code = reader.unique(fields, "code", "o código", &mut codes);
            let name = fields.text("name", &mut reader.problems);
            let mut base_urls = Vec::new();
            for (path, url) in file::base_urls(fields, &mut reader.problems) {
                reader.note(&path, &url.to_ascii_lowercase(), "a URL", &mut urls);
                base_urls.push(url);
            }
            Some(Environment { code: code?, name: name?.to_owned(), base_urls })
        });
        self.names.environments = all.iter().map(|one| one.code.clone()).collect();
        all
    }

    fn versions(&mut self, file: &Fields<'_>) -> Vec<ApiVersion> {
        let list = file.optional_list("api_versions", &mut self.problems);
        let (mut codes, mut prefixes) = (Seen::new(), Seen::new());
        let all = self.each(list, VERSION, |reader, fields| {
            let code = reader.unique(fields, "code", "o código", &mut codes);
            let path_prefix = file::path_prefix(fields, &mut reader.problems)?;
            let shown = if path_prefix.is_empty() { "/" } else { &path_prefix };
            reader.note(&fields.at("path_prefix"), shown, "o prefixo", &mut prefixes);
            Some(ApiVersion { code: code?, path_prefix })
        });
        self.names.versions = all.iter().map(|one| one.code.clone()).collect();
        all
    }

    fn products(&mut self, file: &Fields<'_>) -> Vec<Product> {
        let list = file.optional_list("products", &mut self.problems);
        let mut codes = Seen::new();
        self.each(list, PRODUCT, |reader, fields| {
            let code = reader.unique(fields, "code", "o código", &mut codes);
            let name = fields.text("name", &mut reader.problems);
            let aliases = fields.optional_list("aliases", &mut reader.problems);
            let aliases = Fields::texts(aliases, &mut reader.problems);
            let versions = fields.list("api_versions", &mut reader.problems);
            let versions = Fields::texts(versions, &mut reader.problems);
            for (path, version) in &versions {
                reader.known_version(path, version);
            }
            let channel = fields.optional_text("channel", &mut reader.problems);
            Some(Product {
                code: code?,
                name: name?.to_owned(),
                aliases: aliases.into_iter().map(|(_, alias)| alias.to_owned()).collect(),
                api_versions: versions.into_iter().map(|(_, version)| version.to_owned()).collect(),
                channel: channel.map(str::to_owned),
            })
        })
    }

    fn partners(&mut self, file: &Fields<'_>) -> Vec<Partner> {
        let list = file.list("partners", &mut self.problems);
        let mut codes = Seen::new();
        // By normal address: the partner it belongs to and the place.
        let mut addresses = BTreeMap::<String, (usize, String)>::new();
        let all = self.each(list, PARTNER, |reader, fields| {
            let code = reader.unique(fields, "code", "o código", &mut codes);
            let name = fields.text("name", &mut reader.problems);
            let tax_id = fields.optional_text("tax_id", &mut reader.problems).map(str::to_owned);
            let tier = fields.optional_text("tier", &mut reader.problems).map(str::to_owned);
            let language = file::language(fields, &mut reader.problems);
            let email_domains = file::domains(fields, &mut reader.problems);
            let contacts = fields.optional_list("contacts", &mut reader.problems);
            let contacts = reader.each(contacts, CONTACT, |reader, contact| {
                reader.contact(contact, codes.len(), &mut addresses)
            });
            Some(Partner {
                code: code?,
                name: name?.to_owned(),
                tax_id,
                tier,
                language,
                email_domains,
                contacts,
            })
        });
        self.names.partners = all.iter().map(|one| one.code.clone()).collect();
        self.names.partner_set = self.names.partners.iter().cloned().collect();
        all
    }

    /// One contact. Twice in one partner is no harm; in two partners nobody could tell whose it is.
    fn contact(
        &mut self,
        fields: &Fields<'_>,
        partner: usize,
        seen: &mut BTreeMap<String, (usize, String)>,
    ) -> Option<Contact> {
        let name = fields.optional_text("name", &mut self.problems).map(str::to_owned);
        let address = fields.text("address", &mut self.problems)?;
        let path = fields.at("address");
        match seen.get(&normal_address(address)) {
            Some((other, first)) if *other != partner => {
                let name = self.problems.shown(address);
                self.problems.add(&path, Kind::Doubled { what: "o contato", name, first: first.clone() });
            }
            Some(_) => {}
            None => {
                seen.insert(normal_address(address), (partner, path));
            }
        }
        Some(Contact { name, address: address.to_owned() })
    }

    fn users(&mut self, file: &Fields<'_>) -> Vec<User> {
        let list = file.list("users", &mut self.problems);
        let mut logins = Seen::new();
        let all = self.each(list, USER, |reader, fields| {
            let login = reader.unique(fields, "login", "o login", &mut logins);
            let partner = reader.known_partner(fields);
            let status = file::user_status(fields, &mut reader.problems);
            Some(User { login: login?, partner: partner?, status: status? })
        });
        // Logins count as known also where their user has another mistake: one mistake, one message.
        self.names.login_set = logins.into_keys().collect();
        self.names.logins = all.iter().map(|one| one.login.clone()).collect();
        all
    }

    fn api_keys(&mut self, file: &Fields<'_>) -> Vec<ApiKey> {
        let list = file.list("api_keys", &mut self.problems);
        let mut prints = BTreeMap::<KeyPrint, String>::new();
        self.each(list, KEY, |reader, fields| {
            let print = reader.print(fields, &mut prints);
            let partner = reader.known_partner(fields);
            let environment = reader.known_environment(fields);
            let active = file::key_status(fields, &mut reader.problems);
            let users = fields.optional_list("users", &mut reader.problems);
            let users = Fields::texts(users, &mut reader.problems);
            for (path, login) in &users {
                reader.known_login(path, login);
            }
            let users = users.into_iter().map(|(_, login)| login.to_owned()).collect();
            Some(ApiKey {
                print: print?,
                partner: partner?,
                environment: environment?,
                active: active?,
                users,
            })
        })
    }

    fn print(&mut self, fields: &Fields<'_>, seen: &mut BTreeMap<KeyPrint, String>) -> Option<KeyPrint> {
        let key = fields.text("key", &mut self.problems)?;
        let path = fields.at("key");
        // What the desk keeps of a registry has prints in the place of keys.
        let kept = KeyPrint::from_stored(key);
        let Some(print) = kept.or_else(|| KeyPrint::of(key, self.secret)) else {
            self.problems.add(&path, Kind::ShortKey);
            return None;
        };
        if let Some(first) = seen.get(&print) {
            let kind = Kind::Doubled { what: "a API Key", name: print.to_string(), first: first.clone() };
            self.problems.add(&path, kind);
        } else {
            seen.insert(print.clone(), path);
        }
        Some(print)
    }

    fn routine(&mut self, fields: &Fields<'_>) -> Option<Routine> {
        let code = fields.text("code", &mut self.problems);
        let name = fields.text("name", &mut self.problems);
        let environment = self.known_environment(fields);
        let window = file::window(fields, &mut self.problems);
        let routes = fields.filled_list("routes", &mut self.problems);
        let routes = file::routes(routes, &mut self.problems);
        Some(Routine {
            code: code?.to_owned(),
            name: name?.to_owned(),
            environment: environment?,
            window: window?,
            routes,
        })
    }

    fn release(&mut self, fields: &Fields<'_>) -> Option<Release> {
        let version = fields.text("version", &mut self.problems);
        let environment = self.known_environment(fields);
        let deployed_at = file::instant(fields, "deployed_at", &mut self.problems);
        // A release may touch no route at all.
        let routes = fields.list("routes", &mut self.problems);
        let routes = file::routes(routes, &mut self.problems);
        let notes = fields.optional_text("notes", &mut self.problems).map(str::to_owned);
        Some(Release {
            version: version?.to_owned(),
            environment: environment?,
            deployed_at: deployed_at?,
            routes,
            notes,
        })
    }
}

/// References and repetitions.
impl Reader<'_> {
    fn unique(
        &mut self,
        fields: &Fields<'_>,
        name: &'static str,
        what: &'static str,
        seen: &mut Seen,
    ) -> Option<String> {
        let text = fields.text(name, &mut self.problems)?;
        self.note(&fields.at(name), text, what, seen);
        Some(text.to_owned())
    }

    fn note(&mut self, path: &str, text: &str, what: &'static str, seen: &mut Seen) {
        if let Some(first) = seen.get(text) {
            let kind = Kind::Doubled { what, name: self.problems.shown(text), first: first.clone() };
            self.problems.add(path, kind);
        } else {
            seen.insert(text.to_owned(), path.to_owned());
        }
    }

    fn known_partner(&mut self, fields: &Fields<'_>) -> Option<String> {
        let code = fields.text("partner", &mut self.problems)?;
        if !self.names.partner_set.contains(code) {
            self.unknown(&fields.at("partner"), "o parceiro", code, |names| &names.partners);
        }
        Some(code.to_owned())
    }

    fn known_environment(&mut self, fields: &Fields<'_>) -> Option<String> {
        let code = fields.text("environment", &mut self.problems)?;
        if !self.names.environments.iter().any(|known| known == code) {
            self.unknown(&fields.at("environment"), "o ambiente", code, |names| &names.environments);
        }
        Some(code.to_owned())
    }

    fn known_version(&mut self, path: &str, code: &str) {
        if !self.names.versions.iter().any(|known| known == code) {
            self.unknown(path, "a versão", code, |names| &names.versions);
        }
    }

    fn known_login(&mut self, path: &str, login: &str) {
        if !self.names.login_set.contains(login) {
            self.unknown(path, "o usuário", login, |names| &names.logins);
        }
    }

    fn unknown(&mut self, path: &str, what: &'static str, name: &str, known: impl Fn(&Names) -> &[String]) {
        let candidates = if self.problems.has_room() { known(&self.names) } else { &[] };
        let near = nearest(name, candidates.iter().map(String::as_str)).map(|near| self.problems.shown(near));
        self.problems.add(path, Kind::Unknown { what, name: self.problems.shown(name), nearest: near });
    }
}
