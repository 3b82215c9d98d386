//! What is said of a tracker in `[tracker]` of the channels' file.

use std::path::PathBuf;
use std::sync::Arc;

use balcao_desk::mail::Language;
use base64::Engine as _;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use super::client::Client;
use super::connected::{Clock, Connected, Proof, Target};
use super::github::GitHub;
use super::gitlab::GitLab;
use super::jira::Jira;
use super::markup::Markup;
use super::read::Kind;
use super::webhook::Webhook;
use super::words::Writer;
use crate::channels::Secret;
use crate::outside::{Limits, Outside};
use crate::signed::Key;

/// The shortest secret by which deliveries are known, in bytes.
const SHORTEST_SECRET: usize = 16;
/// A tracker is not asked more often than this, in seconds.
const SHORTEST_POLL: u32 = 15;
/// How often it is asked if nothing is said, in seconds.
const USUAL_POLL: u32 = 60;

/// What is said of a tracker.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `gitlab`, `github` (Forgejo and Gitea too), `jira` or `webhook`.
    kind: String,
    /// Its name in addresses of this desk; else its kind.
    name: Option<String>,
    /// `https://gitlab.com`, `https://api.github.com`, `https://forgejo.empresa.com.br/api/v1`, `https://empresa.atlassian.net`; of a
    /// webhook the whole address.
    url: String,
    /// `group/project`, `owner/repository` or the project's key; nothing of a webhook.
    #[serde(default)]
    project: String,
    /// Of Jira's cloud, whose the token is.
    user: Option<String>,
    /// What lets us in; nothing of a webhook.
    token: Option<Secret>,
    /// By what deliveries are known; without one none is taken. Of a webhook it signs what goes out too.
    webhook_secret: Option<Secret>,
    /// The label of our issues.
    label: Option<String>,
    /// The kind of our issues in Jira.
    issue_type: Option<String>,
    /// Status (Jira) or labels that mean closed, beside what the tracker calls closed itself.
    #[serde(default)]
    closed: Vec<String>,
    /// Every how many seconds it is asked; 0 for never.
    poll: Option<u32>,
    /// `pt-BR` or `en`: in which language Code is written to.
    language: Option<String>,
    /// A certificate authority of one's own, PEM.
    ca_file: Option<PathBuf>,
}

/// Why the settings cannot be.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A value cannot be so; which, and what to write.
    #[error("[tracker] {0}")]
    Invalid(String),
    /// The way out cannot be made.
    #[error("[tracker] não se pode falar com o rastreador: {0}")]
    Outside(String),
}

fn invalid(text: impl Into<String>) -> SettingsError {
    SettingsError::Invalid(text.into())
}

impl Settings {
    /// The tracker, ready. `address` is where the desk is reached; links begin with it.
    ///
    /// # Errors
    /// If a value cannot be so.
    pub fn open(&self, address: &str) -> Result<Connected, SettingsError> {
        self.open_with(address, Limits::default(), Arc::new(Timestamp::now))
    }

    /// As [`Settings::open`], with other limits and another clock.
    ///
    /// # Errors
    /// As [`Settings::open`].
    pub fn open_with(&self, address: &str, limits: Limits, clock: Clock) -> Result<Connected, SettingsError> {
        let kind = Kind::parse(&self.kind)
            .ok_or_else(|| invalid("`kind` é \"gitlab\", \"github\", \"jira\" ou \"webhook\""))?;
        if address.is_empty() {
            return Err(invalid("para escalar é preciso dizer também `address`, com que começam os links"));
        }
        let outside = Outside::new(limits, self.ca_file.as_deref());
        let outside = Arc::new(outside.map_err(|error| SettingsError::Outside(error.to_string()))?);
        let client = Client { outside, base: self.base()?, headers: self.headers(kind)? };
        let markup = match kind {
            Kind::GitLab | Kind::GitHub => Markup::Markdown,
            Kind::Jira => Markup::Wiki,
            Kind::Webhook => Markup::Plain,
        };
        let poll = self.poll.unwrap_or(USUAL_POLL);
        let pause = SignedDuration::from_secs(i64::from(poll.max(SHORTEST_POLL)));
        Ok(Connected {
            name: self.called(kind)?,
            kind,
            target: self.target(kind, client)?,
            proof: self.proof(kind)?,
            writer: Writer {
                markup,
                language: Language::of(self.language.as_deref()),
                address: address.trim_end_matches('/').to_owned(),
            },
            label: self.label.clone().filter(|label| !label.trim().is_empty()),
            closed: self.closed.iter().map(|word| word.to_lowercase()).collect(),
            poll: (poll > 0).then_some(pause),
            clock,
        })
    }

