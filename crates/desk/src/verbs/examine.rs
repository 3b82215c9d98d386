//! Reading, looking up and judging: what happens to a message before anything is written.

use std::sync::Arc;

use balcao_core::diagnosis::{Answers, Conversation, Diagnosis};
use balcao_core::facts::elsewhere::{Elsewhere, Wanted};
use balcao_core::facts::registry::Registry;
use balcao_core::inbound::Inbound;
use balcao_core::mask::Masker;
use balcao_documents::words;
use balcao_wire::diagnosis::DiagnosisLine;

use crate::desk::{Desk, State};
use crate::elsewhere;
use crate::error::DeskError;
use crate::facts::{self, Row, Seen};
use crate::requests::lookup;

/// Bytes of a conversation whose words are indexed.
const MOST_INDEXED: usize = 200_000;

/// A message, judged.
pub(crate) struct Examined {
    pub(crate) state: Arc<State>,
    pub(crate) diagnosis: Diagnosis,
    pub(crate) conversation: Conversation,
    /// Who wrote, masked.
    pub(crate) requester: Option<String>,
    /// The diagnosis in the public format.
    pub(crate) line: String,
    /// The stemmed words that the ticket is found by.
    pub(crate) words: String,
    rows: Vec<Row>,
    heard: Option<elsewhere::Kept>,
}

impl Examined {
    /// What the diagnosis saw, packed; `messages` are the ids of those that were read, newest first.
    pub(crate) fn facts(&self, messages: Vec<String>) -> Vec<u8> {
        let seen = Seen {
            registry: self.state.registry_revision.clone(),
            procedure: self.state.procedure_revision.clone(),
            documents: self.state.documents.clone(),
            messages,
            requests: self.rows.clone(),
            elsewhere: self.heard.clone(),
        };
        seen.pack()
    }
}

/// Bytes of a conversation that are read where the request stands; more would hold others up and go to a thread of their own.
pub(crate) const SMALL: usize = 32 * 1024;

/// Judges `newest` with the messages `before` it, newest of them first.
pub(crate) async fn examine(
    desk: &Desk,
    newest: Inbound,
    before: Vec<Inbound>,
) -> Result<Examined, DeskError> {
    let state = desk.state();
    let small = before.iter().chain([&newest]).map(size).sum::<usize>() <= SMALL;
    let conversation = Arc::new((newest, before));
    let (world, read) = (state.clone(), conversation.clone());
    let prepared = compute(small, move || world.world.prepare(&read.0, &read.1)).await?;
    let elsewhere = asked_elsewhere(desk, &state.world.registry, &prepared.wanted).await;
    // Without the log the diagnosis would claim that the request is not in it, so a failure is not passed over.
    let own = &state.world.registry;
    let both =
        (!elsewhere.changes_nothing()).then(|| own.with(&elsewhere, prepared.wanted.sender.as_deref()));
    let registry = both.as_ref().unwrap_or(own);
    let found = lookup::rows(desk, registry, &prepared.inquiry, &prepared.routes).await?;
    drop(both);
    let rows = facts::kept(&found, desk.secrets());
    let heard = elsewhere::kept(&elsewhere, desk.secrets());
    let answers = Answers { requests: found, elsewhere };
    compute(small, move || {
        let newest = &conversation.0;
        let (mut diagnosis, conversation) = state.world.judge(newest, &prepared, answers);
        let masker = Masker::new([]);
        diagnosis.id = masker.mask(&diagnosis.id);
        let requester = requester(newest).map(|text| masker.mask(&text));
        let line = serde_json::to_string(&DiagnosisLine::from(&diagnosis)).unwrap_or_default();
        let words = found_by(&conversation, &diagnosis, requester.as_deref());
        Examined { state, diagnosis, conversation, requester, line, words, rows, heard }
    })
    .await
}

/// What registries that are kept elsewhere say. Of a key's users only those are heard whom the message or our own registry names.
async fn asked_elsewhere(desk: &Desk, own: &Registry, wanted: &Wanted) -> Elsewhere {
    let Some(lookups) = desk.lookups().filter(|_| !wanted.is_empty()) else { return Elsewhere::default() };
    let mut said = lookups.ask(wanted, own).await;
    for key in &mut said.keys {
        key.users.retain(|login| {
            wanted.logins.iter().any(|other| other.eq_ignore_ascii_case(login)) || own.user(login).is_some()
        });
    }
    said
}

/// Does what takes a core: at once if it is little, else on a thread where it holds nobody up.
pub(crate) async fn compute<T: Send + 'static>(
    small: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, DeskError> {
    if small {
        return Ok(work());
    }
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_panicked| DeskError::Damaged("a mensagem, ao ser diagnosticada"))
}

pub(crate) fn size(inbound: &Inbound) -> usize {
    use balcao_core::inbound::Content;

    let files = inbound.attachments.iter().map(|file| match &file.content {
        Content::Text(text) => text.len(),
        Content::Extracted(read) => read.text.len(),
        // What is packed may be a hundred times larger.
        Content::Bytes(bytes) => bytes.len().saturating_mul(10),
    });
    inbound.body.len() + files.sum::<usize>()
}

/// `Ana <ana@parceiro.example>`, or what of it is known. Of a telephone only its end is shown, whatever its country.
fn requester(inbound: &Inbound) -> Option<String> {
    let address = inbound.from.address.as_deref();
    let address = address.map(|address| telephone_end(address).unwrap_or_else(|| address.to_owned()));
    match (&inbound.from.name, address) {
        (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
        (one, other) => one.clone().or(other),
    }
}

/// Of a telephone `…1234`; `None` of anything else.
fn telephone_end(address: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_digit() || " +-().".contains(c);
    let digits: Vec<char> = address.chars().filter(char::is_ascii_digit).collect();
    let end: String = digits.iter().skip(digits.len().saturating_sub(4)).collect();
    (digits.len() >= 8 && address.chars().all(plain)).then(|| format!("…{end}"))
}

/// The stems of everything that people look for a ticket by.
fn found_by(conversation: &Conversation, diagnosis: &Diagnosis, requester: Option<&str>) -> String {
    let evidence = diagnosis.evidence.iter().filter_map(|(_, shown)| shown.map(|shown| shown.value.as_str()));
    let attachments = conversation.attachments.iter().flat_map(|(name, text)| [name.as_str(), text.as_str()]);
    let texts = [conversation.subject.as_str(), conversation.body.as_str()].into_iter();
    stems(texts.chain(requester).chain(diagnosis.partner.as_deref()).chain(evidence).chain(attachments))
}

/// The stems of some texts, each once, separated by spaces.
pub(crate) fn stems<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut room = MOST_INDEXED;
    let mut seen = std::collections::BTreeSet::new();
    for text in texts {
        let cut = text.floor_char_boundary(room.min(text.len()));
        room -= cut;
        seen.extend(words(text.get(..cut).unwrap_or_default()).map(|(stem, _)| stem));
    }
    seen.into_iter().collect::<Vec<_>>().join(" ")
}
