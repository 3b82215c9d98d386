//! The one way in which the registry changes: read, edit, check whole, compare, write.

use std::sync::Arc;

use balcao_core::facts::registry::{Registry, RegistryError};
use balcao_core::mask::Masker;
use balcao_store::registry::Revision;
use balcao_store::{RevisionId, registry, setting};
use serde_json::{Value, json};

use super::difference::Difference;
use super::shown;
use crate::caller::{Caller, Permission};
use crate::change::Change;
use crate::desk::{Desk, EMPTY_REGISTRY, WORLD, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// How often an edit is made again on what others wrote meanwhile. Those of this program wait for each other, so it is servers that meet.
const TRIES: usize = 10;

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The revision that is now the current one; before a first one there is none.
    pub revision: Option<String>,
    /// What is different, or would be.
    pub difference: Difference,
    /// Whether a new revision was written.
    pub changed: bool,
}

/// The registry that a change begins with, as kept.
pub(super) struct Base {
    pub(super) revision: Option<String>,
    at: i64,
    pub(super) file: Value,
}

impl Base {
    pub(super) async fn read(desk: &Desk) -> Result<Self, DeskError> {
        let mut conn = desk.store().read().await?;
        let current = registry::current(&mut conn).await?;
        drop(conn);
        apart(move || {
            let text = current.as_ref().map_or(EMPTY_REGISTRY, |revision| revision.body.as_str());
            let damaged = |_own_text: serde_json::Error| DeskError::Damaged("o cadastro");
            let file = serde_json::from_str(text).map_err(damaged)?;
            let at = current.as_ref().map_or(i64::MIN, |revision| revision.at);
            Ok(Self { revision: current.map(|revision| revision.id.to_string()), at, file })
        })
        .await
    }
}

/// How a refusal of the registry is told to whoever asked for the edit.
type Explain = Box<dyn FnOnce(RegistryError) -> DeskError + Send>;

/// A registry after an edit: keys may be named by their ids or stand there whole.
pub(super) struct Edited {
    pub(super) file: Value,
    pub(super) explain: Explain,
}

impl Edited {
    /// One whose mistakes are told as the registry tells them.
    pub(super) fn plain(file: Value) -> Self {
        Self { file, explain: Box::new(DeskError::Registry) }
    }
}

/// What is about to be written.
struct Next {
    body: String,
    difference: Difference,
    differs: bool,
}

/// Changes the registry by `edit`, which may be called again on a newer state.
pub(super) async fn change(
    desk: &Desk,
    caller: &Caller,
    change: &Change<'_>,
    edit: impl Fn(&Value) -> Result<Edited, DeskError> + Send + Sync + 'static,
) -> Result<Put, DeskError> {
    caller.must(Permission::WriteRegistry)?;
    let edit = Arc::new(edit);
    let turn = desk.turn().await;
    for _ in 0..TRIES {
        let base = Base::read(desk).await?;
        if change.expected.is_some_and(|expected| Some(expected) != base.revision.as_deref()) {
            return Err(DeskError::Stale);
        }
        let (revision, at) = (base.revision.clone(), base.at);
        let (secret, edit) = (desk.secrets().hash_secret(), Arc::clone(&edit));
        let next = apart(move || {
            let Edited { file, explain } = edit(&base.file)?;
            let file = shown::restored(&base.file, file)?;
            let body = Registry::stored(&file.to_string(), &secret).map_err(explain)?;
            let damaged = |_own_text: serde_json::Error| DeskError::Damaged("o cadastro");
            let file: Value = serde_json::from_str(&body).map_err(damaged)?;
            let difference = Difference::between(&base.file, &file);
            Ok(Next { body, difference, differs: base.file != file })
        });
        let next = next.await?;
        if change.dry_run || !next.differs {
            return Ok(Put { revision, difference: next.difference, changed: false });
        }
        let written = write(desk, caller, change, (revision.as_deref(), at), &next).await;
        match written {
            Ok(revision) => {
                desk.follow().await;
                drop(turn);
                return Ok(Put { revision: Some(revision), difference: next.difference, changed: true });
            }
            Err(DeskError::Stale) if change.expected.is_none() => {}
            Err(error) => return Err(error),
        }
    }
    Err(DeskError::Stale)
}

/// Writes a revision if the one that it was made of is still the current one; its id.
async fn write(
    desk: &Desk,
    caller: &Caller,
    change: &Change<'_>,
    (base, base_at): (Option<&str>, i64),
    next: &Next,
) -> Result<String, DeskError> {
    let masker = Masker::new([]);
    let id = RevisionId::fresh();
    let revision = Revision {
        id: id.clone(),
        // Whatever the clocks say, it comes after the one before it.
        at: millis(change.now).max(base_at.saturating_add(1)),
        author: caller.id.clone(),
        body: next.body.clone(),
    };
    let data = json!({
        "revision": id.as_str(),
        "reason": change.masked_reason(),
        "difference": next.difference.in_trail(|id| masker.mask(id)),
    });
    let (base, caller, at) = (base.map(str::to_owned), caller.clone(), change.now);
    let store = desk.store();
    let done = store.write::<_, DeskError, _>(move |tx| {
        Box::pin(async move {
            // The mark first: on PostgreSQL its row keeps two servers from comparing at once.
            setting::put(tx, WORLD, revision.id.as_str()).await?;
            let current = registry::current(tx).await?.map(|revision| revision.id.to_string());
            if current != base {
                return Err(DeskError::Stale);
            }
            registry::add(tx, &revision).await?;
            let event = Event { ticket: None, at, by: &caller, what: "registry_changed", data };
            Ok(trail::record(tx, event).await?)
        })
    });
    done.await.map(|()| id.to_string())
}

/// Does what takes a core for a while without keeping others waiting.
pub(super) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DeskError> + Send + 'static,
) -> Result<T, DeskError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_panicked| DeskError::Damaged("o cadastro"))?
}
