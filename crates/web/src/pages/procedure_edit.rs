//! Changing the procedure: one file at a time, tried before it comes into force; and going back to a revision.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use balcao_desk::caller::Permission;
use balcao_desk::next_revision::{Edit, next_revision};
use balcao_desk::procedure::{self, Current, Listed};
use balcao_desk::verbs::rehearse::{Judged, Rehearsal, rehearse};
use balcao_desk::{Change, DeskError};
use serde::Deserialize;
use similar::{ChangeTag, TextDiff};

use super::frame::Frame;
use super::visit::{Fields, Staff, Visit};
use super::{Shown, done, page};

const MAIN: &str = "procedure.toml";
/// Tickets with which a change is tried.
const TRIED: u16 = 100;

/// A line of a difference.
pub(crate) struct Line {
    /// `added`, `removed`, or nothing.
    kind: &'static str,
    text: String,
}

/// What differs in one file.
pub(crate) struct Differing {
    name: String,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "procedure_edit.html")]
struct Page {
    f: Frame,
    base: String,
    /// The files: name, and what is in it.
    files: Vec<(String, String)>,
    name: String,
    text: String,
    reason: String,
    reviewed: bool,
    /// Whether the review is past its day: whoever changes the procedure then records it with the change.
    overdue: bool,
    /// What is wrong with it, one a line.
    problems: Vec<String>,
    differing: Vec<Differing>,
    rehearsal: Option<Rehearsal>,
}

impl Page {
    fn judged(&self, judged: &Judged) -> String {
        let (situation, cause, step) = judged;
        let f = &self.f;
        format!("{} · {} · {}", f.situation(situation), f.cause(situation, cause), f.next_step(step))
    }
}

/// Which file.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct Wanted {
    arquivo: String,
}

/// `GET /procedimento/editar`.
pub(crate) async fn form(Staff(visit, caller): Staff, Query(wanted): Query<Wanted>) -> Shown {
    caller.must(Permission::WriteProcedure)?;
    let current = procedure::current(&visit.app.desk, &caller, visit.app.now()).await?;
    let name = if wanted.arquivo.trim().is_empty() { MAIN.to_owned() } else { wanted.arquivo };
    let text = current.files.get(&name).cloned().unwrap_or_default();
    page(&blank(&visit, current, (name, text)))
}

/// Every file with what is in it, rules first, then replies by their titles.
fn described(f: &Frame, names: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let titles: BTreeMap<String, String> = f
        .state
        .world
        .procedure
        .standard_replies()
        .into_iter()
        .map(|(name, title)| (name.to_owned(), title))
        .collect();
    let words = |name: &str| {
        let reply = name.strip_prefix("replies/").and_then(|name| name.strip_suffix(".md.j2"));
        match reply {
            Some(reply) => f.tv("file-reply", "title", titles.get(reply).map_or(reply, String::as_str)),
            None => f.code("file", name.trim_end_matches(".toml")),
        }
    };
    let mut all: Vec<(String, String)> = names.map(|name| (name.clone(), words(&name))).collect();
    all.sort_by_key(|(name, words)| (name != MAIN, name.starts_with("replies/"), words.clone()));
    all
}

fn blank(visit: &Visit, current: Current, (name, text): (String, String)) -> Page {
    let f = visit.frame();
    Page {
        files: described(&f, current.files.into_keys()),
        f,
        base: current.revision,
        overdue: current.overdue,
        name,
        text,
        reason: String::new(),
        reviewed: current.overdue,
        problems: Vec::new(),
        differing: Vec::new(),
        rehearsal: None,
    }
}

