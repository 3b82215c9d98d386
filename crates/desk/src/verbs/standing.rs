//! A ticket as the core's guards look at it.

use std::collections::BTreeMap;

use balcao_core::checks::Verdict;
use balcao_core::ticket::{Classification, Confirmation, Reminders, Standing, State, Team};
use balcao_store::evidence::Evidence;
use balcao_store::ticket::Ticket;
use serde::Deserialize;

use super::evidence;
use crate::desk::{State as World, instant};
use crate::error::DeskError;

/// What of a stored diagnosis is read again.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Line {
    pub(crate) situation: String,
    pub(crate) cause: String,
    pub(crate) next_step: String,
    checks: Vec<CheckLine>,
    pub(crate) evidence: BTreeMap<String, Option<ShownLine>>,
    pub(crate) citations: Vec<ExcerptLine>,
}

#[derive(Debug, Clone, Deserialize)]
struct CheckLine {
    check: String,
    verdict: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct ShownLine {
    pub(crate) value: String,
}

/// An excerpt of the documentation that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ExcerptLine {
    /// The document's path without its ending.
    pub document: String,
    /// The heading's slug, or `METHOD path`.
    pub heading: String,
    /// The exact words.
    pub excerpt: String,
}

impl Line {
    /// # Errors
    /// If it is no diagnosis of ours.
    pub(crate) fn parse(line: &str) -> Result<Self, DeskError> {
        serde_json::from_str(line).map_err(|_own_line| DeskError::Damaged("um diagnóstico guardado"))
    }

    pub(crate) fn verdicts(&self) -> BTreeMap<String, Verdict> {
        let checks = self.checks.iter();
        checks.filter_map(|line| Some((line.check.clone(), Verdict::of_code(&line.verdict)?))).collect()
    }
}

/// Whether every excerpt still stands in its document.
pub(crate) fn are_kept(citations: &[ExcerptLine], world: &World) -> bool {
    let pages = &world.world.pages;
    citations.iter().all(|cited| pages.holds(&cited.document, &cited.heading, &cited.excerpt))
}

/// The standing of a ticket with its latest diagnosis and its evidence.
pub(crate) fn of(
    ticket: &Ticket,
    line: &Line,
    evidence: &[Evidence],
    world: &World,
) -> Result<Standing, DeskError> {
    let damaged = || DeskError::Damaged("o estado de um chamado");
    let owned = |text: &Option<String>, other: &str| text.clone().unwrap_or_else(|| other.to_owned());
    Ok(Standing {
        state: ticket.state.parse::<State>().map_err(|_unknown| damaged())?,
        escalated_to: ticket.escalation.as_deref().and_then(team),
        merged_into: ticket.merged_into.as_ref().map(ToString::to_string),
        partner: ticket.partner.clone(),
        evidence: evidence::standings(evidence),
        verdicts: line.verdicts(),
        next_step: owned(&ticket.next_step, &line.next_step),
        classification: Classification {
            situation: owned(&ticket.first_situation, &line.situation),
            cause: owned(&ticket.first_cause, &line.cause),
        },
        analysis: ticket.analysis.clone(),
        solution: ticket.solution.clone(),
        confirmation: confirmation(ticket.confirmation.as_deref()),
        reminders: Reminders {
            sent: u32::try_from(ticket.reminders).unwrap_or(0),
            last: ticket.last_reminder.map(instant),
        },
        citations_kept: are_kept(&line.citations, world),
    })
}

fn team(code: &str) -> Option<Team> {
    [Team::Code, Team::Commercial].into_iter().find(|team| team.code() == code)
}

fn confirmation(code: Option<&str>) -> Confirmation {
    match code {
        Some("confirmed") => Confirmation::Confirmed,
        Some("contested") => Confirmation::Contested,
        _ => Confirmation::None,
    }
}

/// The code that a row keeps; `None` for nothing said.
pub(crate) fn confirmation_code(confirmation: Confirmation) -> Option<&'static str> {
    match confirmation {
        Confirmation::None => None,
        Confirmation::Confirmed => Some("confirmed"),
        Confirmation::Contested => Some("contested"),
    }
}
