//! The request log: what the partners' programs asked and were answered. Read with `Store::read_log`, written with
//! `Store::write_log`.
//!
//! Rows have no owner here: whose a key or user is, the registry says. Only the diagnosis asks, never a partner.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, row};

/// Most rows that a look-up gives.
pub const MOST_FOUND: u16 = 5_000;
const HOUR_MS: i64 = 3_600_000;
/// Rows in one statement: enough to share its cost, few enough for the 32,766 values that SQLite takes.
const CHUNK: usize = 100;

row! {
    /// One request.
    Request in "request" {
        /// When it came.
        at: i64,
        /// The id that the platform gave it; the same one twice is one row.
        request_id: Option<String>,
        /// In which environment.
        environment: String,
        /// `GET`, `POST`, …
        method: String,
        /// As it was called, masked.
        path: String,
        /// The path as it is compared, without ids.
        normal_path: String,
        /// What was answered; `None` if nothing was.
        status: Option<i64>,
        /// Keyed hash of the key.
        key_hash: Option<Vec<u8>>,
        /// The key's last four characters.
        key_tail: Option<String>,
        /// The user.
        login: Option<String>,
        /// When its token was issued.
        token_issued_at: Option<i64>,
        /// The error that was answered, masked.
        error: Option<String>,
        /// How long it took.
        duration_ms: Option<i64>,
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
    let mut accepted = 0;
    for chunk in rows.chunks(CHUNK) {
        let text = Request::insert_many_text(tx.engine(), chunk.len()) + " on conflict do nothing";
        let mut sql = Sql::new(text);
        for row in chunk {
            sql = sql.bind_row(row);
        }
        accepted += sql.run(tx, "write requests").await?;
    }
    let given = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok(Inserted { accepted, duplicates: given.saturating_sub(accepted) })
}

/// The requests with these ids, by time.
///
/// # Errors
/// If the database fails.
pub async fn by_ids(conn: &mut Conn, ids: &[String]) -> Result<Vec<Request>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let places: Vec<String> = (1..=chunk.len()).map(|n| format!("${n}")).collect();
        let mut sql = Sql::new(format!("{} where t.request_id in ({})", Request::select(), places.join(",")));
        for id in chunk {
            sql = sql.bind(id.as_str());
        }
        found.extend(sql.all::<Request>(conn, "look up requests by id").await?);
    }
    found.sort_by(|a, b| (a.at, &a.request_id).cmp(&(b.at, &b.request_id)));
    Ok(found)
}

/// The first [`MOST_FOUND`] requests of `by` from `from` to `to`, both included, by time, then by request id.
///
/// # Errors
/// If the database fails.
pub async fn within(conn: &mut Conn, by: &By, from: i64, to: i64) -> Result<Vec<Request>, StoreError> {
    // A span beyond what is there would have empty hours without end.
    let Some((first, last)) = hours(conn).await? else { return Ok(Vec::new()) };
    let (first, last) = (first.max(from.div_euclid(HOUR_MS)), last.min(to.div_euclid(HOUR_MS)));
    let condition = match by {
        By::Login(_) => "t.login = $6",
        By::Key(_) => "t.key_hash = $6",
        By::Route { .. } => "t.normal_path = $6 and t.method = $7",
    };
    let text = format!(
        "with recursive span (hour) as \
         (select cast($4 as bigint) where $4 <= $5 union all select hour + 1 from span where hour < $5) \
         select {} from span {} request t on (t.at / 3600000) = span.hour + 0 \
         where {condition} and t.at between $1 and $2 \
         order by t.at, coalesce(t.request_id, ''), t.number limit $3",
        Request::columns(),
        conn.engine().join_in_order(),
    );
    let sql = Sql::new(text).bind(from).bind(to).bind(i64::from(MOST_FOUND)).bind(first).bind(last);
    let sql = match by {
        By::Login(login) => sql.bind(login.as_str()),
        By::Key(hash) => sql.bind(hash.clone()),
        By::Route { method, normal_path } => sql.bind(normal_path.as_str()).bind(method.as_str()),
    };
    sql.all(conn, "look up requests").await
}

/// The first and the last hour of which there are requests, counted from 1970.
async fn hours(conn: &mut Conn) -> Result<Option<(i64, i64)>, StoreError> {
    let text = "select (select min(at / 3600000) from request) as first, (select max(at / 3600000) from request) as last";
    let found: Option<(Option<i64>, Option<i64>)> =
        Sql::new(text).tuple(conn, "look up the span of the request log").await?;
    Ok(found.and_then(|(first, last)| first.zip(last)))
}

/// Throws away up to `limit` requests from before `instant`; how many. Call it until it answers 0.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, instant: i64, limit: u32) -> Result<u64, StoreError> {
    let text = "delete from request where number in (select number from request \
                where (at / 3600000) <= $1 / 3600000 and at < $1 order by (at / 3600000) limit $2)";
    Sql::new(text).bind(instant).bind(i64::from(limit)).run(tx, "throw away old requests").await
}
