//! Who has a ticket, how urgent it is, and how it is tagged.

use balcao_core::mask::Masker;
use balcao_store::ticket::Ticket;
use balcao_store::{TicketId, pause, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::due;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// What is to change; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// Who has it: `Some(None)` for nobody.
    pub assignee: Option<Option<String>>,
    /// How urgent it is: a priority of the procedure.
    pub priority: Option<String>,
    /// All its tags.
    pub tags: Option<Vec<String>>,
    /// The partner, where no address told it.
    pub partner: Option<String>,
}

/// Changes a ticket's assignment. `version` is the one that the caller read, if it insists on it.
///
/// # Errors
/// If a value is not known, the ticket was changed since, or there is none for the caller.
pub async fn assign(
    desk: &Desk,
    caller: &Caller,
    (id, version): (&TicketId, Option<i64>),
    wanted: Assignment,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let state = desk.state();
    let mut conn = desk.store().read().await?;
    let mut row = ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let pauses = due::pauses(&pause::of_ticket(&mut conn, id).await?);
    drop(conn);
    if version.is_some_and(|version| version != row.version) {
        return Err(DeskError::Stale);
    }
    let mut data = serde_json::Map::new();
    if let Some(priority) = &wanted.priority {
        let known = state.world.procedure.priorities();
        if !known.contains(&priority.as_str()) {
            let text = format!("o procedimento não tem esta prioridade; tem: {}", known.join(", "));
            return Err(DeskError::Invalid(text));
        }
        data.insert("priority".to_owned(), json!({"from": row.priority, "to": priority}));
        row.priority = Some(priority.clone());
    }
    if let Some(partner) = &wanted.partner {
        if row.partner.as_ref().is_some_and(|own| own != partner) {
            let text = "o endereço de quem escreveu já diz de que parceiro é o chamado";
            return Err(DeskError::Conflict(text.to_owned()));
        }
        if state.world.registry.partner(partner).is_none() {
            return Err(DeskError::Invalid("`partner` não está no cadastro".to_owned()));
        }
        data.insert("partner".to_owned(), json!({"from": row.partner, "to": partner}));
        row.partner = Some(partner.clone());
    }
    if let Some(assignee) = &wanted.assignee {
        data.insert("assignee".to_owned(), json!({"from": row.assignee, "to": assignee}));
        row.assignee.clone_from(assignee);
    }
    if let Some(tags) = &wanted.tags {
        row.tags = tags_of(tags)?;
        data.insert("tags".to_owned(), json!(tags));
    }
    row.updated = millis(now);
    due::set(&mut row, &pauses, &state.world);
    let caller = caller.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let row = ticket::update(tx, &caller.scope(), &row).await?;
                let event = Event {
                    ticket: Some(&row.id),
                    at: now,
                    by: &caller,
                    what: "assigned",
                    data: data.into(),
                };
                trail::record(tx, event).await?;
                Ok(row)
            })
        })
        .await
}

/// A tag is a word, not a place for what must not be kept.
fn tags_of(tags: &[String]) -> Result<String, DeskError> {
    let masker = Masker::new([]);
    let right = |tag: &String| {
        let length = tag.chars().count();
        (1..=40).contains(&length) && !tag.chars().any(char::is_control) && masker.mask(tag) == *tag
    };
    if tags.len() > 20 || !tags.iter().all(right) {
        let text = "até 20 etiquetas de 1 a 40 caracteres, sem dados pessoais nem segredos";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    Ok(serde_json::to_string(tags).unwrap_or_else(|_infallible| "[]".to_owned()))
}
