//! Escalations: each an issue in a tracker of others, shared by the tickets of one cause. Texts are masked by the caller.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{EscalationId, TicketId};
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One escalation.
    Escalation in "escalation" {
        /// Its own id.
        id: EscalationId,
        /// The tracker, by its name in the settings.
        target: String,
        /// What kind of tracker that is.
        kind: String,
        /// Hash of the failure that its tickets show.
        cause: Option<String>,
        /// What the tracker calls it; `None` until it is there.
        external: Option<String>,
        /// Where people see it.
        url: Option<String>,
        /// `queued`, `open`, `closed` or `joined`.
        state: String,
        /// The escalation that goes on in its place.
        joined: Option<EscalationId>,
        /// Who has it there.
        assignee: Option<String>,
        /// A JSON list of texts.
        labels: String,
        /// When it was decided on.
        created: i64,
        /// When the tracker first had it.
        opened: Option<i64>,
        /// When it was closed there.
        closed: Option<i64>,
        /// When it was last known how it stands there.
        synced: Option<i64>,
        /// The tracker's own time of what is known.
        heard: i64,
        /// When it was last asked for.
        looked: i64,
        /// Until when its comments were asked for with success.
        asked: i64,
        /// Why the last look failed.
        reason: Option<String>,
        /// Which worker has it.
        claimed_by: Option<String>,
        /// Until when.
        claimed_until: Option<i64>,
    }
}

impl Escalation {
    /// A new one that is yet to be told to the tracker, decided on at `created` (milliseconds).
    #[must_use]
    pub fn new((target, kind): (&str, &str), cause: Option<String>, created: i64) -> Self {
        Self {
            id: EscalationId::fresh(),
            target: target.to_owned(),
            kind: kind.to_owned(),
            cause,
            external: None,
            url: None,
            state: "queued".to_owned(),
            joined: None,
            assignee: None,
            labels: "[]".to_owned(),
            created,
            opened: None,
            closed: None,
            synced: None,
            heard: 0,
            looked: created,
            asked: created,
            reason: None,
            claimed_by: None,
            claimed_until: None,
        }
    }

    /// Whether it is neither over nor goes on elsewhere.
    #[must_use]
    pub fn is_live(&self) -> bool {
        ["queued", "open"].contains(&self.state.as_str())
    }
}

/// Writes an escalation; `false` if one of the same failure is live already, and then nothing changes.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, escalation: &Escalation) -> Result<bool, StoreError> {
    insert_new(tx, escalation, "write an escalation").await
}

/// The escalation with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &EscalationId) -> Result<Option<Escalation>, StoreError> {
    let text = Escalation::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read an escalation").await
}

/// The escalation that the tracker calls so.
///
/// # Errors
/// If the database fails.
pub async fn by_external(
    conn: &mut Conn,
    target: &str,
    external: &str,
) -> Result<Option<Escalation>, StoreError> {
    let text = Escalation::select() + "where t.target = $1 and t.external = $2";
    Sql::new(text).bind(target).bind(external).optional(conn, "look for an escalation").await
}

/// The live escalation of this failure.
///
/// # Errors
/// If the database fails.
pub async fn of_cause(conn: &mut Conn, target: &str, cause: &str) -> Result<Option<Escalation>, StoreError> {
    let text =
        Escalation::select() + "where t.target = $1 and t.cause = $2 and t.state in ('queued', 'open')";
    Sql::new(text).bind(target).bind(cause).optional(conn, "look for the escalation of a failure").await
}

/// The escalations of some tickets, each with its ticket, the newest of a ticket first.
///
/// # Errors
/// If the database fails.
pub async fn of_tickets(
    conn: &mut Conn,
    tickets: &[TicketId],
) -> Result<Vec<(TicketId, Escalation)>, StoreError> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=tickets.len()).map(|n| format!("${n}")).collect();
    let text = format!(
        "select r.ticket, r.escalation from escalation_ticket r where r.ticket in ({}) \
         order by r.at desc, r.escalation desc",
        places.join(", ")
    );
    let sql = tickets.iter().fold(Sql::new(text), |sql, ticket| sql.bind(ticket.clone()));
    let pairs: Vec<(TicketId, EscalationId)> = sql.all(conn, "look for the escalations of tickets").await?;
    let mut found = Vec::new();
    for (ticket, id) in pairs {
        found.extend(get(conn, &id).await?.map(|escalation| (ticket, escalation)));
    }
    Ok(found)
}

/// The tickets of an escalation, those that came first before.
///
/// # Errors
/// If the database fails.
pub async fn tickets(conn: &mut Conn, id: &EscalationId) -> Result<Vec<TicketId>, StoreError> {
    let sql = Sql::new("select ticket from escalation_ticket where escalation = $1 order by at, ticket");
    let found: Vec<(TicketId,)> = sql.bind(id.clone()).all(conn, "read the tickets of an escalation").await?;
    Ok(found.into_iter().map(|(ticket,)| ticket).collect())
}

/// Puts a ticket to an escalation; `false` if it is there already.
///
/// # Errors
/// If the database fails.
pub async fn put_ticket(
    tx: &mut Tx,
    (id, ticket): (&EscalationId, &TicketId),
    at: i64,
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "insert into escalation_ticket (escalation, ticket, at) values ($1, $2, $3) on conflict do nothing",
    );
    let sql = sql.bind(id.clone()).bind(ticket.clone()).bind(at);
    sql.run(tx, "put a ticket to an escalation").await.map(|rows| rows > 0)
}

