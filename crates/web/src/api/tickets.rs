//! Tickets: registered, listed, shown, assigned, moved.

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use balcao_core::ticket::Transition;
use balcao_desk::DeskError;
use balcao_desk::verbs::assign::{self, Assignment};
use balcao_desk::verbs::list::{self, Excerpt};
use balcao_desk::verbs::receive::{self, Arrival};
use balcao_desk::verbs::{rerun, show, step};
use balcao_store::ticket::{Filter, Ticket};
use balcao_store::{DiagnosisId, Page};
use balcao_wire::inbound;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::message_view::MessageView;
use super::tracker::{IssueView, issues};
use super::views::{
    DiagnosisView, EvidenceView, HappeningView, Inbound, Items, LinkView, PromiseView, Step, TicketRef,
    TicketView, raw,
};
use crate::caller::Asking;
use crate::extract::{IfMatch, Json, Path, Query, header, is_json, whole};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, index))
        .routes(routes!(one, change))
        .routes(routes!(transit))
        .routes(routes!(bulk))
        .routes(routes!(trail))
        .routes(routes!(diagnoses))
        .routes(routes!(again))
}

/// What came of a demand.
#[derive(Serialize, ToSchema)]
struct Created {
    id: String,
    protocol: String,
    state: String,
    /// The diagnosis in the format of the batch interface.
    #[schema(value_type = Object)]
    diagnosis: Box<RawValue>,
    /// Other tickets about the same request.
    similar: Vec<TicketRef>,
}

/// Reads a message's body as it came, with the key that its sender gave it.
pub(crate) async fn arrival(headers: &HeaderMap, body: Body) -> Result<Arrival, Problem> {
    is_json(headers)?;
    let idempotency_key = header(headers, "idempotency-key");
    if idempotency_key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 255) {
        return Err(DeskError::Invalid("`Idempotency-Key` tem de 1 a 255 caracteres".to_owned()).into());
    }
    let bytes = whole(body, inbound::LARGEST_MESSAGE).await?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_not_utf8| Problem::new(StatusCode::BAD_REQUEST, "malformed", "o corpo não é UTF-8"))?;
    let inbound = inbound::parse(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.to_string()))?;
    Ok(Arrival { inbound, raw: bytes.to_vec(), idempotency_key, told_apart_by: None })
}

/// Registers a demand and diagnoses it
///
/// The same `Idempotency-Key` answers the same ticket, as does the same message without a key; `Idempotent-Replayed: true` then says so.
#[utoipa::path(post, path = "/api/v1/tickets", tag = "tickets", operation_id = "createTicket",
    params(("Idempotency-Key" = Option<String>, Header, description = "The caller's own key for this demand", min_length = 1, max_length = 255)),
    request_body(content = Inbound, content_type = "application/json"),
    responses((status = 201, body = Created), Problems))]
async fn create(
    State(app): State<App>,
    Asking(caller): Asking,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let arrival = arrival(&headers, body).await?;
    let received = receive::receive(&app.desk, &caller, arrival, app.now()).await?;
    if !received.known {
        app.meter.received(received.ticket.situation.as_deref().unwrap_or("-"));
    }
    let created = Created {
        id: received.ticket.id.to_string(),
        protocol: received.ticket.protocol.clone(),
        state: received.ticket.state.clone(),
        diagnosis: raw(&received.diagnosis),
        similar: received.similar.iter().map(TicketRef::from).collect(),
    };
    let mut response = (StatusCode::CREATED, Answer(created)).into_response();
    tag(&mut response, received.ticket.version);
    let place = HeaderValue::from_str(&format!("/api/v1/tickets/{}", received.ticket.id));
    if let Ok(place) = place {
        response.headers_mut().insert("location", place);
    }
    replayed(&mut response, received.known);
    Ok(response)
}

pub(crate) fn replayed(response: &mut Response, known: bool) {
    if known {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
}

/// The version of what is answered.
pub(crate) fn tag(response: &mut Response, version: impl std::fmt::Display) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
}

