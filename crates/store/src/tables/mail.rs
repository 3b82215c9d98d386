//! Mails: each kept before anything is decided about it, and what came of it. Addresses and ids are keyed hashes of the caller's.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{MailId, MessageId, TicketId};
use crate::row::{Row, Sql, insert_new, row};

/// Kept, and nothing decided yet.
pub const RECEIVED: &str = "received";
/// It is a message of a ticket.
pub const FILED: &str = "filed";
/// It is kept, and nothing came of it.
pub const NOTED: &str = "noted";
/// It could not be filed; a person must look.
pub const QUARANTINED: &str = "quarantined";

row! {
    /// One mail.
    Mail in "mail" {
        /// Its own id.
        id: MailId,
        /// Keyed hash of its bytes: the same a second time is not written.
        hash: String,
        /// Where it was taken from.
        mailbox: String,
        /// Its number there.
        uid: Option<i64>,
        /// When it was taken.
        received_at: i64,
        /// In bytes.
        size: i64,
        /// `in` or `out`.
        direction: String,
        /// [`RECEIVED`], [`FILED`], [`NOTED`] or [`QUARANTINED`].
        state: String,
        /// How often it was begun to be filed.
        attempts: i64,
        /// Why it is where it is, masked.
        reason: Option<String>,
        /// The ticket that it is in or speaks of.
        ticket: Option<TicketId>,
        /// The message that it became.
        message: Option<MessageId>,
        /// Keyed hash of its own id.
        message_id: Option<String>,
        /// Keyed hash of what its author wrote.
        content: Option<String>,
        /// Keyed hash of its sender's address.
        sender: Option<String>,
        /// By what the sender is verified: `dmarc`, `dkim`, `spf`, or `none`.
        verified: Option<String>,
        /// What our server found out of the sender, in one line.
        authentication: Option<String>,
    }
}

/// What reading a mail told, as rows keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// Keyed hash of its own id.
    pub message_id: Option<String>,
    /// Keyed hash of what its author wrote.
    pub content: Option<String>,
    /// Keyed hash of its sender's address.
    pub sender: Option<String>,
    /// By what the sender is verified.
    pub verified: String,
    /// What our server found out of the sender.
    pub authentication: String,
}

/// Where a mail ends: its state, why, and the ticket and message that it became or speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End<'e> {
    /// [`FILED`], [`NOTED`] or [`QUARANTINED`].
    pub state: &'e str,
    /// Why, masked.
    pub reason: &'e str,
    /// The ticket.
    pub ticket: Option<&'e TicketId>,
    /// The message.
    pub message: Option<&'e MessageId>,
}

/// Keeps a mail; `false` if the same bytes are kept already, and then nothing changes.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, mail: &Mail) -> Result<bool, StoreError> {
    insert_new(tx, mail, "keep a mail").await
}

/// The mail with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &MailId) -> Result<Option<Mail>, StoreError> {
    let text = Mail::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a mail").await
}

/// The mail of these bytes.
///
/// # Errors
/// If the database fails.
pub async fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<Mail>, StoreError> {
    let text = Mail::select() + "where t.hash = $1";
    Sql::new(text).bind(hash).optional(conn, "look for a mail").await
}

/// Begins to file a mail once more; what it is then, `None` if it is not waiting. One that was begun `most` times is begun again only
/// if it came before `before` (milliseconds): until then somebody may still be at it.
///
/// # Errors
/// If the database fails.
pub async fn begin(tx: &mut Tx, id: &MailId, most: i64, before: i64) -> Result<Option<Mail>, StoreError> {
    let text = format!(
        "update mail set attempts = attempts + 1 where id = $1 and state = 'received' \
         and (attempts < $2 or received_at <= $3) returning {}",
        Mail::COLUMNS.join(", ")
    );
    Sql::new(text).bind(id.clone()).bind(most).bind(before).optional(tx, "begin to file a mail").await
}

/// Ends a waiting mail; `false` if it is not waiting, and then nothing changes.
///
/// # Errors
/// [`StoreError::Taken`] if what its author wrote is filed already, or the database fails.
pub async fn end(tx: &mut Tx, id: &MailId, end: &End<'_>, marks: Option<&Marks>) -> Result<bool, StoreError> {
    let marks = marks.cloned();
    let (verified, authentication) = marks
        .as_ref()
        .map_or((None, None), |marks| (Some(marks.verified.clone()), Some(marks.authentication.clone())));
    let marks = marks.unwrap_or_default();
    let sql = Sql::new(
        "update mail set state = $2, reason = $3, ticket = $4, message = $5, message_id = coalesce($6, message_id), content = $7, sender = $8, \
         verified = $9, authentication = $10 where id = $1 and state = 'received'",
    );
    let sql = sql.bind(id.clone()).bind(end.state).bind(end.reason);
    let sql = sql.bind(end.ticket.cloned()).bind(end.message.cloned());
    let sql =
        sql.bind(marks.message_id).bind(marks.content).bind(marks.sender).bind(verified).bind(authentication);
    sql.run(tx, "end a mail").await.map(|rows| rows > 0)
}

