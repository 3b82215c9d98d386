//! What the rest of the program reads from a procedure: names, limits, stages, replies.

use jiff::SignedDuration;

use super::file::{KeyRequestLine, Named, Situation};
use super::parse::duration;
use super::{Dates, Decision, Procedure};
use crate::reply::{Rendered, Replies, ReplyVariables};

/// A limit of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// In the unit of the file: what conditions see.
    pub value: i64,
    /// The length of time; `None` for a number of times.
    pub duration: Option<SignedDuration>,
}

/// A stage of the methodology.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageView<'a> {
    pub section: &'a str,
    pub code: &'a str,
    pub name: &'a str,
    /// States of a ticket in this stage.
    pub states: &'a [String],
}

/// By when, in business time, a ticket is answered and resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Targets {
    /// From its arrival to the first answer.
    pub first_answer: SignedDuration,
    /// From the partner's last message to the next answer.
    pub next_answer: SignedDuration,
    /// From its arrival to the solution.
    pub resolution: SignedDuration,
}

/// The priority of a ticket that nobody gave another.
pub const USUAL_PRIORITY: &str = "normal";

/// Replies that no decision leads to: what is told once Code is through with a ticket, when it was done, is no fault, is not planned, or for a
/// reason that is not known. Each may have a twin in English, `<name>-en`.
pub const AFTER_CODE: [&str; 4] = ["code-corrigiu", "code-sem-defeito", "code-sem-previsao", "code-concluiu"];
/// Replies to whoever asked for a key: commercial issued it, refused it, or something is missing for the request. With `-en` at the end
/// they are for partners who are written to in English.
pub const OF_COMMERCIAL: [&str; 3] = ["comercial-emitiu", "comercial-recusou", "comercial-falta"];

/// The action of a reply that rests on the documentation.
const CITES: &str = "citar-documentacao";

impl Procedure {
    /// The procedure's code.
    pub fn code(&self) -> &str {
        &self.file.procedure.code
    }

    /// The procedure's title, for people.
    pub fn title(&self) -> &str {
        &self.file.procedure.title
    }

    /// The number of this revision.
    pub fn revision(&self) -> u32 {
        self.file.procedure.revision
    }

    /// When it was written, changed, and is to be looked at again.
    pub fn dates(&self) -> Dates {
        self.dates
    }

    /// A limit of the file; `None` if the file has none of that code.
    pub fn limit(&self, code: &str) -> Option<Limit> {
        self.limits.get(code).copied()
    }

    /// The targets of a priority for a partner's tier; those for every tier where it has none of its own.
    pub fn targets(&self, priority: &str, tier: Option<&str>) -> Option<Targets> {
        let of = |tier: Option<&str>| {
            let mut lines = self.file.targets.iter();
            lines.find(|line| line.priority.get_ref() == priority && line.tier.as_deref() == tier)
        };
        let line = tier.and_then(|tier| of(Some(tier))).or_else(|| of(None))?;
        Some(Targets {
            first_answer: duration(line.first_answer.get_ref())?,
            next_answer: duration(line.next_answer.get_ref())?,
            resolution: duration(line.resolution.get_ref())?,
        })
    }

    /// Codes of the priorities, in the order of the file.
    pub fn priorities(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = Vec::new();
        for line in &self.file.targets {
            if !codes.contains(&line.priority.get_ref().as_str()) {
                codes.push(line.priority.get_ref());
            }
        }
        codes
    }

    /// Codes of all situations, in the order of the file.
    pub fn situations(&self) -> impl Iterator<Item = &str> {
        self.file.situations.iter().map(|situation| situation.code.get_ref().as_str())
    }

    /// How people call a situation; the code itself where the file does not know it.
    pub fn situation_name<'a>(&'a self, code: &'a str) -> &'a str {
        self.situation(code).map_or(code, |situation| &situation.name)
    }

    /// Codes of the causes of a situation, in the order of the file.
    pub fn causes(&self, situation: &str) -> impl Iterator<Item = &str> {
        let causes = self.situation(situation).map(|found| found.causes.as_slice());
        causes.unwrap_or_default().iter().map(|cause| cause.code.get_ref().as_str())
    }

    /// How people call a cause of a situation.
    pub fn cause_name<'a>(&'a self, situation: &str, code: &'a str) -> &'a str {
        self.situation(situation).map_or(code, |found| name_in(&found.causes, code))
    }

    /// How people call an action.
    pub fn action_name<'a>(&'a self, code: &'a str) -> &'a str {
        name_in(&self.file.actions, code)
    }

    /// How people call a next step.
    pub fn next_step_name<'a>(&'a self, code: &'a str) -> &'a str {
        name_in(&self.file.next_steps, code)
    }

    /// How people call an evidence.
    pub fn evidence_name<'a>(&'a self, code: &'a str) -> &'a str {
        let line = self.file.evidences.iter().find(|line| line.code.get_ref() == code);
        line.map_or(code, |line| &line.name)
    }

    /// The words that ask a partner for each missing evidence, in the order given.
    pub fn ask_for(&self, missing: &[&str]) -> Vec<String> {
        let ask = |code: &&str| {
            let line = self.file.evidences.iter().find(|line| line.code.get_ref() == code);
            line.map_or_else(|| (*code).to_owned(), |line| line.ask.clone())
        };
        missing.iter().map(ask).collect()
    }

