//! The documentation: read, written, taken away. What was there stays, for the diagnoses that saw it.
//!
//! In: files by their paths, as text. Out: what changed, and what of the documentation cannot be read.
//!
//! **Invariants:** a text that was current once is kept; a document's version is the beginning of its text's hash, so that the same text
//! is the same version; what was written judges at once.

use std::collections::{BTreeMap, BTreeSet};

use balcao_core::facts::contract::Contract;
use balcao_store::document::{self, Document, Head};
use balcao_store::{RevisionId, procedure, setting};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::bundle::Bundle;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, WORLD, instant, millis};
use crate::documentation::Pages;
use crate::error::DeskError;
use crate::secrets::hex;
use crate::trail::{self, Event};
use crate::world::{contract_files, is_document};

/// Characters of a path, bytes of a text.
const LONGEST_PATH: usize = 200;
const LONGEST_TEXT: usize = 8 * 1024 * 1024;
/// Digits of the hash that are a version.
const VERSION_DIGITS: usize = 16;
/// So many paths of each kind stand in the trail.
const MOST_IN_TRAIL: usize = 50;

/// A document without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its path.
    pub path: String,
    /// Its version.
    pub version: String,
    /// When it was put here.
    pub at: Timestamp,
    /// How many characters it has.
    pub length: i64,
}

/// The whole documentation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// By path.
    pub documents: Vec<Listed>,
    /// What of it cannot be read, for people.
    pub problems: Vec<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// Its path.
    pub path: String,
    /// Its version.
    pub version: String,
    /// When it was put here.
    pub at: Timestamp,
    /// The text.
    pub text: String,
}

/// What a change came to, or would come to: paths, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// That are new, or back again.
    pub added: Vec<String>,
    /// With another text than before.
    pub replaced: Vec<String>,
    /// That are gone.
    pub removed: Vec<String>,
    /// That were as they are.
    pub unchanged: usize,
    /// What of the whole documentation cannot be read, for people.
    pub problems: Vec<String>,
}

impl Changed {
    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.replaced.is_empty() && self.removed.is_empty()
    }
}

/// How many documents are put.
#[derive(Debug, Clone, Copy)]
pub struct PutAll {
    /// Whether documents that are not among them are taken away.
    pub delete_missing: bool,
    /// Only say what would change.
    pub dry_run: bool,
    /// When.
    pub now: Timestamp,
}

/// Every document, without its text.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn list(desk: &Desk, caller: &Caller) -> Result<Listing, DeskError> {
    caller.must(Permission::ReadDocuments)?;
    let mut conn = desk.store().read().await?;
    let heads = document::heads(&mut conn).await?.into_iter().filter(|head| head.removed_at.is_none());
    let documents = heads.map(|head| Listed {
        path: head.path,
        version: head.version,
        at: instant(head.at),
        length: head.length,
    });
    Ok(Listing { documents: documents.collect(), problems: desk.state().problems.clone() })
}

/// The current text of a document.
///
/// # Errors
/// [`DeskError::NotFound`] if there is none of this path.
pub async fn get(desk: &Desk, caller: &Caller, path: &str) -> Result<Page, DeskError> {
    caller.must(Permission::ReadDocuments)?;
    let mut conn = desk.store().read().await?;
    document::of_path(&mut conn, &stored(path)).await?.map(page).ok_or(DeskError::NotFound("documento"))
}

/// A past text of a document, also of one that was taken away.
///
/// # Errors
/// [`DeskError::NotFound`] if there is none of this path and version.
pub async fn version(desk: &Desk, caller: &Caller, path: &str, version: &str) -> Result<Page, DeskError> {
    caller.must(Permission::ReadDocuments)?;
    let mut conn = desk.store().read().await?;
    let found = document::get(&mut conn, &stored(path), &stored(version)).await?;
    found.map(page).ok_or(DeskError::NotFound("documento"))
}

fn page(document: Document) -> Page {
    Page { path: document.path, version: document.version, at: instant(document.at), text: document.text }
}

/// PostgreSQL takes no zero character, also not to look for.
fn stored(name: &str) -> String {
    name.replace('\0', "\u{fffd}")
}

/// Writes one document.
///
/// # Errors
/// [`DeskError::Invalid`] if the path or the text cannot be one.
pub async fn put(
    desk: &Desk,
    caller: &Caller,
    path: &str,
    text: String,
    now: Timestamp,
) -> Result<Changed, DeskError> {
    let how = PutAll { delete_missing: false, dry_run: false, now };
    put_all(desk, caller, vec![(path.to_owned(), text)], how).await
}

