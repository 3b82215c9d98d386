//! A partner who no longer answers: two reminders, then closed as such, counted apart; and deadlines that wait meanwhile.

use balcao_core::ticket::{Role, State, Transition};
use balcao_desk::Desk;
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::verbs::link::{Kind, link, unlink};
use balcao_desk::verbs::{due, show, silence};
use balcao_store::ticket::{self, Ticket};
use balcao_store::{StoreError, TicketId};
use jiff::{SignedDuration, Timestamp};

use crate::homes::{Home, caller};
use crate::office::{came, example, fill, missing, moved, on, received, resolve, wrote};

crate::on_both!(
    two_reminders_then_closed_as_no_answer,
    an_answer_ends_the_waiting,
    whoever_wrote_after_the_solution_is_not_silent,
    a_merged_ticket_reminds_nobody,
    many_who_never_answer_hold_up_no_other,
    deadlines_wait_with_the_partner,
);

async fn two_reminders_then_closed_as_no_answer(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-008").await;
    let (id, mut now) = (new.ticket.id.clone(), came(&example("dev-008")));
    let agent = caller(Role::Agent);
    on(desk, &id, State::Analysis, now).await;
    moved(desk, &agent, &id, &resolve("Está na página de webhooks."), now).await.unwrap();
    // Nobody may call it silence before the time.
    let early = Transition { silence: true, ..crate::office::close("duvida-api", "documentada") };
    assert!(!missing(moved(desk, &agent, &id, &early, now).await).is_empty());
    assert_eq!(silence::round(desk, now).await.unwrap(), silence::Round { reminded: 0, closed: 0 });
    let mut seen = Vec::new();
    for _ in 0..60 {
        now += SignedDuration::from_hours(12);
        let round = silence::round(desk, now).await.unwrap();
        // The same moment again does nothing.
        assert_eq!(silence::round(desk, now).await.unwrap(), silence::Round { reminded: 0, closed: 0 });
        if round.reminded > 0 {
            seen.push("reminded");
        }
        if round.closed > 0 {
            seen.push("closed");
            break;
        }
    }
    assert_eq!(seen, ["reminded", "reminded", "closed"]);
    let whole = show::show(desk, &agent, id.as_str()).await.unwrap();
    assert_eq!((whole.ticket.state.as_str(), whole.ticket.closing.as_deref()), ("closed", Some("no_answer")));
    let reminders = whole.messages.iter().filter(|message| message.direction == "out").count();
    assert_eq!(reminders, 2);
}

async fn an_answer_ends_the_waiting(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-025").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-025")));
    on(desk, &id, State::Analysis, now).await;
    asked(desk, &id, now).await;
    let later = now + SignedDuration::from_hours(24 * 9);
    silence::round(desk, later).await.unwrap();
    let body = "Segue: 500 em GET https://api-externo.crefazon.com.br/api/v2/propostas/1/dados-bancarios";
    let followed = wrote(desk, (&id, "dev-025", "m2"), body, later).await;
    assert_ne!(followed.ticket.state, "awaiting_partner");
    assert_eq!((followed.ticket.reminders, followed.ticket.awaiting_since), (0, None));
}

async fn whoever_wrote_after_the_solution_is_not_silent(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-008").await.ticket.id;
    let mut now = came(&example("dev-008"));
    let agent = caller(Role::Agent);
    on(desk, &id, State::Analysis, now).await;
    moved(desk, &agent, &id, &resolve("Está na página de webhooks."), now).await.unwrap();
    now += SignedDuration::from_hours(24 * 9);
    assert_eq!(silence::round(desk, now).await.unwrap(), silence::Round { reminded: 1, closed: 0 });
    wrote(desk, (&id, "dev-008", "m2"), "Li a página, mas ainda não entendi.", now).await;
    // Now the desk owes the answer, however long it takes.
    assert_eq!(rounds(desk, &mut now).await, (0, 0));
    assert_eq!(show::find(desk, &agent, id.as_str()).await.unwrap().state, "resolved");
    // Once it is given, the partner has all its time again.
    let word = Word::Reply { body: "A assinatura vai no cabeçalho.".to_owned(), citations: Vec::new() };
    answer(desk, &agent, &id, word, now).await.unwrap();
    assert_eq!(silence::round(desk, now).await.unwrap(), silence::Round { reminded: 0, closed: 0 });
    assert_eq!(rounds(desk, &mut now).await, (2, 1));
    let closed = show::find(desk, &agent, id.as_str()).await.unwrap();
    assert_eq!((closed.state.as_str(), closed.closing.as_deref()), ("closed", Some("no_answer")));
}

