//! Sealed originals: ciphertext whose key is not here.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::SealedId;
use crate::row::{Row, Sql, insert, row};

row! {
    /// One ciphertext. Who may open it is decided by whoever holds the key.
    Sealed in "sealed" {
        /// Its own id.
        id: SealedId,
        /// What it is the original of: the id of a message, an attachment, an account.
        about: String,
        /// Which key it was sealed with.
        key_id: String,
        /// The nonce.
        nonce: Vec<u8>,
        /// The sealed bytes.
        ciphertext: Vec<u8>,
        /// When it is thrown away; `None` keeps it.
        expires_at: Option<i64>,
    }
}

/// Writes a sealed original.
///
/// # Errors
/// If the id is there already, or the database fails.
pub async fn add(tx: &mut Tx, sealed: &Sealed) -> Result<(), StoreError> {
    insert(tx, sealed, "write a sealed original").await
}

/// The sealed original with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &SealedId) -> Result<Option<Sealed>, StoreError> {
    let text = Sealed::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read a sealed original").await
}

/// The sealed originals of one thing, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn about(conn: &mut Conn, about: &str) -> Result<Vec<Sealed>, StoreError> {
    let text = Sealed::select() + "where t.about = $1 order by t.id";
    Sql::new(text).bind(about).all(conn, "read sealed originals").await
}

/// Some that are sealed with `key_id`, for sealing them anew; none when the rotation is done.
///
/// # Errors
/// If the database fails.
pub async fn with_key(conn: &mut Conn, key_id: &str, limit: u16) -> Result<Vec<Sealed>, StoreError> {
    let text = Sealed::select() + "where t.key_id = $1 order by t.id limit $2";
    Sql::new(text).bind(key_id).bind(i64::from(limit)).all(conn, "list sealed originals").await
}

/// Puts a new ciphertext in the place of the old one; `false` if it is gone.
///
/// # Errors
/// If the database fails.
pub async fn reseal(tx: &mut Tx, sealed: &Sealed) -> Result<bool, StoreError> {
    let sql = Sql::new("update sealed set key_id = $2, nonce = $3, ciphertext = $4 where id = $1");
    let sql = sql.bind(sealed.id.clone()).bind(sealed.key_id.clone()).bind(sealed.nonce.clone());
    sql.bind(sealed.ciphertext.clone()).run(tx, "seal an original anew").await.map(|rows| rows > 0)
}

/// Throws away the sealed originals of one thing; how many.
///
/// # Errors
/// If a row still refers to one, or the database fails.
pub async fn forget(tx: &mut Tx, about: &str) -> Result<u64, StoreError> {
    let sql = Sql::new("delete from sealed where about = $1").bind(about);
    sql.run(tx, "throw sealed originals away").await
}

/// Throws away what has expired; how many.
///
/// # Errors
/// If the database fails.
pub async fn expire(tx: &mut Tx, now: i64) -> Result<u64, StoreError> {
    let sql = Sql::new("delete from sealed where expires_at <= $1").bind(now);
    sql.run(tx, "throw away expired originals").await
}