/// Writes documents, all or none.
///
/// # Errors
/// [`DeskError::Invalid`] with everything that is wrong with paths and texts; then nothing is written.
pub async fn put_all(
    desk: &Desk,
    caller: &Caller,
    files: Vec<(String, String)>,
    how: PutAll,
) -> Result<Changed, DeskError> {
    caller.must(Permission::WriteDocuments)?;
    if files.is_empty() && how.delete_missing {
        let text = "nenhum documento foi enviado; para esvaziar a documentação, remova os documentos um a um";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    let files = checked(files)?;
    let wanted = Wanted { files, delete_missing: how.delete_missing, remove: None };
    apply(desk, caller, wanted, (how.dry_run, how.now)).await
}

/// Takes a document away.
///
/// # Errors
/// [`DeskError::NotFound`] if there is none of this path.
pub async fn remove(desk: &Desk, caller: &Caller, path: &str, now: Timestamp) -> Result<Changed, DeskError> {
    caller.must(Permission::WriteDocuments)?;
    let wanted = Wanted { files: BTreeMap::new(), delete_missing: false, remove: Some(stored(path)) };
    let changed = apply(desk, caller, wanted, (false, now)).await?;
    if changed.removed.is_empty() { Err(DeskError::NotFound("documento")) } else { Ok(changed) }
}

/// Texts by path, with everything that is wrong with them.
fn checked(files: Vec<(String, String)>) -> Result<BTreeMap<String, String>, DeskError> {
    let mut problems = Vec::new();
    let mut all = BTreeMap::new();
    for (path, text) in files {
        // Only the beginning of a path that is refused is shown.
        let shown: String = path.chars().filter(|c| !c.is_control()).take(LONGEST_PATH).collect();
        if let Some(why) = wrong_path(&path).or_else(|| wrong_text(&text)) {
            problems.push(format!("`{shown}`: {why}"));
        } else if all.insert(path, text).is_some() {
            problems.push(format!("`{shown}`: veio duas vezes"));
        }
    }
    if problems.is_empty() { Ok(all) } else { Err(DeskError::Invalid(problems.join("\n"))) }
}

fn wrong_path(path: &str) -> Option<&'static str> {
    if path.is_empty() || path.chars().count() > LONGEST_PATH {
        return Some("o caminho deve ter de 1 a 200 caracteres");
    }
    if path.contains(|c: char| c == '\\' || c.is_control()) || path.trim() != path {
        return Some(
            "o caminho separa as pastas com `/` e não tem caracteres de controle nem espaços nas pontas",
        );
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Some("o caminho é relativo, como `guias/autenticacao.md`, sem `..`");
    }
    (!is_document(path)).then_some("o nome termina em .md, .markdown, .html, .htm, .yaml, .yml ou .json")
}

fn wrong_text(text: &str) -> Option<&'static str> {
    if text.len() > LONGEST_TEXT {
        return Some("o texto passa de 8 MiB; divida o documento");
    }
    text.contains('\0').then_some("não é um arquivo de texto")
}

/// What the documentation is to be.
struct Wanted {
    files: BTreeMap<String, String>,
    delete_missing: bool,
    remove: Option<String>,
}

/// What must be written for it.
#[derive(Default)]
struct Plan {
    put: Vec<Document>,
    changed: Changed,
}

impl Wanted {
    /// `heads` are all that was ever there.
    fn plan(&self, heads: &[Head], now: Timestamp) -> Plan {
        let known: BTreeMap<&str, &Head> = heads.iter().map(|head| (head.path.as_str(), head)).collect();
        let mut plan = Plan::default();
        for (path, text) in &self.files {
            let hash = hex(&Sha256::digest(text.as_bytes()));
            let version: String = hash.chars().take(VERSION_DIGITS).collect();
            let head = known.get(path.as_str());
            match head.filter(|head| head.removed_at.is_none()) {
                Some(head) if head.version == version => {
                    plan.changed.unchanged = plan.changed.unchanged.saturating_add(1);
                    continue;
                }
                Some(_) => plan.changed.replaced.push(path.clone()),
                None => plan.changed.added.push(path.clone()),
            }
            // Whatever the clocks say, it comes after what was there.
            let at = millis(now).max(head.map_or(i64::MIN, |head| head.at.saturating_add(1)));
            plan.put.push(Document { path: path.clone(), version, at, text: text.clone(), hash });
        }
        let there = heads.iter().filter(|head| head.removed_at.is_none()).map(|head| &head.path);
        let goes = |path: &&String| {
            self.remove.as_ref() == Some(path) || self.delete_missing && !self.files.contains_key(*path)
        };
        plan.changed.removed = there.filter(goes).cloned().collect();
        plan
    }
}

