//! What Graph answers: tried again while there is hope, ended where there is none, and never twice where nobody knows.

use balcao_core::ticket::Role;
use balcao_desk::chat;
use jiff::SignedDuration;

use crate::homes::{Home, caller, noon, status, text, work};
use crate::server::Fault;

crate::on_both!(
    each_fault_has_its_fate,
    an_answer_that_is_lost_is_never_sent_twice_by_itself,
    what_stays_refused_is_held_for_a_person,
);

/// A ticket with an answer that is to go.
async fn answered(home: &Home, n: usize) -> balcao_store::TicketId {
    home.dea(&[text(&format!("wamid.in{n}"), &format!("Erro {n}"), 0)]).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, &format!("Resposta {n}")).await;
    id
}

async fn each_fault_has_its_fate(home: &Home) {
    let table = [
        (Fault::Refused(429, 130_429), "waiting"),
        (Fault::Refused(400, 131_056), "waiting"),
        (Fault::Refused(401, 190), "waiting"),
        (Fault::Refused(500, 131_000), "waiting"),
        (Fault::Bare(503), "waiting"),
        (Fault::Refused(400, 131_026), "failed"),
        (Fault::Refused(400, 100), "failed"),
        (Fault::Bare(502), "unsure"),
        (Fault::Bare(504), "unsure"),
        (Fault::Lost, "unsure"),
    ];
    let mut sent = 0;
    for (n, (fault, expected)) in table.into_iter().enumerate() {
        let lost = matches!(fault, Fault::Lost);
        let id = answered(home, n).await;
        home.server.fail([fault.clone()]);
        let failed = work(&home.desk, noon()).await;
        let errand = home.errands(&id).await.pop().unwrap();
        assert_eq!(
            (errand.state.as_str(), failed.len()),
            (expected, usize::from(expected == "waiting")),
            "{fault:?}"
        );
        let reason = errand.reason.unwrap();
        assert!(!reason.contains("5511987654321") && !reason.is_empty(), "{reason}");
        // Whatever it was, another time it goes, if it may.
        work(&home.desk, noon() + SignedDuration::from_hours(5)).await;
        sent += usize::from(expected == "waiting" || lost);
        assert_eq!(home.server.sent().len(), sent, "{fault:?}");
    }
}

async fn an_answer_that_is_lost_is_never_sent_twice_by_itself(home: &Home) {
    let id = answered(home, 1).await;
    home.server.fail([Fault::Lost]);
    work(&home.desk, noon()).await;
    for hours in [1, 5, 20] {
        work(&home.desk, noon() + SignedDuration::from_hours(hours)).await;
    }
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["unsure".to_owned()], 1));
    // WhatsApp tells with our own id that it is there.
    let own = home.errands(&id).await[0].id.to_string();
    home.delivered(&status("wamid.out1", Some(&own), "delivered", None)).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["delivered"]);
    home.delivered(&status("wamid.out1", None, "read", None)).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["read"]);

    // Where it tells nothing a person decides.
    home.answered(&id, "Mais uma coisa").await;
    home.server.fail([Fault::Bare(504)]);
    work(&home.desk, noon()).await;
    let errand = home.errands(&id).await.pop().unwrap();
    assert_eq!(errand.state, "unsure");
    let (agent, which) = (caller(Role::Agent), (&id, &errand.id));
    chat::resend(&home.desk, &agent, which, noon()).await.unwrap();
    assert!(chat::resend(&home.desk, &agent, which, noon()).await.is_err(), "once");
    work(&home.desk, noon()).await;
    assert_eq!(
        (home.states(&id).await, home.server.sent().len()),
        (vec!["read".to_owned(), "sent".to_owned()], 2)
    );
    home.answered(&id, "E mais outra").await;
    home.server.fail([Fault::Lost]);
    work(&home.desk, noon()).await;
    let errand = home.errands(&id).await.pop().unwrap();
    chat::arrived(&home.desk, &agent, (&id, &errand.id), noon()).await.unwrap();
    assert_eq!(home.states(&id).await, ["read", "sent", "sent"]);
    assert_eq!(home.server.sent().len(), 3);
}

async fn what_stays_refused_is_held_for_a_person(home: &Home) {
    let id = answered(home, 1).await;
    home.server.fail((0..10).map(|_| Fault::Refused(401, 190)));
    let (mut now, mut failed) = (noon(), 0);
    // Longer than all waits together, and shorter than the window.
    while now < noon() + SignedDuration::from_hours(23) {
        failed += work(&home.desk, now).await.len();
        now += SignedDuration::from_mins(15);
    }
    assert_eq!(failed, 10);
    let errand = home.errands(&id).await.pop().unwrap();
    assert_eq!(errand.state, "held");
    assert!(errand.reason.unwrap().contains("token de acesso"));
    chat::resend(&home.desk, &caller(Role::Agent), (&id, &errand.id), now).await.unwrap();
    work(&home.desk, now).await;
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["sent".to_owned()], 1));
}
