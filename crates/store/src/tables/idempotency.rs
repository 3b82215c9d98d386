//! Idempotency: the same key asks for the same thing and gets the same ticket.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// A key that was used, and what came of it.
    Idempotency in "idempotency" {
        /// Whose key: two callers may use the same one.
        scope: String,
        /// Hash of the key.
        key_hash: String,
        /// The ticket that came of it.
        ticket: TicketId,
        /// Hash of what was asked: the key may not be used for something else.
        request_hash: String,
        /// Hash of what was answered.
        response_hash: Option<String>,
        /// When.
        at: i64,
    }
}

/// What became of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The key is new, and now ours.
    Ours,
    /// The key was used before; nothing was written.
    Known(Idempotency),
}

/// Claims a key, in the transaction that makes the ticket: of several at once one gets it, the others wait for its end.
///
/// # Errors
/// [`StoreError::Interrupted`] if the key comes and goes meanwhile, or the database fails.
pub async fn claim(tx: &mut Tx, wanted: &Idempotency) -> Result<Claim, StoreError> {
    // A key that refuses the new row may be thrown away before it is read: once more, then nothing is claimed.
    for _ in 0..2 {
        if insert_new(tx, wanted, "claim an idempotency key").await? {
            return Ok(Claim::Ours);
        }
        if let Some(known) = find(tx, &wanted.scope, &wanted.key_hash).await? {
            return Ok(Claim::Known(known));
        }
    }
    Err(StoreError::Interrupted)
}

/// What came of a key.
///
/// # Errors
/// If the database fails.
pub async fn find(conn: &mut Conn, scope: &str, key_hash: &str) -> Result<Option<Idempotency>, StoreError> {
    let text = Idempotency::select() + "where t.scope = $1 and t.key_hash = $2";
    Sql::new(text).bind(scope).bind(key_hash).optional(conn, "look for an idempotency key").await
}

/// Notes what was answered.
///
/// # Errors
/// If the database fails.
pub async fn answered(tx: &mut Tx, scope: &str, key_hash: &str, response: &str) -> Result<(), StoreError> {
    let sql = Sql::new("update idempotency set response_hash = $3 where scope = $1 and key_hash = $2");
    sql.bind(scope).bind(key_hash).bind(response).run(tx, "note an answer").await.map(|_| ())
}

/// Forgets the keys used before `instant`; how many.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    Sql::new("delete from idempotency where at < $1")
        .bind(instant)
        .run(tx, "forget old idempotency keys")
        .await
}
