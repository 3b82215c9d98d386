//! What goes to a tracker, and the comments that came from one; and which deliveries of a tracker were seen.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{EscalationId, MessageId, TicketId, TrackerItemId};
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One thing that is said, there or here.
    TrackerItem in "tracker_item" {
        /// Its own id: what goes out carries it, so that it is known again.
        id: TrackerItemId,
        /// Of which escalation.
        escalation: EscalationId,
        /// The ticket that it comes from, of what goes out.
        ticket: Option<TicketId>,
        /// `in` or `out`.
        direction: String,
        /// `issue`, `joined`, `again`, `message`, `fixed`, … of what goes out; `comment` of what came.
        kind: String,
        /// The message that it carries.
        message: Option<MessageId>,
        /// What the tracker calls it.
        external: Option<String>,
        /// Hash of what it says.
        hash: Option<String>,
        /// When it was decided on, or came.
        created: i64,
        /// `waiting`, `held` (a person must look), `done` or `dropped`.
        state: String,
        /// How often it was begun.
        attempts: i64,
        /// When it is tried again, after a failure.
        not_before: Option<i64>,
        /// When it was over.
        ended: Option<i64>,
        /// Why it did not go, last.
        reason: Option<String>,
    }
}

impl TrackerItem {
    /// What is to go out, decided on at `created` (milliseconds).
    #[must_use]
    pub fn out(escalation: &EscalationId, kind: &str, ticket: &TicketId, created: i64) -> Self {
        Self {
            id: TrackerItemId::fresh(),
            escalation: escalation.clone(),
            ticket: Some(ticket.clone()),
            direction: "out".to_owned(),
            kind: kind.to_owned(),
            message: None,
            external: None,
            hash: None,
            created,
            state: "waiting".to_owned(),
            attempts: 0,
            not_before: None,
            ended: None,
            reason: None,
        }
    }

    /// A comment that came.
    #[must_use]
    pub fn came(escalation: &EscalationId, (external, hash): (&str, &str), created: i64) -> Self {
        Self {
            id: TrackerItemId::fresh(),
            escalation: escalation.clone(),
            ticket: None,
            direction: "in".to_owned(),
            kind: "comment".to_owned(),
            message: None,
            external: Some(external.to_owned()),
            hash: Some(hash.to_owned()),
            created,
            state: "done".to_owned(),
            attempts: 0,
            not_before: None,
            ended: Some(created),
            reason: None,
        }
    }
}

/// Writes an item; `false` if it is known already, and then nothing changes.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, item: &TrackerItem) -> Result<bool, StoreError> {
    insert_new(tx, item, "write what goes to a tracker").await
}

/// The item with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &TrackerItemId) -> Result<Option<TrackerItem>, StoreError> {
    let text = TrackerItem::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read what goes to a tracker").await
}

/// The item that the tracker calls so.
///
/// # Errors
/// If the database fails.
pub async fn by_external(
    conn: &mut Conn,
    escalation: &EscalationId,
    external: &str,
) -> Result<Option<TrackerItem>, StoreError> {
    let text = TrackerItem::select() + "where t.escalation = $1 and t.external = $2";
    Sql::new(text).bind(escalation.clone()).bind(external).optional(conn, "look for a comment").await
}

/// What is yet to go out of an escalation, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn waiting(conn: &mut Conn, escalation: &EscalationId) -> Result<Vec<TrackerItem>, StoreError> {
    let text = TrackerItem::select()
        + "where t.escalation = $1 and t.state in ('waiting', 'held') and t.direction = 'out' order by t.id";
    Sql::new(text).bind(escalation.clone()).all(conn, "read what waits for a tracker").await
}

/// What is yet to go out of any escalation, oldest first, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn queue(conn: &mut Conn, limit: u16) -> Result<Vec<TrackerItem>, StoreError> {
    let text = TrackerItem::select()
        + "where t.state in ('waiting', 'held') and t.direction = 'out' order by t.id limit $1";
    Sql::new(text).bind(i64::from(limit)).all(conn, "read what waits for the tracker").await
}

/// Lets what waits of an escalation be tried again at once, what a person had to look at too.
///
/// # Errors
/// If the database fails.
pub async fn unhold(tx: &mut Tx, escalation: &EscalationId) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update tracker_item set state = 'waiting', not_before = null where escalation = $1 and state in ('waiting', 'held')",
    );
    sql.bind(escalation.clone()).run(tx, "let what was held go on").await.map(|_| ())
}

