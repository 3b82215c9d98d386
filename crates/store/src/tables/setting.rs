//! Facts of the installation: one row each.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, insert_new, row};

row! {
    /// One fact.
    Setting in "setting" {
        /// What of.
        name: String,
        /// What it is.
        value: String,
    }
}

/// The value of a fact.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, name: &str) -> Result<Option<String>, StoreError> {
    let text = Setting::select() + "where t.name = $1";
    let found: Option<Setting> = Sql::new(text).bind(name).optional(conn, "read a setting").await?;
    Ok(found.map(|setting| setting.value))
}

/// Writes a fact unless it is known; what is then known.
///
/// # Errors
/// If the database fails.
pub async fn first(tx: &mut Tx, name: &str, value: &str) -> Result<String, StoreError> {
    let setting = Setting { name: name.to_owned(), value: value.to_owned() };
    insert_new(tx, &setting, "write a setting").await?;
    Ok(get(tx, name).await?.unwrap_or(setting.value))
}

/// Writes a fact in the place of what was known.
///
/// # Errors
/// If the database fails.
pub async fn put(tx: &mut Tx, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = Sql::new(
        "insert into setting (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
    );
    sql.bind(name).bind(value).run(tx, "write a setting").await.map(|_| ())
}
