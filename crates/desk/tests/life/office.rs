//! A desk that knows the invented company, and the messages that come to it.

use balcao_core::ticket::{Classification, Missing, Role, State, Team, Transition};
use balcao_desk::caller::Caller;
use balcao_desk::documents::{PutAll, put_all};
use balcao_desk::registry::{Change, put};
use balcao_desk::requests::ingest;
use balcao_desk::verbs::follow_up::{Followed, follow_up};
use balcao_desk::verbs::receive::{Arrival, Received, receive};
use balcao_desk::verbs::{confirm, show, step};
use balcao_desk::world::is_document;
use balcao_desk::{Desk, DeskError};
use balcao_store::TicketId;
use balcao_store::ticket::Ticket;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::homes::{at, caller, noon};

pub(crate) fn read(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/parceiros/");
    std::fs::read_to_string(folder.to_owned() + name).unwrap()
}

pub(crate) fn pages() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/parceiros/docs");
    let names =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| is_document(name)).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), read(&format!("docs/{name}")))).collect()
}

/// Gives the desk registry, documentation and request log.
pub(crate) async fn fill(desk: &Desk) {
    let lead = caller(Role::Lead);
    let change = Change { reason: "exemplo", dry_run: false, expected: None, now: noon() };
    put(desk, &lead, &read("registry.json"), &change).await.unwrap();
    let how = PutAll { delete_missing: false, dry_run: false, now: noon() };
    put_all(desk, &lead, pages(), how).await.unwrap();
    let log = std::io::Cursor::new(read("requests.ndjson"));
    ingest(desk, &lead, log, "exemplo", noon()).await.unwrap();
}

/// One of the example messages, as it arrives.
pub(crate) fn example(id: &str) -> Value {
    let all = read("inbound.ndjson");
    let mut all = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.find(|message| message["id"] == id).unwrap()
}

pub(crate) fn arrival(message: &Value, key: Option<&str>) -> Arrival {
    let raw = message.to_string();
    Arrival {
        inbound: balcao_wire::inbound::parse(&raw).unwrap(),
        raw: raw.into_bytes(),
        idempotency_key: key.map(str::to_owned),
        told_apart_by: None,
    }
}

/// When a message is said to have come, and a minute more.
pub(crate) fn came(message: &Value) -> Timestamp {
    at(message["received_at"].as_str().unwrap())
}

/// Registers an example message.
pub(crate) async fn received(desk: &Desk, id: &str) -> Received {
    let message = example(id);
    receive(desk, &caller(Role::Agent), arrival(&message, None), came(&message)).await.unwrap()
}

/// A further message of the sender of the example `id`.
pub(crate) async fn wrote(
    desk: &Desk,
    (ticket, id, own): (&TicketId, &str, &str),
    body: &str,
    now: Timestamp,
) -> Followed {
    let message = json!({"id": own, "channel": "email", "received_at": now.to_string(),
        "from": example(id)["from"], "body": body});
    follow_up(desk, &caller(Role::Agent), ticket, arrival(&message, None), now).await.unwrap()
}

pub(crate) async fn moved(
    desk: &Desk,
    by: &Caller,
    id: &TicketId,
    wanted: &Transition,
    now: Timestamp,
) -> Result<Ticket, DeskError> {
    step::step(desk, by, id, (wanted, None), now).await
}

/// Takes an agent's step that must be granted.
pub(crate) async fn on(desk: &Desk, id: &TicketId, state: State, now: Timestamp) -> Ticket {
    moved(desk, &caller(Role::Agent), id, &Transition::to(state, "o próximo passo"), now).await.unwrap()
}

/// A refused step: what is missing.
pub(crate) fn missing(refused: Result<Ticket, DeskError>) -> Vec<String> {
    match refused {
        Err(DeskError::Refused(refusal)) => codes(&refusal.missing),
        Err(other) => panic!("refused for another reason: {other}"),
        Ok(ticket) => panic!("granted: {ticket:?}"),
    }
}

fn codes(missing: &[Missing]) -> Vec<String> {
    missing.iter().map(|one| one.code.clone()).collect()
}

pub(crate) fn to_code(analysis: Option<&str>) -> Transition {
    Transition {
        escalate_to: Some(Team::Code),
        analysis: analysis.map(str::to_owned),
        ..Transition::to(State::Escalated, "não há causa aparente")
    }
}

pub(crate) fn resolve(solution: &str) -> Transition {
    Transition { solution: Some(solution.to_owned()), ..Transition::to(State::Resolved, "respondido") }
}

pub(crate) fn close(situation: &str, cause: &str) -> Transition {
    let last = Classification { situation: situation.to_owned(), cause: cause.to_owned() };
    Transition { final_classification: Some(last), ..Transition::to(State::Closed, "confirmado") }
}

/// Notes that the partner confirmed with its last message.
pub(crate) async fn confirmed(desk: &Desk, id: &TicketId, now: Timestamp) {
    let agent = caller(Role::Agent);
    let whole = show::show(desk, &agent, id.as_str()).await.unwrap();
    let last = whole.messages.iter().rev().find(|message| message.direction == "in").unwrap().id.clone();
    let word = balcao_core::ticket::Confirmation::Confirmed;
    confirm::confirm(desk, &agent, (id, &last), word, now).await.unwrap();
}
