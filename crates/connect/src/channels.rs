//! Which channels a desk has: one TOML file, every section optional, each read by the module that it belongs to.
//!
//! In: the file's text. Out: [`Channels`], or what is wrong with it, at the start and not when the first message is due. Secrets never
//! stand in it: `{ file = "…" }` or `{ env = "NOME" }` says where they are.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::{attachment, chat, commercial, feed, lookup, mailbox, tracker, whatsapp};

/// What the file says.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channels {
    /// Mailboxes that are read.
    #[serde(default)]
    pub mailbox: Vec<mailbox::Settings>,
    /// Registries elsewhere.
    #[serde(default)]
    pub lookup: Vec<lookup::Settings>,
    /// Who sends request logs by itself.
    #[serde(default)]
    pub feed: Vec<feed::Settings>,
    /// How files are read.
    #[serde(default)]
    pub attachments: attachment::Settings,
    /// Where Code lives.
    pub tracker: Option<tracker::Settings>,
    /// WhatsApp.
    pub whatsapp: Option<whatsapp::Settings>,
    /// Chat tools that speak the desk's own format.
    #[serde(default)]
    pub chat: Vec<chat::Settings>,
    /// Where requests for keys are forwarded to.
    pub commercial: Option<commercial::Settings>,
}

/// Why the file cannot be used. No secret is in it.
#[derive(Debug, thiserror::Error)]
pub enum ChannelsError {
    /// It cannot be read.
    #[error("o arquivo de canais {path} não pode ser lido")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// It does not say what it must.
    #[error("no arquivo de canais: {0}")]
    Content(String),
}

impl Channels {
    /// Reads the file and the secrets that it names.
    ///
    /// # Errors
    /// If it, or one of them, cannot be read, or says something else.
    pub fn load(path: &Path) -> Result<Self, ChannelsError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ChannelsError::File { path: path.to_owned(), source })?;
        Self::parse(&text)
    }

    /// Reads the text of such a file and the secrets that it names.
    ///
    /// # Errors
    /// If something in it is not as it must be; the line is named.
    pub fn parse(text: &str) -> Result<Self, ChannelsError> {
        toml::from_str(text).map_err(|error| ChannelsError::Content(error.to_string()))
    }
}

/// A secret that stands elsewhere, read when the file is. It cannot be shown.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// What it is.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// A secret that a test, or a server's answer, gives.
    #[must_use]
    pub fn of(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

/// Where a secret stands.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    file: Option<PathBuf>,
    env: Option<String>,
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let place = Place::deserialize(deserializer)?;
        let found = match (&place.file, &place.env) {
            (Some(path), None) => std::fs::read_to_string(path).map_err(|error| {
                format!("o arquivo de um segredo, {}, não pode ser lido: {error}", path.display())
            }),
            (None, Some(name)) => std::env::var(name)
                .map_err(|_why| format!("a variável de um segredo, {name}, não está definida")),
            _ => Err("um segredo se diz com `file` ou com `env`, um dos dois".to_owned()),
        };
        let found = found.map(Zeroizing::new).map_err(serde::de::Error::custom)?;
        let text = found.trim();
        if text.is_empty() {
            return Err(serde::de::Error::custom("um segredo está vazio"));
        }
        Ok(Self::of(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_a_desk_without_channels_and_an_unknown_section_is_told() {
        assert!(Channels::parse("").is_ok());
        let error = Channels::parse("[telegrama]\n").err().unwrap().to_string();
        assert!(error.contains("telegrama") && error.contains("line 1"), "{error}");
    }

    /// What is written `#name = …`, without a space, is an example; each must be taken as it stands.
    #[test]
    fn every_section_of_the_reference_page_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let place = format!("file = '{}'", folder.path().join("secret").display());
        let page = include_str!("../../../docs/channels.toml");
        let example = |line: &str| {
            line.strip_prefix('#')
                .filter(|rest| !rest.is_empty() && !rest.starts_with(' '))
                .map(str::to_owned)
        };
        let lines: Vec<String> = page.lines().filter_map(example).collect();
        let secrets = regex::Regex::new(r#"(file|env) = "[^"]*""#).unwrap();
        let text = secrets.replace_all(&lines.join("\n"), place.as_str()).into_owned();
        let channels = Channels::parse(&text).map_err(|error| error.to_string()).unwrap();
        assert_eq!((channels.lookup.len(), channels.feed.len(), channels.mailbox.len()), (1, 1, 2));
        assert!(channels.mailbox.iter().all(|one| one.check().is_ok()));
        assert!(channels.commercial.is_some_and(|commercial| commercial.open().is_ok()));
        assert_eq!(channels.chat.len(), 1);
        let whatsapp = channels.whatsapp.unwrap();
        assert_eq!(whatsapp.check().map(|()| whatsapp.template.len()), Ok(1));
    }

    #[test]
    fn a_secret_comes_from_its_file_and_is_never_part_of_an_error() {
        #[derive(Deserialize)]
        struct One {
            secret: Secret,
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        std::fs::write(&path, "abc123\n").unwrap();
        let read = |text: &str| toml::from_str::<One>(text).map(|one| one.secret.text().to_owned());
        assert_eq!(read(&format!("secret = {{ file = '{}' }}", path.display())).unwrap(), "abc123");
        for (text, expected) in [
            ("secret = { file = '/nowhere/s' }", "/nowhere/s"),
            ("secret = { env = 'BALCAO_NO_SUCH_NAME' }", "BALCAO_NO_SUCH_NAME"),
            ("secret = { file = 'a', env = 'b' }", "um dos dois"),
            ("secret = {}", "um dos dois"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