/// A ticket with its version.
pub(crate) fn tagged(ticket: &Ticket, staff: bool) -> Response {
    let mut response = Answer(TicketView::of(ticket, staff)).into_response();
    tag(&mut response, ticket.version);
    response
}

/// Which tickets.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `received`, `analysis`, `investigation`, `awaiting_partner`, `escalated`, `resolved` or `closed`.
    state: Option<String>,
    /// The partner's code.
    partner: Option<String>,
    situation: Option<String>,
    cause: Option<String>,
    /// `code`, `commercial` or another team.
    team: Option<String>,
    assignee: Option<String>,
    /// Words that all must be in subject, messages, evidence or attachments; their endings do not matter.
    q: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many, 50 where it is not said.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// A page of tickets.
#[derive(Serialize, ToSchema)]
struct TicketPage {
    /// Newest first.
    items: Vec<ListedView>,
    /// For the next page; `null` after the last.
    next_cursor: Option<String>,
}

/// A ticket in a list.
#[derive(Serialize, ToSchema)]
struct ListedView {
    #[serde(flatten)]
    ticket: TicketView,
    /// Of a search: where its words stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    excerpt: Option<ExcerptView>,
}

/// Some words of a ticket's texts.
#[derive(Serialize, ToSchema)]
struct ExcerptView {
    text: String,
    /// First and last byte (exclusive) of each word that was searched for.
    hits: Vec<[usize; 2]>,
}

impl From<Excerpt> for ExcerptView {
    fn from(excerpt: Excerpt) -> Self {
        Self { text: excerpt.text, hits: excerpt.hits.iter().map(|hit| [hit.start, hit.end]).collect() }
    }
}

/// The length of a page within its bounds.
pub(crate) fn limit(wanted: Option<u16>) -> Result<u16, Problem> {
    match wanted.unwrap_or(50) {
        limit @ 1..=200 => Ok(limit),
        _ => Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "`limit` vai de 1 a 200")),
    }
}

/// Lists and searches tickets
///
/// Newest first, a page at a time; those that the caller may see.
#[utoipa::path(get, path = "/api/v1/tickets", tag = "tickets", operation_id = "listTickets", params(Wanted),
    responses((status = 200, body = TicketPage), Problems))]
async fn index(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(wanted): Query<Wanted>,
) -> Result<Answer<TicketPage>, Problem> {
    let page = Page { cursor: wanted.cursor, limit: limit(wanted.limit)? };
    let filter = Filter {
        state: wanted.state,
        partner: wanted.partner,
        situation: wanted.situation,
        cause: wanted.cause,
        team: wanted.team,
        assignee: wanted.assignee,
        words: None,
        ..Filter::default()
    };
    let query = wanted.q.as_deref().filter(|q| !q.trim().is_empty());
    let listing = list::list(&app.desk, &caller, (filter, query), &page).await?;
    let staff = caller.is_staff();
    let items = listing.items.into_iter().map(|listed| ListedView {
        ticket: TicketView::of(&listed.ticket, staff),
        excerpt: listed.excerpt.map(ExcerptView::from),
    });
    Ok(Answer(TicketPage { items: items.collect(), next_cursor: listing.next_cursor }))
}

/// A ticket with everything of it.
#[derive(Serialize, ToSchema)]
struct WholeView {
    #[serde(flatten)]
    ticket: TicketView,
    messages: Vec<MessageView>,
    evidence: Vec<EvidenceView>,
    /// The newest diagnosis, in the format of the batch interface.
    #[schema(value_type = Object)]
    diagnosis: Option<Box<RawValue>>,
    links: Vec<LinkView>,
    /// Deadlines, each with how it was counted.
    deadlines: Vec<PromiseView>,
    /// Other tickets about the same request.
    similar: Vec<TicketRef>,
    /// Its issues in Code's tracker, the newest first.
    issues: Vec<IssueView>,
}

