//! Lists of tickets that people come back to.

use balcao_core::mask::Masker;
use balcao_store::JobId;
use balcao_store::saved_view::{self, SavedView};
use jiff::Timestamp;

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis};
use crate::error::DeskError;

/// Keeps a list under a name, for the caller or for everybody.
///
/// # Errors
/// If the caller may not, or the name is not fit.
pub async fn keep(
    desk: &Desk,
    caller: &Caller,
    (name, query): (&str, &str),
    shared: bool,
    now: Timestamp,
) -> Result<(), DeskError> {
    caller.must(Permission::WriteTickets)?;
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 60 || query.len() > 2_000 {
        return Err(DeskError::Invalid("o nome da lista tem de 1 a 60 caracteres".to_owned()));
    }
    let masker = Masker::new([]);
    if [name, query].iter().any(|text| masker.mask(text) != *text) {
        let text = "esta lista busca por um segredo ou um dado pessoal, que não se guarda; tire-o da busca";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    let at = millis(now);
    let view = SavedView {
        id: JobId::fresh().to_string(),
        account: caller.id.clone(),
        name: name.to_owned(),
        query: query.to_owned(),
        shared_at: shared.then_some(at),
        at,
    };
    let kept = desk
        .store()
        .write(move |tx| Box::pin(async move { Ok::<_, DeskError>(saved_view::add(tx, &view).await?) }));
    kept.await
}

/// The caller's lists and those of everybody.
///
/// # Errors
/// If the database fails.
pub async fn seen(desk: &Desk, caller: &Caller) -> Result<Vec<SavedView>, DeskError> {
    caller.must(Permission::ReadTickets)?;
    let mut conn = desk.store().read().await?;
    Ok(saved_view::seen_by(&mut conn, &caller.id).await?)
}

/// Throws away one of the caller's lists.
///
/// # Errors
/// If there is none of theirs with this id.
pub async fn throw_away(desk: &Desk, caller: &Caller, id: &str) -> Result<(), DeskError> {
    let (id, account) = (id.to_owned(), caller.id.clone());
    let gone = desk.store().write(move |tx| {
        Box::pin(async move { Ok::<_, DeskError>(saved_view::remove(tx, &id, &account).await?) })
    });
    if gone.await? { Ok(()) } else { Err(DeskError::NotFound("lista")) }
}
