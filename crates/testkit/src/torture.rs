//! `kill -9` at random moments under load: nothing that was acknowledged is lost, nothing is doubled, and the next start needs no hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};

use crate::api::{Answer, Client};
use crate::desk::{Desk, Running};

/// Clients at once.
const CLIENTS: usize = 6;

/// What one ticket must look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its protocol number, as acknowledged.
    pub protocol: String,
    /// Messages of the partner that were acknowledged.
    pub messages: usize,
    /// Messages that were sent and not acknowledged.
    pub unsure: usize,
    /// The last state that was acknowledged.
    pub state: String,
    /// The state that was asked for and not acknowledged.
    pub asked: Option<String>,
}

/// Everything that was asked of the desk, and what it acknowledged.
#[derive(Debug, Default)]
pub struct Ledger {
    /// By id.
    tickets: BTreeMap<String, Expected>,
    /// By key: the body, and the ticket if it was acknowledged.
    keys: BTreeMap<String, (Value, Option<String>)>,
    /// Tickets touched since they were last looked at.
    touched: Vec<String>,
}

/// Draws numbers: the same seed, the same numbers (splitmix64).
pub struct Dice(pub u64);

impl Dice {
    /// The next number below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end.max(1)
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Tickets acknowledged.
    pub tickets: usize,
    /// Messages acknowledged beside the first of each ticket.
    pub messages: usize,
    /// Requests that were cut off and asked again.
    pub cut_off: usize,
}

/// Kills the desk `times`; `home` is for its log.
///
/// # Errors
/// What was lost, doubled or changed, with its evidence.
pub fn run(desk: &Desk, home: &Path, times: u32, seed: u64) -> Result<Summary, String> {
    let log = home.join("server.log");
    let token = desk.token("administrator")?;
    let ledger = Mutex::new(Ledger::default());
    let mut dice = Dice(seed);
    let mut cut_off = 0;
    for round in 0..times {
        let running = desk.start(&log).map_err(|error| format!("round {round}: {error}"))?;
        let wait = Duration::from_millis(40 + dice.below(500));
        load(&running, &token, &ledger, (round, seed));
        killed_after(running, &token, &ledger, (round, wait, dice.below(u64::MAX)));
        let running = desk.start(&log).map_err(|error| format!("round {round}, after the kill: {error}"))?;
        let client = Client::new(&running.address, &token);
        cut_off += settle(&client, &ledger).map_err(|error| format!("round {round}: {error}"))?;
        running.stop()?;
    }
    let running = desk.start(&log)?;
    let client = Client::new(&running.address, &token);
    let summary = whole(&client, &ledger, cut_off)?;
    running.stop()?;
    let verified = desk.command(&["audit", "verify"]).output().map_err(|error| error.to_string())?;
    if !verified.status.success() {
        return Err(format!("the trail: {}", String::from_utf8_lossy(&verified.stdout)));
    }
    Ok(summary)
}

/// A few tickets to begin with, so that there is something to be lost.
fn load(running: &Running, token: &str, ledger: &Mutex<Ledger>, (round, seed): (u32, u64)) {
    let client = Client::new(&running.address, token);
    let mut dice = Dice(seed ^ u64::from(round));
    for n in 0..3 {
        let _cut_off = create(&client, ledger, &format!("{seed}-{round}-first-{n}"), &mut dice);
    }
}

/// Clients at work, and the kill in the midst of it.
fn killed_after(
    running: Running,
    token: &str,
    ledger: &Mutex<Ledger>,
    (round, wait, seed): (u32, Duration, u64),
) {
    let address = running.address.clone();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let address = &address;
            scope.spawn(move || {
                let mut dice = Dice(seed.wrapping_add(u64::try_from(client).unwrap_or(0)));
                let caller = Client::new(address, token);
                for n in 0.. {
                    let key = format!("{seed}-{round}-{client}-{n}");
                    let done = match dice.below(3) {
                        0 => create(&caller, ledger, &key, &mut dice),
                        1 => add_message(&caller, ledger, &key, &mut dice),
                        _ => step(&caller, ledger, &mut dice),
                    };
                    if done.is_err() {
                        return;
                    }
                }
            });
        }
        std::thread::sleep(wait);
        running.kill();
    });
}

fn demand(key: &str, dice: &mut Dice) -> Value {
    let body = format!("POST /api/v2/propostas devolveu erro {} às 10h ({key})", 400 + dice.below(150));
    json!({"id": key, "channel": "api", "received_at": "2026-06-09T13:58:00Z", "body": body,
           "from": {"address": "dev@alfa.example"}})
}

fn create(client: &Client, ledger: &Mutex<Ledger>, key: &str, dice: &mut Dice) -> Result<(), String> {
    let body = demand(key, dice);
    locked(ledger).keys.insert(key.to_owned(), (body.clone(), None));
    let answer = client.json("POST", "/api/v1/tickets", &body, Some(key))?;
    acknowledge(&mut locked(ledger), key, &answer)
}

