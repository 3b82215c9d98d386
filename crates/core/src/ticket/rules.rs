//! What the procedure asks for, as the guards need it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::standing::Classification;
use crate::procedure::Procedure;

/// The procedure's demands on a ticket of one situation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Names of the evidences without which nothing goes to Code, each with the words for it.
    pub evidence: BTreeMap<String, String>,
    /// Codes of the checks that must be decided before an escalation to Code.
    pub validations: BTreeSet<String>,
    /// Codes of the next step that a ticket of commercial has.
    pub commercial_step: String,
    /// Causes by situation: what a final classification may be.
    pub causes: BTreeMap<String, BTreeSet<String>>,
    /// Reminders without an answer after which a ticket may be closed as silent.
    pub reminders: u32,
    /// The wait after each reminder.
    pub between_reminders: SignedDuration,
}

/// What a procedure without these limits is read as: the original's two reminders, two days each.
const REMINDERS: u32 = 2;
const BETWEEN_REMINDERS: SignedDuration = SignedDuration::from_hours(48);

impl Rules {
    /// The rules of `procedure` for a ticket of `situation`.
    pub fn of(procedure: &Procedure, situation: &str) -> Self {
        let words = |code: &str| (code.to_owned(), procedure.evidence_name(code).to_owned());
        let owned = |code: &str| code.to_owned();
        let causes = |situation: &str| procedure.causes(situation).map(owned).collect();
        let reminders =
            procedure.limit("lembretes_sem_resposta").and_then(|limit| u32::try_from(limit.value).ok());
        let wait = procedure.limit("horas_entre_lembretes").and_then(|limit| limit.duration);
        Self {
            evidence: procedure.handover_requires().into_iter().map(words).collect(),
            validations: procedure.checks_before_handover(situation).into_iter().map(owned).collect(),
            commercial_step: "encaminhar-comercial".to_owned(),
            causes: procedure.situations().map(|code| (code.to_owned(), causes(code))).collect(),
            reminders: reminders.unwrap_or(REMINDERS),
            between_reminders: wait.unwrap_or(BETWEEN_REMINDERS),
        }
    }

    /// Whether the procedure has this situation with this cause.
    #[must_use]
    pub fn knows(&self, classification: &Classification) -> bool {
        let causes = self.causes.get(&classification.situation);
        causes.is_some_and(|causes| causes.contains(&classification.cause))
    }
}
