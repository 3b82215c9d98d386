//! What whoever runs the desk may set, and where each value came from. The defaults are the reference page, `settings.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use balcao_connect::channels::{Channels, ChannelsError};
use balcao_connect::mail_out::MailSettings;
use balcao_store::Place;
use zeroize::Zeroizing;

use crate::catalogue::Catalogue;

const DEFAULTS: &str = include_str!("../settings.toml");

/// One value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    value: String,
    from: String,
}

/// The settings in force.
#[derive(Debug, Clone)]
pub struct Settings(BTreeMap<String, Known>);

/// What may be said on the command line of every command that opens the desk.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// A settings file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The directory of the embedded database
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub data: Option<PathBuf>,
    /// The address of a PostgreSQL database
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// The file of the installation's secrets
    #[arg(long, value_name = "FILE")]
    pub secrets: Option<PathBuf>,
}

impl Settings {
    /// Reads defaults, file, environment and flags, each over the one before.
    pub fn load(
        flags: &Flags,
        environment: impl Fn(&str) -> Option<String>,
        catalogue: &Catalogue,
    ) -> anyhow::Result<Self> {
        let mut known = BTreeMap::new();
        for (name, value) in table(DEFAULTS).context("settings.toml")? {
            known.insert(name, Known { value, from: "default".to_owned() });
        }
        let mut settings = Self(known);
        let file = flags.config.clone().or_else(|| environment("BALCAO_CONFIG").map(PathBuf::from));
        if let Some(path) = file {
            settings.read_file(&path, catalogue)?;
        }
        let names: Vec<String> = settings.0.keys().cloned().collect();
        for name in names {
            let variable = format!("BALCAO_{}", name.to_uppercase());
            if let Some(value) = environment(&variable) {
                settings.set(&name, value, variable);
            }
        }
        let shown = |path: &PathBuf| path.display().to_string();
        if let Some(data) = &flags.data {
            settings.set("data", shown(data), "--data".to_owned());
            // Whoever names a directory does not mean a server that a file names.
            settings.set("database", String::new(), "--data".to_owned());
        }
        if let Some(database) = &flags.database {
            settings.set("database", database.clone(), "--database".to_owned());
        }
        if let Some(secrets) = &flags.secrets {
            settings.set("secrets", shown(secrets), "--secrets".to_owned());
        }
        Ok(settings)
    }

    fn read_file(&mut self, path: &Path, catalogue: &Catalogue) -> anyhow::Result<()> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .with_context(|| catalogue.say("error-open", &[("path", &shown)]))?;
        let read = table(&text).with_context(|| catalogue.say("error-settings", &[("path", &shown)]))?;
        for (name, value) in read {
            if !self.0.contains_key(&name) {
                bail!(catalogue.say("error-setting-unknown", &[("path", &shown), ("name", &name)]));
            }
            self.set(&name, value, shown.clone());
        }
        Ok(())
    }

    /// Puts a value in the place of another.
    pub fn set(&mut self, name: &str, value: String, from: String) {
        self.0.insert(name.to_owned(), Known { value, from });
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |known| &known.value)
    }

    /// Where the server listens.
    pub fn listen(&self) -> &str {
        self.get("listen")
    }

    /// Where browsers reach the desk through a proxy; empty where there is none.
    pub fn address(&self) -> &str {
        self.get("address")
    }

    /// How many proxies stand in front.
    pub fn proxies(&self, catalogue: &Catalogue) -> anyhow::Result<usize> {
        match self.get("proxies").parse() {
            Ok(proxies @ 0..=20) => Ok(proxies),
            _ => bail!(catalogue.say("error-setting-proxies", &[("value", self.get("proxies"))])),
        }
    }

    /// How much is logged, and in which form.
    pub fn log(&self) -> (&str, &str) {
        (self.get("log"), self.get("log_format"))
    }

    /// `all`, `web` or `worker`.
    pub fn role(&self, catalogue: &Catalogue) -> anyhow::Result<&str> {
        match self.get("role") {
            role @ ("all" | "web" | "worker") => Ok(role),
            other => bail!(catalogue.say("error-setting-role", &[("value", other)])),
        }
    }

    /// Which database.
    pub fn place(&self) -> Place {
        match self.get("database") {
            "" => Place::Directory(PathBuf::from(self.get("data"))),
            url => Place::Url(url.to_owned()),
        }
    }

    /// Where the secrets are.
    pub fn secrets(&self, environment: impl Fn(&str) -> Option<String>) -> PathBuf {
        match (self.get("secrets"), self.place()) {
            ("", Place::Directory(data)) => data.join("secrets.toml"),
            ("", Place::Url(_)) => {
                let home = || environment("HOME").map(|home| PathBuf::from(home).join(".config"));
                let config =
                    environment("XDG_CONFIG_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
                config.or_else(home).unwrap_or_default().join("balcao").join("secrets.toml")
            }
            (path, _) => PathBuf::from(path),
        }
    }

    /// What the desk itself must know.
    pub fn desk(&self, catalogue: &Catalogue) -> anyhow::Result<balcao_desk::Settings> {
        let days = |name: &str| match self.get(name).parse::<u32>() {
            Ok(days @ 1..=36_500) => Ok(days),
            _ => bail!(catalogue.say("error-setting-days", &[("name", name), ("value", self.get(name))])),
        };
        Ok(balcao_desk::Settings {
            keep_originals: days("keep_originals_days")?,
            keep_requests: days("keep_requests_days")?,
            keep_idempotency: days("keep_idempotency_days")?,
            mail: self.mail_in(),
        })
    }

    /// What must be known of our own mail.
    fn mail_in(&self) -> balcao_desk::MailSettings {
        let server = self.get("mail_authserv_id").trim();
        let addresses = self.get("mail_addresses").split(',').map(str::trim);
        balcao_desk::MailSettings {
            authserv_id: (!server.is_empty()).then(|| server.to_owned()),
            addresses: addresses.filter(|address| !address.is_empty()).map(str::to_owned).collect(),
        }
    }

    /// The channels; none where no file is named.
    pub fn channels(&self) -> Result<Channels, ChannelsError> {
        match self.get("channels").trim() {
            "" => Ok(Channels::default()),
            path => Channels::load(Path::new(path)),
        }
    }

    /// How mail goes out.
    pub fn mail(&self, environment: impl Fn(&str) -> Option<String>) -> MailSettings {
        let text = |name: &str| self.get(name).trim().to_owned();
        MailSettings {
            server: text("mail_server"),
            from: text("mail_from"),
            reply: text("mail_reply"),
            password_file: text("mail_password_file"),
            password: environment("BALCAO_MAIL_PASSWORD").map(Zeroizing::new),
            ca_file: text("mail_ca_file"),
            dkim_selector: text("mail_dkim_selector"),
            dkim_key_file: text("mail_dkim_key_file"),
            address: text("address"),
        }
    }

    /// Name, value and source of each; an address without its password.
    pub fn shown(&self) -> impl Iterator<Item = (&str, String, &str)> {
        self.0.iter().map(|(name, known)| {
            let is_url = (name == "database" || name == "mail_server") && !known.value.is_empty();
            let value = if is_url { without_password(&known.value) } else { known.value.clone() };
            (name.as_str(), value, known.from.as_str())
        })
    }
}

