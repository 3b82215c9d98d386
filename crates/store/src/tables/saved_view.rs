//! Lists that people come back to, of one's own or shared with everybody.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, insert, row};

row! {
    /// One list.
    SavedView in "saved_view" {
        /// Its own id.
        id: String,
        /// Who made it.
        account: String,
        /// What it is called.
        name: String,
        /// The filters, as in the address of the page.
        query: String,
        /// Since when everybody sees it.
        shared_at: Option<i64>,
        /// When it was made.
        at: i64,
    }
}

/// Writes a list.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, view: &SavedView) -> Result<(), StoreError> {
    insert(tx, view, "keep a list").await
}

/// The lists that a person sees, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn seen_by(conn: &mut Conn, account: &str) -> Result<Vec<SavedView>, StoreError> {
    let text =
        SavedView::select() + "where t.account = $1 or t.shared_at is not null order by t.at, t.id limit 100";
    Sql::new(text).bind(account).all(conn, "read kept lists").await
}

/// Throws away a list of this person; `false` if there is none.
///
/// # Errors
/// If the database fails.
pub async fn remove(tx: &mut Tx, id: &str, account: &str) -> Result<bool, StoreError> {
    let sql = Sql::new("delete from saved_view where id = $1 and account = $2");
    sql.bind(id).bind(account).run(tx, "throw a kept list away").await.map(|rows| rows > 0)
}
