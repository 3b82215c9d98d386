//! Links that are good for one use. The token itself is not here, only its hash.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::AccountId;
use crate::row::{Row, Sql, insert, row};

row! {
    /// One link.
    OneTime in "one_time" {
        /// Hash of its token.
        hash: String,
        /// What it is good for.
        purpose: String,
        /// Whose it is.
        account: Option<AccountId>,
        /// When it ends by itself.
        expires: i64,
        /// When it was used or ended.
        used: Option<i64>,
    }
}

/// Writes a link.
///
/// # Errors
/// If the account is not there, or the database fails.
pub async fn add(tx: &mut Tx, link: &OneTime) -> Result<(), StoreError> {
    insert(tx, link, "write a one-time link").await
}

/// A link that can still be used at `now`.
///
/// # Errors
/// If the database fails.
pub async fn live(conn: &mut Conn, hash: &str, now: i64) -> Result<Option<OneTime>, StoreError> {
    let text = OneTime::select() + "where t.hash = $1 and t.expires > $2 and t.used is null";
    Sql::new(text).bind(hash).bind(now).optional(conn, "read a one-time link").await
}

/// Uses a link; `false` if it was used, has ended or is not there.
///
/// # Errors
/// If the database fails.
pub async fn take(tx: &mut Tx, hash: &str, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new("update one_time set used = $2 where hash = $1 and used is null and expires > $2");
    sql.bind(hash).bind(now).run(tx, "use a one-time link").await.map(|rows| rows > 0)
}

/// Ends every unused link of this purpose.
///
/// # Errors
/// If the database fails.
pub async fn end_all(tx: &mut Tx, purpose: &str, now: i64) -> Result<(), StoreError> {
    let sql = Sql::new("update one_time set used = $2 where purpose = $1 and used is null");
    sql.bind(purpose).bind(now).run(tx, "end one-time links").await.map(|_| ())
}

/// Ends every unused link of this account.
///
/// # Errors
/// If the database fails.
pub async fn end_of(tx: &mut Tx, account: &AccountId, now: i64) -> Result<(), StoreError> {
    let sql = Sql::new("update one_time set used = $2 where account = $1 and used is null");
    sql.bind(account.clone()).bind(now).run(tx, "end the links of an account").await.map(|_| ())
}
