//! The request log: what the partners' programs asked and were answered. Read with `Store::read_log`, written with
//! `Store::write_log`.
//!
//! Rows have no owner here: whose a key or user is, the registry says. Only the diagnosis asks, never a partner.
//!
//! On PostgreSQL there is one partition a month. Indexes go by the hour or the day, partitions by `at`: each look-up gives bounds for
//! both, and is planned with its values, so that only the partitions of its span are opened.

use std::collections::BTreeSet;

use sqlx::any::AnyRow;

use crate::conn::{Conn, Tx};
use crate::dialect::Engine;
use crate::error::StoreError;
use crate::row::{Row, Sql, row};
use crate::scope::Conditions;
use crate::tables::request_arrays;

/// Most rows that a look-up gives.
pub const MOST_FOUND: u16 = 5_000;
/// Hours and days are counted as both engines divide: what is left over is cut off towards 1970.
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 86_400_000;
/// Hours that a look-up reads first, and by how much it then goes further back each time.
const FIRST_STRIDE: i64 = 6;
const WIDER: i64 = 16;
/// Rows in one statement: enough to share its cost, few enough for the 32,766 values that SQLite takes.
const CHUNK: usize = 100;
/// Ids in one statement.
const IDS: usize = 500;

row! {
    /// One request.
    Request in "request" {
        /// When it came.
        at: i64,
        /// The id that the platform gave it, in ASCII lower case; the same one twice is one row.
        request_id: Option<String>,
        /// In which environment.
        environment: String,
        /// `GET`, `POST`, …
        method: String,
        /// As it was called, masked.
        path: String,
        /// The path as it is compared.
        normal_path: String,
        /// What was answered; `None` if nothing was.
        status: Option<i64>,
        /// Keyed hash of the key.
        key_hash: Option<Vec<u8>>,
        /// The key's last four characters.
        key_tail: Option<String>,
        /// The user, in ASCII lower case.
        login: Option<String>,
        /// When its token was issued.
        token_issued_at: Option<i64>,
        /// The error that was answered, masked.
        error: Option<String>,
        /// How long it took.
        duration_ms: Option<i64>,
        /// The id as the platform wrote it, where that differs.
        shown_id: Option<String>,
        /// The user as the platform wrote it, where that differs.
        shown_login: Option<String>,
    }
}

/// A request that was found, with the number that tells it from others like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Later rows have greater ones.
    pub number: i64,
    /// The row.
    pub request: Request,
}

