//! The evidence set of a ticket: what was found, asked for, given, and corrected.

use balcao_core::diagnosis::{EvidenceSet, Shown};
use balcao_core::ticket::{EvidenceStanding, LogStanding};
use balcao_store::evidence::Evidence;
use balcao_store::{EvidenceId, TicketId};

/// Where a value stands, as rows keep it.
pub(crate) const FOUND: &str = "found";
pub(crate) const ASKED: &str = "asked";
pub(crate) const GIVEN: &str = "given";
pub(crate) const REPLACED: &str = "replaced";

/// How the request log stood to the request when a value was found: the end of a row's standing, `found:matched`.
pub(crate) fn log_standing(evidence: &EvidenceSet, in_log: bool) -> LogStanding {
    let has = |name: &str| evidence.get(name).is_some();
    if in_log {
        LogStanding::Matched
    } else if has("endpoint") && has("occurred_at") && (has("user") || has("api_key")) {
        LogStanding::NotFound
    } else {
        // There was nothing to search by.
        LogStanding::NotSearched
    }
}

fn log_code(log: LogStanding) -> &'static str {
    match log {
        LogStanding::Matched => "matched",
        LogStanding::NotFound => "not_found",
        LogStanding::NotSearched => "not_searched",
    }
}

/// A row for a value that a diagnosis found.
pub(crate) fn row(
    ticket: &TicketId,
    at: i64,
    name: &str,
    shown: &Shown,
    standing: (&str, LogStanding),
) -> Evidence {
    Evidence {
        id: EvidenceId::fresh(),
        ticket: ticket.clone(),
        at,
        name: name.to_owned(),
        value: Some(shown.value.clone()),
        source: format!("{}: {}", shown.source.code(), shown.place),
        standing: format!("{}:{}", standing.0, log_code(standing.1)),
        corrected_by: None,
        reason: None,
    }
}

/// A row for what the partner is asked for.
pub(crate) fn asked(ticket: &TicketId, at: i64, name: &str) -> Evidence {
    Evidence {
        id: EvidenceId::fresh(),
        ticket: ticket.clone(),
        at,
        name: name.to_owned(),
        value: None,
        source: "desk".to_owned(),
        standing: ASKED.to_owned(),
        corrected_by: None,
        reason: None,
    }
}

/// Whether a row is a value that counts now.
pub(crate) fn counts(row: &Evidence) -> bool {
    row.value.is_some() && !row.standing.starts_with(REPLACED)
}

/// The evidences as the guards look at them: of each name the newest value that counts.
pub(crate) fn standings(rows: &[Evidence]) -> Vec<EvidenceStanding> {
    let mut standings: Vec<EvidenceStanding> = Vec::new();
    for row in rows.iter().filter(|row| counts(row)) {
        let log = match row.standing.split_once(':').map(|(_, log)| log) {
            Some("matched") => LogStanding::Matched,
            Some("not_found") => LogStanding::NotFound,
            _ => LogStanding::NotSearched,
        };
        let source = (!row.source.is_empty()).then(|| row.source.clone());
        let standing = EvidenceStanding { name: row.name.clone(), source, log };
        match standings.iter_mut().find(|known| known.name == row.name) {
            Some(known) => *known = standing,
            None => standings.push(standing),
        }
    }
    standings
}
