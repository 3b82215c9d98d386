//! What of the desk's values is shown, and how.

use balcao_desk::instant;
use balcao_desk::verbs::due::Promise;
use balcao_desk::verbs::follow_up::Change;
use balcao_store::diagnosis::Diagnosis;
use balcao_store::evidence::Evidence;
use balcao_store::ticket::Ticket;
use balcao_store::ticket_link::TicketLink;
use balcao_store::trail;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;

/// RFC 3339, UTC.
pub(crate) fn at(millis: i64) -> String {
    instant(millis).to_string()
}

fn maybe(millis: Option<i64>) -> Option<String> {
    millis.map(at)
}

/// A line of JSON of our own as it is.
pub(crate) fn raw(line: &str) -> Box<RawValue> {
    RawValue::from_string(line.to_owned()).unwrap_or_else(|_damaged| RawValue::NULL.to_owned())
}

/// A ticket.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketView {
    /// Its id.
    id: String,
    /// What people call it.
    #[schema(example = "2026-000123")]
    protocol: String,
    /// One more with each change; the `ETag`.
    version: i64,
    /// `received`, `analysis`, `investigation`, `awaiting_partner`, `escalated`, `resolved` or `closed`.
    state: String,
    /// With whom, while it is escalated: `code` or `commercial`.
    escalated_to: Option<String>,
    /// The partner's code.
    partner: Option<String>,
    /// Who wrote, masked.
    requester: Option<String>,
    /// How it came.
    channel: String,
    /// Masked.
    subject: String,
    situation: Option<String>,
    cause: Option<String>,
    next_step: Option<String>,
    /// The classification of the first diagnosis.
    first_situation: Option<String>,
    first_cause: Option<String>,
    /// The person who said what situation and cause it is, if one did.
    classified_by: Option<String>,
    /// What Code last said of it: `accepted`, `needs`, `fixed` or `not_a_bug`.
    code_said: Option<String>,
    /// The evidences that it lacks.
    lacking: Vec<String>,
    /// The classification at its end.
    final_situation: Option<String>,
    final_cause: Option<String>,
    priority: Option<String>,
    team: Option<String>,
    assignee: Option<String>,
    tags: Vec<String>,
    /// The analysis made before an escalation.
    analysis: Option<String>,
    solution: Option<String>,
    /// `confirmed` or `contested`.
    confirmation: Option<String>,
    /// `confirmed` or `no_answer`.
    closing: Option<String>,
    reminders: i64,
    /// The ticket that goes on in its place.
    merged_into: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime)]
    first_answer_at: Option<String>,
    #[schema(format = DateTime)]
    awaiting_since: Option<String>,
    #[schema(format = DateTime)]
    resolved_at: Option<String>,
    #[schema(format = DateTime)]
    closed_at: Option<String>,
    /// The next deadline that runs, and what for.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    due_for: Option<String>,
}

impl TicketView {
    /// As people of the desk see it; a partner sees neither who works on it nor the analysis.
    pub(crate) fn of(ticket: &Ticket, staff: bool) -> Self {
        let inside = |value: &Option<String>| value.clone().filter(|_| staff);
        let tags: Vec<String> = serde_json::from_str(&ticket.tags).unwrap_or_default();
        Self {
            id: ticket.id.to_string(),
            protocol: ticket.protocol.clone(),
            version: ticket.version,
            state: ticket.state.clone(),
            escalated_to: ticket.escalation.clone(),
            partner: ticket.partner.clone(),
            requester: ticket.requester.clone(),
            channel: ticket.channel.clone(),
            subject: ticket.subject.clone(),
            situation: ticket.situation.clone(),
            cause: ticket.cause.clone(),
            next_step: ticket.next_step.clone(),
            first_situation: inside(&ticket.first_situation),
            first_cause: inside(&ticket.first_cause),
            classified_by: inside(&ticket.classified_by),
            code_said: inside(&ticket.code_said),
            lacking: ticket.lacking.split_whitespace().map(str::to_owned).collect(),
            final_situation: ticket.final_situation.clone(),
            final_cause: ticket.final_cause.clone(),
            priority: ticket.priority.clone(),
            team: inside(&ticket.team),
            assignee: inside(&ticket.assignee),
            tags: if staff { tags } else { Vec::new() },
            analysis: inside(&ticket.analysis),
            solution: ticket.solution.clone(),
            confirmation: ticket.confirmation.clone(),
            closing: ticket.closing.clone(),
            reminders: ticket.reminders,
            merged_into: ticket.merged_into.as_ref().map(ToString::to_string),
            created_at: at(ticket.created),
            updated_at: at(ticket.updated),
            first_answer_at: maybe(ticket.first_answer),
            awaiting_since: maybe(ticket.awaiting_since),
            resolved_at: maybe(ticket.resolved),
            closed_at: maybe(ticket.closed),
            due_at: maybe(ticket.due),
            due_for: ticket.due_kind.clone(),
        }
    }
}

/// A ticket in few words: where another one is pointed at.
#[derive(Serialize, ToSchema)]
pub(crate) struct TicketRef {
    id: String,
    protocol: String,
    state: String,
    subject: String,
}

impl From<&Ticket> for TicketRef {
    fn from(ticket: &Ticket) -> Self {
        Self {
            id: ticket.id.to_string(),
            protocol: ticket.protocol.clone(),
            state: ticket.state.clone(),
            subject: ticket.subject.clone(),
        }
    }
}