async fn a_merged_ticket_reminds_nobody(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let (id, other) = (received(desk, "dev-025").await.ticket.id, received(desk, "dev-058").await.ticket.id);
    let mut now = came(&example("dev-025"));
    let agent = caller(Role::Agent);
    on(desk, &id, State::Analysis, now).await;
    asked(desk, &id, now).await;
    link(desk, &agent, (Kind::Merged, &id, &other), "o mesmo problema", now).await.unwrap();
    assert_eq!(rounds(desk, &mut now).await, (0, 0));
    unlink(desk, &agent, (Kind::Merged, &id, &other), "não era o mesmo", now).await.unwrap();
    assert_eq!(rounds(desk, &mut now).await, (2, 0), "what was asked for is still owed");
}

async fn many_who_never_answer_hold_up_no_other(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let mut now = came(&example("dev-008"));
    let before = now.as_millisecond() - 1;
    let many = (0..501).map(|_| Ticket {
        state: "awaiting_partner".to_owned(),
        awaiting_since: Some(before),
        reminders: 2,
        ..Ticket::received("email", "sem resposta", before)
    });
    let many: Vec<Ticket> = many.collect();
    let written: Result<(), StoreError> = desk
        .store()
        .write(move |tx| {
            Box::pin(async move {
                for one in many {
                    ticket::create(tx, 2026, one).await?;
                }
                Ok(())
            })
        })
        .await;
    written.unwrap();
    let id = received(desk, "dev-008").await.ticket.id;
    on(desk, &id, State::Analysis, now).await;
    moved(desk, &caller(Role::Agent), &id, &resolve("Está na página."), now).await.unwrap();
    now += SignedDuration::from_hours(24 * 9);
    assert_eq!(silence::round(desk, now).await.unwrap(), silence::Round { reminded: 1, closed: 0 });
}

/// What a month of rounds, two a day, does: reminders and closings.
async fn rounds(desk: &Desk, now: &mut Timestamp) -> (u64, u64) {
    let mut done = (0, 0);
    for _ in 0..60 {
        *now += SignedDuration::from_hours(12);
        let round = silence::round(desk, *now).await.unwrap();
        done = (done.0 + round.reminded, done.1 + round.closed);
    }
    done
}

async fn deadlines_wait_with_the_partner(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-025").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-025")));
    let agent = caller(Role::Agent);
    let resolution = |all: Vec<due::Promise>| all.into_iter().find(|one| one.kind == "resolution").unwrap();
    let before = resolution(due::of_ticket(desk, &agent, &id).await.unwrap());
    on(desk, &id, State::Analysis, now).await;
    asked(desk, &id, now).await;
    let week = now + SignedDuration::from_hours(24 * 7);
    wrote(desk, (&id, "dev-025", "m2"), "Voltei: ainda 500.", week).await;
    let after = resolution(due::of_ticket(desk, &agent, &id).await.unwrap());
    let moved = after.deadline.at.unwrap().duration_since(before.deadline.at.unwrap());
    assert_eq!(moved, SignedDuration::from_hours(24 * 7), "a week of waiting is a week more");
    assert!(after.explained.iter().any(|line| line.contains("parceiro")), "{:?}", after.explained);
}

/// Asks the partner for what is missing.
async fn asked(desk: &Desk, id: &TicketId, now: Timestamp) {
    let some = Transition {
        asked: vec!["payload".to_owned(), "user".to_owned()],
        ..Transition::to(State::AwaitingPartner, "faltam evidências")
    };
    let also = missing(moved(desk, &caller(Role::Agent), id, &some, now).await);
    let all = ["api_key", "endpoint", "environment", "error_message", "occurred_at"];
    assert_eq!(also, all.map(|name| format!("asked:{name}")), "asked once, all together");
    let all = all.iter().map(|name| (*name).to_owned()).chain(some.asked.clone()).collect();
    let wanted = Transition { asked: all, ..some };
    moved(desk, &caller(Role::Agent), id, &wanted, now).await.unwrap();
}
