//! The diagnosis that everybody may make for themselves: something is pasted, and what is wrong with it is read, without a ticket.

use askama::Template;
use axum::http::StatusCode;
use balcao_core::inbound::Inbound;
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::verbs::try_out::{self, Became};
use balcao_store::MessageId;
use balcao_wire::inbound;
use jiff::Timestamp;
use serde_json::json;

use super::diagnosis::Shown as Diagnosed;
use super::frame::Frame;
use super::visit::{Fields, Visit};
use super::{Shown, page, told_apart_by};
use crate::problem::Problem;

/// Bytes that may be pasted without a ticket.
const LONGEST: usize = 1024 * 1024;

#[derive(Template)]
#[template(path = "checking.html")]
struct Page {
    f: Frame,
    text: String,
    d: Option<Diagnosed>,
    /// The ticket that came of it.
    protocol: Option<String>,
    enough: bool,
}

/// `GET /diagnostico`.
pub(crate) async fn form(visit: Visit) -> Shown {
    page(&Page { f: visit.frame(), text: String::new(), d: None, protocol: None, enough: false })
}

/// What was pasted, as a message.
fn message(
    text: &str,
    (name, address): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<(Inbound, String), DeskError> {
    let message = json!({
        "id": MessageId::fresh().to_string(), "channel": "portal", "received_at": now.to_string(),
        "from": {"name": name, "address": address}, "body": text,
    });
    let raw = message.to_string();
    let inbound = inbound::parse(&raw).map_err(|error| DeskError::Invalid(error.to_string()))?;
    Ok((inbound, raw))
}

fn pasted(fields: &Fields) -> Result<String, Problem> {
    let text = fields.get("texto").replace("\r\n", "\n");
    if text.len() > LONGEST {
        let detail = "o texto tem mais de 1 MB; cole só a chamada que falhou e a resposta";
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail));
    }
    Ok(text)
}

/// `POST /diagnostico`.
pub(crate) async fn diagnose(visit: Visit, fields: Fields) -> Shown {
    let (desk, now, text) = (&visit.app.desk, visit.app.now(), pasted(&fields)?);
    if text.trim().is_empty() {
        return form(visit).await;
    }
    if visit.caller.is_none() {
        visit.app.limits.take_pasted(&visit.from)?;
    }
    let (inbound, _raw) = message(&text, (None, None), now)?;
    let line = match &visit.caller {
        Some(caller) if !caller.is_staff() => try_out::for_partner(desk, caller, inbound).await?,
        _ => try_out::in_public(desk, inbound).await?,
    };
    try_out::count(desk, Became::Read, now).await?;
    page(&Page { f: visit.frame(), text, d: Some(Diagnosed::parse(&line)), protocol: None, enough: false })
}

/// `POST /diagnostico/chamado`: it did not help; a ticket with everything filled in.
pub(crate) async fn ticket(visit: Visit, fields: Fields) -> Shown {
    let (desk, now, text) = (&visit.app.desk, visit.app.now(), pasted(&fields)?);
    let contact = visit.caller.clone().filter(|caller| !caller.is_staff());
    if visit.caller.is_none() {
        visit.app.limits.take_pasted(&visit.from)?;
    }
    // Whoever is not logged in is heard, but is nobody until they write from an address of their own: what the address discloses is for
    // the people of the desk.
    let address = fields.maybe("endereco").map(str::trim);
    if contact.is_none() && !address.is_some_and(|address| address.contains('@')) {
        return Err(DeskError::Invalid("diga um e-mail para a resposta".to_owned()).into());
    }
    let sender = if contact.is_some() { (None, None) } else { (fields.maybe("nome"), address) };
    let text = match fields.maybe("mais") {
        Some(more) => format!("{more}\n\n{text}"),
        None => text,
    };
    let (inbound, raw) = message(&text, sender, now)?;
    let caller = contact.unwrap_or_else(Caller::system);
    let same = Some(told_apart_by(fields.get("vez"), &text));
    let arrival = Arrival { inbound, raw: raw.into_bytes(), idempotency_key: None, told_apart_by: same };
    let new = receive(desk, &caller, arrival, now).await?;
    if !new.known {
        try_out::count(desk, Became::Ticket, now).await?;
    }
    page(&Page {
        f: visit.frame(),
        text: String::new(),
        d: None,
        protocol: Some(new.ticket.protocol),
        enough: false,
    })
}

/// `POST /diagnostico/resolveu`.
pub(crate) async fn enough(visit: Visit) -> Shown {
    try_out::count(&visit.app.desk, Became::Enough, visit.app.now()).await?;
    page(&Page { f: visit.frame(), text: String::new(), d: None, protocol: None, enough: true })
}
