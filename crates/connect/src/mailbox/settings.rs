//! What the channels' file says of one mailbox.

use std::path::PathBuf;

use jiff::civil::Date;
use reqwest::Url;
use serde::Deserialize;

use super::MailboxError;
use crate::channels::Secret;

/// A `[[mailbox]]` of the file.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What people call it; it stands with every mail that came from there.
    pub name: String,
    /// `imaps://host` (993) or `imap://host` (143, with `STARTTLS`, save on this machine itself if no `ca_file` is given).
    pub server: Url,
    /// Who logs in.
    pub user: String,
    /// By this password.
    pub password: Option<Secret>,
    /// Or by a token of this server.
    pub oauth: Option<Oauth>,
    /// Which folder is read.
    #[serde(default = "inbox")]
    pub folder: String,
    /// Mails that came before this day are left alone.
    pub since: Option<Date>,
    /// What is done with a mail once it is stored here.
    #[serde(default)]
    pub after: After,
    /// Whereto, with [`After::Move`].
    pub move_to: Option<String>,
    /// How often a server is asked that does not tell by itself, in seconds.
    #[serde(default = "a_minute")]
    pub poll_seconds: u32,
    /// Certificates that are trusted beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
}

/// What is done with a stored mail on its server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// Nothing.
    #[default]
    Keep,
    /// It is marked as read.
    Seen,
    /// It is moved to another folder.
    Move,
    /// It is deleted.
    Delete,
}

/// Where tokens come from (OAuth2, RFC 6749): by `refresh_token` if there is one, else in the program's own name.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oauth {
    /// The address that hands out tokens.
    pub token_url: Url,
    /// The program's id there.
    pub client_id: String,
    /// And its secret.
    pub client_secret: Option<Secret>,
    /// What a person once allowed.
    pub refresh_token: Option<Secret>,
    /// For what.
    pub scope: Option<String>,
}

fn inbox() -> String {
    "INBOX".to_owned()
}

fn a_minute() -> u32 {
    60
}

/// How the connection is made private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Privacy {
    /// TLS from the first byte.
    Wrapped,
    /// TLS after `STARTTLS`.
    Started,
    /// None, on this machine itself.
    None,
}

impl Settings {
    /// Where the server is: host, port, and how the connection is made private.
    pub(super) fn place(&self) -> Result<(String, u16, Privacy), MailboxError> {
        let wrong = |what: &str| MailboxError::Settings(format!("`server`: {what}"));
        let host = self.server.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("falta o nome do servidor"))?.to_owned();
        let bare = self.server.username().is_empty()
            && self.server.password().is_none()
            && matches!(self.server.path(), "" | "/")
            && self.server.query().is_none();
        if !bare {
            return Err(wrong("só o servidor e a porta; usuário, senha e pasta têm campos próprios"));
        }
        let here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        match self.server.scheme() {
            "imaps" => Ok((host, self.server.port().unwrap_or(993), Privacy::Wrapped)),
            "imap" => {
                let privacy = if here && self.ca_file.is_none() { Privacy::None } else { Privacy::Started };
                Ok((host, self.server.port().unwrap_or(143), privacy))
            }
            _ => Err(wrong("comece com imaps:// ou imap://")),
        }
    }

    /// Whether everything fits together.
    ///
    /// # Errors
    /// What does not, and what to do.
    pub fn check(&self) -> Result<(), MailboxError> {
        let wrong = |what: &str| Err(MailboxError::Settings(format!("a caixa `{}`: {what}", self.name)));
        self.place()?;
        let plain = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        if self.name.is_empty() || self.name.len() > 40 || !self.name.chars().all(plain) {
            return wrong("`name` tem de ter de 1 a 40 letras, números, -, _ ou .");
        }
        if self.user.is_empty() {
            return wrong("falta `user`");
        }
        if self.password.is_some() == self.oauth.is_some() {
            return wrong("diga `password` ou `oauth`, um dos dois");
        }
        if self.folder.is_empty()
            || [Some(&self.folder), self.move_to.as_ref()]
                .into_iter()
                .flatten()
                .any(|name| name.contains(['\r', '\n', '\0']))
        {
            return wrong("o nome de uma pasta não pode ser vazio nem ter quebras de linha");
        }
        match (self.after, &self.move_to) {
            (After::Move, Some(folder)) if *folder == self.folder => {
                wrong("`move_to` tem de ser outra pasta que `folder`")
            }
            (After::Move, None) => wrong("com `after = \"move\"` diga `move_to`"),
            (After::Keep | After::Seen | After::Delete, Some(_)) => {
                wrong("`move_to` só vale com `after = \"move\"`")
            }
            _ if self.poll_seconds == 0 => wrong("`poll_seconds` tem de ser pelo menos 1"),
            _ => match &self.oauth {
                Some(oauth) => oauth.check(&self.name),
                None => Ok(()),
            },
        }
    }
}

impl Oauth {
    fn check(&self, name: &str) -> Result<(), MailboxError> {
        let wrong = |what: &str| Err(MailboxError::Settings(format!("a caixa `{name}`: {what}")));
        let here = matches!(self.token_url.host_str(), Some("localhost" | "127.0.0.1"));
        if self.token_url.scheme() != "https" && !here {
            return wrong("`token_url` tem de começar com https://");
        }
        if self.client_secret.is_none() && self.refresh_token.is_none() {
            return wrong("`oauth` precisa de `client_secret`, de `refresh_token` ou dos dois");
        }
        Ok(())
    }
}