impl<'r> sqlx::FromRow<'r, AnyRow> for Found {
    fn from_row(row: &'r AnyRow) -> Result<Self, sqlx::Error> {
        Ok(Self { number: sqlx::Row::try_get(row, "number")?, request: Request::from_row(row)? })
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inserted {
    /// Rows that are now there.
    pub accepted: u64,
    /// Rows whose request id was there already.
    pub duplicates: u64,
}

/// What a look-up goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A user.
    Login(String),
    /// A key, by its hash.
    Key(Vec<u8>),
    /// A route: method and normal path.
    Route {
        /// `GET`, `POST`, …
        method: String,
        /// The path as it is compared.
        normal_path: String,
    },
}

/// Writes a batch; rows whose request id is known are passed over. Ten thousand rows at once cost little more than a thousand:
/// much of the cost is in the pages of the indexes that a commit touches.
///
/// # Errors
/// If the database fails: then none of the batch is there.
pub async fn insert(tx: &mut Tx, rows: &[Request]) -> Result<Inserted, StoreError> {
    make_room(tx, rows).await?;
    let mut accepted = 0;
    let most = match tx.engine() {
        Engine::Sqlite => CHUNK,
        Engine::Postgres => request_arrays::CHUNK,
    };
    for chunk in rows.chunks(most) {
        let sql = match tx.engine() {
            Engine::Sqlite => {
                let text = Request::insert_many_text(tx.engine(), chunk.len()) + " on conflict do nothing";
                chunk.iter().fold(Sql::new(text), Sql::bind_row)
            }
            Engine::Postgres => request_arrays::insert(chunk),
        };
        accepted += sql.run(tx, "write requests").await?;
    }
    let given = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(Inserted { accepted, duplicates: given.saturating_sub(accepted) })
}

/// Once a batch, before its first row: what is missing is made by whoever needs it first.
async fn make_room(tx: &mut Tx, rows: &[Request]) -> Result<(), StoreError> {
    let Some(text) = tx.engine().make_room() else { return Ok(()) };
    let days: BTreeSet<i64> = rows.iter().map(|row| row.at / DAY_MS).collect();
    if days.is_empty() {
        return Ok(());
    }
    let days: Vec<String> = days.iter().map(i64::to_string).collect();
    Sql::new(text).bind(days.join(",")).run(tx, "make room for requests").await.map(|_| ())
}

/// The requests with these ids (in lower case), by time and then by id; `kept` are the hours of which there are requests, from [`hours`].
///
/// # Errors
/// If the database fails.
pub async fn by_ids(
    conn: &mut Conn,
    kept: Option<(i64, i64)>,
    ids: &[String],
) -> Result<Vec<Found>, StoreError> {
    let mut found = Vec::new();
    let Some((first, last)) = kept.filter(|_| !ids.is_empty()) else { return Ok(found) };
    for chunk in ids.chunks(IDS) {
        let places: Vec<String> = (3..chunk.len() + 3).map(|n| format!("${n}")).collect();
        let span = conn.engine().span(DAY_MS, (first / 24, last / 24), chunk.len() + 3);
        let text = format!(
            "{}select t.number, {} from {} where {} and t.request_id in ({}) and t.at between $1 and $2",
            span.with,
            Request::columns(),
            span.from,
            span.condition,
            places.join(","),
        );
        // Wide, for the partitions: what is exact is the day. At 1970 the one day is twice as long.
        let sql = Sql::new(text).bind((first / 24 - 1) * DAY_MS + 1).bind((last / 24 + 1) * DAY_MS - 1);
        let sql = chunk.iter().fold(sql, |sql, id| sql.bind(id.as_str()));
        let sql = span.bind_to(sql);
        found.extend(sql.all::<Found>(conn, "look up requests by id").await?);
    }
    found.sort_by(|a, b| a.request.order().cmp(&b.request.order()));
    Ok(found)
}

impl Request {
    /// Where it stands in the log: by time, then by its id as the platform wrote it.
    #[must_use]
    pub fn order(&self) -> (i64, Option<&str>) {
        (self.at, self.shown_id.as_deref().or(self.request_id.as_deref()))
    }
}

/// The latest [`MOST_FOUND`] requests of `by` from `from` to `to`, both included, by time, then by request id.
///
/// Asks once for all, which are usually few. Else it goes back from `to` in widening strides: of a busy user or route only the latest
/// hours are put in order.
///
/// # Errors
/// If the database fails.
pub async fn within(conn: &mut Conn, by: &By, from: i64, to: i64) -> Result<Vec<Found>, StoreError> {
    let kept = hours(conn).await?;
    within_kept(conn, kept, by, (from, to)).await
}

/// As [`within`], where it is known of which hours there are requests: several look-ups ask for that once.
///
/// # Errors
/// If the database fails.
pub async fn within_kept(
    conn: &mut Conn,
    kept: Option<(i64, i64)>,
    by: &By,
    (from, to): (i64, i64),
) -> Result<Vec<Found>, StoreError> {
    let most = usize::from(MOST_FOUND);
    // A span beyond what is there would have empty hours without end.
    let Some((first, last)) = kept else { return Ok(Vec::new()) };
    let (first, mut last) = (first.max(from / HOUR_MS), last.min(to / HOUR_MS));
    let mut found = stretch(conn, by, (from, to), (first, last, "")).await?;
    if found.len() < most {
        found.sort_by(|a, b| a.request.order().cmp(&b.request.order()).then(a.number.cmp(&b.number)));
        return Ok(found);
    }
    found.clear();
    let mut stride = FIRST_STRIDE;
    while first <= last && found.len() < most {
        let start = first.max(last.saturating_sub(stride - 1));
        found.extend(stretch(conn, by, (from, to), (start, last, LATEST_FIRST)).await?);
        last = start - 1;
        stride = stride.saturating_mul(WIDER);
    }
    found.truncate(most);
    found.reverse();
    Ok(found)
}

/// What comes first where there are more than are looked for.
const LATEST_FIRST: &str = "order by t.at desc, coalesce(t.shown_id, t.request_id, '') desc, t.number desc";

/// At most [`MOST_FOUND`] requests of some hours.
async fn stretch(
    conn: &mut Conn,
    by: &By,
    (from, to): (i64, i64),
    (first, last, order): (i64, i64, &str),
) -> Result<Vec<Found>, StoreError> {
    let (condition, next) = match by {
        By::Login(_) => ("t.login = $4", 5),
        By::Key(_) => ("t.key_hash = $4", 5),
        By::Route { .. } => ("t.normal_path = $4 and t.method = $5", 6),
    };
    // Wide, as in `by_ids`: what is exact is the hour.
    let from = from.max((first - 1).saturating_mul(HOUR_MS) + 1);
    let to = to.min((last + 1).saturating_mul(HOUR_MS) - 1);
    let span = conn.engine().span(HOUR_MS, (first, last), next);
    let text = format!(
        "{}select t.number, {} from {} where {} and {condition} and t.at between $1 and $2 {order} limit $3",
        span.with,
        Request::columns(),
        span.from,
        span.condition,
    );
    let sql = Sql::new(text).bind(from).bind(to).bind(i64::from(MOST_FOUND));
    let sql = match by {
        By::Login(login) => sql.bind(login.as_str()),
        By::Key(hash) => sql.bind(hash.clone()),
        By::Route { method, normal_path } => sql.bind(normal_path.as_str()).bind(method.as_str()),
    };
    let sql = span.bind_to(sql);
    sql.all(conn, "look up requests").await
}

/// The first and the last hour of which there are requests, counted from 1970.
///
/// # Errors
/// If the database fails.
pub async fn hours(conn: &mut Conn) -> Result<Option<(i64, i64)>, StoreError> {
    let text = "select (select min(at / 3600000) from request) as first, (select max(at / 3600000) from request) as last";
    let found: Option<(Option<i64>, Option<i64>)> =
        Sql::new(text).tuple(conn, "look up the span of the request log").await?;
    Ok(found.and_then(|(first, last)| first.zip(last)))
}

/// Throws away requests from before `instant`: partitions that are older as a whole, or else up to `limit` rows; how many. Call it until
/// it answers 0.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, instant: i64, limit: u32) -> Result<u64, StoreError> {
    let whole = forget_whole(tx, instant).await?;
    if whole > 0 {
        return Ok(whole);
    }
    let text = "delete from request where at < $1 and number in (select number from request \
                where (at / 3600000) <= $1 / 3600000 and at < $1 order by (at / 3600000) limit $2)";
    let sql = Sql::new(text).bind(instant).bind(i64::from(limit));
    sql.run(tx, "throw away old requests").await
}

