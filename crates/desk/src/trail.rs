//! The trail as the desk writes and checks it: the core's chain of hashes over the store's rows.

use balcao_core::ticket::trail::{self as chain, Broken, Hash, NOTHING};
use balcao_store::{Batch, Conn, Store, StoreError, TicketId, Tx, trail};
use jiff::Timestamp;
use serde_json::Value;

use crate::caller::Caller;

/// What happened. `data` is masked by the caller.
pub struct Event<'e> {
    /// The ticket it is about, if about one.
    pub ticket: Option<&'e TicketId>,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: &'e Caller,
    /// A word for the kind: `received`, `state_changed`, `original_opened`, …
    pub what: &'static str,
    /// Its particulars.
    pub data: Value,
}

/// Writes an event down, in the transaction of the change itself. Call it last: the end of the chain is locked from here on.
///
/// # Errors
/// If the database fails.
pub async fn record(tx: &mut Tx, event: Event<'_>) -> Result<(), StoreError> {
    trail::append(tx, happened(event), link).await.map(|_| ())
}

/// As [`record`], in one turn to the server with the rows of the change.
///
/// # Errors
/// If the database fails, or one of the rows is there already.
pub(crate) async fn record_with(
    tx: &mut Tx,
    event: Event<'_>,
    rows: (Batch, &'static str),
) -> Result<(), StoreError> {
    trail::append_with(tx, happened(event), link, rows).await.map(|_| ())
}

fn happened(event: Event<'_>) -> trail::Happening {
    trail::Happening {
        ticket: event.ticket.cloned(),
        at: event.at.as_millisecond(),
        actor: event.by.id.clone(),
        what: event.what.to_owned(),
        data: event.data.to_string(),
    }
}

/// The hash of an entry, from its place, the hash before it and its content.
fn link(entry: &trail::Entry) -> Vec<u8> {
    let place = u64::try_from(entry.seq).unwrap_or(0).saturating_sub(1);
    let linked = chain::Entry::after(place, hash_of(&entry.previous_hash), happening(entry));
    linked.hash.to_vec()
}

/// A stored hash; the empty one stands before the first entry, and one of a wrong length fits nothing.
fn hash_of(stored: &[u8]) -> Hash {
    if stored.is_empty() { NOTHING } else { stored.try_into().unwrap_or([0xff; chain::HASH_BYTES]) }
}

fn happening(entry: &trail::Entry) -> chain::Happening {
    chain::Happening {
        ticket: entry.ticket.as_ref().map_or_else(String::new, ToString::to_string),
        at: Timestamp::from_millisecond(entry.at).unwrap_or(Timestamp::MIN),
        actor: entry.actor.clone(),
        what: entry.what.clone(),
        data: entry.data.clone(),
    }
}

/// What a check of the whole trail found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// So many entries, all in place.
    Whole(u64),
    /// The chain is broken.
    Broken(Broken),
    /// Entries after this place are gone: the chain ends before where it must.
    CutShort(u64),
}

/// Reads the whole trail and checks every link, and that it ends where it must.
///
/// # Errors
/// If the database fails.
pub async fn verify(store: &Store) -> Result<Verified, StoreError> {
    let mut conn = store.read().await?;
    // The end first: what is appended meanwhile lies behind it and is read too.
    let head = trail::head(&mut conn).await?;
    let (mut last, mut hash) = (0_i64, NOTHING);
    let mut at_head = head.seq == 0;
    loop {
        let rows = page(&mut conn, last).await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let expected = last.saturating_add(1);
            if let Some(broken) = broken(&row, expected, &hash) {
                return Ok(Verified::Broken(broken));
            }
            (last, hash) = (row.seq, hash_of(&row.hash));
            at_head |= row.seq == head.seq && row.hash == head.hash;
        }
    }
    let count = u64::try_from(last).unwrap_or(0);
    Ok(if at_head { Verified::Whole(count) } else { Verified::CutShort(count) })
}

fn broken(row: &trail::Entry, expected: i64, before: &Hash) -> Option<Broken> {
    let place = u64::try_from(row.seq).unwrap_or(0);
    if row.seq > expected {
        return Some(Broken::Removed(u64::try_from(expected).unwrap_or(0)));
    }
    if row.seq != expected || hash_of(&row.previous_hash) != *before {
        return Some(Broken::Misplaced(place));
    }
    (link(row) != row.hash).then_some(Broken::Changed(place))
}

async fn page(conn: &mut Conn, after: i64) -> Result<Vec<trail::Entry>, StoreError> {
    trail::after(conn, after, 500).await
}
