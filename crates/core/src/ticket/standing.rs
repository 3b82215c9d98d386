//! What the guards look at: a plain value, filled by whoever keeps tickets.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::state::{State, Team};
use crate::checks::Verdict;

/// Everything of a ticket that decides whether a step may be taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub state: State,
    /// Whom it is escalated to, while it is.
    pub escalated_to: Option<Team>,
    /// The ticket that this one was merged into.
    pub merged_into: Option<String>,
    /// Code of the partner, where the sender is known.
    pub partner: Option<String>,
    /// The seven evidences that were found, given or corrected; one that is missing is not in the list.
    pub evidence: Vec<EvidenceStanding>,
    /// Verdicts of the latest diagnosis, by the code of the check.
    pub verdicts: BTreeMap<String, Verdict>,
    /// The latest diagnosis' next step, as the procedure names it.
    pub next_step: String,
    /// Situation and cause as first diagnosed.
    pub classification: Classification,
    /// What was found before escalating, in a person's words.
    pub analysis: Option<String>,
    pub solution: Option<String>,
    pub confirmation: Confirmation,
    pub reminders: Reminders,
    /// Whether every excerpt that the reply cites is still in its document.
    pub citations_kept: bool,
}

/// One evidence of the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceStanding {
    /// Its name in the format: `api_key`, `payload`, …
    pub name: String,
    /// Where it was found: `message`, `attachment`, `request-log`, or `person` for a correction. `None`: nobody knows.
    pub source: Option<String>,
    pub log: LogStanding,
}

/// How an evidence stands against the request log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogStanding {
    /// The log's row of the request agrees.
    Matched,
    /// The log was searched and does not have the request.
    NotFound,
    /// Nobody looked.
    NotSearched,
}

/// Situation and cause, by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Classification {
    pub situation: String,
    pub cause: String,
}

/// What the partner said of the solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// Nothing yet.
    None,
    Confirmed,
    Contested,
}

/// The reminders sent since the partner last wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reminders {
    pub sent: u32,
    pub last: Option<Timestamp>,
}