/// Notes a ticket that was acknowledged.
fn acknowledge(ledger: &mut Ledger, key: &str, answer: &Answer) -> Result<(), String> {
    if answer.status != 201 {
        return Err(format!("{key}: {} {}", answer.status, answer.text));
    }
    let id = answer.text_of("id");
    if let Some((_, known)) = ledger.keys.get_mut(key) {
        *known = Some(id.clone());
    }
    let protocol = answer.text_of("protocol");
    let new = Expected {
        protocol: protocol.clone(),
        messages: 1,
        unsure: 0,
        state: answer.text_of("state"),
        asked: None,
    };
    let known = ledger.tickets.entry(id.clone()).or_insert(new);
    ledger.touched.push(id);
    if known.protocol == protocol {
        Ok(())
    } else {
        Err(format!("{key}: two protocols, {} and {protocol}", known.protocol))
    }
}

/// A ticket that nobody else is asking something of.
fn pick(ledger: &mut Ledger, dice: &mut Dice) -> Option<String> {
    let count = u64::try_from(ledger.tickets.len()).ok().filter(|count| *count > 0)?;
    let at = usize::try_from(dice.below(count)).ok()?;
    let (id, expected) = ledger.tickets.iter().nth(at)?;
    (expected.asked.is_none() && expected.unsure == 0).then(|| id.clone())
}

fn add_message(client: &Client, ledger: &Mutex<Ledger>, key: &str, dice: &mut Dice) -> Result<(), String> {
    let Some(id) = begin(ledger, dice, |expected| expected.unsure += 1) else { return Ok(()) };
    let path = format!("/api/v1/tickets/{id}/messages");
    let answer = client.json("POST", &path, &demand(key, dice), None)?;
    let mut ledger = locked(ledger);
    let Some(expected) = ledger.tickets.get_mut(&id) else { return Ok(()) };
    if answer.status == 201 {
        expected.messages += 1;
        expected.unsure = 0;
        return Ok(());
    }
    Err(format!("{id}: {} {}", answer.status, answer.text))
}

fn step(client: &Client, ledger: &Mutex<Ledger>, dice: &mut Dice) -> Result<(), String> {
    let next = |state: &str| if state == "analysis" { "investigation" } else { "analysis" };
    let begun = begin(ledger, dice, |expected| expected.asked = Some(next(&expected.state).to_owned()));
    let Some(id) = begun else { return Ok(()) };
    let to = locked(ledger).tickets.get(&id).and_then(|expected| expected.asked.clone()).unwrap_or_default();
    let path = format!("/api/v1/tickets/{id}/transitions");
    let answer = client.json("POST", &path, &json!({"to": to, "reason": "tortura"}), None)?;
    let mut ledger = locked(ledger);
    let Some(expected) = ledger.tickets.get_mut(&id) else { return Ok(()) };
    if answer.status == 200 {
        expected.state = to;
        expected.asked = None;
        return Ok(());
    }
    Err(format!("{id}: {} {}", answer.status, answer.text))
}

/// Takes a ticket for one request; what is asked is noted before it is sent.
fn begin(ledger: &Mutex<Ledger>, dice: &mut Dice, note: impl FnOnce(&mut Expected)) -> Option<String> {
    let mut ledger = locked(ledger);
    let id = pick(&mut ledger, dice)?;
    note(ledger.tickets.get_mut(&id)?);
    ledger.touched.push(id.clone());
    Some(id)
}

fn locked(ledger: &Mutex<Ledger>) -> std::sync::MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// After a kill: asks again what was cut off, and looks at every ticket that was touched.
fn settle(client: &Client, ledger: &Mutex<Ledger>) -> Result<usize, String> {
    let mut ledger = locked(ledger);
    let open = ledger.keys.iter().filter(|(_, (_, known))| known.is_none());
    let open: Vec<(String, Value)> = open.map(|(key, (body, _))| (key.clone(), body.clone())).collect();
    for (key, body) in &open {
        let answer = client.json("POST", "/api/v1/tickets", body, Some(key))?;
        acknowledge(&mut ledger, key, &answer)?;
    }
    let mut touched = std::mem::take(&mut ledger.touched);
    touched.sort();
    touched.dedup();
    for id in touched {
        let answer = client.get(&format!("/api/v1/tickets/{id}"))?;
        let Some(expected) = ledger.tickets.get_mut(&id) else { continue };
        *expected = compared(&id, expected, &answer)?;
    }
    Ok(open.len())
}

/// What a ticket turned out to be, if that is what was acknowledged.
///
/// # Errors
/// What was lost, doubled or changed.
pub fn compared(id: &str, expected: &Expected, answer: &Answer) -> Result<Expected, String> {
    if answer.status != 200 {
        return Err(format!("ticket {id} {} is lost: {} {}", expected.protocol, answer.status, answer.text));
    }
    let protocol = answer.text_of("protocol");
    if protocol != expected.protocol {
        return Err(format!("ticket {id} was {} and is {protocol}", expected.protocol));
    }
    let state = answer.text_of("state");
    if state != expected.state && Some(&state) != expected.asked.as_ref() {
        return Err(format!("ticket {id} is {state}, acknowledged was {expected:?}"));
    }
    let whole = answer.json();
    let messages = whole.get("messages").and_then(Value::as_array).map_or(0, Vec::len);
    if messages < expected.messages || messages > expected.messages + expected.unsure {
        return Err(format!("ticket {id} has {messages} messages, acknowledged was {expected:?}"));
    }
    Ok(Expected { protocol, messages, unsure: 0, state, asked: None })
}

