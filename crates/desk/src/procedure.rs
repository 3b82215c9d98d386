//! The written procedure: read, checked, and put into force as a new revision.
//!
//! In: its files by name (`procedure.toml`, `replies/…`, `speech.toml`, `synonyms.toml`, `answering.toml`). Out: a revision, or every
//! mistake with its place.
//!
//! **Invariants:** nothing with a mistake comes into force; a revision is never changed, and it holds every file that it judges by.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use balcao_core::evidence::speech::Lexicon;
use balcao_core::procedure::Procedure;
use balcao_documents::Answering;
use balcao_store::procedure::Revision;
use balcao_store::{RevisionId, procedure, setting};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;
use serde_json::json;

use crate::bundle::Bundle;
use crate::caller::{Caller, Permission};
use crate::change::Change;
use crate::desk::{Desk, WORLD, instant, millis};
use crate::error::DeskError;
use crate::trail::{self, Event};

/// The name of the procedure that comes with the program, in the place of a revision's id.
pub const STANDARD: &str = "standard";
/// Bytes of all files together.
const LONGEST: usize = 4 * 1024 * 1024;
const MAIN: &str = "procedure.toml";
const REPLIES: &str = "replies/";
const WORDS: [&str; 3] = ["speech.toml", "synonyms.toml", "answering.toml"];

/// The procedure in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Current {
    /// Its revision's id, or [`STANDARD`].
    pub revision: String,
    /// The number of the revision, which the file itself says.
    pub number: u32,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// When it is to be looked at again.
    pub next_review: Date,
    /// Whether that day is past.
    pub overdue: bool,
    /// Its files.
    pub files: BTreeMap<String, String>,
}

/// A revision without its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// When it came into force.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// Why.
    pub reason: String,
    /// The number that its file says.
    pub number: u32,
}

/// What putting a procedure came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Put {
    /// The revision in force.
    pub revision: String,
    /// Its number, or that of what was tried.
    pub number: u32,
    /// The files that differ from those before.
    pub files: Vec<String>,
    /// Whether it came into force.
    pub changed: bool,
}

/// The procedure in force at `now`.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn current(desk: &Desk, caller: &Caller, now: Timestamp) -> Result<Current, DeskError> {
    caller.must(Permission::ReadProcedure)?;
    let (revision, bundle) = in_force(desk).await?;
    let zone = desk.state().world.registry.timezone.clone();
    apart(move || {
        let procedure = parsed(&bundle)?;
        let next_review = procedure.dates().next_review;
        Ok(Current {
            revision: revision.map_or_else(|| STANDARD.to_owned(), |revision| revision.id.to_string()),
            number: procedure.revision(),
            code: procedure.code().to_owned(),
            title: procedure.title().to_owned(),
            next_review,
            overdue: now.to_zoned_datetime(zone).date() > next_review,
            files: texts(&bundle),
        })
    })
    .await
}

/// The revisions, newest first.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn revisions(desk: &Desk, caller: &Caller) -> Result<Vec<Listed>, DeskError> {
    caller.must(Permission::ReadProcedure)?;
    let mut conn = desk.store().read().await?;
    let rows = procedure::list(&mut conn).await?;
    rows.into_iter().map(|row| listed(row).map(|(listed, _)| listed)).collect()
}

/// One revision with its files.
///
/// # Errors
/// [`DeskError::NotFound`] if there is none with this id.
pub async fn revision(
    desk: &Desk,
    caller: &Caller,
    id: &str,
) -> Result<(Listed, BTreeMap<String, String>), DeskError> {
    caller.must(Permission::ReadProcedure)?;
    let none = || DeskError::NotFound("revisão do procedimento");
    let id = RevisionId::parse(id).ok_or_else(none)?;
    let mut conn = desk.store().read().await?;
    let (listed, bundle) = listed(procedure::get(&mut conn, &id).await?.ok_or_else(none)?)?;
    Ok((listed, texts(&bundle)))
}

fn listed(row: Revision) -> Result<(Listed, Bundle), DeskError> {
    let bundle = bundle_of(&row)?;
    let number = number(&bundle).unwrap_or(0);
    let Revision { id, at, author, reason, body: _ } = row;
    Ok((Listed { id: id.to_string(), at: instant(at), author, reason, number }, bundle))
}

/// The number that the file says; without reading the rest of it.
fn number(bundle: &Bundle) -> Option<u32> {
    let file: toml::Table = bundle.file(MAIN).parse().ok()?;
    u32::try_from(file.get("procedure")?.get("revision")?.as_integer()?).ok()
}

fn bundle_of(row: &Revision) -> Result<Bundle, DeskError> {
    serde_json::from_str(&row.body).map_err(|_own_text| DeskError::Damaged("o procedimento"))
}

fn texts(bundle: &Bundle) -> BTreeMap<String, String> {
    bundle.files().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}

fn parsed(bundle: &Bundle) -> Result<Procedure, DeskError> {
    Procedure::parse(&bundle.procedure()).map_err(|_was_checked| DeskError::Damaged("o procedimento"))
}

async fn in_force(desk: &Desk) -> Result<(Option<Revision>, Bundle), DeskError> {
    let mut conn = desk.store().read().await?;
    match procedure::current(&mut conn).await? {
        None => Ok((None, Bundle::standard())),
        Some(row) => bundle_of(&row).map(|bundle| (Some(row), bundle)),
    }
}

