//! Tickets: one demand with its life.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::page::{Page, Paged};
use crate::row::{Row, Sql, insert, row};
use crate::scope::{Conditions, Scope};
use crate::tables::search;

row! {
    /// One demand. Codes are the procedure's and the registry's; instants are milliseconds since 1970, UTC.
    Ticket in "ticket" {
        /// Given by [`create`]: its place in every list.
        position: i64,
        /// Its own id.
        id: TicketId,
        /// Given by [`create`]: what people call it, `2026-000123`.
        protocol: String,
        /// Given by [`create`], one more with each [`update`].
        version: i64,
        /// Where it stands: `received`, `analysis`, …
        state: String,
        /// To whom it was handed on, while it is.
        escalation: Option<String>,
        /// The partner's code.
        partner: Option<String>,
        /// Who wrote, masked where need be.
        requester: Option<String>,
        /// How it came: `email`, `portal`, …
        channel: String,
        /// The subject, masked.
        subject: String,
        /// The situation of the last diagnosis.
        situation: Option<String>,
        /// Its cause.
        cause: Option<String>,
        /// What is to be done.
        next_step: Option<String>,
        /// The priority's code.
        priority: Option<String>,
        /// The team that has it.
        team: Option<String>,
        /// The person who has it.
        assignee: Option<String>,
        /// A JSON list of texts.
        tags: String,
        /// What solved it.
        solution: Option<String>,
        /// The analysis made before an escalation.
        analysis: Option<String>,
        /// The situation as it turned out.
        final_situation: Option<String>,
        /// The cause as it turned out.
        final_cause: Option<String>,
        /// How it was closed.
        closing: Option<String>,
        /// The partner's confirmation.
        confirmation: Option<String>,
        /// Reminders sent since the partner owes an answer.
        reminders: i64,
        /// When it came.
        created: i64,
        /// When anything of it last changed.
        updated: i64,
        /// When it was first answered.
        first_answer: Option<i64>,
        /// Since when the partner owes an answer.
        awaiting_since: Option<i64>,
        /// When it was closed.
        closed: Option<i64>,
        /// The ticket that goes on in its place.
        merged_into: Option<TicketId>,
        /// The situation of the first diagnosis.
        first_situation: Option<String>,
        /// Its cause.
        first_cause: Option<String>,
        /// When the partner last wrote.
        last_in: Option<i64>,
        /// When the desk last answered.
        last_out: Option<i64>,
        /// When the last reminder was sent.
        last_reminder: Option<i64>,
        /// When it was answered for good.
        resolved: Option<i64>,
        /// The next deadline that runs.
        due: Option<i64>,
        /// What that deadline is for.
        due_kind: Option<String>,
        /// Hash of the one request it is about.
        request_mark: Option<String>,
        /// The person who said what situation and cause it is; later diagnoses leave them alone then.
        classified_by: Option<String>,
        /// What Code last said of it: `accepted`, `fixed`, `not_a_bug`, `needs`.
        code_said: Option<String>,
        /// The evidences that the last diagnosis lacks, with spaces between.
        lacking: String,
        /// Hash of the failure that it shows: cause, route and environment, whoever it is.
        signature: Option<String>,
        /// The product that it speaks of, by its code.
        product: Option<String>,
        /// How often it was handed to Code.
        handed_over: i64,
        /// How often Code gave it back for want of information.
        returned: i64,
    }
}

/// What never changes after [`create`].
const FIXED: [&str; 4] = ["position", "id", "protocol", "created"];

/// Which tickets a list holds; `None` does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state.
    pub state: Option<String>,
    /// Of this partner.
    pub partner: Option<String>,
    /// With this situation.
    pub situation: Option<String>,
    /// With this cause.
    pub cause: Option<String>,
    /// At this team.
    pub team: Option<String>,
    /// With this person.
    pub assignee: Option<String>,
    /// Neither resolved nor closed.
    pub open: bool,
    /// With nobody.
    pub unassigned: bool,
    /// Past its deadline at this instant.
    pub overdue_at: Option<i64>,
    /// Came at or after this instant.
    pub from: Option<i64>,
    /// Came before this instant.
    pub to: Option<i64>,
    /// Holding all of these words, stemmed and folded as they were for [`search::add_words`].
    pub words: Option<String>,
}

