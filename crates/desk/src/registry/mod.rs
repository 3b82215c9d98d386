//! The registry as people keep it: read, replaced whole, changed entry by entry, and as CSV.
//!
//! In: `registry.json`, single entries, or CSV. Out: a new revision and what is different in it, or every mistake with its place.
//!
//! Every change goes one way, [`write::change`]: the current revision is read, edited, checked whole, and written if it is still the
//! current one; else the edit is made again on the newer one.
//!
//! A key that is kept is shown as `"id"` (the first sixteen digits of its keyed hash) and `"key_last4"`. Put in again with that `id`, or
//! with the `id` in the place of the `key`, it stays the key that it was; a whole key in `key` takes its place.
//!
//! **Invariants:** no revision has a mistake; no key and no keyed hash leaves; no change that was answered is lost to another.

mod collection;
mod csv;
mod difference;
mod entries;
mod shown;
mod write;

use serde_json::Value;

pub use self::csv::{Import, Table, export, import};
pub use crate::change::Change;
pub use collection::Collection;
pub use difference::{Changed, Changes, Difference};
pub use entries::{Entry, Listing, Query, entry, link_user, list, put_entry, remove_entry, unlink_user};
pub use write::Put;

use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;
use write::{Base, Edited};

/// The registry as it is, keys as `id` and `key_last4`, and its revision; no revision before the first change.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn current(desk: &Desk, caller: &Caller) -> Result<(Option<String>, Value), DeskError> {
    caller.must(Permission::ReadRegistry)?;
    let base = Base::read(desk).await?;
    let revision = base.revision.clone();
    Ok((revision, write::apart(move || Ok(shown::shown(base.file))).await?))
}

/// Puts a whole registry in the place of the current one.
///
/// # Errors
/// [`DeskError::Registry`] with every mistake; [`DeskError::Stale`] if the current revision is not the expected one.
pub async fn put(desk: &Desk, caller: &Caller, json: &str, change: &Change<'_>) -> Result<Put, DeskError> {
    let json = json.strip_prefix('\u{feff}').unwrap_or(json).to_owned();
    let secret = desk.secrets().hash_secret();
    let edit = move |_base: &Value| match serde_json::from_str::<Value>(&json) {
        Ok(file) => Ok(Edited::plain(file)),
        // The core says the same with the line and column.
        Err(_said_better) => match balcao_core::facts::registry::Registry::parse(&json, &secret) {
            Err(error) => Err(error.into()),
            Ok(_) => Err(DeskError::Damaged("o cadastro enviado")),
        },
    };
    write::change(desk, caller, change, edit).await
}
