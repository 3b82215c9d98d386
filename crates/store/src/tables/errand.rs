//! What goes out by another way than mail: written with the decision that asks for it, claimed by one worker before anything is sent.
//!
//! To whom one goes is not here: it is sealed, under the conversation's id.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{ConversationId, ErrandId, MessageId, TicketId};
use crate::row::{Row, Sql, insert, row};
use crate::scope::Scope;
use crate::tables;

row! {
    /// One errand.
    Errand in "errand" {
        /// Its own id, the same at every try.
        id: ErrandId,
        /// `whatsapp`, `commercial`, or `chat:` with a tool's name.
        channel: String,
        /// The ticket it is about.
        ticket: TicketId,
        /// The message of the ticket that it carries, if it carries one.
        message: Option<MessageId>,
        /// Which part of it, from 0.
        part: i64,
        /// The conversation that it goes to, if to one.
        conversation: Option<ConversationId>,
        /// What it is: `answer`, `reminder`, `reopen`, …
        kind: String,
        /// Which template of the channel asks to write again.
        template: Option<String>,
        /// When it was decided on.
        created: i64,
        /// `waiting`, `held` (a person must look), `unsure` (nobody knows whether it arrived), `outside` (the other side must write first), `sent`,
        /// `delivered`, `read` or `failed`.
        state: String,
        /// How often it was begun.
        attempts: i64,
        /// How often a person had it sent anew: to the other side that is another message.
        anew: i64,
        /// Which worker has it.
        claimed_by: Option<String>,
        /// Until when.
        claimed_until: Option<i64>,
        /// When its state was last told.
        ended: Option<i64>,
        /// Why it was not sent, last; without any address.
        reason: Option<String>,
        /// Keyed hash of the id under which the other side knows it.
        mark: Option<String>,
    }
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was taken; the mark of its id there, if it has one.
    Sent(Option<String>),
    /// It will not be sent, and why.
    Failed(String),
    /// It will be tried again by itself.
    Waiting(String),
    /// It will be tried again when a person lets it.
    Held(String),
    /// Nobody knows whether it was taken: a person decides, or the other side tells.
    Unsure(String),
    /// It will be tried again when the other side has written.
    Outside(String),
}

impl Tried {
    /// Whether nothing is left to do, or nothing before somebody else does something.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !matches!(self, Self::Waiting(_) | Self::Held(_))
    }

    /// Why it was not sent.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Sent(_) => None,
            Self::Failed(reason)
            | Self::Waiting(reason)
            | Self::Held(reason)
            | Self::Unsure(reason)
            | Self::Outside(reason) => Some(reason),
        }
    }

    fn state(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Failed(_) => "failed",
            Self::Waiting(_) => "waiting",
            Self::Held(_) => "held",
            Self::Unsure(_) => "unsure",
            Self::Outside(_) => "outside",
        }
    }
}

/// Writes an errand, in the transaction of the decision.
///
/// # Errors
/// [`StoreError::Taken`] if this part of this message is carried already, or the database fails.
pub async fn add(tx: &mut Tx, errand: &Errand) -> Result<(), StoreError> {
    insert(tx, errand, "write an errand").await
}

/// The errand with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &ErrandId) -> Result<Option<Errand>, StoreError> {
    let text = Errand::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read an errand").await
}

/// The errand that the other side knows by this mark.
///
/// # Errors
/// If the database fails.
pub async fn by_mark(conn: &mut Conn, mark: &str) -> Result<Option<Errand>, StoreError> {
    let text = Errand::select() + "where t.mark = $1";
    Sql::new(text).bind(mark).optional(conn, "look for an errand").await
}

/// The errands of a ticket that `scope` may see, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, scope: &Scope, ticket: &TicketId) -> Result<Vec<Errand>, StoreError> {
    tables::of_ticket(conn, scope, ticket, "order by r.created, r.id").await
}

/// Whether some of a channel, or of one conversation of it, are with a worker now.
///
/// # Errors
/// If the database fails.
pub async fn under_way(
    conn: &mut Conn,
    (channel, conversation): (&str, Option<&ConversationId>),
    now: i64,
) -> Result<bool, StoreError> {
    let text = Errand::select()
        + "where t.channel = $1 and t.claimed_until > $2 and (cast($3 as text) is null or t.conversation = $3) limit 1";
    let sql = Sql::new(text).bind(channel).bind(now).bind(conversation.cloned());
    let found: Option<Errand> = sql.optional(conn, "look for errands under way").await?;
    Ok(found.is_some())
}