async fn forget_whole(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    let Some(text) = tx.engine().forget_whole() else { return Ok(0) };
    let gone: Option<(i64,)> = Sql::new(text).bind(instant).tuple(tx, "throw away old requests").await?;
    Ok(gone.map_or(0, |(rows,)| u64::try_from(rows).unwrap_or(0)))
}

/// What of the log is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// From this instant.
    pub from: i64,
    /// Until this instant.
    pub to: i64,
    /// Statuses from this one.
    pub status: Option<i64>,
    /// Of this user, in lower case.
    pub login: Option<String>,
    /// With this path, as it is compared.
    pub path: Option<String>,
    /// In this environment.
    pub environment: Option<String>,
}

impl Wanted {
    fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::after(4);
        conditions.number("t.status >=", self.status);
        conditions.text("t.login =", self.login.as_deref());
        conditions.text("t.normal_path =", self.path.as_deref());
        conditions.text("t.environment =", self.environment.as_deref());
        conditions
    }

    fn sql(&self, text: String) -> Sql {
        let hour = |at: i64| at / HOUR_MS;
        let sql = Sql::new(text).bind(hour(self.from)).bind(hour(self.to)).bind(self.from).bind(self.to);
        self.conditions().bind_to(sql)
    }
}

/// The latest requests, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn latest(conn: &mut Conn, wanted: &Wanted, limit: u16) -> Result<Vec<Found>, StoreError> {
    let text = format!(
        "select t.number, {} from request t where (t.at / 3600000) between $1 and $2 and t.at between $3 and $4{} \
         order by t.at desc, t.number desc limit {limit}",
        Request::columns(),
        wanted.conditions().as_text(),
    );
    wanted.sql(text).all(conn, "list requests").await
}

/// How many requests each hour has, and how many of them failed: the hour (from 1970), all, client errors, server errors.
///
/// # Errors
/// If the database fails.
pub async fn by_hour(conn: &mut Conn, wanted: &Wanted) -> Result<Vec<(i64, i64, i64, i64)>, StoreError> {
    let text = format!(
        "select (t.at / 3600000) as hour, count(*), \
         count(case when t.status between 400 and 499 then 1 end), count(case when t.status >= 500 then 1 end) \
         from request t where (t.at / 3600000) between $1 and $2 and t.at between $3 and $4{} group by 1 order by 1",
        wanted.conditions().as_text(),
    );
    wanted.sql(text).all(conn, "count requests").await
}