/// Puts a waiting mail off, as if it had not been begun this time; why.
///
/// # Errors
/// If the database fails.
pub async fn put_off(tx: &mut Tx, id: &MailId, reason: &str) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update mail set attempts = case when attempts > 0 then attempts - 1 else 0 end, reason = $2 where id = $1 and state = 'received'",
    );
    sql.bind(id.clone()).bind(reason).run(tx, "put a mail off").await.map(|_| ())
}

/// Notes why a waiting mail could not be filed this time.
///
/// # Errors
/// If the database fails.
pub async fn failed(tx: &mut Tx, id: &MailId, reason: &str) -> Result<(), StoreError> {
    let sql = Sql::new("update mail set reason = $2 where id = $1 and state = 'received'");
    sql.bind(id.clone()).bind(reason).run(tx, "note why a mail was not filed").await.map(|_| ())
}

/// Lets a quarantined mail be tried again; `false` if it is not quarantined.
///
/// # Errors
/// If the database fails.
pub async fn release(tx: &mut Tx, id: &MailId) -> Result<bool, StoreError> {
    let sql =
        Sql::new("update mail set state = 'received', attempts = 0 where id = $1 and state = 'quarantined'");
    sql.bind(id.clone()).run(tx, "release a mail").await.map(|rows| rows > 0)
}

/// The mails in `state` after `after` (an id; `None` for the first), in order, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn list(
    conn: &mut Conn,
    state: &str,
    after: Option<&MailId>,
    limit: u16,
) -> Result<Vec<Mail>, StoreError> {
    let text = Mail::select() + "where t.state = $1 and t.id > $2 order by t.id limit $3";
    let sql = Sql::new(text).bind(state).bind(after.map_or("", MailId::as_str)).bind(i64::from(limit));
    sql.all(conn, "list mails").await
}

/// How many mails came and stand in each state.
///
/// # Errors
/// If the database fails.
pub async fn counts(conn: &mut Conn) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = Sql::new(
        "select state, cast(count(*) as bigint) as mails from mail where direction = 'in' group by state order by state",
    );
    sql.all(conn, "count mails").await
}

/// The tickets of the mails whose ids hash to these, each pair once, in order.
///
/// # Errors
/// If the database fails.
pub async fn tickets_of(conn: &mut Conn, ids: &[String]) -> Result<Vec<(String, TicketId)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let text = format!(
        "select distinct message_id, ticket from mail where message_id in ({}) and ticket is not null \
         and state = 'filed' order by message_id, ticket",
        places.join(", ")
    );
    let sql = ids.iter().fold(Sql::new(text), |sql, id| sql.bind(id.clone()));
    sql.all(conn, "look for the tickets of mails").await
}

/// Whether one of the mails whose ids hash to these came before `id` and still waits to be filed.
///
/// # Errors
/// If the database fails.
pub async fn is_waiting(conn: &mut Conn, ids: &[String], id: &MailId) -> Result<bool, StoreError> {
    if ids.is_empty() {
        return Ok(false);
    }
    let places: Vec<String> = (2..=ids.len().saturating_add(1)).map(|n| format!("${n}")).collect();
    let text = format!(
        "select id from mail where message_id in ({}) and state = 'received' and id < $1 limit 1",
        places.join(", ")
    );
    let sql = ids.iter().fold(Sql::new(text).bind(id.clone()), |sql, id| sql.bind(id.clone()));
    let found: Option<(MailId,)> = sql.tuple(conn, "look for mails that wait").await?;
    Ok(found.is_some())
}

/// The filed mail of which this is a copy.
///
/// # Errors
/// If the database fails.
pub async fn with_content(conn: &mut Conn, content: &str) -> Result<Option<Mail>, StoreError> {
    let text = Mail::select() + "where t.content = $1 and t.state = 'filed'";
    Sql::new(text).bind(content).optional(conn, "look for a copy").await
}

/// Whether a mail of this sender is in the ticket.
///
/// # Errors
/// If the database fails.
pub async fn wrote_in(conn: &mut Conn, ticket: &TicketId, sender: &str) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "select cast(count(*) as bigint) as mails from mail where ticket = $1 and sender = $2 and state = 'filed'",
    );
    let found: Option<(i64,)> =
        sql.bind(ticket.clone()).bind(sender).tuple(conn, "look for a sender").await?;
    Ok(found.is_some_and(|(count,)| count > 0))
}

/// The mails of a ticket, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, ticket: &TicketId) -> Result<Vec<Mail>, StoreError> {
    let text = Mail::select() + "where t.ticket = $1 order by t.id";
    Sql::new(text).bind(ticket.clone()).all(conn, "read the mails of a ticket").await
}
