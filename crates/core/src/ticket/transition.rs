//! The one function that changes a ticket's state.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::guard::{Case, GUARDS, Guard};
use super::refusal::{Missing, Refusal, RefusalCode};
use super::role::{Actor, Step};
use super::rules::Rules;
use super::standing::{Classification, Confirmation, Reminders, Standing};
use super::state::{State, Team};

/// A step that someone wants taken, with what they record on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    pub to: State,
    /// Why, in the actor's words; goes into the trail.
    pub reason: String,
    /// Whom to escalate to; required where `to` is `escalated`.
    #[serde(default)]
    pub escalate_to: Option<Team>,
    /// The prior analysis, where it is recorded with this step.
    #[serde(default)]
    pub analysis: Option<String>,
    #[serde(default)]
    pub solution: Option<String>,
    #[serde(default)]
    pub final_classification: Option<Classification>,
    /// What the partner is asked for: names of evidences, or a question in words.
    #[serde(default)]
    pub asked: Vec<String>,
    /// What the partner says of the solution with this step; passed over from anybody but the partner.
    #[serde(default)]
    pub confirmation: Option<Confirmation>,
    /// Close because the partner no longer answers.
    #[serde(default)]
    pub silence: bool,
}

impl Transition {
    /// A step with a reason and nothing recorded on the way.
    pub fn to(state: State, reason: impl Into<String>) -> Self {
        Self {
            to: state,
            reason: reason.into(),
            escalate_to: None,
            analysis: None,
            solution: None,
            final_classification: None,
            asked: Vec::new(),
            confirmation: None,
            silence: false,
        }
    }
}

/// How a ticket ended; the two are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closing {
    Confirmed,
    NoAnswer,
}

/// A step that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The ticket after the step.
    pub standing: Standing,
    pub closing: Option<Closing>,
    pub final_classification: Option<Classification>,
    /// Whether the final classification differs from the first.
    pub reclassified: bool,
    /// Whether a closed ticket, or an answer that the partner had, was taken up again.
    pub reopened: bool,
}

/// Takes the step, or refuses it with everything that is missing.
///
/// # Errors
/// The refusal: the methodology has no such step, the role may not take it, or guards find something missing. Nothing has
/// changed then.
pub fn transition(
    standing: &Standing,
    wanted: &Transition,
    actor: &Actor,
    rules: &Rules,
    now: Timestamp,
) -> Result<Changed, Refusal> {
    guarded(&Case { standing, wanted, actor, rules, now }, GUARDS)
}

/// As [`transition`], by these guards; so that a test can leave one out and see what it held back.
pub(super) fn guarded(case: &Case<'_>, guards: &[Guard]) -> Result<Changed, Refusal> {
    let (standing, wanted) = (case.standing, case.wanted);
    if let Some(leading) = &standing.merged_into {
        let detail = format!("o chamado foi unido a {leading}; mude o estado lá, ou desfaça a união antes");
        return Err(refused(RefusalCode::Merged, detail));
    }
    if !standing.state.leads_to(wanted.to) {
        let next: Vec<&str> = standing.state.following().map(State::name).collect();
        let detail = format!(
            "de {} não se passa a {}; daqui se passa a: {}",
            standing.state.name(),
            wanted.to.name(),
            next.join(", ")
        );
        return Err(refused(RefusalCode::NoSuchStep, detail));
    }
    let step =
        Step { from: standing.state, to: wanted.to, with: standing.escalated_to, silence: wanted.silence };
    if !case.actor.role.may(&step) {
        let detail = format!(
            "quem tem este papel não leva um chamado de {} a {}",
            standing.state.name(),
            wanted.to.name()
        );
        return Err(refused(RefusalCode::NotAllowed, detail));
    }
    let mut missing: Vec<Missing> = guards.iter().flat_map(|guard| (guard.missing)(case)).collect();
    missing.sort();
    missing.dedup();
    if missing.is_empty() {
        return Ok(changed(case));
    }
    let detail = format!("o chamado ainda não pode passar a {}", wanted.to.name());
    Err(Refusal { code: RefusalCode::Incomplete, detail, missing })
}

fn refused(code: RefusalCode, detail: String) -> Refusal {
    Refusal { code, detail, missing: Vec::new() }
}

fn changed(case: &Case<'_>) -> Changed {
    let (before, wanted) = (case.standing, case.wanted);
    let mut standing = before.clone();
    standing.state = wanted.to;
    standing.escalated_to = wanted.escalate_to.filter(|_| wanted.to == State::Escalated);
    standing.analysis = case.analysis().map(str::to_owned);
    standing.solution = case.solution().map(str::to_owned);
    standing.confirmation = case.confirmation();
    let answered = before.state == State::AwaitingPartner;
    let worked_on = matches!(wanted.to, State::Analysis | State::Investigation);
    let reopened = worked_on && matches!(before.state, State::Closed | State::Resolved);
    if answered || reopened {
        standing.reminders = Reminders::default();
    }
    if reopened {
        // What was said of the old solution says nothing of the next; the old one is in the trail.
        standing.solution = None;
        standing.confirmation = Confirmation::None;
    }
    let closing = (wanted.to == State::Closed).then_some(match standing.confirmation {
        Confirmation::Confirmed => Closing::Confirmed,
        Confirmation::None | Confirmation::Contested => Closing::NoAnswer,
    });
    let last = wanted.final_classification.clone().filter(|_| closing.is_some());
    let reclassified = last.as_ref().is_some_and(|last| *last != before.classification);
    Changed { standing, closing, final_classification: last, reclassified, reopened }
}