/// The values of a settings file as text; only plain values are taken.
fn table(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let table: toml::Table = toml::from_str(text)?;
    let value = |value: toml::Value| match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        _ => None,
    };
    table
        .into_iter()
        .map(|(name, found)| {
            let read = value(found).with_context(|| format!("`{name}`: a text or a number"))?;
            Ok((name, read))
        })
        .collect()
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let rest = rest.split('?').next().unwrap_or_default();
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            format!("{scheme}://{}@{host}", user.split(':').next().unwrap_or_default())
        }
        None => format!("{scheme}://{rest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Language;

    fn load(file: &str, environment: &[(&str, &str)], flags: Flags) -> anyhow::Result<Settings> {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("s.toml");
        std::fs::write(&path, file).unwrap();
        let flags = Flags { config: Some(path), ..flags };
        let catalogue = Catalogue::new(Language::English);
        let find = |name: &str| {
            environment.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned())
        };
        Settings::load(&flags, find, &catalogue)
    }

    #[test]
    fn flags_win_over_the_environment_over_the_file_over_the_defaults() {
        let flags = Flags { data: Some("d".into()), ..Flags::default() };
        let environment = [("BALCAO_LISTEN", "0.0.0.0:1"), ("BALCAO_DATA", "e")];
        let file = "listen = \"f:1\"\ndata = \"f\"\nlog = \"warn\"\ndatabase = \"postgres://h/d\"";
        let settings = load(file, &environment, flags).unwrap();
        assert_eq!(settings.listen(), "0.0.0.0:1");
        assert_eq!(settings.place(), Place::Directory("d".into()));
        assert_eq!(settings.log(), ("warn", "text"));
        let from: Vec<&str> = settings.shown().map(|(_, _, from)| from).collect();
        assert!(from.contains(&"--data") && from.contains(&"BALCAO_LISTEN") && from.contains(&"default"));
    }

    #[test]
    fn an_unknown_name_and_a_wrong_value_are_named() {
        let unknown = load("lisen = \"x\"", &[], Flags::default()).unwrap_err();
        assert!(unknown.to_string().contains("lisen"), "{unknown}");
        let settings = load("keep_requests_days = 0", &[], Flags::default()).unwrap();
        let wrong = settings.desk(&Catalogue::new(Language::English)).unwrap_err();
        assert!(wrong.to_string().contains("keep_requests_days"), "{wrong}");
        let settings = load("proxies = -1", &[], Flags::default()).unwrap();
        assert!(settings.proxies(&Catalogue::new(Language::English)).is_err());
    }

    #[test]
    fn a_password_in_an_address_is_never_shown() {
        let settings =
            load("database = \"postgres://ana:segredo@h/d?password=segredo\"", &[], Flags::default());
        let settings = settings.unwrap();
        assert!(settings.shown().all(|(_, value, _)| !value.contains("segredo")));
        let mail = load("mail_server = \"smtp://ana:segredo@h\"", &[], Flags::default()).unwrap();
        assert!(mail.shown().all(|(_, value, _)| !value.contains("segredo")));
        let home = settings.secrets(|name| (name == "HOME").then(|| "/home/ana".to_owned()));
        assert_eq!(home, PathBuf::from("/home/ana/.config/balcao/secrets.toml"));
    }
}
