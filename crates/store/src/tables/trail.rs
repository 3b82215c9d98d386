//! The trail: everything that happened, in one chain of hashes over all tickets. How a hash is made is the caller's matter.

use crate::batch::Batch;
use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::TicketId;
use crate::row::{Row, Sql, row};
use crate::scope::Scope;
use crate::tables;

row! {
    /// One entry.
    Entry in "trail" {
        /// Its place, from 1, without gaps.
        seq: i64,
        /// What it is about; `None` if about no ticket.
        ticket: Option<TicketId>,
        /// When it happened.
        at: i64,
        /// Who did it.
        actor: String,
        /// What was done.
        what: String,
        /// Details and reason, as JSON, masked.
        data: String,
        /// The hash of the entry before; empty for the first.
        previous_hash: Vec<u8>,
        /// The hash of this one.
        hash: Vec<u8>,
    }
}

/// What is to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// What it is about, if about a ticket.
    pub ticket: Option<TicketId>,
    /// When, in milliseconds.
    pub at: i64,
    /// Who did it.
    pub actor: String,
    /// What was done.
    pub what: String,
    /// Details and reason, as JSON, masked.
    pub data: String,
}

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last entry's place; 0 if there is none.
    pub seq: i64,
    /// The last entry's hash; empty if there is none.
    pub hash: Vec<u8>,
}

/// Appends to the chain. `link` makes the hash from the entry, whose `hash` is still empty and whose `previous_hash` is set.
///
/// The end of the chain is locked until the transaction ends, so call this last, after `ticket::create`.
///
/// # Errors
/// If the ticket is not there, or the database fails.
pub async fn append(
    tx: &mut Tx,
    happening: Happening,
    link: impl Fn(&Entry) -> Vec<u8> + Send,
) -> Result<Entry, StoreError> {
    let batch = Batch::new(tx);
    append_with(tx, happening, link, (batch, "append to the trail")).await
}

/// As [`append`], in one turn to the server with what `batch` holds; `what` is done by it.
///
/// # Errors
/// As [`append`] and as the batch.
pub async fn append_with(
    tx: &mut Tx,
    happening: Happening,
    link: impl Fn(&Entry) -> Vec<u8> + Send,
    (mut batch, what): (Batch, &'static str),
) -> Result<Entry, StoreError> {
    let (seq, previous_hash) = match tx.trail_end() {
        Some((seq, hash)) => (seq + 1, hash),
        None => next_place(tx, what).await?,
    };
    let Happening { ticket, at, actor, what: done, data } = happening;
    let mut entry = Entry { seq, ticket, at, actor, what: done, data, previous_hash, hash: Vec::new() };
    entry.hash = link(&entry);
    batch.add(&entry);
    batch.statement("update trail_head set seq = $1, hash = $2 where one = 1", seq, entry.hash.clone());
    batch.run(tx, what).await?;
    tx.hold_trail_end((seq, entry.hash.clone()));
    Ok(entry)
}

/// The next place and what it follows on; whoever else wants one waits from here until the transaction ends.
async fn next_place(tx: &mut Tx, what: &'static str) -> Result<(i64, Vec<u8>), StoreError> {
    let sql = Sql::new("update trail_head set seq = seq + 1 where one = 1 returning seq, hash");
    let head: Option<(i64, Vec<u8>)> = sql.tuple(tx, what).await?;
    Ok(head.unwrap_or((1, Vec::new())))
}

/// The entries after place `seq`, in order, at most `limit`: for verifying the whole chain.
///
/// # Errors
/// If the database fails.
pub async fn after(conn: &mut Conn, seq: i64, limit: u16) -> Result<Vec<Entry>, StoreError> {
    let text = Entry::select() + "where t.seq > $1 order by t.seq limit $2";
    Sql::new(text).bind(seq).bind(i64::from(limit)).all(conn, "read the trail").await
}

/// Where the chain must end.
///
/// # Errors
/// If the database fails.
pub async fn head(conn: &mut Conn) -> Result<Head, StoreError> {
    let sql = Sql::new("select seq, hash from trail_head where one = 1");
    let head: Option<(i64, Vec<u8>)> = sql.tuple(conn, "read the end of the trail").await?;
    Ok(head.map_or(Head { seq: 0, hash: Vec::new() }, |(seq, hash)| Head { seq, hash }))
}

/// The entries about a ticket that `scope` may see, in order.
///
/// # Errors
/// If the database fails.
pub async fn of_ticket(conn: &mut Conn, scope: &Scope, ticket: &TicketId) -> Result<Vec<Entry>, StoreError> {
    tables::of_ticket(conn, scope, ticket, "order by r.seq").await
}
