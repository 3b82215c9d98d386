//! The states of the methodology, and which may follow which.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where a ticket stands (sections 4.1 to 4.6 of the procedure).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Registered, not yet looked at.
    Received,
    /// Credentials, environment and basic errors are being checked.
    Analysis,
    /// Logs and evidences are being gathered.
    Investigation,
    /// The partner owes an answer.
    AwaitingPartner,
    /// With the team that the ticket names.
    Escalated,
    /// Answered; the partner has not yet confirmed.
    Resolved,
    /// Ended, with confirmation or by silence.
    Closed,
}

/// Whom a ticket is escalated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Team {
    Code,
    Commercial,
}

impl State {
    /// Every state, in the order of a life without detours.
    pub const ALL: [Self; 7] = [
        Self::Received,
        Self::Analysis,
        Self::Investigation,
        Self::AwaitingPartner,
        Self::Escalated,
        Self::Resolved,
        Self::Closed,
    ];

    /// The code of the public API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Analysis => "analysis",
            Self::Investigation => "investigation",
            Self::AwaitingPartner => "awaiting_partner",
            Self::Escalated => "escalated",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// How the state is called in a sentence of Portuguese.
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "recebido",
            Self::Analysis => "em análise",
            Self::Investigation => "em investigação",
            Self::AwaitingPartner => "aguardando o parceiro",
            Self::Escalated => "escalado",
            Self::Resolved => "resolvido",
            Self::Closed => "encerrado",
        }
    }

    /// Whether the methodology has a step from here to `next`.
    pub fn leads_to(self, next: Self) -> bool {
        use State::{Analysis, AwaitingPartner, Closed, Escalated, Investigation, Received, Resolved};
        match self {
            Received => next == Analysis,
            Analysis => matches!(next, Investigation | AwaitingPartner | Escalated | Resolved),
            Investigation => matches!(next, Analysis | AwaitingPartner | Escalated | Resolved),
            AwaitingPartner => matches!(next, Analysis | Investigation | Resolved),
            Escalated => matches!(next, Investigation | AwaitingPartner | Resolved),
            Resolved => matches!(next, Analysis | Investigation | Closed),
            Closed => next == Analysis,
        }
    }

    /// The states that may follow, in the order of [`State::ALL`].
    pub fn following(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |next| self.leads_to(*next))
    }
}

/// A word that names no state.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` não é um estado; use received, analysis, investigation, awaiting_partner, escalated, resolved ou closed"
)]
pub struct UnknownState(String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|state| state.code() == code);
        known.ok_or_else(|| UnknownState(code.chars().take(40).collect()))
    }
}

impl Team {
    /// The code of the public API.
    pub fn code(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Commercial => "commercial",
        }
    }
}
