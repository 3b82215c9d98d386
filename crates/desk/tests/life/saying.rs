//! What is said and done together: all of it or nothing, once, and with no secret in it.

use balcao_core::ticket::{Role, State, Transition};
use balcao_desk::verbs::answer::{Then, Word, answer_and};
use balcao_desk::verbs::follow_up::follow_up;
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::verbs::{show, step};
use balcao_desk::{Desk, DeskError};
use balcao_store::TicketId;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::homes::{Home, caller};
use crate::office::{arrival, came, example, fill, received, resolve, to_code};

crate::on_both!(
    an_answer_and_its_step_are_one,
    a_refused_step_says_nothing_and_goes_nowhere,
    the_same_form_sent_twice_is_sent_once,
    what_agents_write_into_a_ticket_is_masked,
);

async fn start(desk: &Desk, id: &str) -> (TicketId, Timestamp) {
    fill(desk).await;
    (received(desk, id).await.ticket.id, came(&example(id)))
}

fn reply(body: &str) -> Word {
    Word::Reply { body: body.to_owned(), citations: Vec::new() }
}

fn with(step: Transition) -> Then {
    Then { step: Some(step), ..Then::default() }
}

async fn an_answer_and_its_step_are_one(home: &Home) {
    let desk = &home.desk;
    let (id, now) = start(desk, "dev-008").await;
    let agent = caller(Role::Agent);
    let then = with(resolve("Está na página de webhooks."));
    let (ticket, _) = answer_and(desk, &agent, &id, (reply("Veja webhooks."), then), now).await.unwrap();
    assert_eq!((ticket.state.as_str(), ticket.last_out), ("resolved", Some(now.as_millisecond())));
    let told: Vec<_> = crate::homes::told(desk).await.into_iter().map(|(what, _)| what).collect();
    assert_eq!(told[told.len() - 3..], ["answered", "state_changed", "state_changed"]);
}

async fn a_refused_step_says_nothing_and_goes_nowhere(home: &Home) {
    let desk = &home.desk;
    let (id, now) = start(desk, "dev-025").await;
    let agent = caller(Role::Agent);
    let before = show::show(desk, &agent, id.as_str()).await.unwrap();
    let unsaid = Transition::to(State::Resolved, "sem solução");
    let refused = answer_and(desk, &agent, &id, (reply("Resolvido."), with(unsaid)), now).await;
    assert!(matches!(refused, Err(DeskError::Refused(_))));
    // The states between are not reached either.
    let refused = step::walk(desk, &agent, &id, &to_code(Some("parou")), now).await;
    assert!(matches!(refused, Err(DeskError::Refused(_))));
    let after = show::show(desk, &agent, id.as_str()).await.unwrap();
    assert_eq!((&after.ticket, after.messages.len()), (&before.ticket, before.messages.len()));
}

async fn the_same_form_sent_twice_is_sent_once(home: &Home) {
    let desk = &home.desk;
    let (id, now) = start(desk, "dev-008").await;
    let agent = caller(Role::Agent);
    let form = |number: &str| Then { once: Some(number.to_owned()), ..Then::default() };
    let mut said = Vec::new();
    for (number, body) in [("1", "Olá."), ("1", "Olá."), ("1", "Olá, corrigido."), ("2", "Olá.")] {
        let (_, message) = answer_and(desk, &agent, &id, (reply(body), form(number)), now).await.unwrap();
        said.push(message.id);
    }
    assert_eq!(said[0], said[1], "a second click");
    said.sort_by(|a, b| a.as_str().cmp(b.as_str()));
    said.dedup();
    assert_eq!(said.len(), 3, "other words, or another form, are another answer");
    // Two clicks at once.
    let once = || answer_and(desk, &agent, &id, (reply("Já vai."), form("3")), now);
    let (one, other) = tokio::join!(once(), once());
    assert_eq!(one.unwrap().1.id, other.unwrap().1.id);
    let filled = |words: &str, later: i64| {
        let at = now + SignedDuration::from_secs(later);
        let message = json!({"id": format!("m{later}"), "channel": "portal", "received_at": at.to_string(), "body": words});
        Arrival { told_apart_by: Some(words.as_bytes().to_vec()), ..arrival(&message, None) }
    };
    let first = receive(desk, &agent, filled("parou", 0), now).await.unwrap();
    let again = receive(desk, &agent, filled("parou", 1), now).await.unwrap();
    assert_eq!((again.known, again.ticket.id), (true, first.ticket.id.clone()));
    for (later, known) in [(2, false), (3, true)] {
        let further = follow_up(desk, &agent, &first.ticket.id, filled("ainda", later), now).await.unwrap();
        assert_eq!(further.known, known);
    }
}

async fn what_agents_write_into_a_ticket_is_masked(home: &Home) {
    let desk = &home.desk;
    let (id, now) = start(desk, "dev-058").await;
    let agent = caller(Role::Agent);
    let secret =
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
    let said = |what: &str| format!("{what}: Authorization: Bearer {secret}");
    step::walk(desk, &agent, &id, &to_code(Some(&said("análise"))), now).await.unwrap();
    let wanted = Transition { reason: said("motivo"), ..resolve(&said("solução")) };
    let row = step::walk(desk, &agent, &id, &wanted, now).await.unwrap();
    let kept = format!("{row:?} {:?}", crate::homes::told(desk).await);
    assert!(row.solution.is_some_and(|text| text.starts_with("solução")));
    assert!(!kept.contains(secret), "{kept}");
}