impl Ticket {
    /// A ticket just received, with nothing known yet; `created` in milliseconds.
    #[must_use]
    pub fn received(channel: &str, subject: &str, created: i64) -> Self {
        Self {
            position: 0,
            id: TicketId::fresh(),
            protocol: String::new(),
            version: 0,
            state: "received".to_owned(),
            escalation: None,
            partner: None,
            requester: None,
            channel: channel.to_owned(),
            subject: subject.to_owned(),
            situation: None,
            cause: None,
            next_step: None,
            priority: None,
            team: None,
            assignee: None,
            tags: "[]".to_owned(),
            solution: None,
            analysis: None,
            final_situation: None,
            final_cause: None,
            closing: None,
            confirmation: None,
            reminders: 0,
            created,
            updated: created,
            first_answer: None,
            awaiting_since: None,
            closed: None,
            merged_into: None,
            first_situation: None,
            first_cause: None,
            last_in: None,
            last_out: None,
            last_reminder: None,
            resolved: None,
            due: None,
            due_kind: None,
            request_mark: None,
            classified_by: None,
            code_said: None,
            lacking: String::new(),
            signature: None,
            product: None,
            handed_over: 0,
            returned: 0,
        }
    }
}

/// Writes a new ticket and gives it the next protocol number of `year`: no number is left out, none given twice.
///
/// # Errors
/// If the id is there already, or the database fails.
pub async fn create(tx: &mut Tx, year: i16, ticket: Ticket) -> Result<Ticket, StoreError> {
    let ticket = numbered(tx, year, ticket).await?;
    insert(tx, &ticket, "write a ticket").await?;
    Ok(ticket)
}

/// Gives a new ticket the next protocol number of `year`; it is yet to be written, in this transaction.
///
/// The number is locked until the transaction ends, so do first what needs no ticket, and always call this before
/// `trail::append`.
///
/// # Errors
/// If the database fails.
pub async fn numbered(tx: &mut Tx, year: i16, mut ticket: Ticket) -> Result<Ticket, StoreError> {
    let what = "give a ticket its number";
    let next = "insert into protocol_counter (year, last) values ($1, 1) \
        on conflict (year) do update set last = protocol_counter.last + 1 returning last";
    let number: Option<(i64,)> = Sql::new(next).bind(i64::from(year)).tuple(tx, what).await?;
    let number = number.map_or(0, |(number,)| number);
    ticket.protocol = format!("{year:04}-{number:06}");
    ticket.position = position_at(ticket.created, number);
    ticket.version = 1;
    Ok(ticket)
}

/// The instant in the high bits, the number in the low twenty: a millisecond holds a million tickets.
fn position_at(created: i64, number: i64) -> i64 {
    created.saturating_mul(1 << 20).saturating_add(number & ((1 << 20) - 1))
}

/// The ticket with this id, if `scope` may see it.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, scope: &Scope, id: &TicketId) -> Result<Option<Ticket>, StoreError> {
    one(conn, scope, "t.id =", id.as_str()).await
}

/// The ticket with this protocol number, if `scope` may see it.
///
/// # Errors
/// If the database fails.
pub async fn by_protocol(
    conn: &mut Conn,
    scope: &Scope,
    protocol: &str,
) -> Result<Option<Ticket>, StoreError> {
    one(conn, scope, "t.protocol =", protocol).await
}

async fn one(
    conn: &mut Conn,
    scope: &Scope,
    comparison: &str,
    value: &str,
) -> Result<Option<Ticket>, StoreError> {
    let mut conditions = Conditions::after(1);
    conditions.scope(scope);
    let text = format!("{} where {comparison} $1{}", Ticket::select(), conditions.as_text());
    conditions.bind_to(Sql::new(text).bind(value)).optional(conn, "read a ticket").await
}