/// Every ticket, and nothing beside them.
fn whole(client: &Client, ledger: &Mutex<Ledger>, cut_off: usize) -> Result<Summary, String> {
    let ledger = locked(ledger);
    let mut listed: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = client.get(&format!("/api/v1/tickets?limit=200{cursor}"))?.json();
        for item in page.get("items").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            listed.insert(text("id"), (text("protocol"), text("state")));
        }
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    check_list(&ledger, &listed)?;
    let messages = ledger.tickets.values().map(|expected| expected.messages.saturating_sub(1)).sum();
    Ok(Summary { tickets: ledger.tickets.len(), messages, cut_off })
}

/// Compares the whole list with the ledger.
fn check_list(ledger: &Ledger, listed: &BTreeMap<String, (String, String)>) -> Result<(), String> {
    for (id, expected) in &ledger.tickets {
        match listed.get(id) {
            None => return Err(format!("ticket {id} {} is not in the list", expected.protocol)),
            Some((protocol, state)) if *protocol != expected.protocol || *state != expected.state => {
                return Err(format!("ticket {id} is {protocol} {state}, acknowledged was {expected:?}"));
            }
            Some(_) => {}
        }
    }
    if listed.len() != ledger.keys.len() || ledger.tickets.len() != ledger.keys.len() {
        return Err(format!(
            "{} demands were sent, {} acknowledged, {} are in the list",
            ledger.keys.len(),
            ledger.tickets.len(),
            listed.len()
        ));
    }
    let mut protocols: Vec<&String> = listed.values().map(|(protocol, _)| protocol).collect();
    protocols.sort();
    protocols.dedup();
    if protocols.len() != listed.len() {
        return Err("a protocol number was given twice".to_owned());
    }
    let last = protocols.last().and_then(|last| last.split('-').nth(1)?.parse::<usize>().ok());
    if last.is_some_and(|last| last != protocols.len()) {
        return Err(format!(
            "protocol numbers are missing: {} tickets, the last is {last:?}",
            protocols.len()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected {
            protocol: "2026-000001".to_owned(),
            messages: 2,
            unsure: 1,
            state: "analysis".to_owned(),
            asked: Some("investigation".to_owned()),
        }
    }

    fn answer(status: u16, protocol: &str, state: &str, messages: usize) -> Answer {
        let body = json!({"protocol": protocol, "state": state, "messages": vec![0; messages]});
        Answer { status, text: body.to_string() }
    }

    #[test]
    fn what_was_lost_doubled_or_changed_is_found() {
        let good = [("analysis", 2), ("investigation", 3), ("analysis", 3)];
        for (state, messages) in good {
            let found = compared("t", &expected(), &answer(200, "2026-000001", state, messages)).unwrap();
            assert_eq!((found.state.as_str(), found.messages, found.unsure), (state, messages, 0));
        }
        let bad = [
            answer(404, "2026-000001", "analysis", 2),
            answer(200, "2026-000002", "analysis", 2),
            answer(200, "2026-000001", "received", 2),
            answer(200, "2026-000001", "analysis", 1),
            answer(200, "2026-000001", "analysis", 4),
        ];
        for answer in bad {
            assert!(compared("t", &expected(), &answer).is_err(), "{}", answer.text);
        }
    }

    #[test]
    fn a_list_with_a_ticket_too_many_too_few_or_twice_is_found() {
        let mut ledger = Ledger::default();
        ledger.tickets.insert("a".to_owned(), expected());
        ledger.keys.insert("k".to_owned(), (Value::Null, Some("a".to_owned())));
        let row = |protocol: &str| (protocol.to_owned(), "analysis".to_owned());
        let list = |rows: &[(&str, &str)]| -> BTreeMap<String, (String, String)> {
            rows.iter().map(|(id, protocol)| ((*id).to_owned(), row(protocol))).collect()
        };
        assert_eq!(check_list(&ledger, &list(&[("a", "2026-000001")])), Ok(()));
        let bad = [
            list(&[]),
            list(&[("b", "2026-000001")]),
            list(&[("a", "2026-000002")]),
            list(&[("a", "2026-000001"), ("b", "2026-000002")]),
        ];
        for listed in bad {
            assert!(check_list(&ledger, &listed).is_err(), "{listed:?}");
        }
        ledger.keys.insert("l".to_owned(), (Value::Null, None));
        assert!(check_list(&ledger, &list(&[("a", "2026-000001")])).is_err(), "one was never acknowledged");
    }
}
