//! Mails that are to go out: written with the decision that asks for them, claimed by one worker before anything is sent.
//!
//! To whom one goes, and what of it is secret, is not here: it is sealed, under the row's id.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{MessageId, OutboxId, TicketId};
use crate::row::{Row, Sql, insert, row};
use crate::scope::Scope;
use crate::tables;

row! {
    /// One mail.
    Outbox in "outbox" {
        /// Its own id.
        id: OutboxId,
        /// The ticket it is about, if about one.
        ticket: Option<TicketId>,
        /// The message of the conversation that it carries, if it carries one.
        message: Option<MessageId>,
        /// What it is: `answer`, `reminder`, …
        kind: String,
        /// Its `Message-ID`, the same at every try.
        message_id: String,
        /// When it was decided on.
        created: i64,
        /// From when on it is of no use.
        expires: Option<i64>,
        /// `waiting`, `held` (a person must look), `sent` or `failed`.
        state: String,
        /// How often it was begun.
        attempts: i64,
        /// Which worker has it.
        claimed_by: Option<String>,
        /// Until when.
        claimed_until: Option<i64>,
        /// When it was sent or given up.
        ended: Option<i64>,
        /// Why it was not sent, last; without any address.
        reason: Option<String>,
        /// When it came back as not to be delivered.
        returned: Option<i64>,
        /// Keyed hash of to whom it goes.
        recipient: Option<String>,
    }
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// The server took it.
    Sent,
    /// It will not be sent, and why.
    Failed(String),
    /// It will be tried again by itself.
    Waiting(String),
    /// It will be tried again when a person lets it.
    Held(String),
}

impl Tried {
    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self, Self::Sent | Self::Failed(_))
    }

    /// Why it was not sent.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Sent => None,
            Self::Failed(reason) | Self::Waiting(reason) | Self::Held(reason) => Some(reason),
        }
    }

    fn state(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed(_) => "failed",
            Self::Waiting(_) => "waiting",
            Self::Held(_) => "held",
        }
    }
}

/// Writes a mail, in the transaction of the decision.
///
/// # Errors
/// [`StoreError::Taken`] if this message is mailed already, or the database fails.
pub async fn add(tx: &mut Tx, mail: &Outbox) -> Result<(), StoreError> {
    insert(tx, mail, "write a mail").await
}

/// The mail with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &OutboxId) -> Result<Option<Outbox>, StoreError> {
    let text = Outbox::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a mail").await
}

/// The mails of a ticket that `scope` may see, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, scope: &Scope, ticket: &TicketId) -> Result<Vec<Outbox>, StoreError> {
    tables::of_ticket(conn, scope, ticket, "order by r.created, r.id").await
}

/// Takes a mail that is not sent yet, for `worker` alone until `until`; `None` if it has ended or another has it.
///
/// # Errors
/// If the database fails.
pub async fn claim(
    tx: &mut Tx,
    id: &OutboxId,
    worker: &str,
    (now, until): (i64, i64),
) -> Result<Option<Outbox>, StoreError> {
    let text = format!(
        "update outbox set attempts = attempts + 1, claimed_by = $2, claimed_until = $4 \
         where id = $1 and state in ('waiting', 'held') and (claimed_until is null or claimed_until <= $3) \
         returning {}",
        Outbox::COLUMNS.join(", ")
    );
    let sql = Sql::new(text).bind(id.clone()).bind(worker).bind(now).bind(until);
    sql.optional(tx, "claim a mail").await
}

/// Notes what became of a try and lets the mail go; `false` if it is no longer `worker`'s.
///
/// # Errors
/// If the database fails.
pub async fn tried(
    tx: &mut Tx,
    id: &OutboxId,
    worker: &str,
    (tried, now): (&Tried, i64),
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update outbox set state = $3, reason = $4, ended = $5, claimed_by = null, claimed_until = null \
         where id = $1 and claimed_by = $2 and state in ('waiting', 'held')",
    );
    let sql = sql.bind(id.clone()).bind(worker).bind(tried.state()).bind(tried.reason().map(str::to_owned));
    sql.bind(tried.is_over().then_some(now)).run(tx, "note what became of a mail").await.map(|rows| rows > 0)
}

/// The mail of this `Message-ID`, if it was mailed from here.
///
/// # Errors
/// If the database fails.
pub async fn by_message_id(conn: &mut Conn, id: &str) -> Result<Option<Outbox>, StoreError> {
    let text = Outbox::select() + "where t.message_id = $1";
    Sql::new(text).bind(id).optional(conn, "look for a mail of ours").await
}

/// How many mails of these kinds were decided on for one recipient since a moment.
///
/// # Errors
/// If the database fails.
pub async fn count_to(
    conn: &mut Conn,
    recipient: &str,
    kinds: &[&str],
    since: i64,
) -> Result<i64, StoreError> {
    let mut count = 0;
    for kind in kinds {
        let sql = Sql::new(
            "select cast(count(*) as bigint) as mails from outbox where recipient = $1 and created >= $2 and kind = $3",
        );
        let sql = sql.bind(recipient).bind(since).bind(*kind);
        let found: Vec<(i64,)> = sql.all(conn, "count the mails of one recipient").await?;
        count += found.first().map_or(0, |(mails,)| *mails);
    }
    Ok(count)
}

/// Notes that a mail came back; `false` if that is noted already.
///
/// # Errors
/// If the database fails.
pub async fn returned(tx: &mut Tx, id: &OutboxId, (reason, now): (&str, i64)) -> Result<bool, StoreError> {
    let sql = Sql::new("update outbox set returned = $2, reason = $3 where id = $1 and returned is null");
    sql.bind(id.clone())
        .bind(now)
        .bind(reason)
        .run(tx, "note that a mail came back")
        .await
        .map(|rows| rows > 0)
}

/// Throws away mails of no ticket that have ended before `instant`; how many.
///
/// # Errors
/// If the database fails.
pub async fn forget_ended(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    let sql = Sql::new("delete from outbox where ticket is null and ended < $1").bind(instant);
    sql.run(tx, "throw away old mails").await
}
