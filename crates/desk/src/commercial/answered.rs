//! Commercial's answer: recorded on the ticket, which goes back to those who speak with the partner, with the answer to it drafted.

use balcao_core::evidence::fold;
use balcao_core::facts::registry::Registry;
use balcao_core::ticket::{State, Team, Transition};
use balcao_store::message::{self, Message};
use balcao_store::ticket::{self, Ticket};
use balcao_store::{MessageId, Scope, TicketId, Tx};
use jiff::Timestamp;
use serde_json::json;

use super::{outside, without_keys};
use crate::caller::Caller;
use crate::chat::{self, COMMERCIAL, Delivered};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};
use crate::verbs::draft::drafted;
use crate::verbs::mailed::Mailed;
use crate::verbs::step::walk_in;

/// How often it is tried anew because the ticket was changed meanwhile.
const TRIES: u32 = 5;
/// The longest that is kept of what commercial says, in characters.
const LONGEST: usize = 20_000;

/// What commercial decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The key is issued.
    Issued,
    /// It is not.
    Refused,
    /// It says something else: a person reads it.
    Unclear,
}

impl Outcome {
    /// As the trail has it.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
        }
    }
}

/// What commercial said. Nothing of it is trusted to be free of keys.
#[derive(Clone)]
pub struct Said {
    /// Decided what.
    pub outcome: Outcome,
    /// For which environment, in its words.
    pub environment: Option<String>,
    /// The end of the key, or a key: four characters are kept.
    pub tail: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Everything it wrote, if it wrote.
    pub words: String,
}

/// What came of it.
pub struct Answered {
    /// The ticket after it.
    pub ticket: Ticket,
    /// Whether it had come before: then nothing changed.
    pub known: bool,
}

/// The same, cut: only this is kept.
#[derive(Clone)]
struct Cut {
    outcome: Outcome,
    environment: Option<String>,
    tail: Option<String>,
    reason: Option<String>,
    words: String,
}

impl Cut {
    fn of(said: &Said, registry: &Registry) -> Self {
        let short = |text: &str| text.chars().take(LONGEST).collect::<String>();
        let clean = |text: &Option<String>| {
            let text = text.as_deref().map(|text| without_keys(short(text).trim()));
            text.filter(|text| !text.is_empty())
        };
        let environment = said.environment.as_deref().map(fold);
        let named = registry.environments.iter().find(|one| {
            environment.as_ref().is_some_and(|said| *said == fold(&one.code) || *said == fold(&one.name))
        });
        Self {
            outcome: said.outcome,
            environment: named.map(|one| one.name.clone()).or_else(|| clean(&said.environment)),
            tail: said.tail.as_deref().and_then(super::tail),
            reason: clean(&said.reason),
            words: without_keys(&short(&said.words)),
        }
    }

    /// The note on the ticket.
    fn note(&self) -> String {
        let mut lines = vec![match self.outcome {
            Outcome::Issued => "O comercial respondeu: API Key emitida.".to_owned(),
            Outcome::Refused => "O comercial respondeu: pedido recusado.".to_owned(),
            Outcome::Unclear => "O comercial respondeu; leia a resposta.".to_owned(),
        }];
        lines.extend(self.environment.as_ref().map(|name| format!("Ambiente: {name}")));
        lines.extend(self.tail.as_ref().map(|tail| format!("Final da chave: …{tail}")));
        lines.extend(self.reason.as_ref().map(|reason| format!("Motivo: {reason}")));
        if !self.words.trim().is_empty() {
            lines.push(format!("\n{}", self.words.trim()));
        }
        lines.join("\n")
    }

    /// What the partner may be told; nothing where a person must read first.
    fn draft(&self, english: bool) -> Option<String> {
        let place = self.environment.as_deref();
        let tail = self.tail.as_deref();
        let reason = self.reason.as_deref();
        Some(match (self.outcome, english) {
            (Outcome::Unclear, _) => return None,
            (Outcome::Issued, false) => format!(
                "Olá!\n\nO time comercial emitiu a API Key{}{}. Ela chega a vocês diretamente pelo comercial, por um meio seguro; por segurança, não a enviamos nem a pedimos por aqui.\n\nCom a chave em mãos, é só seguir com a integração. Se algo não funcionar, responda a esta mensagem.",
                place.map(|place| format!(" do ambiente {place}")).unwrap_or_default(),
                tail.map(|tail| format!(", a terminada em …{tail}")).unwrap_or_default(),
            ),
            (Outcome::Issued, true) => format!(
                "Hello!\n\nOur commercial team has issued the API key{}{}. It reaches you from them directly, by a secure way; for safety we neither send it nor ask for it here.\n\nIf anything does not work, just answer this message.",
                place.map(|place| format!(" for {place}")).unwrap_or_default(),
                tail.map(|tail| format!(", the one ending in …{tail}")).unwrap_or_default(),
            ),
            (Outcome::Refused, false) => format!(
                "Olá!\n\nO time comercial analisou o pedido de API Key e não o atendeu neste momento{}.\n\nSe quiser rever o pedido, responda a esta mensagem com o que mudou.",
                reason.map(|reason| format!(": {}", reason.trim_end_matches('.'))).unwrap_or_default(),
            ),
            (Outcome::Refused, true) => format!(
                "Hello!\n\nOur commercial team looked at the request for an API key and has not granted it for now{}.\n\nIf something changes, just answer this message.",
                reason.map(|reason| format!(": {}", reason.trim_end_matches('.'))).unwrap_or_default(),
            ),
        })
    }
}

