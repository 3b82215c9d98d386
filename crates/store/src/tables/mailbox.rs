//! Mailboxes that are read over IMAP: who reads each, and how it stands.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::row::{Row, Sql, row};

/// A round is under way.
pub const READING: &str = "reading";
/// Everything is taken, and whoever reads it waits for more.
pub const WATCHING: &str = "watching";
/// It cannot be read now, and is tried again.
pub const FAILING: &str = "failing";

row! {
    /// One mailbox.
    Mailbox in "mailbox" {
        /// Its name in the settings.
        name: String,
        /// Whoever reads it.
        holder: Option<String>,
        /// Until when it is the holder's alone.
        held_until: Option<i64>,
        /// [`READING`], [`WATCHING`] or [`FAILING`].
        state: String,
        /// Since when it is in that state.
        since: i64,
        /// Why it fails.
        error: Option<String>,
        /// When a round last ended well.
        looked: Option<i64>,
        /// The server's `UIDVALIDITY` then.
        validity: Option<i64>,
        /// How many mails the server had then, of those that are wanted.
        on_server: i64,
        /// How many of these are neither stored nor refused.
        missing: i64,
    }
}

impl Mailbox {
    /// Whether somebody reads it at that instant (milliseconds).
    #[must_use]
    pub fn is_held(&self, now: i64) -> bool {
        self.holder.is_some() && self.held_until.is_some_and(|until| until > now)
    }
}

/// How a mailbox stands after something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Somebody reads it.
    Reading,
    /// A round ended well.
    Watching {
        /// The server's `UIDVALIDITY`.
        validity: i64,
        /// How many mails it has, of those that are wanted.
        on_server: i64,
        /// How many of these are neither stored nor refused.
        missing: i64,
    },
    /// It cannot be read, and why.
    Failing(String),
}

/// Takes a mailbox for `holder` until `until`, or keeps it; `false` if another has it.
///
/// # Errors
/// If the database fails.
pub async fn hold(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    (now, until): (i64, i64),
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "insert into mailbox (name, holder, held_until, state, since, on_server, missing) \
         values ($1, $2, $4, 'reading', $3, 0, 0) on conflict (name) do update \
         set holder = excluded.holder, held_until = excluded.held_until \
         where mailbox.holder is null or mailbox.holder = excluded.holder or mailbox.held_until <= $3",
    );
    let sql = sql.bind(name).bind(holder).bind(now).bind(until);
    sql.run(tx, "take a mailbox").await.map(|rows| rows > 0)
}

/// Gives a mailbox back, so that another need not wait.
///
/// # Errors
/// If the database fails.
pub async fn let_go(tx: &mut Tx, name: &str, holder: &str) -> Result<(), StoreError> {
    let sql = Sql::new("update mailbox set holder = null, held_until = null where name = $1 and holder = $2");
    sql.bind(name).bind(holder).run(tx, "give a mailbox back").await.map(|_| ())
}

/// Notes how a mailbox stands; nothing if it is no longer `holder`'s.
///
/// # Errors
/// If the database fails.
pub async fn stands(
    tx: &mut Tx,
    name: &str,
    holder: &str,
    (standing, now): (&Standing, i64),
) -> Result<(), StoreError> {
    let state = match standing {
        Standing::Reading => READING,
        Standing::Watching { .. } => WATCHING,
        Standing::Failing(_) => FAILING,
    };
    let sql = Sql::new(
        "update mailbox set since = case when state = $3 then since else $4 end, state = $3 \
         where name = $1 and holder = $2",
    );
    sql.bind(name).bind(holder).bind(state).bind(now).run(tx, "note how a mailbox stands").await?;
    let sql = match standing {
        // Why it failed stays until it is known to be over.
        Standing::Reading => return Ok(()),
        Standing::Watching { validity, on_server, missing } => Sql::new(
            "update mailbox set error = null, looked = $3, validity = $4, on_server = $5, missing = $6 \
             where name = $1 and holder = $2",
        )
        .bind(name)
        .bind(holder)
        .bind(now)
        .bind(*validity)
        .bind(*on_server)
        .bind(*missing),
        Standing::Failing(why) => Sql::new("update mailbox set error = $3 where name = $1 and holder = $2")
            .bind(name)
            .bind(holder)
            .bind(why.as_str()),
    };
    sql.run(tx, "note how a mailbox stands").await.map(|_| ())
}

/// Forgets a mailbox that nobody reads; `false` if somebody does.
///
/// # Errors
/// If the database fails.
pub async fn forget(tx: &mut Tx, name: &str, now: i64) -> Result<bool, StoreError> {
    let sql = Sql::new("delete from mailbox where name = $1 and (holder is null or held_until <= $2)");
    sql.bind(name).bind(now).run(tx, "forget a mailbox").await.map(|rows| rows > 0)
}

/// Every mailbox that was ever read, by name.
///
/// # Errors
/// If the database fails.
pub async fn list(conn: &mut Conn) -> Result<Vec<Mailbox>, StoreError> {
    let text = Mailbox::select() + "where 1 = 1 order by t.name";
    Sql::new(text).all(conn, "list mailboxes").await
}
