//! What must be there before a step is taken: one function a rule, each returning what is missing.

use jiff::Timestamp;

use super::refusal::Missing;
use super::role::{Actor, Role};
use super::rules::Rules;
use super::standing::{Confirmation, LogStanding, Standing};
use super::state::{State, Team};
use super::transition::Transition;
use crate::checks::Verdict;

/// A step that is asked for, with what it is judged by.
pub(super) struct Case<'c> {
    pub(super) standing: &'c Standing,
    pub(super) wanted: &'c Transition,
    pub(super) actor: &'c Actor,
    pub(super) rules: &'c Rules,
    pub(super) now: Timestamp,
}

/// One rule.
pub(super) struct Guard {
    /// The section of the procedure that it keeps; a test reads it.
    #[cfg_attr(not(test), expect(dead_code, reason = "names the rule for readers and for the tests"))]
    pub(super) name: &'static str,
    pub(super) missing: fn(&Case<'_>) -> Vec<Missing>,
}

/// All of them; every one is asked, so that a refusal names all that is missing at once.
pub(super) const GUARDS: &[Guard] = &[
    Guard { name: "5, 8: the seven evidences, verified", missing: evidence },
    Guard { name: "3.6, 3.9: the mandatory validations", missing: validations },
    Guard { name: "8: prior analysis", missing: analysis },
    Guard { name: "4.5: to whom", missing: team },
    Guard { name: "3.8: commercial gets requests of known partners", missing: commercial },
    Guard { name: "5: all that is missing is asked for at once", missing: asked },
    Guard { name: "4.6: recorded solution", missing: solution },
    Guard { name: "4.6: confirmation of the partner, or silence", missing: confirmation },
    Guard { name: "4.6: final classification", missing: classification },
    Guard { name: "3.1: what is cited is in the documentation", missing: citations },
    Guard { name: "7: decisions are recorded", missing: reason },
];

impl<'c> Case<'c> {
    fn escalates_to(&self, team: Team) -> bool {
        self.wanted.to == State::Escalated && self.wanted.escalate_to == Some(team)
    }

    /// The prior analysis, recorded before or with this step.
    pub(super) fn analysis(&self) -> Option<&'c str> {
        written(self.wanted.analysis.as_deref()).or(written(self.standing.analysis.as_deref()))
    }

    /// The solution, recorded before or with this step.
    pub(super) fn solution(&self) -> Option<&'c str> {
        written(self.wanted.solution.as_deref()).or(written(self.standing.solution.as_deref()))
    }

    /// What the partner said last. Only the partner says it: anybody else's word for it counts for nothing, so what an
    /// agent read in a message must be recorded on the ticket, with that message, before.
    pub(super) fn confirmation(&self) -> Confirmation {
        let own_word = self.wanted.confirmation.filter(|_| self.actor.role == Role::PartnerContact);
        own_word.unwrap_or(self.standing.confirmation)
    }

    fn has(&self, evidence: &str) -> bool {
        self.standing.evidence.iter().any(|found| found.name == evidence)
    }
}