/// Takes an escalation for `worker` alone until `until`; `None` if another has it.
///
/// # Errors
/// If the database fails.
pub async fn claim(
    tx: &mut Tx,
    id: &EscalationId,
    worker: &str,
    (now, until): (i64, i64),
) -> Result<Option<Escalation>, StoreError> {
    let text = format!(
        "update escalation set claimed_by = $2, claimed_until = $4 where id = $1 \
         and (claimed_until is null or claimed_until <= $3) returning {}",
        Escalation::COLUMNS.join(", ")
    );
    let sql = Sql::new(text).bind(id.clone()).bind(worker).bind(now).bind(until);
    sql.optional(tx, "claim an escalation").await
}

/// Lets a claimed escalation go.
///
/// # Errors
/// If the database fails.
pub async fn let_go(tx: &mut Tx, id: &EscalationId, worker: &str) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update escalation set claimed_by = null, claimed_until = null where id = $1 and claimed_by = $2",
    );
    sql.bind(id.clone()).bind(worker).run(tx, "let an escalation go").await.map(|_| ())
}

/// Notes under which name and address the tracker has it.
///
/// # Errors
/// If the database fails.
pub async fn opened(
    tx: &mut Tx,
    id: &EscalationId,
    (external, url): (&str, Option<&str>),
    now: i64,
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update escalation set external = $2, url = $3, opened = $4, synced = $4, \
         state = case when state = 'queued' then 'open' else state end where id = $1 and external is null",
    );
    let sql = sql.bind(id.clone()).bind(external).bind(url.map(str::to_owned)).bind(now);
    sql.run(tx, "note an issue").await.map(|_| ())
}

/// Lets an escalation go on in another one.
///
/// # Errors
/// If the database fails.
pub async fn join(tx: &mut Tx, id: &EscalationId, into: &EscalationId) -> Result<(), StoreError> {
    let sql = Sql::new("update escalation set state = 'joined', joined = $2 where id = $1");
    sql.bind(id.clone()).bind(into.clone()).run(tx, "join two escalations").await.map(|_| ())
}

/// Notes that an escalation is over by what was said here; the tracker is yet to be told.
///
/// # Errors
/// If the database fails.
pub async fn end(tx: &mut Tx, id: &EscalationId, now: i64) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update escalation set state = 'closed', closed = $2, cause = null \
         where id = $1 and state in ('queued', 'open')",
    );
    sql.bind(id.clone()).bind(now).run(tx, "end an escalation").await.map(|_| ())
}

/// How an issue stands in its tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing<'s> {
    /// The new state.
    pub state: &'s str,
    /// Who has it.
    pub assignee: Option<&'s str>,
    /// A JSON list of texts.
    pub labels: &'s str,
    /// The tracker's own time of this.
    pub heard: i64,
}

/// Notes how an issue stands, unless something newer is known; whether it was noted. Of two things said of the same moment the end wins:
/// trackers tell moments in seconds, and a comment tells how the issue stood just before it was closed with it.
///
/// # Errors
/// If the database fails.
pub async fn stands(
    tx: &mut Tx,
    id: &EscalationId,
    standing: &Standing<'_>,
    now: i64,
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update escalation set state = $2, assignee = $3, labels = $4, heard = $5, synced = $6, reason = null, \
         cause = case when $2 = 'closed' then null else cause end, \
         closed = case when $2 = 'closed' then coalesce(closed, $6) when $2 = 'open' then null else closed end \
         where id = $1 and (heard < $5 or (heard = $5 and (state <> 'closed' or $2 = 'closed')))",
    );
    let sql = sql.bind(id.clone()).bind(standing.state).bind(standing.assignee.map(str::to_owned));
    let sql = sql.bind(standing.labels).bind(standing.heard).bind(now);
    sql.run(tx, "note how an issue stands").await.map(|rows| rows > 0)
}

/// Notes that it was asked for, and why that failed, if it did.
///
/// # Errors
/// If the database fails.
pub async fn looked(
    tx: &mut Tx,
    id: &EscalationId,
    reason: Option<&str>,
    now: i64,
) -> Result<(), StoreError> {
    let sql = Sql::new(
        "update escalation set reason = $2, synced = case when $3 = 1 then $4 else synced end, \
         asked = case when $3 = 1 then $4 else asked end where id = $1",
    );
    let well = i64::from(reason.is_none());
    let sql = sql.bind(id.clone()).bind(reason.map(str::to_owned)).bind(well).bind(now);
    sql.run(tx, "note a look").await.map(|_| ())
}

/// Whose turn it is to be asked for; instants in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// From when on it counts as asked for.
    pub now: i64,
    /// What is open: not asked for after this.
    pub before: i64,
    /// What is over or goes on elsewhere: not asked for after this.
    pub ended_before: i64,
    /// And something was heard of it after this.
    pub ended_since: i64,
}

/// Takes those whose turn it is, the longest ago first, at most `limit`: whoever takes one asks for it, and no other does.
///
/// # Errors
/// If the database fails.
pub async fn to_look_at(
    tx: &mut Tx,
    target: &str,
    turn: Turn,
    limit: u16,
) -> Result<Vec<Escalation>, StoreError> {
    let text = format!(
        "update escalation set looked = $1 where id in (select id from escalation where target = $2 \
         and external is not null and ((state = 'open' and looked <= $3) or (state in ('closed', 'joined') \
         and looked <= $4 and (heard > $5 or opened > $5 or closed > $5))) \
         order by looked, id limit $6) and looked <= $3 returning {}",
        Escalation::COLUMNS.join(", ")
    );
    let Turn { now, before, ended_before, ended_since } = turn;
    let sql = Sql::new(text).bind(now).bind(target).bind(before).bind(ended_before).bind(ended_since);
    sql.bind(i64::from(limit)).all(tx, "take the escalations to look at").await
}
