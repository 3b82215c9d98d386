//! Sessions: who is logged in from where. The token itself is not here, only its hash.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::AccountId;
use crate::row::{Row, Sql, insert, row};

row! {
    /// One session.
    Session in "session" {
        /// Hash of its token.
        hash: String,
        /// Whose.
        account: AccountId,
        /// The browser, as it is shown to its owner.
        agent: String,
        /// When it began.
        created: i64,
        /// When it was last used.
        seen: i64,
        /// When it ends by itself.
        expires: i64,
        /// When it was ended by hand.
        revoked: Option<i64>,
    }
}

/// Writes a session.
///
/// # Errors
/// If the account is not there, or the database fails.
pub async fn add(tx: &mut Tx, session: &Session) -> Result<(), StoreError> {
    insert(tx, session, "write a session").await
}

/// The session with this hash, if it can be used at `now`.
///
/// # Errors
/// If the database fails.
pub async fn live(conn: &mut Conn, hash: &str, now: i64) -> Result<Option<Session>, StoreError> {
    let text = Session::select() + "where t.hash = $1 and t.expires > $2 and t.revoked is null";
    Sql::new(text).bind(hash).bind(now).optional(conn, "read a session").await
}

/// The sessions of an account, newest first.
///
/// # Errors
/// If the database fails.
pub async fn of_account(conn: &mut Conn, account: &AccountId) -> Result<Vec<Session>, StoreError> {
    let text = Session::select() + "where t.account = $1 order by t.created desc, t.hash";
    Sql::new(text).bind(account.clone()).all(conn, "list the sessions").await
}

/// Notes that a session was used.
///
/// # Errors
/// If the database fails.
pub async fn touch(tx: &mut Tx, hash: &str, now: i64) -> Result<(), StoreError> {
    let sql = Sql::new("update session set seen = $2 where hash = $1").bind(hash).bind(now);
    sql.run(tx, "note the use of a session").await.map(|_| ())
}

/// Ends a session; `false` if it is not there or ended already.
///
/// # Errors
/// If the database fails.
pub async fn revoke(tx: &mut Tx, hash: &str, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new("update session set revoked = $2 where hash = $1 and revoked is null");
    sql.bind(hash).bind(now).run(tx, "end a session").await.map(|rows| rows > 0)
}

/// Ends every session of an account; how many.
///
/// # Errors
/// If the database fails.
pub async fn revoke_all(tx: &mut Tx, account: &AccountId, now: i64) -> Result<u64, StoreError> {
    let sql = Sql::new("update session set revoked = $2 where account = $1 and revoked is null");
    sql.bind(account.clone()).bind(now).run(tx, "end the sessions of an account").await
}