    fn called(&self, kind: Kind) -> Result<String, SettingsError> {
        let name = self.name.as_deref().unwrap_or(kind.code());
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 40 || !name.chars().all(plain) {
            return Err(invalid("`name` tem de 1 a 40 letras minúsculas, algarismos e hífens"));
        }
        Ok(name.to_owned())
    }

    fn base(&self) -> Result<String, SettingsError> {
        let url = Url::parse(&self.url).map_err(|_own_text| invalid("`url` não é um endereço"))?;
        let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if url.scheme() != "https" && !(local && url.scheme() == "http") {
            return Err(invalid("`url` começa com https:// (http:// só em localhost)"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(invalid("`url` não leva usuário nem senha; use `token`"));
        }
        Ok(self.url.trim_end_matches('/').to_owned())
    }

    fn headers(&self, kind: Kind) -> Result<Vec<(&'static str, Zeroizing<String>)>, SettingsError> {
        let mut headers = Vec::new();
        let token = self.token.as_ref().map(|token| token.text().trim());
        let token = match (kind, token) {
            (Kind::Webhook, _) => return Ok(headers),
            (_, Some(token)) if !token.is_empty() => token,
            _ => return Err(invalid("falta `token`")),
        };
        headers.push(("accept", Zeroizing::new("application/json".to_owned())));
        match (kind, &self.user) {
            (Kind::GitLab, _) => headers.push(("private-token", Zeroizing::new(token.to_owned()))),
            (Kind::Jira, Some(user)) => {
                let both = Zeroizing::new(format!("{user}:{token}"));
                let encoded =
                    Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(both.as_bytes()));
                headers.push(("authorization", Zeroizing::new(format!("Basic {}", encoded.as_str()))));
            }
            _ => headers.push(("authorization", Zeroizing::new(format!("Bearer {token}")))),
        }
        Ok(headers)
    }

    fn target(&self, kind: Kind, client: Client) -> Result<Target, SettingsError> {
        let project = self.project.trim_matches('/');
        let is_path = |parts: usize| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
            let named = project.split('/').all(|part| !part.is_empty() && part != "." && part != "..");
            named && project.chars().all(plain) && project.split('/').count() >= parts
        };
        match kind {
            Kind::GitLab if is_path(1) => Ok(Target::GitLab(GitLab { client, project: GitLab::at(project) })),
            Kind::GitLab => Err(invalid("`project` é \"grupo/projeto\"")),
            Kind::GitHub if is_path(2) && project.split('/').count() == 2 => {
                let is_forge = client.base.ends_with("/api/v1");
                Ok(Target::GitHub(GitHub { client, repository: format!("/repos/{project}"), is_forge }))
            }
            Kind::GitHub => Err(invalid("`project` é \"dono/repositório\"")),
            Kind::Jira
                if !project.is_empty() && project.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') =>
            {
                let host = Url::parse(&client.base).ok();
                let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
                let is_cloud = host.ends_with(".atlassian.net");
                let issue_type = self.issue_type.clone().unwrap_or_else(|| "Bug".to_owned());
                Ok(Target::Jira(Jira { client, project: project.to_owned(), issue_type, is_cloud }))
            }
            Kind::Jira => Err(invalid("`project` é a chave do projeto: \"API\"")),
            Kind::Webhook => {
                let key = self.keys()?.into_iter().next();
                let key =
                    key.ok_or_else(|| invalid("falta `webhook_secret`, com que se assina o que sai"))?;
                Ok(Target::Webhook(Webhook { client, key }))
            }
        }
    }

    fn proof(&self, kind: Kind) -> Result<Proof, SettingsError> {
        let Some(secret) = self.webhook_secret.as_ref().map(|secret| secret.text().trim()) else {
            return Ok(Proof::Nothing);
        };
        if kind == Kind::Webhook {
            return Ok(Proof::Keys(self.keys()?));
        }
        if secret.len() < SHORTEST_SECRET {
            return Err(invalid(format!("`webhook_secret` tem pelo menos {SHORTEST_SECRET} caracteres")));
        }
        Ok(Proof::Secret(Zeroizing::new(secret.to_owned())))
    }

    /// The keys of a webhook, the newest first: several while they are exchanged, with spaces between.
    fn keys(&self) -> Result<Vec<Key>, SettingsError> {
        let secrets = self.webhook_secret.as_ref().map(Secret::text).unwrap_or_default();
        let keys = secrets.split_whitespace().map(Key::parse).collect::<Result<Vec<_>, _>>();
        keys.map_err(|error| invalid(format!("`webhook_secret`: {error}")))
    }
}