/// Takes commercial's answer to a ticket. `once` tells it from others; `mail` is the kept mail that it came in, filed with it.
///
/// An answer to a ticket that is no longer with commercial changes no state: by mail it is noted, else refused.
///
/// # Errors
/// [`DeskError::Conflict`] if the ticket is not with commercial; if there is none; if the database fails.
pub async fn answered(
    desk: &Desk,
    caller: &Caller,
    (id, said): (&TicketId, &Said),
    (once, mail): (&str, Option<Mailed>),
    now: Timestamp,
) -> Result<Answered, DeskError> {
    let state = desk.state();
    let cut = Cut::of(said, &state.world.registry);
    let dedupe = desk.secrets().mark("commercial answer", &[id.as_str().as_bytes(), once.as_bytes()]);
    for _ in 0..TRIES {
        let (own, caller, id, cut) = (desk.clone(), caller.clone(), id.clone(), cut.clone());
        let (dedupe, mail) = (dedupe.clone(), mail.clone());
        let written = desk.store().write(move |tx| {
            Box::pin(
                async move { write(tx, (&own, &caller), (&id, &cut), (dedupe, mail.as_ref()), now).await },
            )
        });
        match written.await {
            Err(DeskError::Stale) => {}
            done => return done,
        }
    }
    Err(DeskError::Stale)
}

async fn write(
    tx: &mut Tx,
    (desk, caller): (&Desk, &Caller),
    (id, cut): (&TicketId, &Cut),
    (dedupe, mail): (String, Option<&Mailed>),
    now: Timestamp,
) -> Result<Answered, DeskError> {
    let row = ticket::get(tx, &Scope::All, id).await?.ok_or(DeskError::NotFound("chamado"))?;
    if message::known(tx, &dedupe).await?.is_some() {
        return Ok(Answered { ticket: row, known: true });
    }
    let asked = row.state == State::Escalated.code()
        && row.escalation.as_deref() == Some(Team::Commercial.code())
        && row.merged_into.is_none();
    if !asked && mail.is_none() {
        let text = "o chamado não está com o time comercial: a resposta já veio, ou ele foi retomado";
        return Err(DeskError::Conflict(text.to_owned()));
    }
    let note = Message {
        id: MessageId::fresh(),
        ticket: id.clone(),
        at: millis(now),
        direction: "note".to_owned(),
        author: caller.name.clone(),
        body: cut.note(),
        channel: row.channel.clone(),
        dedupe: Some(dedupe),
    };
    message::add(tx, &note).await?;
    if let Some(mail) = mail {
        mail.file(tx, caller, (id, &note.id), now).await?;
    }
    let data = json!({
        "outcome": cut.outcome.code(), "environment": cut.environment, "last_four": cut.tail, "reason": cut.reason,
        "message": note.id.as_str(),
    });
    let event = Event { ticket: Some(id), at: now, by: caller, what: "commercial_answered", data };
    trail::record(tx, event).await?;
    if !asked {
        return Ok(Answered { ticket: row, known: false });
    }
    let why = match cut.outcome {
        Outcome::Issued => "o comercial emitiu a API Key",
        Outcome::Refused => "o comercial recusou o pedido",
        Outcome::Unclear => "o comercial respondeu; leia a resposta",
    };
    let ticket = walk_in(tx, desk, caller, (id, &Transition::to(State::Investigation, why)), now).await?;
    let state = desk.state();
    let partner = ticket.partner.as_deref().and_then(|code| state.world.registry.partner(code));
    let english = partner.is_some_and(|partner| partner.language.as_deref() == Some("en"));
    if let Some(body) = cut.draft(english) {
        drafted(tx, id, &body, now).await?;
    }
    Ok(Answered { ticket, known: false })
}

/// Takes commercial's answer from its webhook; `once` is the delivery's own id, `named` a ticket's id or protocol.
///
/// # Errors
/// [`DeskError::Unknown`] if it is not commercial that delivers; else as [`answered`].
pub async fn hook(
    desk: &Desk,
    delivered: &Delivered<'_>,
    (named, said): (&str, &Said),
    now: Timestamp,
) -> Result<Answered, DeskError> {
    chat::verified(desk, COMMERCIAL, delivered, now)?;
    let once = (delivered.header)("webhook-id").unwrap_or_default();
    let mut conn = desk.store().read().await?;
    let found = match TicketId::parse(named) {
        Some(id) => ticket::get(&mut conn, &Scope::All, &id).await?,
        None => ticket::by_protocol(&mut conn, &Scope::All, named).await?,
    };
    drop(conn);
    let found = found.ok_or(DeskError::NotFound("chamado"))?;
    answered(desk, &outside(), (&found.id, said), (&format!("webhook {once}"), None), now).await
}
