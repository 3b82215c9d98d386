//! How a ticket stands with commercial, for pages and programs: what was forwarded and by what, what was answered, and whether the registry
//! has the key.

use balcao_core::evidence::fold;
use balcao_core::facts::registry::Registry;
use balcao_store::ticket::{self, Ticket};
use balcao_store::{Scope, TicketId, errand, outbox};
use jiff::Timestamp;
use serde_json::Value;

use super::round::{Round, is_with_commercial};
use crate::caller::{Caller, Permission};
use crate::chat::COMMERCIAL;
use crate::desk::{Desk, instant};
use crate::error::DeskError;
use crate::mail::Kind;

/// One way by which a request went, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// `mail` or `webhook`.
    pub by: &'static str,
    /// `waiting`, `held`, `sent` or `failed`.
    pub state: String,
    /// How often it was tried.
    pub attempts: i64,
    /// Why it did not go, last.
    pub reason: Option<String>,
}

/// What commercial answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When.
    pub at: Timestamp,
    /// `issued`, `refused` or `unclear`.
    pub outcome: String,
    /// `mail`, `webhook` or `desk`.
    pub by: String,
    /// For which environment, as people call it.
    pub environment: Option<String>,
    /// The key's last characters.
    pub tail: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Of an issued key: whether the registry has one of this partner, environment and ending.
    pub in_registry: Option<bool>,
}

/// How a ticket stands with commercial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Whether commercial has it now.
    pub is_there: bool,
    /// The ways of its newest request; empty if commercial reads its page alone.
    pub ways: Vec<Way>,
    /// What was answered to the newest request, newest first.
    pub answers: Vec<Answer>,
}

/// How a ticket stands with commercial; `None` if it was never there.
///
/// # Errors
/// If the caller may not see the ticket, or the database fails.
pub async fn of_ticket(desk: &Desk, caller: &Caller, id: &TicketId) -> Result<Option<Shown>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    if !caller.is_staff() {
        return Ok(None);
    }
    let mut conn = desk.store().read().await?;
    let row = ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let round = Round::of(&mut conn, id).await?;
    if round.seq == 0 {
        return Ok(None);
    }
    let request = |message: Option<String>| message.is_some() && message == round.request;
    let mut ways = Vec::new();
    for mail in outbox::of_ticket(&mut conn, &Scope::All, id).await? {
        if mail.kind == Kind::Commercial.code() && request(mail.message.map(|id| id.to_string())) {
            // One that came back did not reach anybody.
            let state = if mail.returned.is_some() { "failed".to_owned() } else { mail.state };
            let (attempts, reason) = (mail.attempts, mail.reason);
            ways.push(Way { by: "mail", state, attempts, reason });
        }
    }
    for sent in errand::of_ticket(&mut conn, &Scope::All, id).await? {
        if sent.channel == COMMERCIAL && request(sent.message.map(|id| id.to_string())) {
            let (state, attempts, reason) = (sent.state, sent.attempts, sent.reason);
            ways.push(Way { by: "webhook", state, attempts, reason });
        }
    }
    let registry = &desk.state().world.registry;
    let own = round.answers.iter().rev().filter(|(_, own, _)| *own);
    let answers = own.map(|(at, _, data)| answer(registry, &row, (*at, data))).collect();
    Ok(Some(Shown { is_there: is_with_commercial(&row), ways, answers }))
}

fn answer(registry: &Registry, row: &Ticket, (at, data): (i64, &Value)) -> Answer {
    let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
    let outcome = text("outcome").unwrap_or_default();
    let (environment, tail) = (text("environment"), text("last_four"));
    let issued = outcome == "issued";
    let in_registry = issued.then(|| has_key(registry, row, (environment.as_deref(), tail.as_deref())));
    Answer {
        at: instant(at),
        outcome,
        by: text("by").unwrap_or_default(),
        environment,
        tail,
        reason: text("reason"),
        in_registry,
    }
}

/// Whether the registry has an active key of the ticket's partner for this environment, with this ending where one is known.
fn has_key(registry: &Registry, row: &Ticket, (environment, tail): (Option<&str>, Option<&str>)) -> bool {
    let Some(partner) = row.partner.as_deref() else { return false };
    let meant = environment.map(fold);
    let code = registry.environments.iter().find(|one| Some(fold(&one.name)) == meant).map(|one| &one.code);
    let of_place = |environment: &String| code.is_none_or(|code| code == environment);
    let ends = |print: String| tail.is_none_or(|tail| print.ends_with(tail));
    let mut keys = registry.keys_of_partner(partner);
    keys.any(|key| key.active && of_place(&key.environment) && ends(key.print.to_string()))
}
