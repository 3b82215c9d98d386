//! What was closed and is taken up again: by whom, and what must be there to close it once more.

use balcao_core::ticket::{Confirmation, Role, State, Transition};
use balcao_desk::caller::Caller;
use balcao_desk::verbs::{confirm, show};
use balcao_desk::{Desk, DeskError};
use balcao_store::TicketId;
use jiff::{SignedDuration, Timestamp};

use crate::homes::{Home, caller, told};
use crate::office::{came, close, confirmed, example, fill, missing, moved, on, received, resolve, wrote};

crate::on_both!(
    whoever_may_reopens_and_says_why,
    what_was_confirmed_before_closes_nothing_again,
    a_contested_solution_is_not_closed,
    a_confirmation_is_a_later_message_of_the_partner,
);

/// A contact of the partner that the examples' `dev-058` comes from.
fn contact() -> Caller {
    Caller { partner: Some("fintrilha".to_owned()), ..caller(Role::PartnerContact) }
}

async fn resolved(desk: &Desk) -> (TicketId, Timestamp) {
    fill(desk).await;
    let id = received(desk, "dev-058").await.ticket.id;
    let now = came(&example("dev-058"));
    on(desk, &id, State::Analysis, now).await;
    moved(desk, &caller(Role::Agent), &id, &resolve("Corrigido na proposta."), now).await.unwrap();
    (id, now)
}

async fn whoever_may_reopens_and_says_why(home: &Home) {
    let desk = &home.desk;
    let (id, mut now) = resolved(desk).await;
    let agent = caller(Role::Agent);
    let word =
        Transition { confirmation: Some(Confirmation::Confirmed), ..close("bug", "falha-apos-release") };
    moved(desk, &contact(), &id, &word, now).await.unwrap();
    for by in [agent.clone(), caller(Role::Lead), contact()] {
        now += SignedDuration::from_hours(1);
        let unsaid = Transition::to(State::Analysis, " ");
        assert_eq!(missing(moved(desk, &by, &id, &unsaid, now).await), ["reason"]);
        let elsewhere = Transition::to(State::Investigation, "voltou");
        assert!(matches!(moved(desk, &by, &id, &elsewhere, now).await, Err(DeskError::Refused(_))));
        let again = moved(desk, &by, &id, &Transition::to(State::Analysis, "voltou"), now).await.unwrap();
        assert_eq!((again.state.as_str(), again.closing, again.closed), ("analysis", None, None));
        assert_eq!((again.solution, again.confirmation, again.resolved), (None, None, None));
        assert_eq!(again.first_situation.as_deref(), Some("erro-sem-causa"));
        let (_, last) = told(desk).await.pop().unwrap();
        assert_eq!((&last["reopened"], &last["reason"]), (&true.into(), &"voltou".into()));
        moved(desk, &agent, &id, &resolve("Corrigido de novo."), now).await.unwrap();
        moved(desk, &contact(), &id, &word, now).await.unwrap();
    }
    let other = Caller { partner: Some("lumicred".to_owned()), ..contact() };
    let foreign = moved(desk, &other, &id, &Transition::to(State::Analysis, "voltou"), now).await;
    assert!(matches!(foreign, Err(DeskError::NotFound(_))), "of another partner's ticket nothing is told");
}

async fn what_was_confirmed_before_closes_nothing_again(home: &Home) {
    let desk = &home.desk;
    let (id, now) = resolved(desk).await;
    let agent = caller(Role::Agent);
    wrote(desk, (&id, "dev-058", "m2"), "Funcionou.", now).await;
    confirmed(desk, &id, now).await;
    let end = close("bug", "falha-apos-release");
    moved(desk, &agent, &id, &end, now).await.unwrap();
    let back = Transition::to(State::Analysis, "voltou");
    moved(desk, &agent, &id, &back, now).await.unwrap();
    let unsolved = Transition::to(State::Resolved, "respondido");
    assert_eq!(missing(moved(desk, &agent, &id, &unsolved, now).await), ["solution"]);
    moved(desk, &agent, &id, &resolve("Agora sim."), now).await.unwrap();
    assert_eq!(missing(moved(desk, &agent, &id, &end, now).await), ["confirmation"]);
}

async fn a_contested_solution_is_not_closed(home: &Home) {
    let desk = &home.desk;
    let (id, now) = resolved(desk).await;
    let agent = caller(Role::Agent);
    wrote(desk, (&id, "dev-058", "m2"), "Não resolveu.", now).await;
    let said = show::show(desk, &agent, id.as_str()).await.unwrap().messages[1].id.clone();
    confirm::confirm(desk, &agent, (&id, &said), Confirmation::Contested, now).await.unwrap();
    for silence in [false, true] {
        let end = Transition { silence, ..close("bug", "falha-apos-release") };
        let refused = moved(desk, &caller(Role::Administrator), &id, &end, now).await;
        assert_eq!(missing(refused), ["confirmation"], "silence: {silence}");
    }
    let back = Transition::to(State::Investigation, "o parceiro contestou");
    assert_eq!(moved(desk, &agent, &id, &back, now).await.unwrap().confirmation, None);
}

async fn a_confirmation_is_a_later_message_of_the_partner(home: &Home) {
    let desk = &home.desk;
    let (id, now) = resolved(desk).await;
    let agent = caller(Role::Agent);
    let first = show::show(desk, &agent, id.as_str()).await.unwrap().messages[0].id.clone();
    let word = Confirmation::Confirmed;
    let early = confirm::confirm(desk, &agent, (&id, &first), word, now).await;
    assert!(matches!(early, Err(DeskError::Conflict(_))), "what came before the solution confirms nothing");
    let other = received(desk, "dev-048").await.ticket.id;
    let foreign = show::show(desk, &agent, other.as_str()).await.unwrap().messages[0].id.clone();
    let elsewhere = confirm::confirm(desk, &agent, (&id, &foreign), word, now).await;
    assert!(matches!(elsewhere, Err(DeskError::Invalid(_))));
    let unresolved = confirm::confirm(desk, &agent, (&other, &foreign), word, now).await;
    assert!(matches!(unresolved, Err(DeskError::Conflict(_))));
}
