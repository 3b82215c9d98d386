//! Addresses that our mails came back from. They are keyed hashes of the caller's.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::MailId;
use crate::row::{Row, Sql, row};

row! {
    /// One address.
    Returned in "returned" {
        /// Keyed hash of it.
        address: String,
        /// The status code of the last report: `5.1.1`.
        status: String,
        /// When a mail first came back.
        first: i64,
        /// When one last did.
        last: i64,
        /// How many did.
        count: i64,
        /// The report that came last.
        mail: MailId,
    }
}

/// Notes that a mail to this address came back once more.
///
/// # Errors
/// If the database fails.
pub async fn note(tx: &mut Tx, returned: &Returned) -> Result<(), StoreError> {
    let text = format!(
        "{} on conflict (address) do update set status = excluded.status, last = excluded.last, \
         count = returned.count + excluded.count, mail = excluded.mail",
        Returned::insert_text()
    );
    Sql::new(text).bind_row(returned).run(tx, "note an address that mails come back from").await.map(|_| ())
}

/// Forgets it: somebody wrote from there. Whether it was noted.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, address: &str) -> Result<bool, StoreError> {
    let sql = Sql::new("delete from returned where address = $1").bind(address);
    sql.run(tx, "forget that mails came back").await.map(|rows| rows > 0)
}

/// What is noted of an address.
///
/// # Errors
/// If the database fails.
pub async fn of_address(conn: &mut Conn, address: &str) -> Result<Option<Returned>, StoreError> {
    let text = Returned::select() + "where t.address = $1";
    Sql::new(text).bind(address).optional(conn, "ask whether mails came back").await
}

/// Every address that mails come back from, the latest first, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn, limit: u16) -> Result<Vec<Returned>, StoreError> {
    let text = Returned::select() + "where 1 = 1 order by t.last desc, t.address limit $1";
    Sql::new(text).bind(i64::from(limit)).all(conn, "list addresses that mails come back from").await
}
