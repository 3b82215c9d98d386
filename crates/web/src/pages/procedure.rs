//! The procedure as people read it: its sections with anchors, its revisions, and when it is looked at again.

use askama::Template;
use balcao_desk::procedure::{self, Current, Listed};

use super::frame::Frame;
use super::visit::Staff;
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
}

/// `GET /procedimento`.
pub(crate) async fn show(Staff(visit, caller): Staff) -> Shown {
    let (f, desk) = (visit.frame(), &visit.app.desk);
    let current = procedure::current(desk, &caller, visit.app.now()).await?;
    let revisions = procedure::revisions(desk, &caller).await?;
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
    page(&Page { current, revisions, situations, stages, f })
}
