//! Documentation: each version of each document, unchanged once written.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One version of one document.
    Document in "document" {
        /// Its path, with `/` between folders.
        path: String,
        /// Its version.
        version: String,
        /// When it was written here.
        at: i64,
        /// The text.
        text: String,
        /// Hash of the text.
        hash: String,
    }
}

/// Writes a version; `false` if it is there already, and then nothing changes.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, document: &Document) -> Result<bool, StoreError> {
    insert_new(tx, document, "write a document").await
}

/// One version of a document.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, path: &str, version: &str) -> Result<Option<Document>, StoreError> {
    let text = Document::select() + "where t.path = $1 and t.version = $2";
    Sql::new(text).bind(path).bind(version).optional(conn, "read a document").await
}

/// Every document, in the version that was written last, by path.
///
/// # Errors
/// If the database fails.
pub async fn current(conn: &mut Conn) -> Result<Vec<Document>, StoreError> {
    let text = Document::select()
        + "where not exists (select 1 from document o where o.path = t.path \
           and (o.at > t.at or (o.at = t.at and o.version > t.version))) order by t.path";
    Sql::new(text).all(conn, "read the documents").await
}

/// Takes a version away; `false` if it is not there.
///
/// # Errors
/// If the database fails.
pub async fn remove(tx: &mut Tx, path: &str, version: &str) -> Result<bool, StoreError> {
    let sql = Sql::new("delete from document where path = $1 and version = $2").bind(path).bind(version);
    sql.run(tx, "remove a document").await.map(|rows| rows > 0)
}
