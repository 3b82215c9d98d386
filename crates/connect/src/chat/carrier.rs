//! Every chat tool that the channels' file names, as the desk's [`Carrier`].

use std::time::Duration;

use balcao_desk::Desk;
use balcao_desk::chat::{
    CHAT, Carrier, CarrierError, Carrying, Delivered, Filing, Kind, Parcel, Template, WHATSAPP,
};
use balcao_store::ChatDeliveryId;
use jiff::{SignedDuration, Timestamp};

use super::filing;
use super::read::read;
use super::settings::Settings;
use super::tool::Tool;
use super::words::said;
use crate::signed::{is_hub_signature, same};
use crate::whatsapp;
use crate::whatsapp::graph::Graph;

/// How long after somebody wrote WhatsApp lets him be written to freely.
const WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// The longest text that WhatsApp takes, in characters.
const LONGEST: usize = 4_096;

/// Why the sections are refused; for whoever wrote the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{section}: {why}")]
pub struct ChatError {
    /// Which one.
    pub section: String,
    /// What is wrong and what to write.
    pub why: String,
}

/// How long is waited for an answer of whoever is handed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Of what is small.
    pub small: Duration,
    /// Of a file.
    pub large: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { small: Duration::from_secs(30), large: Duration::from_mins(2) }
    }
}

/// The chat tools.
pub struct Chats {
    pub(super) whatsapp: Option<Graph>,
    tools: Vec<Tool>,
}

impl Chats {
    /// Of the sections of the channels' file.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn new(
        whatsapp: Option<&whatsapp::Settings>,
        tools: &[Settings],
        patience: Patience,
    ) -> Result<Self, ChatError> {
        let graph = whatsapp.map(|settings| {
            settings.check()?;
            Graph::new(settings.clone(), patience).map_err(|error| error.to_string())
        });
        let graph = graph.transpose().map_err(|why| ChatError { section: "[whatsapp]".to_owned(), why })?;
        let mut all: Vec<Tool> = Vec::new();
        for settings in tools {
            let refused = |why: String| ChatError { section: format!("[[chat]] `{}`", settings.name), why };
            if all.iter().any(|tool| tool.name == settings.name) {
                return Err(refused("há dois com este nome".to_owned()));
            }
            all.push(Tool::new(settings, patience.small).map_err(refused)?);
        }
        Ok(Self { whatsapp: graph, tools: all })
    }

    /// The tool of a channel.
    pub(super) fn tool(&self, channel: &str) -> Option<&Tool> {
        let name = channel.strip_prefix(CHAT)?;
        self.tools.iter().find(|tool| tool.name == name)
    }

    fn graph(&self, channel: &str) -> Option<&Graph> {
        self.whatsapp.as_ref().filter(|_| channel == WHATSAPP)
    }

    async fn hand_over(&self, parcel: &Parcel, now: Timestamp) -> Result<Option<String>, CarrierError> {
        if let Some(tool) = self.tool(&parcel.channel) {
            return tool.send(parcel, now).await;
        }
        let Some(graph) = self.graph(&parcel.channel) else {
            return Err(CarrierError::Later("este canal não está configurado".to_owned()));
        };
        match (&parcel.template, parcel.kind) {
            (Some(name), Kind::Reopen) => {
                let template = (name.as_str(), parcel.language, parcel.protocol.as_str());
                graph.template(&parcel.to, template, &parcel.key).await
            }
            _ => graph.text(&parcel.to, &said(parcel), &parcel.key).await,
        }
    }
}

impl Carrier for Chats {
    fn knows(&self, channel: &str) -> bool {
        self.graph(channel).is_some() || self.tool(channel).is_some()
    }

    fn carries(&self, channel: &str) -> bool {
        self.graph(channel).is_some() || self.tool(channel).is_some_and(Tool::carries)
    }

    fn longest(&self, channel: &str) -> usize {
        self.tool(channel).map_or(LONGEST, |tool| tool.longest)
    }

    fn window(&self, channel: &str) -> Option<SignedDuration> {
        self.graph(channel).map(|_| WINDOW)
    }

    fn templates(&self, channel: &str) -> Vec<Template> {
        let all = self.graph(channel).map(|graph| &graph.settings().template);
        let shown = |one: &whatsapp::Template| Template {
            name: one.name.clone(),
            title: one.title.clone().unwrap_or_else(|| one.name.clone()),
            by_itself: one.by_itself,
        };
        all.into_iter().flatten().map(shown).collect()
    }

    fn knows_again(&self, channel: &str) -> bool {
        self.tool(channel).is_some()
    }

    fn objects(&self, channel: &str, body: &[u8]) -> Option<String> {
        // Meta delivers again and again what is refused, and then nothing more: of WhatsApp everything is kept.
        self.tool(channel)?;
        read(body).err().map(|error| error.to_string())
    }

    fn is_from(&self, channel: &str, delivered: &Delivered<'_>, now: Timestamp) -> bool {
        if let Some(tool) = self.tool(channel) {
            return tool.is_from(delivered, now);
        }
        self.graph(channel).is_some_and(|graph| {
            let header = (delivered.header)("x-hub-signature-256").unwrap_or_default();
            is_hub_signature(graph.settings().app_secret.text().as_bytes(), &header, delivered.body)
        })
    }

    fn is_agreed(&self, word: &str) -> bool {
        let own = self.whatsapp.as_ref().map(|graph| graph.settings().verify_token.text());
        own.is_some_and(|own| same(own.as_bytes(), word.as_bytes()))
    }

    fn send<'c>(&'c self, parcel: &'c Parcel, now: Timestamp) -> Carrying<'c> {
        Box::pin(self.hand_over(parcel, now))
    }

    fn file<'c>(&'c self, desk: &'c Desk, delivery: &'c ChatDeliveryId, now: Timestamp) -> Filing<'c> {
        Box::pin(filing::file(self, desk, delivery, now))
    }
}
