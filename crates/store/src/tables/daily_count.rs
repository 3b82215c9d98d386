//! How many of something there were on a day: nothing about whom.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, row};

row! {
    /// One count.
    DailyCount in "daily_count" {
        /// `2026-05-28`.
        day: String,
        /// Of what.
        name: String,
        /// How many.
        count: i64,
    }
}

/// One more.
///
/// # Errors
/// If the database fails.
pub async fn one_more(tx: &mut Tx, day: &str, name: &str) -> Result<(), StoreError> {
    let text = "insert into daily_count (day, name, count) values ($1, $2, 1) \
        on conflict (day, name) do update set count = daily_count.count + 1";
    Sql::new(text).bind(day).bind(name).run(tx, "count").await.map(|_| ())
}

/// The counts of some days, both included, by day and name.
///
/// # Errors
/// If the database fails.
pub async fn between(conn: &mut Conn, first: &str, last: &str) -> Result<Vec<DailyCount>, StoreError> {
    let text = DailyCount::select() + "where t.day >= $1 and t.day <= $2 order by t.day, t.name";
    Sql::new(text).bind(first).bind(last).all(conn, "read counts").await
}