/// Everything that is wrong with the files of a procedure, for whoever edits them; nothing for one that may come into force.
#[must_use]
pub fn check(files: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for name in files.keys().filter(|name| !is_known(name)) {
        problems.push(format!(
            "{name}: não é arquivo de um procedimento; são `{MAIN}`, `{REPLIES}<nome>`, `{}`",
            WORDS.join("`, `")
        ));
    }
    if files.values().map(String::len).sum::<usize>() > LONGEST {
        problems.push("os arquivos passam juntos de 4 MiB".to_owned());
        return problems;
    }
    if !files.contains_key(MAIN) {
        problems.push(format!("falta o arquivo `{MAIN}`"));
        return problems;
    }
    let bundle = Bundle::of(files.clone());
    problems.extend(Procedure::problems(&bundle.procedure()).iter().map(ToString::to_string));
    let [speech, synonyms, answering] = WORDS;
    if let Err(error) = Lexicon::parse(bundle.file(speech)) {
        problems.push(unread(speech, &error));
    }
    if let Err(error) = balcao_documents::Lexicon::parse(bundle.file(synonyms)) {
        problems.push(unread(synonyms, &error));
    }
    if let Err(error) = Answering::parse(bundle.file(answering)) {
        problems.push(unread(answering, &error));
    }
    problems
}

fn is_known(name: &str) -> bool {
    let reply = name.strip_prefix(REPLIES).is_some_and(|reply| {
        !reply.is_empty() && !reply.starts_with('.') && !reply.contains(['/', '\\', '\0'])
    });
    name == MAIN || WORDS.contains(&name) || reply
}

/// A file of words that cannot be read, with the whole chain of causes: only the last ones name the line.
fn unread(name: &str, error: &dyn Error) -> String {
    let mut told = format!("{name}: não pôde ser lido: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        told.push_str(&format!(": {}", error.to_string().trim()));
        cause = error.source();
    }
    told
}

/// Puts a procedure into force. Files of words that it does not bring are the program's own, and are kept with it.
///
/// # Errors
/// [`DeskError::Invalid`] with everything that is wrong; [`DeskError::Stale`] if the expected revision is not in force, or another came
/// into force meanwhile.
pub async fn put(
    desk: &Desk,
    caller: &Caller,
    files: BTreeMap<String, String>,
    change: &Change<'_>,
) -> Result<Put, DeskError> {
    caller.must(Permission::WriteProcedure)?;
    let reason = change.masked_reason();
    if reason.is_empty() {
        return Err(DeskError::Invalid("diga o motivo da nova revisão do procedimento".to_owned()));
    }
    let _turn = desk.turn().await;
    let (row, before) = in_force(desk).await?;
    let base = row.as_ref().map(|row| row.id.to_string());
    if change.expected.is_some_and(|expected| expected != base.as_deref().unwrap_or(STANDARD)) {
        return Err(DeskError::Stale);
    }
    let (bundle, number, differing) = apart(move || accepted(&before, files)).await?;
    if change.dry_run || differing.is_empty() {
        let revision = base.unwrap_or_else(|| STANDARD.to_owned());
        return Ok(Put { revision, number, files: differing, changed: false });
    }
    let body = serde_json::to_string(&bundle).map_err(|_texts| DeskError::Damaged("o procedimento"))?;
    let id = RevisionId::fresh();
    // Whatever the clocks say, it comes after the one before it.
    let after = row.map_or(i64::MIN, |row| row.at.saturating_add(1));
    let at = millis(change.now).max(after);
    let data =
        json!({"revision": id.as_str(), "number": number, "reason": reason.as_str(), "files": &differing});
    let new = Revision { id: id.clone(), at, author: caller.id.clone(), reason, body };
    write(desk, caller, (new, base), (change.now, data)).await?;
    desk.follow().await;
    Ok(Put { revision: id.to_string(), number, files: differing, changed: true })
}

/// The files as they come into force, their number, and the names of those that differ from `before`.
fn accepted(
    before: &Bundle,
    files: BTreeMap<String, String>,
) -> Result<(Bundle, u32, Vec<String>), DeskError> {
    let mut problems = check(&files);
    let bundle = Bundle::of(files);
    let (old, new) = (texts(before), texts(&bundle));
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing: Vec<String> =
        names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect();
    let (number, was) = (number(&bundle).unwrap_or(0), number(before).unwrap_or(0));
    if !differing.is_empty() && number <= was {
        problems.push(format!("{MAIN}: `revision` deve ser maior que {was}, a da revisão em vigor"));
    }
    if problems.is_empty() {
        return Ok((bundle, number, differing));
    }
    Err(DeskError::Invalid(format!("o procedimento foi recusado:\n- {}", problems.join("\n- "))))
}

async fn write(
    desk: &Desk,
    caller: &Caller,
    (revision, base): (Revision, Option<String>),
    (at, data): (Timestamp, serde_json::Value),
) -> Result<(), DeskError> {
    let caller = caller.clone();
    let store = desk.store();
    store
        .write::<_, DeskError, _>(move |tx| {
            Box::pin(async move {
                // The mark first: on PostgreSQL its row keeps two servers from comparing at once.
                setting::put(tx, WORLD, revision.id.as_str()).await?;
                if procedure::current(tx).await?.map(|row| row.id.to_string()) != base {
                    return Err(DeskError::Stale);
                }
                procedure::add(tx, &revision).await?;
                let event = Event { ticket: None, at, by: &caller, what: "procedure_changed", data };
                Ok(trail::record(tx, event).await?)
            })
        })
        .await
}

async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, DeskError> + Send + 'static,
) -> Result<T, DeskError> {
    tokio::task::spawn_blocking(work).await.map_err(|_panicked| DeskError::Damaged("o procedimento"))?
}