/// Writes a ticket that was read at `ticket.version`; the answer has the next version.
///
/// # Errors
/// [`StoreError::Stale`] if it was changed since, or `scope` may not see it.
pub async fn update(tx: &mut Tx, scope: &Scope, ticket: &Ticket) -> Result<Ticket, StoreError> {
    let next = Ticket { version: ticket.version.saturating_add(1), ..ticket.clone() };
    let width = Ticket::COLUMNS.len();
    let numbered = Ticket::COLUMNS.iter().enumerate();
    let changes: Vec<String> = numbered
        .filter(|(_, column)| !FIXED.contains(column))
        .map(|(n, column)| format!("{column} = ${}", n + 1))
        .collect();
    let mut conditions = Conditions::after(width + 1);
    conditions.text("t.id =", Some(ticket.id.as_str()));
    conditions.scope(scope);
    let text = format!(
        "update ticket as t set {} where t.version = ${}{}",
        changes.join(", "),
        width + 1,
        conditions.as_text()
    );
    let sql = conditions.bind_to(Sql::new(text).bind_row(&next).bind(ticket.version));
    match sql.run(tx, "change a ticket").await? {
        0 => Err(StoreError::Stale { ticket: ticket.protocol.clone(), version: ticket.version }),
        _ => Ok(next),
    }
}

/// One page of the tickets that `scope` may see and `filter` lets through, newest first.
///
/// # Errors
/// If the cursor is none, or the database fails.
pub async fn list(
    conn: &mut Conn,
    scope: &Scope,
    filter: &Filter,
    page: &Page,
) -> Result<Paged<Ticket>, StoreError> {
    let words = filter.words.as_deref().map(search::words_of);
    let bound = if words.is_some() { 2 } else { 1 };
    let (from, matching, position) = match &words {
        Some(words) if words.is_empty() => return Ok(Paged { items: Vec::new(), next: None }),
        Some(_) => conn.engine().search(),
        None => ("ticket t", "1 = 1", "t.position"),
    };
    let mut conditions = Conditions::after(bound);
    conditions.scope(scope);
    conditions.text("t.state =", filter.state.as_deref());
    conditions.text("t.partner =", filter.partner.as_deref());
    conditions.text("t.situation =", filter.situation.as_deref());
    conditions.text("t.cause =", filter.cause.as_deref());
    conditions.text("t.team =", filter.team.as_deref());
    conditions.text("t.assignee =", filter.assignee.as_deref());
    if filter.open {
        conditions.plain("t.state not in ('resolved', 'closed')");
    }
    if filter.unassigned {
        conditions.plain("t.assignee is null");
    }
    conditions.number("t.due <", filter.overdue_at);
    // A position begins with the instant: the order of the table finds it.
    conditions.number("t.position >=", filter.from.map(|from| position_at(from, 0)));
    conditions.number("t.position <", filter.to.map(|to| position_at(to, 0)));
    conditions.number(&format!("{position} <"), page.before()?);
    // Few tickets are late among all: the index of deadlines finds them, if the order does not promise to do without it.
    let order = if filter.overdue_at.is_some() { format!("{position} + 0") } else { position.to_owned() };
    let text = format!(
        "select {} from {from} where {matching}{} order by {order} desc limit ${bound}",
        Ticket::columns(),
        conditions.as_text(),
    );
    let mut sql = Sql::new(text);
    if let Some(words) = words {
        sql = sql.planned_anew().bind(conn.engine().all_of(&words));
    }
    let items = conditions.bind_to(sql.bind(page.size() + 1)).all(conn, "list tickets").await?;
    Ok(Paged::of(items, page.size(), |ticket: &Ticket| ticket.position))
}

/// How many tickets `scope` sees in each state.
///
/// # Errors
/// If the database fails.
pub async fn states(conn: &mut Conn, scope: &Scope) -> Result<Vec<(String, i64)>, StoreError> {
    let mut conditions = Conditions::after(0);
    conditions.scope(scope);
    let text = format!(
        "select t.state, count(*) from ticket t where 1 = 1{} group by t.state order by t.state",
        conditions.as_text()
    );
    conditions.bind_to(Sql::new(text)).all(conn, "count tickets").await
}