/// Of what is to be sent before or with `errand` in its conversation the first; what is no conversation's is its own first.
///
/// # Errors
/// If the database fails.
pub async fn first_before(conn: &mut Conn, errand: &Errand) -> Result<Option<Errand>, StoreError> {
    let text = Errand::select()
        + "where t.state in ('waiting', 'held') and (t.id = $1 or (t.conversation = $2 and t.id < $1)) order by t.id limit 1";
    let sql = Sql::new(text).bind(errand.id.clone()).bind(errand.conversation.clone());
    sql.optional(conn, "look for the next errand").await
}

/// The last errand of a conversation that waits to be sent: whoever carries it carries those before it.
///
/// # Errors
/// If the database fails.
pub async fn last_waiting(
    conn: &mut Conn,
    conversation: &ConversationId,
) -> Result<Option<Errand>, StoreError> {
    let text =
        Errand::select() + "where t.conversation = $1 and t.state = 'waiting' order by t.id desc limit 1";
    Sql::new(text).bind(conversation.clone()).optional(conn, "look for the last errand").await
}

/// Takes an errand that is not sent yet, for `worker` alone until `until`; `None` if it has ended or another has it. With it whether a worker
/// had it before and never said what became of it.
///
/// # Errors
/// If the database fails.
pub async fn claim(
    tx: &mut Tx,
    id: &ErrandId,
    worker: &str,
    (now, until): (i64, i64),
) -> Result<Option<(Errand, bool)>, StoreError> {
    let lost = get(tx, id).await?.is_some_and(|before| before.claimed_by.is_some());
    let text = format!(
        "update errand set attempts = attempts + 1, claimed_by = $2, claimed_until = $4 \
         where id = $1 and state in ('waiting', 'held') and (claimed_until is null or claimed_until <= $3) returning {}",
        Errand::COLUMNS.join(", ")
    );
    let sql = Sql::new(text).bind(id.clone()).bind(worker).bind(now).bind(until);
    Ok(sql.optional(tx, "claim an errand").await?.map(|errand| (errand, lost)))
}

/// Notes what became of a try and lets the errand go; `false` if it is no longer `worker`'s. What the other side has told meanwhile stays. A
/// mark that another errand has is not noted: whoever calls everything alike names nothing.
///
/// # Errors
/// If the database fails.
pub async fn tried(
    tx: &mut Tx,
    id: &ErrandId,
    worker: &str,
    (tried, now): (&Tried, i64),
) -> Result<bool, StoreError> {
    let mark = if let Tried::Sent(mark) = tried { mark.clone() } else { None };
    let sql = Sql::new(
        "update errand set state = case when state in ('waiting', 'held') then $3 else state end, reason = $4, \
         ended = $5, mark = coalesce((select cast($6 as text) where not exists (select 1 from errand o where o.mark = $6 and o.id <> $1)), mark), \
         claimed_by = null, claimed_until = null where id = $1 and claimed_by = $2",
    );
    let sql = sql.bind(id.clone()).bind(worker).bind(tried.state()).bind(tried.reason().map(str::to_owned));
    let sql = sql.bind(tried.is_over().then_some(now)).bind(mark);
    sql.run(tx, "note what became of an errand").await.map(|rows| rows > 0)
}

/// From which states the other side's word leads to `state`: none goes back.
fn before(state: &str) -> &'static str {
    match state {
        "sent" => "('waiting', 'held', 'unsure')",
        "delivered" => "('waiting', 'held', 'unsure', 'sent')",
        "read" => "('waiting', 'held', 'unsure', 'sent', 'delivered')",
        _ => "('waiting', 'held', 'unsure', 'sent')",
    }
}

