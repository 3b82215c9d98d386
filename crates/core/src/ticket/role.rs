//! Who acts, and which steps each role may take.

use serde::{Deserialize, Serialize};

use super::state::{State, Team};

/// What a person or program is to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Agent,
    Lead,
    Manager,
    /// The developers who receive escalations.
    Code,
    /// The team that issues API Keys.
    Commercial,
    Administrator,
    /// A person of the partner whose ticket it is.
    PartnerContact,
    /// The desk itself: timers, and the diagnosis of what arrives.
    System,
}

/// Someone who wants a step taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Who it was, as the trail names them.
    pub id: String,
    pub role: Role,
}

/// One step, for the question whether a role may take it.
pub(super) struct Step {
    pub(super) from: State,
    pub(super) to: State,
    /// Whom the ticket is escalated to now.
    pub(super) with: Option<Team>,
    /// Whether it is a closing by silence.
    pub(super) silence: bool,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Agent,
        Self::Lead,
        Self::Manager,
        Self::Code,
        Self::Commercial,
        Self::Administrator,
        Self::PartnerContact,
        Self::System,
    ];

    /// Whether this role may take a step that the methodology has. What must be there first is for the guards.
    pub(super) fn may(self, step: &Step) -> bool {
        use State::{Analysis, AwaitingPartner, Closed, Escalated, Investigation, Received, Resolved};
        let (from, to) = (step.from, step.to);
        match self {
            Self::Agent | Self::Lead | Self::Manager | Self::Administrator => true,
            Self::Code => from == Escalated && step.with == Some(Team::Code) && to == Investigation,
            Self::Commercial => {
                from == Escalated
                    && step.with == Some(Team::Commercial)
                    && matches!(to, Investigation | Resolved)
            }
            // Confirms, contests, reopens, answers.
            Self::PartnerContact => match from {
                Resolved => matches!(to, Closed | Analysis) && !step.silence,
                Closed => to == Analysis,
                AwaitingPartner => to == Analysis,
                Received | Analysis | Investigation | Escalated => false,
            },
            Self::System => match from {
                // A partner who writes again takes up a closed ticket: nobody would look there for it.
                Received | AwaitingPartner | Closed => to == Analysis,
                Resolved => to == Closed && step.silence,
                Analysis | Investigation | Escalated => false,
            },
        }
    }
}