/// Whether something with this hash goes out of an escalation, decided on at `since` or later.
///
/// # Errors
/// If the database fails.
pub async fn is_said(
    conn: &mut Conn,
    escalation: &EscalationId,
    hash: &str,
    since: i64,
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "select cast(count(*) as bigint) as items from tracker_item \
         where escalation = $1 and direction = 'out' and hash = $2 and created >= $3",
    );
    let sql = sql.bind(escalation.clone()).bind(hash).bind(since);
    let found: Option<(i64,)> = sql.tuple(conn, "look for what was said").await?;
    Ok(found.is_some_and(|(count,)| count > 0))
}

/// Counts a try before it is made; `false` if nothing is left to do.
///
/// # Errors
/// If the database fails.
pub async fn begin(tx: &mut Tx, id: &TrackerItemId) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update tracker_item set attempts = attempts + 1, state = 'waiting' \
         where id = $1 and state in ('waiting', 'held')",
    );
    sql.bind(id.clone()).run(tx, "begin to tell a tracker").await.map(|rows| rows > 0)
}

/// Notes that an item is where it belongs, and what it is called there, unless something else of the escalation is called so: a tracker
/// may have told us of it before, without a word by which it is known as ours.
///
/// # Errors
/// If the database fails.
pub async fn done(
    tx: &mut Tx,
    id: &TrackerItemId,
    external: Option<&str>,
    now: i64,
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update tracker_item set state = 'done', ended = $3, reason = null, external = case when exists \
         (select 1 from tracker_item other where other.escalation = tracker_item.escalation and other.external = $2 \
         and other.id <> tracker_item.id) then external else coalesce($2, external) end where id = $1",
    );
    let sql = sql.bind(id.clone()).bind(external.map(str::to_owned)).bind(now);
    sql.run(tx, "note what a tracker was told").await.map(|_| ())
}

/// Notes why a try failed, and when the next one is; without a next one a person must look.
///
/// # Errors
/// If the database fails.
pub async fn failed(
    tx: &mut Tx,
    id: &TrackerItemId,
    reason: &str,
    not_before: Option<i64>,
) -> Result<(), StoreError> {
    let sql = Sql::new("update tracker_item set state = $2, reason = $3, not_before = $4 where id = $1");
    let state = if not_before.is_some() { "waiting" } else { "held" };
    let sql = sql.bind(id.clone()).bind(state).bind(reason).bind(not_before);
    sql.run(tx, "note why a tracker was not told").await.map(|_| ())
}

/// Notes what the tracker calls something that went out, if that is not known yet; `false` if it is.
///
/// # Errors
/// If the database fails.
pub async fn named(tx: &mut Tx, id: &TrackerItemId, external: &str) -> Result<bool, StoreError> {
    let sql = Sql::new("update tracker_item set external = $2 where id = $1 and external is null");
    sql.bind(id.clone()).bind(external).run(tx, "note what a comment is called").await.map(|rows| rows > 0)
}

/// Gives an item up that is of no use any more.
///
/// # Errors
/// If the database fails.
pub async fn drop_it(tx: &mut Tx, id: &TrackerItemId, reason: &str, now: i64) -> Result<(), StoreError> {
    let sql = Sql::new("update tracker_item set state = 'dropped', reason = $2, ended = $3 where id = $1");
    sql.bind(id.clone()).bind(reason).bind(now).run(tx, "give an item up").await.map(|_| ())
}

/// Notes that a comment says something else now.
///
/// # Errors
/// If the database fails.
pub async fn edited(tx: &mut Tx, id: &TrackerItemId, hash: &str) -> Result<(), StoreError> {
    let sql = Sql::new("update tracker_item set hash = $2 where id = $1");
    sql.bind(id.clone()).bind(hash).run(tx, "note an edited comment").await.map(|_| ())
}

/// Notes a delivery by a hash of it; `false` if it was seen before.
///
/// # Errors
/// If the database fails.
pub async fn delivered(tx: &mut Tx, id: &str, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new("insert into tracker_delivery (id, at) values ($1, $2) on conflict do nothing");
    sql.bind(id).bind(now).run(tx, "note a delivery").await.map(|rows| rows > 0)
}

/// Throws away which deliveries were seen before `instant`.
///
/// # Errors
/// If the database fails.
pub async fn forget_deliveries(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    let sql = Sql::new("delete from tracker_delivery where at < $1").bind(instant);
    sql.run(tx, "throw away old deliveries").await
}
