//! Rows as the tests need them: what a test sets is what matters to it.

use balcao_store::message::Message;
use balcao_store::request::Request;
use balcao_store::ticket::{self, Ticket};
use balcao_store::{MessageId, Store, StoreError};

/// 2026-05-12T12:00:00Z.
pub(crate) const NOON: i64 = 1_778_587_200_000;

pub(crate) fn ticket(partner: &str, created: i64) -> Ticket {
    Ticket { partner: Some(partner.to_owned()), ..Ticket::received("email", "Erro 401", created) }
}

/// Writes a ticket of 2026.
pub(crate) async fn create(store: &Store, ticket: Ticket) -> Ticket {
    let created: Result<Ticket, StoreError> =
        store.write(move |tx| Box::pin(async move { ticket::create(tx, 2026, ticket).await })).await;
    created.expect("the ticket is written")
}

pub(crate) fn message(ticket: &Ticket, direction: &str, dedupe: Option<&str>) -> Message {
    Message {
        id: MessageId::fresh(),
        ticket: ticket.id.clone(),
        at: ticket.created,
        direction: direction.to_owned(),
        author: "ana".to_owned(),
        body: "Não autentica.".to_owned(),
        channel: "email".to_owned(),
        dedupe: dedupe.map(str::to_owned),
    }
}

pub(crate) fn request(at: i64, id: Option<&str>) -> Request {
    Request {
        at,
        request_id: id.map(str::to_owned),
        environment: "producao".to_owned(),
        method: "POST".to_owned(),
        path: "/v2/propostas/17".to_owned(),
        normal_path: "/v2/propostas/{}".to_owned(),
        status: Some(401),
        key_hash: Some(vec![7; 32]),
        key_tail: Some("9f3a".to_owned()),
        login: Some("integra".to_owned()),
        token_issued_at: None,
        error: Some("token expirado".to_owned()),
        duration_ms: Some(12),
        shown_id: None,
        shown_login: None,
    }
}