/// Shows a ticket
///
/// By its id or its protocol number.
#[utoipa::path(get, path = "/api/v1/tickets/{id}", tag = "tickets", operation_id = "showTicket",
    params(("id" = String, Path, description = "Id or protocol number")),
    responses((status = 200, body = WholeView), Problems))]
async fn one(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let whole = show::show(&app.desk, &caller, &id).await?;
    let (now, version) = (app.now(), whole.ticket.version);
    let view = WholeView {
        ticket: TicketView::of(&whole.ticket, caller.is_staff()),
        messages: whole
            .messages
            .iter()
            .map(|row| MessageView::of(row, &whole.attachments, &whole.mails))
            .collect(),
        evidence: whole.evidence.iter().map(EvidenceView::from).collect(),
        diagnosis: whole.diagnosis.as_ref().map(|run| raw(&run.line)),
        links: whole.links.iter().map(LinkView::from).collect(),
        deadlines: whole.promises.iter().map(|promise| PromiseView::of(promise, now)).collect(),
        similar: whole.similar.iter().map(TicketRef::from).collect(),
        issues: issues(&app, &caller, &whole.ticket).await?,
    };
    let mut response = Answer(view).into_response();
    tag(&mut response, version);
    Ok(response)
}

/// What of a ticket is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Changes {
    /// Who has it; `null` for nobody.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>, max_length = 200)]
    assignee: Option<Option<String>>,
    /// A priority of the procedure.
    priority: Option<String>,
    /// All its tags.
    tags: Option<Vec<String>>,
    /// The partner, where no address told it.
    partner: Option<String>,
}

/// A field that was given, be it `null`, apart from one that was left out.
#[expect(clippy::option_option, reason = "left out, given as nothing, given as something")]
fn said<'de, D: serde::Deserializer<'de>>(reader: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(reader).map(Some)
}

/// Assigns, prioritises, tags a ticket
#[utoipa::path(patch, path = "/api/v1/tickets/{id}", tag = "tickets", operation_id = "changeTicket",
    params(("id" = String, Path, description = "Id or protocol number"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    request_body(content = Changes, content_type = "application/json"),
    responses((status = 200, body = TicketView), Problems))]
async fn change(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(changes): Json<Changes>,
) -> Result<Response, Problem> {
    if changes.assignee.iter().flatten().any(|name| name.is_empty() || name.len() > 200) {
        return Err(DeskError::Invalid("`assignee` tem de 1 a 200 bytes, ou é nulo".to_owned()).into());
    }
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let wanted = Assignment {
        assignee: changes.assignee,
        priority: changes.priority,
        tags: changes.tags,
        partner: changes.partner,
    };
    let on = (&ticket.id, if_match.version());
    let ticket = assign::assign(&app.desk, &caller, on, wanted, app.now()).await?;
    Ok(tagged(&ticket, caller.is_staff()))
}

/// Takes a step of the methodology
///
/// Refused with `missing`, everything that must be there first, at once.
#[utoipa::path(post, path = "/api/v1/tickets/{id}/transitions", tag = "tickets", operation_id = "moveTicket",
    params(("id" = String, Path, description = "Id or protocol number"),
           ("If-Match" = Option<String>, Header, description = "The `ETag` that was read")),
    request_body(content = Step, content_type = "application/json"),
    responses((status = 200, body = TicketView), Problems))]
async fn transit(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
    if_match: IfMatch,
    Json(wanted): Json<Transition>,
) -> Result<Response, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let on = (&wanted, if_match.version());
    let ticket = step::step(&app.desk, &caller, &ticket.id, on, app.now()).await?;
    Ok(tagged(&ticket, caller.is_staff()))
}

/// One step for many tickets.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Bulk {
    /// Ids or protocol numbers.
    #[schema(min_items = 1, max_items = 200)]
    tickets: Vec<String>,
    #[schema(value_type = Step)]
    transition: Transition,
}

