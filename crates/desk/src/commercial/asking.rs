//! A request that lacks something: what is missing is drafted as one question to the partner, once, and nothing is forwarded.

use balcao_core::ticket::{Missing, Refusal, RefusalCode, State, Team, Transition};
use balcao_store::ticket::{self, Ticket};
use balcao_store::{Scope, TicketId, trail};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::request::{LACKS, Request};
use super::words::{self, Telling};
use crate::caller::Caller;
use crate::desk::{Desk, State as Now};
use crate::error::DeskError;
use crate::mail::Language;
use crate::trail::{Event, record};
use crate::verbs::draft::drafted;

/// What a step came to; where commercial was refused a request that lacks something, the question is drafted and everything is told at once.
pub(crate) async fn asking<T>(
    desk: &Desk,
    caller: &Caller,
    (id, wanted): (&TicketId, &Transition),
    done: Result<T, DeskError>,
    now: Timestamp,
) -> Result<T, DeskError> {
    let to_commercial = wanted.to == State::Escalated && wanted.escalate_to == Some(Team::Commercial);
    let mut refusal = match done {
        Err(DeskError::Refused(refusal)) if to_commercial && desk.office().is_some() => refusal,
        other => return other,
    };
    // A ticket that is not about a key asks for none.
    let other = refusal.missing.iter().any(|missing| missing.code == "next_step");
    if refusal.code == RefusalCode::Incomplete && !other {
        match drafted_once(desk, caller, id, now).await {
            Ok(lacks) => {
                let known = |one: &Missing| refusal.missing.iter().any(|missing| missing.code == one.code);
                let new: Vec<Missing> = lacks.into_iter().filter(|one| !known(one)).collect();
                refusal.missing.extend(new);
            }
            // The refusal stands, whatever becomes of the draft.
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the question to the partner was not drafted"
            ),
        }
    }
    Err(DeskError::Refused(refusal))
}

/// Drafts the question, unless the same was drafted since the partner wrote last; what is missing.
async fn drafted_once(
    desk: &Desk,
    caller: &Caller,
    id: &TicketId,
    now: Timestamp,
) -> Result<Vec<Missing>, DeskError> {
    let (desk, caller, id) = (desk.clone(), caller.clone(), id.clone());
    let store = desk.store().clone();
    let written = store.write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            let row = ticket::get(tx, &caller.scope(), &id).await?.ok_or(DeskError::NotFound("chamado"))?;
            let request = Request::of(tx, &desk, &row).await?;
            let state = desk.state();
            let language = language(&state, &row);
            let procedure = &state.world.procedure;
            let lacks = request.lacks(procedure, language == Language::English);
            let (missing, asked): (Vec<Missing>, Vec<String>) = lacks.into_iter().unzip();
            let codes: Vec<&str> = missing.iter().map(|one| one.code.as_str()).collect();
            if missing.is_empty()
                || asked_before(&trail::of_ticket(tx, &Scope::All, &id).await?, &json!(codes))
            {
                return Ok(missing);
            }
            let telling = Telling::Lacks { asked: &asked };
            drafted(tx, &id, &words::text(Some(procedure), &row.protocol, (telling, language)), now).await?;
            let (data, what) = (json!({"missing": codes}), "commercial_incomplete");
            record(tx, Event { ticket: Some(&id), at: now, by: &caller, what, data }).await?;
            Ok(missing)
        })
    });
    written.await
}

/// Whether this was asked for since the partner last wrote.
fn asked_before(entries: &[trail::Entry], codes: &Value) -> bool {
    let since = entries.iter().rev().take_while(|entry| entry.what != "message_received");
    since.filter(|entry| entry.what == "commercial_incomplete").any(|entry| {
        serde_json::from_str::<Value>(&entry.data).is_ok_and(|data| data.get("missing") == Some(codes))
    })
}

/// What asks the partner for everything that a refusal says to be missing for a request to commercial; `None` if it says nothing of the kind.
#[must_use]
pub fn question(desk: &Desk, row: &Ticket, refusal: &Refusal) -> Option<String> {
    let state = desk.state();
    let language = language(&state, row);
    let procedure = &state.world.procedure;
    let missing = |code: &str| refusal.missing.iter().any(|one| one.code == format!("{LACKS}{code}"));
    let wanted = procedure.key_request(language == Language::English).into_iter();
    let asked: Vec<String> =
        wanted.filter(|(code, ..)| missing(code)).map(|(.., ask)| ask.to_owned()).collect();
    let telling = Telling::Lacks { asked: &asked };
    (!asked.is_empty()).then(|| words::text(Some(procedure), &row.protocol, (telling, language)))
}

fn language(state: &Now, row: &Ticket) -> Language {
    let partner = row.partner.as_deref().and_then(|code| state.world.registry.partner(code));
    Language::of(partner.and_then(|partner| partner.language.as_deref()))
}