/// `POST /procedimento/editar`: tried, or put into force.
pub(crate) async fn change(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    caller.must(Permission::WriteProcedure)?;
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let current = procedure::current(desk, &caller, now).await?;
    let zone = desk.state().world.registry.timezone.clone();
    let edit = Edit {
        file: fields.maybe("arquivo").map(|name| name.trim().to_owned()),
        text: fields.get("texto").to_owned(),
        today: now.to_zoned_datetime(zone).date(),
        reviewed: fields.maybe("revisada").is_some(),
    };
    let files = next_revision(&current.files, &edit);
    let reason = fields.get("motivo").to_owned();
    let base = fields.get("base").to_owned();
    let dry_run = fields.get("acao") != "vigorar";
    let asked = Change {
        reason: if dry_run && reason.trim().is_empty() { "ensaio" } else { &reason },
        dry_run,
        expected: Some(&base),
        now,
    };
    let differing = differing(&current.files, &files);
    let put = procedure::put(desk, &caller, files.clone(), &asked).await;
    let problems = match put {
        Ok(put) if put.changed => return done("/procedimento", "procedure-in-force"),
        Ok(_) => Vec::new(),
        Err(DeskError::Invalid(text)) => text.lines().map(str::to_owned).collect(),
        Err(DeskError::Stale) => vec![visit.frame().t("procedure-stale")],
        Err(other) => return Err(other.into()),
    };
    let rehearsal = match problems.is_empty() {
        true => Some(rehearse(desk, &caller, &files, TRIED).await?),
        false => None,
    };
    let text = edit.file.as_ref().map(|_| edit.text);
    let name = edit.file.unwrap_or_else(|| MAIN.to_owned());
    let text = text.unwrap_or_else(|| current.files.get(&name).cloned().unwrap_or_default());
    let blank = blank(&visit, current, (name, text));
    page(&Page { base, reason, reviewed: edit.reviewed, problems, differing, rehearsal, ..blank })
}

/// The files that differ, each with its lines and three around them.
fn differing(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Differing> {
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let empty = String::new();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let told = changed.map(|name| {
        let (old, new) = (before.get(name).unwrap_or(&empty), after.get(name).unwrap_or(&empty));
        let diff = TextDiff::from_lines(old.as_str(), new.as_str());
        let mut lines = Vec::new();
        for group in diff.grouped_ops(3) {
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let kind = match change.tag() {
                    ChangeTag::Equal => "",
                    ChangeTag::Delete => "removed",
                    ChangeTag::Insert => "added",
                };
                lines.push(Line { kind, text: change.value().trim_end_matches('\n').to_owned() });
            }
        }
        Differing { name: name.clone(), lines }
    });
    told.collect()
}

#[derive(Template)]
#[template(path = "procedure_revision.html")]
struct Past {
    f: Frame,
    listed: Listed,
    who: String,
    differing: Vec<Differing>,
    base: String,
}

/// `GET /procedimento/revisoes/{id}`: a revision beside the one in force.
pub(crate) async fn revision(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    let desk = &visit.app.desk;
    let (listed, files) = procedure::revision(desk, &caller, &id).await?;
    let current = procedure::current(desk, &caller, visit.app.now()).await?;
    let differing = differing(&current.files, &files);
    let who = super::procedure::author(&visit, &listed.author).await?;
    page(&Past { f: visit.frame(), listed, who, differing, base: current.revision })
}

/// `POST /procedimento/revisoes/{id}`: its files come into force again, as a new revision.
pub(crate) async fn restore(Staff(visit, caller): Staff, Path(id): Path<String>, fields: Fields) -> Shown {
    caller.must(Permission::WriteProcedure)?;
    let (desk, now) = (&visit.app.desk, visit.app.now());
    let (_, files) = procedure::revision(desk, &caller, &id).await?;
    let current = procedure::current(desk, &caller, now).await?;
    let zone = desk.state().world.registry.timezone.clone();
    let text = files.get(MAIN).cloned().unwrap_or_default();
    // The number goes on from the one in force, whatever the old file says.
    let mut after = files;
    after.insert(MAIN.to_owned(), current.files.get(MAIN).cloned().unwrap_or_default());
    let today = now.to_zoned_datetime(zone).date();
    let edit = Edit { file: Some(MAIN.to_owned()), text, today, reviewed: false };
    let files = next_revision(&after, &edit);
    let change =
        Change { reason: fields.get("motivo"), dry_run: false, expected: Some(fields.get("base")), now };
    procedure::put(desk, &caller, files, &change).await?;
    done("/procedimento", "procedure-in-force")
}