/// What came of each.
#[derive(Serialize, ToSchema)]
struct BulkOutcome {
    /// As it was asked for.
    ticket: String,
    /// The new state; `null` if it was refused.
    state: Option<String>,
    /// Why it was refused.
    #[schema(value_type = Option<Problem>)]
    problem: Option<Problem>,
}

/// Takes one step of many tickets
///
/// Each by itself, with an outcome of its own; one that is refused holds no other back.
#[utoipa::path(post, path = "/api/v1/tickets/bulk/transitions", tag = "tickets", operation_id = "moveTickets",
    request_body(content = Bulk, content_type = "application/json"),
    responses((status = 200, body = Items<BulkOutcome>), Problems))]
async fn bulk(
    State(app): State<App>,
    Asking(caller): Asking,
    Json(bulk): Json<Bulk>,
) -> Result<Answer<Items<BulkOutcome>>, Problem> {
    caller.must(balcao_desk::caller::Permission::MoveTickets)?;
    if bulk.tickets.is_empty() || bulk.tickets.len() > 200 {
        return Err(DeskError::Invalid("`tickets` tem de 1 a 200 chamados".to_owned()).into());
    }
    let mut items = Vec::new();
    for id in bulk.tickets {
        let done = async {
            let ticket = show::find(&app.desk, &caller, &id).await?;
            step::step(&app.desk, &caller, &ticket.id, (&bulk.transition, None), app.now()).await
        };
        let (state, problem) = match done.await {
            Ok(ticket) => (Some(ticket.state), None),
            Err(error) => (None, Some(Problem::from(error))),
        };
        items.push(BulkOutcome { ticket: id, state, problem });
    }
    Ok(Answer(Items { items }))
}

/// Tells everything that happened to a ticket
#[utoipa::path(get, path = "/api/v1/tickets/{id}/trail", tag = "tickets", operation_id = "showTicketTrail",
    params(("id" = String, Path, description = "Id or protocol number")),
    responses((status = 200, body = Items<HappeningView>), Problems))]
async fn trail(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<Items<HappeningView>>, Problem> {
    let rows = show::happenings(&app.desk, &caller, &id).await?;
    Ok(Answer(Items::of(&rows)))
}

/// Lists every diagnosis of a ticket
#[utoipa::path(get, path = "/api/v1/tickets/{id}/diagnoses", tag = "tickets", operation_id = "listDiagnoses",
    params(("id" = String, Path, description = "Id or protocol number")),
    responses((status = 200, body = Items<DiagnosisView>), Problems))]
async fn diagnoses(
    State(app): State<App>,
    Asking(caller): Asking,
    Path(id): Path<String>,
) -> Result<Answer<Items<DiagnosisView>>, Problem> {
    let rows = show::diagnoses(&app.desk, &caller, &id).await?;
    Ok(Answer(Items::of(&rows)))
}

/// A diagnosis made again.
#[derive(Serialize, ToSchema)]
struct RerunView {
    /// Whether the same bytes came out.
    same: bool,
    #[schema(value_type = Object)]
    kept: Box<RawValue>,
    #[schema(value_type = Object)]
    again: Box<RawValue>,
}

/// Makes a past diagnosis again from what it saw
#[utoipa::path(post, path = "/api/v1/tickets/{id}/diagnoses/{diagnosis}/rerun", tag = "tickets", operation_id = "rerunDiagnosis",
    params(("id" = String, Path, description = "Id or protocol number"), ("diagnosis" = String, Path)),
    responses((status = 200, body = RerunView), Problems))]
async fn again(
    State(app): State<App>,
    Asking(caller): Asking,
    Path((id, run)): Path<(String, String)>,
) -> Result<Answer<RerunView>, Problem> {
    let ticket = show::find(&app.desk, &caller, &id).await?;
    let run = DiagnosisId::parse(&run).ok_or(DeskError::NotFound("diagnóstico"))?;
    let made = rerun::rerun(&app.desk, &caller, (&ticket.id, &run)).await?;
    Ok(Answer(RerunView { same: made.is_same(), kept: raw(&made.kept), again: raw(&made.again) }))
}