async fn apply(
    desk: &Desk,
    caller: &Caller,
    wanted: Wanted,
    (dry_run, now): (bool, Timestamp),
) -> Result<Changed, DeskError> {
    let _turn = desk.turn().await;
    let mut conn = desk.store().read().await?;
    let heads = document::heads(&mut conn).await?;
    drop(conn);
    let mut changed = wanted.plan(&heads, now).changed;
    if dry_run {
        changed.problems = problems_of(desk, &wanted, &changed).await?;
        return Ok(changed);
    }
    if !changed.is_empty() {
        changed = write(desk, caller, wanted, now).await?;
        desk.follow().await;
    }
    changed.problems = desk.state().problems.clone();
    Ok(changed)
}

async fn write(desk: &Desk, caller: &Caller, wanted: Wanted, now: Timestamp) -> Result<Changed, DeskError> {
    let caller = caller.clone();
    let mark = format!("documents:{}", RevisionId::fresh());
    let store = desk.store();
    store
        .write::<_, DeskError, _>(move |tx| {
            Box::pin(async move {
                // The mark first: on PostgreSQL its row keeps two servers from planning at once.
                setting::put(tx, WORLD, &mark).await?;
                let plan = wanted.plan(&document::heads(tx).await?, now);
                for document in &plan.put {
                    document::put(tx, document).await?;
                }
                for path in &plan.changed.removed {
                    document::remove(tx, path, millis(now)).await?;
                }
                let told = |paths: &[String]| {
                    let first: Vec<&String> = paths.iter().take(MOST_IN_TRAIL).collect();
                    json!({"count": paths.len(), "paths": first})
                };
                let changed = &plan.changed;
                let data = json!({
                    "added": told(&changed.added), "replaced": told(&changed.replaced), "removed": told(&changed.removed),
                });
                trail::record(tx, Event { ticket: None, at: now, by: &caller, what: "documents_changed", data })
                    .await?;
                Ok(plan.changed)
            })
        })
        .await
}

/// What could not be read of the documentation if it were as `wanted`.
async fn problems_of(desk: &Desk, wanted: &Wanted, changed: &Changed) -> Result<Vec<String>, DeskError> {
    let mut conn = desk.store().read().await?;
    let current = document::current(&mut conn).await?;
    let bundle = procedure::current(&mut conn).await?;
    drop(conn);
    let gone: BTreeSet<&String> = changed.removed.iter().collect();
    let kept = current.into_iter().filter(|row| !gone.contains(&row.path));
    let mut files: BTreeMap<String, String> = kept.map(|row| (row.path, row.text)).collect();
    files.extend(wanted.files.clone());
    let read = tokio::task::spawn_blocking(move || {
        let bundle = match &bundle {
            None => Bundle::standard(),
            Some(revision) => serde_json::from_str(&revision.body)
                .map_err(|_own_text| DeskError::Damaged("o procedimento"))?,
        };
        let files: Vec<(String, String)> = files.into_iter().collect();
        let (_, problems) = Contract::load(&contract_files(&files));
        let mut told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let damaged = |_was_checked: balcao_documents::LexiconError| DeskError::Damaged("o procedimento");
        told.extend(Pages::build(files, &bundle).map_err(damaged)?.1);
        Ok(told)
    });
    read.await.map_err(|_panicked| DeskError::Damaged("a documentação"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_relative_plain_and_of_a_document() {
        let long = format!("{}.md", "x".repeat(198));
        let table = [
            ("a.md", true),
            ("guias/v2/Autenticação.MARKDOWN", true),
            ("openapi.yaml", true),
            ("a b/..c.md", true),
            ("", false),
            ("/a.md", false),
            ("../a.md", false),
            ("a/../b.md", false),
            ("./a.md", false),
            ("a//b.md", false),
            ("a\\b.md", false),
            ("a\n.md", false),
            (" a.md", false),
            ("a.pdf", false),
            ("a", false),
            (long.as_str(), false),
        ];
        for (path, fits) in table {
            assert_eq!(wrong_path(path).is_none(), fits, "{path:?}");
        }
        assert!(wrong_text("a\0b").is_some());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let file = |path: &str| (path.to_owned(), String::new());
        let refused = checked(vec![file("a.md"), file("/b.md"), file("a.md"), file("c")]).unwrap_err();
        assert_eq!(refused.to_string().lines().count(), 3, "{refused}");
    }
}
