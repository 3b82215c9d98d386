//! Accounts: the people who can log in. Passwords are here as hashes, second factors sealed.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{AccountId, SealedId};
use crate::row::{Row, Sql, insert, row};

row! {
    /// One person.
    Account in "account" {
        /// Its own id.
        id: AccountId,
        /// What is typed to log in, folded by the caller.
        login: String,
        /// What is shown.
        name: String,
        /// The role's code.
        role: String,
        /// Of which partner, for a contact.
        partner: Option<String>,
        /// Of which team.
        team: Option<String>,
        /// The password's hash; `None` if none was set yet.
        password_hash: Option<String>,
        /// The sealed secret of the second factor.
        totp_sealed: Option<SealedId>,
        /// The last step of the second factor that was used: none is good twice.
        totp_step: Option<i64>,
        /// Failed attempts since the last success.
        failures: i64,
        /// Until when nobody gets in.
        locked_until: Option<i64>,
        /// Since when it may not be used.
        disabled_at: Option<i64>,
        /// When it was made.
        created: i64,
        /// When it was last changed.
        updated: i64,
    }
}

/// Writes a new account.
///
/// # Errors
/// [`StoreError::Taken`] if the login is another's.
pub async fn add(tx: &mut Tx, account: &Account) -> Result<(), StoreError> {
    insert(tx, account, "write an account").await
}

/// Nobody else changes accounts until this transaction ends: what it reads of them from here on stays true. Call it first.
///
/// # Errors
/// If the database fails.
pub async fn alone(tx: &mut Tx) -> Result<(), StoreError> {
    let text = tx.engine().lock_accounts();
    tx.batch(text).await.map_err(|source| StoreError::query("wait for the accounts", source))
}

/// The account with this id.
///
/// # Errors
/// If the database fails.
pub async fn get(conn: &mut Conn, id: &AccountId) -> Result<Option<Account>, StoreError> {
    let text = Account::select() + "where t.id = $1";
    Sql::new(text).bind(id.clone()).optional(conn, "read an account").await
}

/// The account with this login.
///
/// # Errors
/// If the database fails.
pub async fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Account>, StoreError> {
    let text = Account::select() + "where t.login = $1";
    Sql::new(text).bind(login).optional(conn, "read an account").await
}

/// Every account, by login.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Account>, StoreError> {
    Sql::new(Account::select() + "order by t.login").all(conn, "list the accounts").await
}

/// Writes an account that is there; `false` if it is not.
///
/// # Errors
/// [`StoreError::Taken`] if the login is another's.
pub async fn update(tx: &mut Tx, account: &Account) -> Result<bool, StoreError> {
    let numbered = Account::COLUMNS.iter().enumerate().skip(1);
    let changes: Vec<String> = numbered.map(|(n, column)| format!("{column} = ${}", n + 1)).collect();
    let text = format!("update account set {} where id = $1", changes.join(", "));
    Sql::new(text).bind_row(account).run(tx, "change an account").await.map(|rows| rows > 0)
}

/// Counts a failed attempt; how many there were since the last success.
///
/// # Errors
/// If the database fails.
pub async fn failed(tx: &mut Tx, id: &AccountId, locked_until: Option<i64>) -> Result<i64, StoreError> {
    let text = "update account set failures = failures + 1, locked_until = coalesce($2, locked_until) \
                where id = $1 returning failures";
    let sql = Sql::new(text).bind(id.clone()).bind(locked_until);
    let failures: Option<(i64,)> = sql.tuple(tx, "count a failed log-in").await?;
    Ok(failures.map_or(0, |(failures,)| failures))
}
