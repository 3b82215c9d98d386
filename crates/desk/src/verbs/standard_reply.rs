//! A reply of the procedure with a ticket's proven values, for whoever chooses another than the suggested one.

use balcao_core::reply::Rendered;
use balcao_store::{Scope, TicketId, diagnosis, ticket};

use super::conversation;
use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::facts::Seen;

/// Fills the reply `name` from the messages and the rows of the log that the newest diagnosis saw.
///
/// # Errors
/// If the procedure has no reply of this name, or there is no such ticket for the caller.
pub async fn standard_reply(
    desk: &Desk,
    caller: &Caller,
    (id, name): (&TicketId, &str),
) -> Result<Rendered, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let none = || DeskError::NotFound("resposta do procedimento");
    let state = desk.state();
    if !state.world.procedure.standard_replies().iter().any(|(known, _)| *known == name) {
        return Err(none());
    }
    let mut conn = desk.store().read().await?;
    ticket::get(&mut conn, &caller.scope(), id).await?.ok_or(DeskError::NotFound("chamado"))?;
    let run = diagnosis::newest(&mut conn, &Scope::All, id).await?;
    let run = run.ok_or(DeskError::Damaged("um chamado sem diagnóstico"))?;
    let seen = Seen::unpack(&run.facts).ok_or(DeskError::Damaged("o que um diagnóstico viu"))?;
    let messages = conversation::these(desk, &mut conn, id, &seen.messages).await?;
    drop(conn);
    let (desk, name) = (desk.clone(), name.to_owned());
    let made = tokio::task::spawn_blocking(move || {
        let (newest, before) = messages.split_first()?;
        let prepared = state.world.prepare(newest, before);
        let answers = seen.answers(&prepared, desk.secrets());
        state.world.standard_reply(newest, &prepared, answers, &name)
    });
    let made = made.await.map_err(|_panicked| DeskError::Damaged("uma resposta, ao ser escrita"))?;
    made.ok_or_else(none)
}