    /// What a request for a key must contain, in the order in which it is asked for: its code, how people call it, and the words that ask
    /// a partner for it.
    pub fn key_request<'p>(&'p self, english: bool) -> Vec<(&'p str, &'p str, &'p str)> {
        let words = |line: &'p KeyRequestLine| {
            let ask = line.ask_en.as_ref().filter(|_| english).unwrap_or(&line.ask);
            (line.code.get_ref().as_str(), line.name.as_str(), ask.as_str())
        };
        self.file.key_requests.iter().map(words).collect()
    }

    /// The evidences a situation asks to collect.
    pub fn evidence_of(&self, situation: &str) -> Vec<&str> {
        let found = self.situation(situation).map(|found| found.evidence.as_slice());
        found.unwrap_or_default().iter().map(|name| name.get_ref().as_str()).collect()
    }

    /// The evidences that must be there before a demand is handed over.
    pub fn handover_requires(&self) -> Vec<&str> {
        self.file.handover.requires.iter().map(|name| name.get_ref().as_str()).collect()
    }

    /// Checks that must have been made before a demand of this situation is handed over.
    pub fn checks_before_handover(&self, situation: &str) -> Vec<&str> {
        let found = self.situation(situation).map(|found| found.before_handover.as_slice());
        let checks = found.unwrap_or_default().iter().filter_map(|validation| validation.check.as_ref());
        checks.map(|check| check.get_ref().as_str()).collect()
    }

    /// The stages of the methodology, in the order of the file.
    pub fn stages(&self) -> impl Iterator<Item = StageView<'_>> {
        self.file.stages.iter().map(|stage| StageView {
            section: stage.section.get_ref(),
            code: &stage.code,
            name: &stage.name,
            states: &stage.states,
        })
    }

    /// Whether the reply to a decision rests on an excerpt of the documentation.
    pub fn cites(&self, decision: &Decision) -> bool {
        decision.actions.iter().any(|action| action == CITES)
    }

    /// The words by which further reading on a decided cause is looked for; empty where the file names none.
    pub fn search_words(&self, decision: &Decision) -> &str {
        let causes =
            self.situation(&decision.situation).map(|found| found.causes.as_slice()).unwrap_or_default();
        let cause = causes.iter().find(|cause| *cause.code.get_ref() == decision.cause);
        cause.and_then(|cause| cause.search.as_deref()).unwrap_or("")
    }

    /// What the partner supposed and the decided cause does not bear out; `folded` are his words without case and accents.
    pub fn contradiction(&self, decision: &Decision, folded: &str) -> Option<&str> {
        let refuted = self.file.suppositions.iter().find(|supposition| {
            supposition.phrases.iter().any(|phrase| folded.contains(phrase.as_str()))
                && !supposition.true_for.iter().any(|cause| *cause.get_ref() == decision.cause)
        });
        refuted.map(|supposition| supposition.words.as_str())
    }

    /// The reply for a decision, filled with what the proof carries.
    ///
    /// `None` where the files have no template for it ([`Procedure::check`] reports that) or it cannot
    /// be filled.
    pub fn reply(&self, decision: &Decision, variables: &ReplyVariables) -> Option<Rendered> {
        let name = self.replies.find(&decision.cause, &decision.next_step)?;
        self.replies.render(name, variables).ok()
    }

    /// The reply of this name, filled; `None` where there is none of this name.
    pub fn standard_reply(&self, name: &str, variables: &ReplyVariables) -> Option<Rendered> {
        self.replies.render(&Replies::file(name), variables).ok()
    }

    /// Every reply: its name, and what it is for in words, in the order of the situations.
    pub fn standard_replies(&self) -> Vec<(&str, String)> {
        let rank = |name: &str| {
            let cause = name.split('.').next().unwrap_or_default();
            self.situations().position(|situation| self.causes(situation).any(|own| own == cause))
        };
        let title = |name: &str| {
            let (first, step) =
                name.split_once('.').map_or((name, None), |(first, step)| (first, Some(step)));
            let situation =
                self.situations().find(|situation| self.causes(situation).any(|own| own == first));
            let first = situation
                .map_or_else(|| self.next_step_name(first), |situation| self.cause_name(situation, first));
            step.map_or_else(|| first.to_owned(), |step| format!("{first} · {}", self.next_step_name(step)))
        };
        let mut all: Vec<(&str, String)> = self.replies.stems().map(|name| (name, title(name))).collect();
        all.sort_by_key(|(name, _)| (rank(name).is_none(), rank(name)));
        all
    }

    pub(super) fn replies(&self) -> &Replies {
        &self.replies
    }

    pub(super) fn situation(&self, code: &str) -> Option<&Situation> {
        self.file.situations.iter().find(|situation| situation.code.get_ref() == code)
    }

    pub fn section_of(&self, situation: &str) -> &str {
        self.situation(situation).map_or("", |found| found.section.get_ref())
    }
}

fn name_in<'a>(list: &'a [Named], code: &'a str) -> &'a str {
    list.iter().find(|named| named.code.get_ref() == code).map_or(code, |named| &named.name)
}
