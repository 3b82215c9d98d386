//! Failed attempts to log in, under a hash of what was typed: known and unknown names look alike.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, row};

row! {
    /// The failures of one name.
    Attempt in "attempt" {
        /// Hash of what was typed.
        hash: String,
        /// How many since the last success.
        failures: i64,
        /// Until when nobody gets in under it.
        locked_until: Option<i64>,
        /// When the last one was.
        at: i64,
    }
}

/// The failures of a name.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, hash: &str) -> Result<Option<Attempt>, StoreError> {
    let text = Attempt::select() + "where t.hash = $1";
    Sql::new(text).bind(hash).optional(conn, "read failed attempts").await
}

/// Counts a failure; how many there are now.
///
/// # Errors
/// If the database fails.
pub async fn failed(tx: &mut Tx, hash: &str, now: i64) -> Result<i64, StoreError> {
    let sql = Sql::new(
        "insert into attempt (hash, failures, at) values ($1, 1, $2) on conflict (hash) \
         do update set failures = attempt.failures + 1, at = excluded.at returning failures",
    );
    let failures: Option<(i64,)> = sql.bind(hash).bind(now).tuple(tx, "count a failed attempt").await?;
    Ok(failures.map_or(0, |(failures,)| failures))
}

/// Locks a name until `until`.
///
/// # Errors
/// If the database fails.
pub async fn lock(tx: &mut Tx, hash: &str, until: i64) -> Result<(), StoreError> {
    let sql = Sql::new("update attempt set locked_until = $2 where hash = $1").bind(hash).bind(until);
    sql.run(tx, "lock a name").await.map(|_| ())
}

/// Forgets the failures of a name: somebody got in.
///
/// # Errors
/// If the database fails.
pub async fn clear(tx: &mut Tx, hash: &str) -> Result<(), StoreError> {
    Sql::new("delete from attempt where hash = $1")
        .bind(hash)
        .run(tx, "forget failed attempts")
        .await
        .map(|_| ())
}

/// Forgets failures from before `instant` that lock nothing any more; how many.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    let sql = Sql::new("delete from attempt where at < $1 and (locked_until is null or locked_until < $1)");
    sql.bind(instant).run(tx, "forget old attempts").await
}
