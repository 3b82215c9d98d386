//! The procedure as people read it: its sections with anchors, its revisions, and when it is looked at again.

use std::collections::BTreeMap;

use askama::Template;
use balcao_desk::DeskError;
use balcao_desk::procedure::{self, Current, Listed};
use balcao_store::{AccountId, account};

use super::frame::Frame;
use super::visit::{Staff, Visit};
use super::{Shown, page};

/// A situation, readable.
struct Situation {
    code: String,
    section: String,
    name: String,
    causes: Vec<String>,
    evidence: Vec<String>,
    checks: Vec<String>,
}

#[derive(Template)]
#[template(path = "procedure.html")]
struct Page {
    f: Frame,
    current: Current,
    revisions: Vec<Listed>,
    situations: Vec<Situation>,
    stages: Vec<(String, String, Vec<String>)>,
    /// Names of those who made revisions, by account.
    authors: BTreeMap<String, String>,
}

impl Page {
    fn who<'p>(&'p self, author: &'p str) -> &'p str {
        self.authors.get(author).map_or(author, String::as_str)
    }
}

/// The name of whoever made a revision.
pub(crate) async fn author(visit: &Visit, id: &str) -> Result<String, DeskError> {
    let Some(account) = id.strip_prefix("account:").and_then(AccountId::parse) else {
        return Ok(visit.frame().code("role", id));
    };
    let mut conn = visit.app.desk.store().read().await?;
    let row = account::get(&mut conn, &account).await?;
    Ok(row.map_or_else(|| id.to_owned(), |row| row.name))
}

/// `GET /procedimento`.
pub(crate) async fn show(Staff(visit, caller): Staff) -> Shown {
    let (f, desk) = (visit.frame(), &visit.app.desk);
    let current = procedure::current(desk, &caller, visit.app.now()).await?;
    let revisions = procedure::revisions(desk, &caller).await?;
    let mut authors = BTreeMap::new();
    for revision in &revisions {
        if !authors.contains_key(&revision.author) {
            authors.insert(revision.author.clone(), author(&visit, &revision.author).await?);
        }
    }
    let read = &f.state.world.procedure;
    let situations = read.situations().map(|code| Situation {
        code: code.to_owned(),
        section: read.section_of(code).to_owned(),
        name: read.situation_name(code).to_owned(),
        causes: read.causes(code).map(|cause| read.cause_name(code, cause).to_owned()).collect(),
        evidence: read.evidence_of(code).iter().map(|name| read.evidence_name(name).to_owned()).collect(),
        checks: read.checks_before_handover(code).iter().map(|check| f.code("check", check)).collect(),
    });
    let situations = situations.collect();
    let stages = read.stages().map(|stage| {
        let states = stage.states.iter().map(|state| f.code("state", state)).collect();
        (stage.section.to_owned(), stage.name.to_owned(), states)
    });
    let stages = stages.collect();
    page(&Page { current, revisions, situations, stages, authors, f })
}