/// One value of one evidence.
#[derive(Serialize, ToSchema)]
pub(crate) struct EvidenceView {
    /// Which of the seven.
    name: String,
    /// What it is, masked; `null` while it is only asked for.
    value: Option<String>,
    /// Where it comes from.
    source: String,
    /// `found`, `asked`, `given` or `corrected`.
    standing: String,
    /// `matched`, `not_found` or `not_searched`: how the request log stood to it.
    log: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    corrected_by: Option<String>,
    reason: Option<String>,
}

impl From<&Evidence> for EvidenceView {
    fn from(row: &Evidence) -> Self {
        let (standing, log) = match row.standing.split_once(':') {
            Some((standing, log)) => (standing.to_owned(), Some(log.to_owned())),
            None => (row.standing.clone(), None),
        };
        Self {
            name: row.name.clone(),
            value: row.value.clone(),
            source: row.source.clone(),
            standing,
            log,
            at: at(row.at),
            corrected_by: row.corrected_by.clone(),
            reason: row.reason.clone(),
        }
    }
}

/// A run of the procedure.
#[derive(Serialize, ToSchema)]
pub(crate) struct DiagnosisView {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// The procedure that decided: its number and the desk's revision of it.
    procedure: String,
    /// The registry that was asked.
    registry: Option<String>,
    /// The diagnosis in the format of the batch interface.
    #[schema(value_type = Object)]
    diagnosis: Box<RawValue>,
}

impl From<&Diagnosis> for DiagnosisView {
    fn from(run: &Diagnosis) -> Self {
        Self {
            id: run.id.to_string(),
            at: at(run.at),
            procedure: run.procedure_revision.clone(),
            registry: run.registry_revision.clone(),
            diagnosis: raw(&run.line),
        }
    }
}

/// A link between two tickets.
#[derive(Serialize, ToSchema)]
pub(crate) struct LinkView {
    /// `same-cause`, `merged`, `split` or `same-thread`.
    kind: String,
    from: String,
    to: String,
    #[schema(format = DateTime)]
    at: String,
}

impl From<&TicketLink> for LinkView {
    fn from(link: &TicketLink) -> Self {
        Self { kind: link.kind.clone(), from: link.a.to_string(), to: link.b.to_string(), at: at(link.at) }
    }
}

/// A deadline, and how it was counted.
#[derive(Serialize, ToSchema)]
pub(crate) struct PromiseView {
    /// `first_answer`, `next_answer` or `resolution`.
    kind: &'static str,
    /// The business time promised, in minutes.
    minutes: i64,
    /// When it is due; `null` while the partner owes an answer.
    #[schema(format = DateTime)]
    due_at: Option<String>,
    /// When it was kept.
    #[schema(format = DateTime)]
    kept_at: Option<String>,
    /// Whether it was kept late, or is late now, as of the answer.
    late: bool,
    /// The counting, a line for each stretch.
    explained: Vec<String>,
}

impl PromiseView {
    pub(crate) fn of(promise: &Promise, now: jiff::Timestamp) -> Self {
        let by = promise.kept.unwrap_or(now);
        Self {
            kind: promise.kind,
            minutes: promise.budget.as_mins(),
            due_at: promise.deadline.at.map(|at| at.to_string()),
            kept_at: promise.kept.map(|at| at.to_string()),
            late: promise.deadline.at.is_some_and(|at| by > at),
            explained: promise.explained.clone(),
        }
    }
}

/// One thing that changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChangeView {
    /// `situation`, `cause`, `next_step`, `check:…`, `evidence:…`.
    what: String,
    before: Option<String>,
    after: Option<String>,
}

impl From<&Change> for ChangeView {
    fn from(change: &Change) -> Self {
        let Change { what, before, after } = change.clone();
        Self { what, before, after }
    }
}

/// Something that happened.
#[derive(Serialize, ToSchema)]
pub(crate) struct HappeningView {
    /// Its place in the trail.
    sequence: i64,
    /// The ticket, if about one.
    ticket: Option<String>,
    #[schema(format = DateTime)]
    at: String,
    /// Who did it.
    actor: String,
    /// What was done.
    what: String,
    /// Particulars.
    #[schema(value_type = Object)]
    data: Value,
}

impl From<&trail::Entry> for HappeningView {
    fn from(entry: &trail::Entry) -> Self {
        Self {
            sequence: entry.seq,
            ticket: entry.ticket.as_ref().map(ToString::to_string),
            at: at(entry.at),
            actor: entry.actor.clone(),
            what: entry.what.clone(),
            data: serde_json::from_str(&entry.data).unwrap_or_default(),
        }
    }
}

/// Things in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Items<T: ToSchema> {
    pub(crate) items: Vec<T>,
}

impl<T: ToSchema> Items<T> {
    pub(crate) fn of<'r, R: 'r>(rows: impl IntoIterator<Item = &'r R>) -> Self
    where
        T: From<&'r R>,
    {
        Self { items: rows.into_iter().map(T::from).collect() }
    }
}

/// Stands for the inbound message of the batch interface, whose description is written by hand.
#[derive(ToSchema)]
pub(crate) struct Inbound;

/// Stands for a step of the methodology, whose description is written by hand.
#[derive(ToSchema)]
pub(crate) struct Step;
