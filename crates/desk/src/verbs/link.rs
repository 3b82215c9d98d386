//! Tickets that belong together: the same cause, one merged into another and taken out again, one split off.

use balcao_core::mask::Masker;
use balcao_store::ticket::Ticket;
use balcao_store::ticket_link::{self, TicketLink};
use balcao_store::{TicketId, Tx, ticket};
use jiff::Timestamp;
use serde_json::json;

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;
use crate::tracker;
use crate::trail::{self, Event};

/// How two tickets belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One cause explains both.
    SameCause,
    /// The first goes on in the second.
    Merged,
    /// The second was split off the first.
    Split,
    /// The mail that opened the first answers one of the second; whether both are one, a person says.
    SameThread,
}

impl Kind {
    /// The code of the public API.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SameCause => "same-cause",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::SameThread => "same-thread",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::SameCause, Self::Merged, Self::Split, Self::SameThread]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// Links `a` to `b`; merging makes `a` go on in `b`. Both must be the caller's to see.
///
/// # Errors
/// If either is not there, both are one, or a merge would lead in a circle.
pub async fn link(
    desk: &Desk,
    caller: &Caller,
    (kind, a, b): (Kind, &TicketId, &TicketId),
    reason: &str,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::WriteTickets)?;
    if a == b {
        return Err(DeskError::Invalid("um chamado não se liga a si mesmo".to_owned()));
    }
    let reason = said(reason)?;
    let (caller, a, b, own) = (caller.clone(), a.clone(), b.clone(), desk.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let (one, other) = both(tx, &caller, &a, &b).await?;
                let row = TicketLink {
                    kind: kind.code().to_owned(),
                    a: a.clone(),
                    b: b.clone(),
                    at: millis(now),
                    author: caller.id.clone(),
                };
                if kind == Kind::SameCause && reversed(tx, &caller, &row).await? {
                    return Err(DeskError::Conflict("os chamados já estão ligados".to_owned()));
                }
                if !ticket_link::add(tx, &row).await? {
                    return Err(DeskError::Conflict("os chamados já estão ligados".to_owned()));
                }
                if kind == Kind::SameCause {
                    tracker::linked(tx, &own, (&one, &other), now).await?;
                }
                let mut one = one;
                if kind == Kind::Merged {
                    if one.merged_into.is_some() || other.merged_into.is_some() {
                        let text = "um dos chamados já foi unido a outro; desfaça essa união antes";
                        return Err(DeskError::Conflict(text.to_owned()));
                    }
                    one.merged_into = Some(b.clone());
                    (one.due, one.due_kind, one.updated) = (None, None, millis(now));
                    one = ticket::update(tx, &caller.scope(), &one).await?;
                }
                let data = json!({"kind": kind.code(), "to": b.as_str(), "reason": reason});
                let event = Event { ticket: Some(&a), at: now, by: &caller, what: "linked", data };
                trail::record(tx, event).await?;
                Ok(one)
            })
        })
        .await
}

/// Takes a link away; undoing a merge lets the ticket go on by itself.
///
/// # Errors
/// If there is no such link for the caller.
pub async fn unlink(
    desk: &Desk,
    caller: &Caller,
    (kind, a, b): (Kind, &TicketId, &TicketId),
    reason: &str,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    caller.must(Permission::WriteTickets)?;
    let reason = said(reason)?;
    let world = desk.state();
    let (caller, a, b) = (caller.clone(), a.clone(), b.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                let (mut one, _) = both(tx, &caller, &a, &b).await?;
                let mut removed = ticket_link::remove(tx, kind.code(), &a, &b).await?;
                if !removed && kind == Kind::SameCause {
                    removed = ticket_link::remove(tx, kind.code(), &b, &a).await?;
                }
                if !removed {
                    return Err(DeskError::NotFound("ligação"));
                }
                if kind == Kind::Merged && one.merged_into.as_ref() == Some(&b) {
                    one.merged_into = None;
                    one.updated = millis(now);
                    let pauses = super::due::pauses(&balcao_store::pause::of_ticket(tx, &a).await?);
                    super::due::set(&mut one, &pauses, &world.world);
                    one = ticket::update(tx, &caller.scope(), &one).await?;
                }
                let data = json!({"kind": kind.code(), "to": b.as_str(), "reason": reason});
                let event = Event { ticket: Some(&a), at: now, by: &caller, what: "unlinked", data };
                trail::record(tx, event).await?;
                Ok(one)
            })
        })
        .await
}

async fn both(
    tx: &mut Tx,
    caller: &Caller,
    a: &TicketId,
    b: &TicketId,
) -> Result<(Ticket, Ticket), DeskError> {
    let missing = DeskError::NotFound("chamado");
    let one = ticket::get(tx, &caller.scope(), a).await?;
    let other = ticket::get(tx, &caller.scope(), b).await?;
    one.zip(other).ok_or(missing)
}

async fn reversed(tx: &mut Tx, caller: &Caller, row: &TicketLink) -> Result<bool, DeskError> {
    let links = ticket_link::of_ticket(tx, &caller.scope(), &row.a).await?;
    Ok(links.iter().any(|link| link.kind == row.kind && link.a == row.b && link.b == row.a))
}

fn said(reason: &str) -> Result<String, DeskError> {
    if reason.trim().is_empty() || reason.len() > 4_000 {
        return Err(DeskError::Invalid("diga por quê em `reason`, em até 4.000 bytes".to_owned()));
    }
    Ok(Masker::new([]).mask(reason))
}
