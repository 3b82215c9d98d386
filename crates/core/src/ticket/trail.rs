//! The trail of what happened: entries in a chain, each carrying the hash of the one before.
//!
//! Whoever changes, removes or re-orders an entry breaks the chain from there on, and [`verify`] says where.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The length of a hash.
pub const HASH_BYTES: usize = 32;
/// A hash, or the absence of one before the first entry.
pub type Hash = [u8; HASH_BYTES];
/// What the first entry follows.
pub const NOTHING: Hash = [0; HASH_BYTES];

/// What happened, before it is in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening {
    /// Id of the ticket, or empty for what concerns none.
    pub ticket: String,
    pub at: Timestamp,
    pub actor: String,
    /// A word for the kind of event: `received`, `state_changed`, `original_opened`, …
    pub what: String,
    /// Its particulars as JSON, masked.
    pub data: String,
}

/// One entry of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Place in the chain, from 1.
    pub sequence: u64,
    pub happening: Happening,
    pub previous: Hash,
    pub hash: Hash,
}

/// Where a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("a entrada {0} foi alterada: o conteúdo não corresponde ao seu resumo")]
    Changed(u64),
    #[error("falta a entrada {0}: a cadeia salta")]
    Removed(u64),
    #[error("a entrada {0} não segue a anterior: foi trocada de lugar, ou a anterior foi refeita")]
    Misplaced(u64),
}

impl Entry {
    /// The entry that follows `previous` (`None` for the first).
    pub fn following(previous: Option<&Self>, happening: Happening) -> Self {
        let (sequence, hash) = previous.map_or((0, NOTHING), |entry| (entry.sequence, entry.hash));
        Self::after(sequence, hash, happening)
    }

    /// The entry that follows the one with this sequence and hash; `0` and [`NOTHING`] for the first.
    pub fn after(sequence: u64, previous: Hash, happening: Happening) -> Self {
        let sequence = sequence.saturating_add(1);
        let hash = hash_of(sequence, &previous, &happening);
        Self { sequence, happening, previous, hash }
    }
}

/// Every field with its length before it, so that no two entries are written alike.
fn hash_of(sequence: u64, previous: &Hash, happening: &Happening) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(sequence.to_be_bytes());
    hasher.update(previous);
    hasher.update(happening.at.as_millisecond().to_be_bytes());
    for text in [&happening.ticket, &happening.actor, &happening.what, &happening.data] {
        hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.finalize().into()
}

/// Reads a chain from its first entry and counts its entries.
///
/// # Errors
/// The first place where it is broken.
pub fn verify(entries: impl IntoIterator<Item = Entry>) -> Result<u64, Broken> {
    let (mut sequence, mut hash) = (0, NOTHING);
    for entry in entries {
        if entry.sequence > sequence + 1 {
            return Err(Broken::Removed(sequence + 1));
        }
        if entry.sequence != sequence + 1 || entry.previous != hash {
            return Err(Broken::Misplaced(entry.sequence));
        }
        if hash_of(entry.sequence, &entry.previous, &entry.happening) != entry.hash {
            return Err(Broken::Changed(entry.sequence));
        }
        (sequence, hash) = (entry.sequence, entry.hash);
    }
    Ok(sequence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(length: u64) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for number in 0..length {
            let happening = Happening {
                ticket: format!("t{}", number % 2),
                at: Timestamp::from_second(1_780_000_000).unwrap(),
                actor: "ana".to_owned(),
                what: "state_changed".to_owned(),
                data: format!("{{\"n\":{number}}}"),
            };
            entries.push(Entry::following(entries.last(), happening));
        }
        entries
    }

    #[test]
    fn a_whole_chain_is_counted_and_an_empty_one_too() {
        assert_eq!(verify(chain(5)), Ok(5));
        assert_eq!(verify(chain(0)), Ok(0));
    }

    #[test]
    fn a_changed_a_removed_and_a_misplaced_entry_are_found() {
        for field in 0..5 {
            let mut changed = chain(5);
            let happening = &mut changed[2].happening;
            match field {
                0 => happening.data.push(' '),
                1 => happening.actor = "bia".to_owned(),
                2 => happening.what = "closed".to_owned(),
                3 => happening.ticket = "t9".to_owned(),
                _ => happening.at = Timestamp::from_second(1_780_000_001).unwrap(),
            }
            assert_eq!(verify(changed), Err(Broken::Changed(3)));
        }
        let mut removed = chain(5);
        removed.remove(1);
        assert_eq!(verify(removed), Err(Broken::Removed(2)));
        let mut swapped = chain(5);
        swapped.swap(1, 2);
        assert_eq!(verify(swapped), Err(Broken::Removed(2)));
        // Whoever rewrites an entry with its hash breaks the next one.
        let mut rewritten = chain(5);
        let forged = Happening { data: "{}".to_owned(), ..rewritten[2].happening.clone() };
        rewritten[2] = Entry::following(Some(&rewritten[1]), forged);
        assert_eq!(verify(rewritten), Err(Broken::Misplaced(4)));
    }

    #[test]
    fn fields_that_flow_into_each_other_are_told_apart() {
        let at = Timestamp::from_second(0).unwrap();
        let of = |ticket: &str, actor: &str| Happening {
            ticket: ticket.to_owned(),
            at,
            actor: actor.to_owned(),
            what: String::new(),
            data: String::new(),
        };
        assert_ne!(Entry::following(None, of("ab", "c")).hash, Entry::following(None, of("a", "bc")).hash);
    }
}
