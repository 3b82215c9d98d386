//! One module a table: its row, and every question and change it knows.

pub mod account;
pub mod api_token;
pub mod attachment;
pub mod attempt;
pub mod chat_conversation;
pub mod chat_delivery;
pub mod chat_said;
pub mod daily_count;
pub mod diagnosis;
pub mod document;
pub mod document_set;
pub mod draft;
pub mod errand;
pub mod escalation;
pub mod evidence;
pub mod idempotency;
pub mod job;
pub mod mail;
pub mod mailbox;
pub mod mailbox_mail;
pub mod message;
pub mod one_time;
pub mod outbox;
pub mod pause;
pub mod presence;
pub mod procedure;
pub mod registry;
pub mod rejected;
pub mod request;
mod request_arrays;
pub mod returned;
pub mod saved_view;
pub mod sealed;
pub mod search;
pub mod session;
pub mod setting;
pub mod ticket;
pub mod ticket_link;
pub mod tracker_item;
pub mod trail;

use crate::conn::Conn;
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql};
use crate::scope::{Conditions, Scope};

/// The rows `r` of a ticket that `scope` may see, in the order `tail` says.
///
/// `tail` follows the conditions; it may begin with a further ` and …`.
async fn of_ticket<R: Row>(
    conn: &mut Conn,
    scope: &Scope,
    ticket: &TicketId,
    tail: &str,
) -> Result<Vec<R>, StoreError> {
    let mut conditions = Conditions::after(1);
    conditions.scope(scope);
    let columns: Vec<String> = R::COLUMNS.iter().map(|column| format!("r.{column}")).collect();
    let text = format!(
        "select {} from {} r join ticket t on t.id = r.ticket where r.ticket = $1{} {tail}",
        columns.join(", "),
        R::TABLE,
        conditions.as_text(),
    );
    conditions.bind_to(Sql::new(text).bind(ticket.clone())).all(conn, "read what belongs to a ticket").await
}

/// A text column of what belongs to several tickets' messages `m`, each no longer than `most` characters; `order` within all of them. A
/// partner's notes are left out, and what says nothing.
async fn texts_of(
    conn: &mut Conn,
    scope: &Scope,
    tickets: &[TicketId],
    ((column, from, order), most): ((&str, &str, &str), u32),
) -> Result<Vec<(TicketId, String)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=tickets.len()).map(|n| format!("${n}")).collect();
    let mut conditions = Conditions::after(tickets.len());
    conditions.scope(scope);
    if matches!(scope, Scope::Partner(_)) {
        conditions.plain("m.direction <> 'note'");
    }
    let text = format!(
        "select m.ticket, substr({column}, 1, {most}) from {from} join ticket t on t.id = m.ticket \
         where m.ticket in ({}) and {column} is not null{} order by {order}",
        places.join(", "),
        conditions.as_text(),
    );
    let sql = tickets.iter().fold(Sql::new(text), |sql, ticket| sql.bind(ticket.clone()));
    conditions.bind_to(sql).all(conn, "read the texts of several tickets").await
}
