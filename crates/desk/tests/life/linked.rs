//! Tickets that belong together: found, merged and un-merged, split; and what arrives twice.

use balcao_core::ticket::{Role, State, Transition};
use balcao_desk::DeskError;
use balcao_desk::verbs::link::{Kind, link, unlink};
use balcao_desk::verbs::receive::receive;
use balcao_desk::verbs::{show, split};
use serde_json::json;

use crate::homes::{Home, caller};
use crate::office::{arrival, came, example, fill, moved, received, wrote};

crate::on_both!(
    the_same_demand_is_one_ticket,
    a_ticket_about_the_same_request_is_found,
    merging_leads_elsewhere_and_can_be_undone,
    a_message_about_something_else_becomes_a_ticket,
    two_people_split_a_message_off_once,
);

async fn the_same_demand_is_one_ticket(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let (message, agent) = (example("dev-048"), caller(Role::Agent));
    let now = came(&message);
    let first = receive(desk, &agent, arrival(&message, Some("k1")), now).await.unwrap();
    let again = receive(desk, &agent, arrival(&message, Some("k1")), now).await.unwrap();
    assert_eq!((&again.ticket.id, again.known, &again.diagnosis), (&first.ticket.id, true, &first.diagnosis));
    // Without a key, the message's own hash tells.
    let (bare, twice) = (received(desk, "dev-058").await, received(desk, "dev-058").await);
    assert_eq!((bare.known, twice.known, &twice.ticket.id), (false, true, &bare.ticket.id));
    // The same key with other words is a mistake of the sender's, and is said.
    let other =
        json!({"id": "x", "channel": "email", "received_at": message["received_at"], "body": "outra"});
    let refused = receive(desk, &agent, arrival(&other, Some("k1")), now).await;
    assert!(matches!(refused, Err(DeskError::Invalid(text)) if text.contains("Idempotency-Key")));
    let followed = wrote(desk, (&first.ticket.id, "dev-048", "m2"), "Mais um dado.", now).await;
    let twice = wrote(desk, (&first.ticket.id, "dev-048", "m2"), "Mais um dado.", now).await;
    assert_eq!((followed.known, twice.known), (false, true));
    let whole = show::show(desk, &agent, first.ticket.id.as_str()).await.unwrap();
    assert_eq!(whole.messages.len(), 2, "nothing is doubled");
}

async fn a_ticket_about_the_same_request_is_found(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let first = received(desk, "dev-058").await;
    let mut message = example("dev-058");
    message["id"] = json!("again");
    message["channel"] = json!("portal");
    message["body"] = json!(format!("{}\n\nReenviando.", message["body"].as_str().unwrap()));
    let second = receive(desk, &caller(Role::Agent), arrival(&message, None), came(&message)).await.unwrap();
    assert!(!second.known);
    let similar: Vec<_> = second.similar.iter().map(|ticket| &ticket.id).collect();
    assert_eq!(similar, [&first.ticket.id]);
    // Another partner is told of nothing.
    let other =
        balcao_desk::caller::Caller { partner: Some("lumicred".to_owned()), ..caller(Role::PartnerContact) };
    assert!(matches!(show::find(desk, &other, first.ticket.id.as_str()).await, Err(DeskError::NotFound(_))));
}

async fn merging_leads_elsewhere_and_can_be_undone(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let (a, b) = (received(desk, "dev-058").await.ticket.id, received(desk, "dev-048").await.ticket.id);
    let (agent, now) = (caller(Role::Agent), came(&example("dev-058")));
    link(desk, &agent, (Kind::Merged, &a, &b), "o mesmo problema", now).await.unwrap();
    let step = Transition::to(State::Analysis, "seguindo");
    assert!(matches!(moved(desk, &agent, &a, &step, now).await, Err(DeskError::Refused(_))));
    assert!(link(desk, &agent, (Kind::Merged, &b, &a), "em círculo", now).await.is_err());
    assert!(link(desk, &agent, (Kind::SameCause, &a, &a), "consigo", now).await.is_err());
    unlink(desk, &agent, (Kind::Merged, &a, &b), "não era o mesmo", now).await.unwrap();
    moved(desk, &agent, &a, &step, now).await.unwrap();
    link(desk, &agent, (Kind::SameCause, &a, &b), "a mesma causa", now).await.unwrap();
    let links = show::show(desk, &agent, b.as_str()).await.unwrap().links;
    assert_eq!(links.iter().map(|link| link.kind.as_str()).collect::<Vec<_>>(), ["same-cause"]);
}

async fn a_message_about_something_else_becomes_a_ticket(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let first = received(desk, "dev-058").await.ticket;
    let (agent, now) = (caller(Role::Agent), came(&example("dev-058")));
    let question = "Aproveitando: quantas vezes vocês reenviam uma notificação de webhook que falhou?";
    wrote(desk, (&first.id, "dev-058", "m2"), question, now).await;
    let whole = show::show(desk, &agent, first.id.as_str()).await.unwrap();
    let second = whole.messages[1].id.clone();
    let new = split::split(desk, &agent, (&first.id, &second), "outro assunto", now).await.unwrap();
    assert_ne!(new.ticket.id, first.id);
    assert_eq!(new.ticket.partner.as_deref(), Some("fintrilha"));
    assert_eq!(new.ticket.situation.as_deref(), Some("duvida-api"));
    let again = split::split(desk, &agent, (&first.id, &second), "outro assunto", now).await.unwrap();
    assert_eq!(again.ticket.id, new.ticket.id, "one message is split off once");
}

async fn two_people_split_a_message_off_once(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let first = received(desk, "dev-058").await.ticket;
    let (agent, lead, now) = (caller(Role::Agent), caller(Role::Lead), came(&example("dev-058")));
    wrote(desk, (&first.id, "dev-058", "m2"), "Aproveitando: quantas vezes reenviam um webhook?", now).await;
    let second = show::show(desk, &agent, first.id.as_str()).await.unwrap().messages[1].id.clone();
    let one = split::split(desk, &agent, (&first.id, &second), "outro assunto", now).await.unwrap();
    let other = split::split(desk, &lead, (&first.id, &second), "é outra coisa", now).await.unwrap();
    assert_eq!((other.known, &other.ticket.id), (true, &one.ticket.id));
    assert_eq!(show::show(desk, &agent, first.id.as_str()).await.unwrap().links.len(), 1);
}