/// Notes what the other side tells of an errand: `sent`, `delivered`, `read`, `failed` or `outside`; `false` if it knew better before.
///
/// # Errors
/// If the database fails.
pub async fn told(
    tx: &mut Tx,
    id: &ErrandId,
    (state, reason): (&str, Option<&str>),
    (at, mark): (i64, &str),
) -> Result<bool, StoreError> {
    let text = format!(
        "update errand set state = $2, reason = $3, ended = $4, \
         mark = coalesce(mark, (select cast($5 as text) where not exists (select 1 from errand o where o.mark = $5))) \
         where id = $1 and state in {}",
        before(state)
    );
    let sql = Sql::new(text).bind(id.clone()).bind(state).bind(reason.map(str::to_owned)).bind(at).bind(mark);
    sql.run(tx, "note what is told of an errand").await.map(|rows| rows > 0)
}

/// Lets an errand go after all that was said to wait for the other side: it has written meanwhile.
///
/// # Errors
/// If the database fails.
pub async fn has_written(tx: &mut Tx, id: &ErrandId) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update errand set state = 'waiting', reason = null, ended = null where id = $1 and state = 'outside'",
    );
    sql.bind(id.clone()).run(tx, "let an errand go after all").await.map(|_| ())
}

/// Lets answers go that waited for the other side to write; the newest of them, if any. Reminders that waited have lost their sense: they end.
///
/// # Errors
/// If the database fails.
pub async fn wake(
    tx: &mut Tx,
    conversation: &ConversationId,
    at: i64,
) -> Result<Option<ErrandId>, StoreError> {
    let sql = Sql::new(
        "update errand set state = 'failed', reason = 'o parceiro escreveu antes', ended = $2 \
         where conversation = $1 and state = 'outside' and kind <> 'answer'",
    );
    sql.bind(conversation.clone()).bind(at).run(tx, "end what waited without need").await?;
    let sql = Sql::new(
        "update errand set state = 'waiting', reason = null, ended = null where conversation = $1 and state = 'outside' \
         returning id",
    );
    let woken: Vec<(ErrandId,)> = sql.bind(conversation.clone()).all(tx, "wake errands").await?;
    Ok(woken.into_iter().map(|(id,)| id).max())
}

/// Lets an errand be tried again that did not go, or of which nobody knows; `false` if it waits to be sent, went, or is with a worker. Where
/// the other side may know it already, it is sent anew, and what is told of the earlier sending is no longer of it.
///
/// # Errors
/// If the database fails.
pub async fn again(tx: &mut Tx, id: &ErrandId, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update errand set anew = anew + case when state in ('unsure', 'failed') then 1 else 0 end, state = 'waiting', \
         reason = null, ended = null, mark = null, claimed_by = null, claimed_until = null \
         where id = $1 and state in ('held', 'unsure', 'failed', 'outside') and (claimed_until is null or claimed_until <= $2)",
    );
    sql.bind(id.clone()).bind(now).run(tx, "try an errand again").await.map(|rows| rows > 0)
}

/// Notes that an errand arrived of which nobody knew; `false` if that is not how it stands.
///
/// # Errors
/// If the database fails.
pub async fn arrived(tx: &mut Tx, id: &ErrandId, at: i64) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update errand set state = 'sent', reason = null, ended = $2 where id = $1 and state = 'unsure'",
    );
    sql.bind(id.clone()).bind(at).run(tx, "note that an errand arrived").await.map(|rows| rows > 0)
}

/// Ends an errand that nobody wants to go any more; `false` if it went, is over, or is with a worker.
///
/// # Errors
/// If the database fails.
pub async fn discard(tx: &mut Tx, id: &ErrandId, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update errand set state = 'failed', reason = 'descartado por uma pessoa', ended = $2 \
         where id = $1 and state in ('waiting', 'held', 'outside') and (claimed_until is null or claimed_until <= $2)",
    );
    sql.bind(id.clone()).bind(now).run(tx, "discard an errand").await.map(|rows| rows > 0)
}

/// The errands in `state`, in order, from `after` on, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn list(
    conn: &mut Conn,
    state: &str,
    after: Option<&ErrandId>,
    limit: u16,
) -> Result<Vec<Errand>, StoreError> {
    let text = Errand::select() + "where t.state = $1 and t.id > $2 order by t.id limit $3";
    let sql = Sql::new(text).bind(state).bind(after.map_or("", ErrandId::as_str)).bind(i64::from(limit));
    sql.all(conn, "list errands").await
}
