//! Tokens of the API, personal and of services. The token itself is not here, only its hash and its end.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::{AccountId, ApiTokenId};
use crate::row::{Row, Sql, insert, row};

row! {
    /// One token.
    ApiToken in "api_token" {
        /// Its own id.
        id: ApiTokenId,
        /// What it is called.
        name: String,
        /// The role's code.
        role: String,
        /// What it may do, a JSON list of texts.
        scopes: String,
        /// The partner it is bound to.
        partner: Option<String>,
        /// The account it acts for; `None`: a service.
        account: Option<AccountId>,
        /// Hash of the token.
        hash: String,
        /// The token's last four characters.
        last4: String,
        /// When it was made.
        created: i64,
        /// When it ends by itself.
        expires: Option<i64>,
        /// When it was ended by hand.
        revoked: Option<i64>,
    }
}

/// Writes a token.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, token: &ApiToken) -> Result<(), StoreError> {
    insert(tx, token, "write an API token").await
}

/// The token with this hash, if it can be used at `now`.
///
/// # Errors
/// If the database fails.
pub async fn live(conn: &mut Conn, hash: &str, now: i64) -> Result<Option<ApiToken>, StoreError> {
    let text = ApiToken::select()
        + "where t.hash = $1 and (t.expires is null or t.expires > $2) and t.revoked is null";
    Sql::new(text).bind(hash).bind(now).optional(conn, "read an API token").await
}

/// Every token, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<ApiToken>, StoreError> {
    Sql::new(ApiToken::select() + "order by t.id").all(conn, "list the API tokens").await
}

/// Ends a token; `false` if it is not there or ended already.
///
/// # Errors
/// If the database fails.
pub async fn revoke(tx: &mut Tx, id: &ApiTokenId, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new("update api_token set revoked = $2 where id = $1 and revoked is null");
    sql.bind(id.clone()).bind(now).run(tx, "end an API token").await.map(|rows| rows > 0)
}
