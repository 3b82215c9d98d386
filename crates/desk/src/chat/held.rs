//! What chat tools delivered and what does not go out to them, for whoever looks after it: listed, counted, tried again.

use balcao_store::chat_delivery::{self, ChatDelivery};
use balcao_store::errand::{self, Errand};
use balcao_store::{ChatDeliveryId, ErrandId, Scope, TicketId, ticket};
use jiff::Timestamp;
use serde_json::json;

use super::keep::to_be_filed;
use super::queue::go_on;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// How many deliveries came, and where they are. They reconcile: `seen` is the sum of the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// That came.
    pub seen: i64,
    /// Of which something is in a ticket.
    pub filed: i64,
    /// That nothing came of.
    pub noted: i64,
    /// Messages to another number than the one that is set up.
    pub elsewhere: i64,
    /// That were set aside.
    pub quarantined: i64,
    /// That wait to be filed.
    pub waiting: i64,
}

/// Counts the deliveries.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn counts(desk: &Desk, caller: &Caller) -> Result<Counts, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    let mut counts = Counts::default();
    for (state, count) in chat_delivery::counts(&mut conn).await? {
        counts.seen = counts.seen.saturating_add(count);
        let of = match state.as_str() {
            chat_delivery::FILED => &mut counts.filed,
            chat_delivery::NOTED => &mut counts.noted,
            chat_delivery::ELSEWHERE => &mut counts.elsewhere,
            chat_delivery::QUARANTINED => &mut counts.quarantined,
            _ => &mut counts.waiting,
        };
        *of = of.saturating_add(count);
    }
    Ok(counts)
}

/// The deliveries that stand so, in order, from `after` on.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn list(
    desk: &Desk,
    caller: &Caller,
    (state, after): (&str, Option<&ChatDeliveryId>),
    limit: u16,
) -> Result<Vec<ChatDelivery>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    Ok(chat_delivery::list(&mut conn, state, after, limit).await?)
}

/// Lets a delivery be tried again that was set aside, or was for another number; a background job does it.
///
/// # Errors
/// If the caller may not, it is not set aside, or the database fails.
pub async fn retry(
    desk: &Desk,
    caller: &Caller,
    id: &ChatDeliveryId,
    now: Timestamp,
) -> Result<(), DeskError> {
    caller.must(Permission::ManageJobs)?;
    let (by, id) = (caller.clone(), id.clone());
    let written = desk.store().write(move |tx| {
        Box::pin(async move {
            if !chat_delivery::release(tx, &id).await? {
                return Err(DeskError::NotFound("entrega em quarentena"));
            }
            to_be_filed(tx, &id, now).await?;
            let data = json!({"delivery": id.as_str()});
            Ok(trail::record(tx, Event { ticket: None, at: now, by: &by, what: "chat_retried", data })
                .await?)
        })
    });
    written.await
}

/// Errands that wait for somebody, with the protocol of each one's ticket: those in `state`, in order.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn errands(
    desk: &Desk,
    caller: &Caller,
    (state, after): (&str, Option<&ErrandId>),
    limit: u16,
) -> Result<Vec<(Errand, String)>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    let mut all = Vec::new();
    for errand in errand::list(&mut conn, state, after, limit).await? {
        let found = ticket::get(&mut conn, &Scope::All, &errand.ticket).await?;
        all.push((errand, found.map(|ticket| ticket.protocol).unwrap_or_default()));
    }
    Ok(all)
}

/// Has an errand carried again that did not go, or of which nobody knows whether it did: then it may be there twice.
///
/// # Errors
/// If the caller may not see or change the ticket, the errand is not its, waits or went, or the database fails.
pub async fn resend(
    desk: &Desk,
    caller: &Caller,
    (ticket, id): (&TicketId, &ErrandId),
    now: Timestamp,
) -> Result<(), DeskError> {
    let (by, known) = (caller.clone(), own(desk, caller, (ticket, id)).await?);
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            if !errand::again(tx, &known.id, millis(now)).await? {
                let text = "ele já saiu, espera a sua vez ou está sendo enviado agora";
                return Err(DeskError::Conflict(text.to_owned()));
            }
            go_on(tx, &known, now).await?;
            let data = json!({"errand": known.kind, "channel": known.channel, "was": known.state});
            let event = Event { ticket: Some(&known.ticket), at: now, by: &by, what: "errand_again", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await
}

/// Notes that an errand arrived of which nobody knew whether it did.
///
/// # Errors
/// If the caller may not see or change the ticket, the errand is not its or stands otherwise, or the database fails.
pub async fn arrived(
    desk: &Desk,
    caller: &Caller,
    (ticket, id): (&TicketId, &ErrandId),
    now: Timestamp,
) -> Result<(), DeskError> {
    let (by, known) = (caller.clone(), own(desk, caller, (ticket, id)).await?);
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            if !errand::arrived(tx, &known.id, millis(now)).await? {
                return Err(DeskError::Conflict("já se sabe como ele está".to_owned()));
            }
            // What waited behind it goes on.
            go_on(tx, &known, now).await?;
            let data = json!({"errand": known.kind, "channel": known.channel});
            let event = Event { ticket: Some(&known.ticket), at: now, by: &by, what: "errand_arrived", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await
}

/// Ends an errand that nobody wants to go any more.
///
/// # Errors
/// If the caller may not see or change the ticket, the errand is not its, went or is being sent, or the database fails.
pub async fn discard(
    desk: &Desk,
    caller: &Caller,
    (ticket, id): (&TicketId, &ErrandId),
    now: Timestamp,
) -> Result<(), DeskError> {
    let (by, known) = (caller.clone(), own(desk, caller, (ticket, id)).await?);
    let written = desk.store().write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            if !errand::discard(tx, &known.id, millis(now)).await? {
                return Err(DeskError::Conflict(
                    "ele já saiu, acabou ou está sendo enviado agora".to_owned(),
                ));
            }
            super::deliver::not_asked(tx, &known).await?;
            go_on(tx, &known, now).await?;
            let data = json!({"errand": known.kind, "channel": known.channel, "was": known.state});
            let event =
                Event { ticket: Some(&known.ticket), at: now, by: &by, what: "errand_discarded", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    written.await
}

/// An errand of a ticket that the caller may change.
async fn own(
    desk: &Desk,
    caller: &Caller,
    (ticket, id): (&TicketId, &ErrandId),
) -> Result<Errand, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let found = crate::verbs::show::find(desk, caller, ticket.as_str()).await?;
    let mut conn = desk.store().read().await?;
    let known = errand::get(&mut conn, id).await?.filter(|errand| errand.ticket == found.id);
    known.ok_or(DeskError::NotFound("envio"))
}
