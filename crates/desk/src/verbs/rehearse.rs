//! Trying a procedure before it comes into force: which of the newest tickets it would judge otherwise.

use std::collections::BTreeMap;

use balcao_core::procedure::Decision;
use balcao_store::ticket::{self, Filter};
use balcao_store::{Conn, Page, Scope, diagnosis, document, registry};

use super::conversation;
use crate::bundle::Bundle;
use crate::caller::{Caller, Permission};
use crate::desk::{Desk, EMPTY_REGISTRY, judge};
use crate::error::DeskError;
use crate::facts::Seen;
use crate::procedure::check;

/// Situation, cause and next step.
pub type Judged = (String, String, String);

/// A ticket that would be judged otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Otherwise {
    /// Its protocol number.
    pub protocol: String,
    /// As the procedure in force judges it.
    pub now: Judged,
    /// As the other one would.
    pub then: Judged,
}

/// What a trial came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsal {
    /// Tickets that were tried.
    pub tried: usize,
    /// Those that would be judged otherwise, newest first.
    pub otherwise: Vec<Otherwise>,
}

/// Judges the newest tickets, at most `most`, with the procedure in force and with these files; the messages and the rows of the log are
/// those that their last diagnoses saw, registry and documentation as they are now. Nothing is written.
///
/// # Errors
/// [`DeskError::Invalid`] with everything that is wrong with the files; if the caller may not, or the database fails.
pub async fn rehearse(
    desk: &Desk,
    caller: &Caller,
    files: &BTreeMap<String, String>,
    most: u16,
) -> Result<Rehearsal, DeskError> {
    caller.must(Permission::WriteProcedure)?;
    let problems = check(files);
    if !problems.is_empty() {
        return Err(DeskError::Invalid(format!("o procedimento tem enganos:\n- {}", problems.join("\n- "))));
    }
    let body = serde_json::to_string(&Bundle::of(files.clone()))
        .map_err(|_texts| DeskError::Damaged("o procedimento"))?;
    let mut conn = desk.store().read().await?;
    let known = registry::current(&mut conn).await?;
    let documents = document::current(&mut conn).await?;
    let cases = cases(desk, &mut conn, most).await?;
    drop(conn);
    let state = desk.state();
    let desk = desk.clone();
    let tried = tokio::task::spawn_blocking(move || {
        let text = known.as_ref().map_or(EMPTY_REGISTRY, |revision| revision.body.as_str());
        let documents = documents.into_iter().map(|row| (row.path, row.text)).collect();
        let (other, _problems) = judge(text, Some(&body), documents, desk.secrets().hash_secret())?;
        let mut otherwise = Vec::new();
        let tried = cases.len();
        for (protocol, seen, messages) in cases {
            let Some((newest, before)) = messages.split_first() else { continue };
            let judged = |world: &crate::world::World| {
                let prepared = world.prepare(newest, before);
                let answers = seen.answers(&prepared, desk.secrets());
                said(&world.judge(newest, &prepared, answers).0.decision)
            };
            let (now, then) = (judged(&state.world), judged(&other));
            if now != then {
                otherwise.push(Otherwise { protocol, now, then });
            }
        }
        Ok(Rehearsal { tried, otherwise })
    });
    tried.await.map_err(|_panicked| DeskError::Damaged("um ensaio do procedimento"))?
}

fn said(decision: &Decision) -> Judged {
    (decision.situation.clone(), decision.cause.clone(), decision.next_step.clone())
}

type Case = (String, Seen, Vec<balcao_core::inbound::Inbound>);

/// The newest tickets with what their last diagnoses saw.
async fn cases(desk: &Desk, conn: &mut Conn, most: u16) -> Result<Vec<Case>, DeskError> {
    let page = Page { cursor: None, limit: most };
    let mut cases = Vec::new();
    for row in ticket::list(conn, &Scope::All, &Filter::default(), &page).await?.items {
        let run = diagnosis::newest(conn, &Scope::All, &row.id).await?;
        let Some(seen) = run.and_then(|run| Seen::unpack(&run.facts)) else { continue };
        let messages = conversation::these(desk, conn, &row.id, &seen.messages).await?;
        cases.push((row.protocol, seen, messages));
    }
    Ok(cases)
}
