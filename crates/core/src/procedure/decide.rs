//! The decision: the first entry that holds.

use super::context::context;
use super::file::Entry;
use super::{Inputs, Procedure};

/// What the procedure decides for one demand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Line of the decision order, as the file numbers it.
    pub line: u32,
    /// Position of the entry in the file, from 0.
    pub entry: usize,
    pub situation: String,
    /// Section of the procedure that the situation comes from.
    pub section: String,
    pub cause: String,
    pub next_step: String,
    pub actions: Vec<String>,
    /// Why the entry decides so, in the words of the file.
    pub why: String,
}

impl Procedure {
    /// Decides: the first entry whose condition holds, with its next step.
    ///
    /// An entry that hands over does so only once every evidence of `[handover]` is there; until
    /// then the evidences are asked for. Always decides: where no entry holds, which
    /// [`Procedure::check`] reports as a missing catch-all, the last one is taken.
    pub fn decide(&self, inputs: &Inputs) -> Decision {
        let context = context(inputs, &self.limits_value);
        let found = self.entries.iter().position(|condition| condition.holds(&context));
        let index = found.unwrap_or(self.entries.len().saturating_sub(1));
        match self.file.decisions.get(index) {
            Some(entry) => self.decision(index, entry, inputs),
            // A procedure without entries is refused by `parse`.
            None => Decision {
                line: 0,
                entry: 0,
                situation: String::new(),
                section: String::new(),
                cause: String::new(),
                next_step: "analisar".to_owned(),
                actions: Vec::new(),
                why: String::new(),
            },
        }
    }

    fn decision(&self, index: usize, entry: &Entry, inputs: &Inputs) -> Decision {
        let handover = &self.file.handover;
        let held = entry.next_step.get_ref() == handover.next_step.get_ref()
            && handover.requires.iter().any(|name| !inputs.has(name.get_ref()));
        let (next_step, actions) = match held {
            true => (&handover.otherwise.next_step, &handover.otherwise.actions),
            false => (&entry.next_step, &entry.actions),
        };
        let situation = entry.situation.get_ref();
        Decision {
            line: entry.line,
            entry: index,
            situation: situation.clone(),
            section: self.section_of(situation).to_owned(),
            cause: entry.cause.get_ref().clone(),
            next_step: next_step.get_ref().clone(),
            actions: actions.iter().map(|action| action.get_ref().clone()).collect(),
            why: entry.why.clone(),
        }
    }
}