/// How many of the tickets of a time share a value of `column`, most first; those without one under `-`.
///
/// # Errors
/// If the database fails.
pub async fn volume(
    conn: &mut Conn,
    column: Volume,
    (from, to): (i64, i64),
) -> Result<Vec<(String, i64)>, StoreError> {
    let column = column.text();
    let text = format!(
        "select {column}, count(*) from ticket t where t.position >= $1 and t.position < $2 \
         group by {column} order by count(*) desc, {column} limit 200"
    );
    Sql::new(text).bind(position_at(from, 0)).bind(position_at(to, 0)).all(conn, "count tickets").await
}

/// By what a volume is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volume {
    /// The situation as last diagnosed.
    Situation,
    /// Situation and cause.
    Cause,
    /// The partner.
    Partner,
    /// The product.
    Product,
    /// The channel.
    Channel,
    /// How it was closed.
    Closing,
}

impl Volume {
    fn text(self) -> &'static str {
        match self {
            Self::Situation => "coalesce(t.situation, '-')",
            Self::Cause => "coalesce(t.situation, '-') || ' · ' || coalesce(t.cause, '-')",
            Self::Partner => "coalesce(t.partner, '-')",
            Self::Product => "coalesce(t.product, '-')",
            Self::Channel => "t.channel",
            Self::Closing => "coalesce(t.closing, '-')",
        }
    }
}

/// The tickets of a time behind the position `after`, oldest first, at most `limit`: for figures that need each one.
///
/// # Errors
/// If the database fails.
pub async fn of_time(
    conn: &mut Conn,
    (from, to): (i64, i64),
    after: i64,
    limit: u16,
) -> Result<Vec<Ticket>, StoreError> {
    let text = Ticket::select() + "where t.position >= $1 and t.position < $2 order by t.position limit $3";
    let from = position_at(from, 0).max(after.saturating_add(1));
    let sql = Sql::new(text).bind(from).bind(position_at(to, 0)).bind(i64::from(limit));
    sql.all(conn, "list the tickets of a time").await
}

/// The tickets about the request with this mark that `scope` may see, but for `but`, newest first, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn about_request(
    conn: &mut Conn,
    scope: &Scope,
    mark: &str,
    but: &TicketId,
    limit: u16,
) -> Result<Vec<Ticket>, StoreError> {
    let mut conditions = Conditions::after(3);
    conditions.scope(scope);
    let text = format!(
        "{} where t.request_mark = $1 and t.id <> $2{} order by t.position desc limit $3",
        Ticket::select(),
        conditions.as_text(),
    );
    let sql = Sql::new(text).bind(mark).bind(but.clone()).bind(i64::from(limit));
    conditions.bind_to(sql).all(conn, "look for tickets about a request").await
}

/// The newest tickets that came since `since`, are not closed and show the same failure, but `but`; at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn with_signature(
    conn: &mut Conn,
    scope: &Scope,
    (signature, but): (&str, &TicketId),
    (since, limit): (i64, u16),
) -> Result<Vec<Ticket>, StoreError> {
    let mut conditions = Conditions::after(4);
    conditions.scope(scope);
    let text = format!(
        "{} where t.signature = $1 and t.id <> $2 and t.position >= $3 and t.state <> 'closed'{} \
         order by t.position desc limit $4",
        Ticket::select(),
        conditions.as_text(),
    );
    let sql = Sql::new(text).bind(signature).bind(but.clone()).bind(position_at(since, 0));
    conditions.bind_to(sql.bind(i64::from(limit))).all(conn, "look for tickets of one failure").await
}

/// The tickets whose deadline passed before `instant`, earliest first, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn overdue(
    conn: &mut Conn,
    scope: &Scope,
    instant: i64,
    limit: u16,
) -> Result<Vec<Ticket>, StoreError> {
    let mut conditions = Conditions::after(2);
    conditions.scope(scope);
    let text = format!(
        "{} where t.due < $1{} order by t.due, t.position limit $2",
        Ticket::select(),
        conditions.as_text(),
    );
    let sql = Sql::new(text).bind(instant).bind(i64::from(limit));
    conditions.bind_to(sql).all(conn, "list tickets past their deadline").await
}