/// A text that says something.
fn written(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn evidence(case: &Case<'_>) -> Vec<Missing> {
    if !case.escalates_to(Team::Code) {
        return Vec::new();
    }
    let missing = case.rules.evidence.iter().filter_map(|(code, words)| {
        let found = case.standing.evidence.iter().find(|found| found.name == *code);
        let text = match found {
            None => format!("falta a evidência: {words}"),
            Some(found) if found.source.is_none() => format!("não se sabe de onde veio: {words}"),
            Some(found) if found.log == LogStanding::NotSearched => {
                format!("não foi conferida com o log de requisições: {words}")
            }
            Some(_) => return None,
        };
        Some(Missing::new(format!("evidence:{code}"), text))
    });
    missing.collect()
}

fn validations(case: &Case<'_>) -> Vec<Missing> {
    if !case.escalates_to(Team::Code) {
        return Vec::new();
    }
    let open = |code: &&String| {
        let verdict = case.standing.verdicts.get(*code).copied().unwrap_or(Verdict::Unknown);
        verdict == Verdict::Unknown
    };
    let missing = case.rules.validations.iter().filter(open);
    missing
        .map(|code| {
            Missing::new(format!("check:{code}"), format!("a validação `{code}` ainda não tem resposta"))
        })
        .collect()
}

fn analysis(case: &Case<'_>) -> Vec<Missing> {
    let needs = case.wanted.to == State::Escalated && case.analysis().is_none();
    needs
        .then(|| Missing::new("analysis", "falta a análise prévia: o que foi verificado e o que se conclui"))
        .into_iter()
        .collect()
}

fn team(case: &Case<'_>) -> Vec<Missing> {
    let needs = case.wanted.to == State::Escalated && case.wanted.escalate_to.is_none();
    needs
        .then(|| Missing::new("escalate_to", "diga a quem escalar: code ou commercial"))
        .into_iter()
        .collect()
}

fn commercial(case: &Case<'_>) -> Vec<Missing> {
    if !case.escalates_to(Team::Commercial) {
        return Vec::new();
    }
    let mut missing = Vec::new();
    if case.standing.partner.is_none() {
        missing.push(Missing::new("partner", "o parceiro ainda não foi identificado"));
    }
    if case.standing.next_step != case.rules.commercial_step {
        let text = "o diagnóstico não pede o time comercial; corrija antes a classificação";
        missing.push(Missing::new("next_step", text));
    }
    missing
}

fn asked(case: &Case<'_>) -> Vec<Missing> {
    if case.wanted.to != State::AwaitingPartner {
        return Vec::new();
    }
    let asks = case.wanted.asked.iter().any(|asked| !asked.trim().is_empty());
    if !asks {
        return vec![Missing::new("asked", "diga o que se pede ao parceiro")];
    }
    let asks_for = |code: &str| case.wanted.asked.iter().any(|asked| asked == code);
    if !case.rules.evidence.keys().any(|code| asks_for(code)) {
        return Vec::new(); // A question, not evidences.
    }
    let forgotten = case.rules.evidence.iter().filter(|(code, _)| !case.has(code) && !asks_for(code));
    forgotten
        .map(|(code, words)| {
            Missing::new(format!("asked:{code}"), format!("também falta, e se pede de uma vez: {words}"))
        })
        .collect()
}

fn solution(case: &Case<'_>) -> Vec<Missing> {
    let needs = matches!(case.wanted.to, State::Resolved | State::Closed) && case.solution().is_none();
    needs.then(|| Missing::new("solution", "falta registrar a solução")).into_iter().collect()
}

fn confirmation(case: &Case<'_>) -> Vec<Missing> {
    if case.wanted.to != State::Closed || case.confirmation() == Confirmation::Confirmed {
        return Vec::new();
    }
    if case.confirmation() == Confirmation::Contested {
        return vec![Missing::new("confirmation", "o parceiro contestou a solução; volte à análise")];
    }
    if !case.wanted.silence {
        return vec![Missing::new("confirmation", "falta a confirmação do parceiro")];
    }
    let (reminders, rules) = (case.standing.reminders, case.rules);
    let waited = reminders.last.is_some_and(|last| case.now.duration_since(last) >= rules.between_reminders);
    if reminders.sent >= rules.reminders && waited {
        return Vec::new();
    }
    let text = format!(
        "para encerrar por silêncio são precisos {} lembretes e {} horas de espera depois do último; foram enviados {}",
        rules.reminders,
        rules.between_reminders.as_hours(),
        reminders.sent
    );
    vec![Missing::new("reminders", text)]
}

fn classification(case: &Case<'_>) -> Vec<Missing> {
    if case.wanted.to != State::Closed {
        return Vec::new();
    }
    match &case.wanted.final_classification {
        Some(last) if case.rules.knows(last) => Vec::new(),
        Some(last) => {
            let text = format!("`{}` com `{}` não existe no procedimento", last.situation, last.cause);
            vec![Missing::new("final_classification", text)]
        }
        None => vec![Missing::new("final_classification", "falta a classificação final: situação e causa")],
    }
}

fn citations(case: &Case<'_>) -> Vec<Missing> {
    let needs = case.wanted.to == State::Resolved && !case.standing.citations_kept;
    let text =
        "um trecho citado não está mais no documento; rode o diagnóstico outra vez e revise a resposta";
    needs.then(|| Missing::new("citations", text)).into_iter().collect()
}

fn reason(case: &Case<'_>) -> Vec<Missing> {
    let needs = case.wanted.reason.trim().is_empty();
    needs.then(|| Missing::new("reason", "diga por que o estado muda")).into_iter().collect()
}
