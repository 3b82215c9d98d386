//! One ticket with everything of it that the caller may see.

use balcao_store::attachment::Attachment;
use balcao_store::diagnosis::Diagnosis;
use balcao_store::evidence::Evidence;
use balcao_store::mail::Mail;
use balcao_store::message::Message;
use balcao_store::ticket::Ticket;
use balcao_store::ticket_link::TicketLink;
use balcao_store::{
    TicketId, attachment, diagnosis, evidence, mail, message, pause, ticket, ticket_link, trail,
};

use super::due::{self, Promise};
use super::receive::similar;
use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;

/// A ticket, whole.
pub struct Whole {
    /// The ticket.
    pub ticket: Ticket,
    /// Its conversation, oldest first; a partner sees no notes.
    pub messages: Vec<Message>,
    /// The mails among it; a partner sees none.
    pub mails: Vec<Mail>,
    /// The files of the conversation.
    pub attachments: Vec<Attachment>,
    /// Every value of every evidence.
    pub evidence: Vec<Evidence>,
    /// The newest diagnosis.
    pub diagnosis: Option<Diagnosis>,
    /// Its links.
    pub links: Vec<TicketLink>,
    /// What was promised, and how it stands.
    pub promises: Vec<Promise>,
    /// Other tickets about the same request.
    pub similar: Vec<Ticket>,
}

/// A ticket by its id or its protocol number.
///
/// # Errors
/// If there is no such ticket for the caller, or the database fails.
pub async fn find(desk: &Desk, caller: &Caller, id: &str) -> Result<Ticket, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let mut conn = desk.store().read().await?;
    let found = match TicketId::parse(id) {
        Some(id) => ticket::get(&mut conn, &caller.scope(), &id).await?,
        None => ticket::by_protocol(&mut conn, &caller.scope(), id).await?,
    };
    found.ok_or(DeskError::NotFound("chamado"))
}

/// A ticket with everything of it.
///
/// # Errors
/// As [`find`].
pub async fn show(desk: &Desk, caller: &Caller, id: &str) -> Result<Whole, DeskError> {
    let ticket = find(desk, caller, id).await?;
    let (scope, id) = (caller.scope(), ticket.id.clone());
    let mut conn = desk.store().read().await?;
    let messages = message::of_ticket(&mut conn, &scope, &id).await?;
    let mails = if caller.is_staff() { mail::of_ticket(&mut conn, &id).await? } else { Vec::new() };
    let attachments = attachment::of_ticket(&mut conn, &scope, &id).await?;
    let evidence = evidence::of_ticket(&mut conn, &scope, &id).await?;
    let diagnosis = diagnosis::newest(&mut conn, &scope, &id).await?;
    let links = ticket_link::of_ticket(&mut conn, &scope, &id).await?;
    let pauses = due::pauses(&pause::of_ticket(&mut conn, &id).await?);
    drop(conn);
    let promises = due::promises(&ticket, &pauses, &desk.state().world);
    let similar = similar(desk, caller, &ticket).await?;
    Ok(Whole { ticket, messages, mails, attachments, evidence, diagnosis, links, promises, similar })
}

/// The diagnoses of a ticket, oldest first.
///
/// # Errors
/// As [`find`].
pub async fn diagnoses(desk: &Desk, caller: &Caller, id: &str) -> Result<Vec<Diagnosis>, DeskError> {
    let ticket = find(desk, caller, id).await?;
    let mut conn = desk.store().read().await?;
    Ok(diagnosis::of_ticket(&mut conn, &caller.scope(), &ticket.id).await?)
}

/// Everything that happened to a ticket, in order. People of the desk only: it names them.
///
/// # Errors
/// As [`find`], and for a partner.
pub async fn happenings(desk: &Desk, caller: &Caller, id: &str) -> Result<Vec<trail::Entry>, DeskError> {
    if !caller.is_staff() {
        return Err(DeskError::Forbidden(Permission::ReadTrail.words()));
    }
    let ticket = find(desk, caller, id).await?;
    let mut conn = desk.store().read().await?;
    Ok(trail::of_ticket(&mut conn, &caller.scope(), &ticket.id).await?)
}
