//! What waits is one list, and goes on: after a worker that vanished, after a failure of what was before it, and once a person lets it.

use balcao_connect::tracker::read::marker;
use balcao_core::ticket::Role;
use balcao_desk::tracker::{again, queue};
use balcao_desk::{Desk, DeskError};
use balcao_store::StoreError;
use balcao_store::job::{self, Job};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::contract::Kind;
use crate::deliveries::{of_comment, of_issue};
use crate::houses::{House, caller, escalated, from_code, issue, noon, noted, work};
use crate::server::{Fault, Server};

crate::on_both!(
    a_worker_that_vanishes_leaves_nobody_waiting,
    what_waits_is_one_list_and_a_person_lets_it_go_on,
    an_issue_that_was_found_closed_holds_nothing_up,
    what_is_told_before_our_own_note_of_an_issue_comes_again,
);

async fn a_worker_that_vanishes_leaves_nobody_waiting(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "sumiu").await;
    work(&desk, noon()).await;
    noted(&desk, &ticket.id, "@code ainda acontece").await;
    // The note's own job stood back while the issue's ran, and the issue's worker vanished once the issue was there.
    let over = marker(&server.state().issues[0].body).unwrap();
    let at = noon().as_millisecond();
    let left = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let own = job::claim(tx, "gone", at, at + 1).await?.unwrap();
            assert!(job::done(tx, &own.id, "gone").await?);
            let mut payload: Value = serde_json::from_str(&own.payload).unwrap();
            payload["item"] = json!(over);
            job::add(tx, &Job::new(&own.kind, &payload.to_string(), at)).await
        })
    });
    left.await.unwrap();
    assert!(work(&desk, noon()).await.is_empty());
    assert!(server.state().issues[0].comments[0].body.contains("ainda acontece"));
}

async fn kinds(desk: &Desk) -> Vec<String> {
    queue(desk, &caller(Role::Agent)).await.unwrap().into_iter().map(|one| one.item.kind).collect()
}

async fn what_waits_is_one_list_and_a_person_lets_it_go_on(house: &House) {
    let server = Server::start(Kind::GitLab).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "lista").await;
    server.fail(vec![Fault::Status(503, None); 10]);
    let mut now = noon();
    for _ in 0..10 {
        assert_eq!(work(&desk, now).await.len(), 1);
        now += SignedDuration::from_hours(5);
    }
    noted(&desk, &ticket.id, "@code olhem").await;
    let all = queue(&desk, &caller(Role::Agent)).await.unwrap();
    assert_eq!((all.len(), &all[0].protocol, all[0].item.held), (2, &ticket.protocol, true));
    assert_eq!((all[1].item.kind.as_str(), all[1].item.held), ("note", false));
    let of = all[0].escalation.clone();
    let refused = again(&desk, &caller(Role::Agent), &of, now).await;
    assert!(matches!(refused, Err(DeskError::Forbidden(_))), "{refused:?}");
    let partner =
        balcao_desk::caller::Caller { partner: Some("alfa".to_owned()), ..caller(Role::PartnerContact) };
    assert!(queue(&desk, &partner).await.is_err());
    again(&desk, &caller(Role::Lead), &of, now).await.unwrap();
    assert!(!queue(&desk, &caller(Role::Agent)).await.unwrap()[0].item.held);
    assert!(work(&desk, now).await.is_empty());
    assert!(kinds(&desk).await.is_empty());
    let there: Vec<usize> = server.state().issues.iter().map(|issue| issue.comments.len()).collect();
    assert_eq!(there, [1], "one issue, one comment");
    let nothing = again(&desk, &caller(Role::Lead), &of, now).await;
    assert!(matches!(nothing, Err(DeskError::NotFound(_))), "{nothing:?}");
    // What is to wait for hours need not, if a person says so.
    server.fail([Fault::Status(429, Some(7_200))]);
    noted(&desk, &ticket.id, "@code e agora").await;
    assert_eq!(work(&desk, now).await.len(), 1);
    again(&desk, &caller(Role::Lead), &of, now).await.unwrap();
    assert!(work(&desk, now).await.is_empty());
    assert_eq!(server.state().issues[0].comments.len(), 2);
}

async fn an_issue_that_was_found_closed_holds_nothing_up(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "parado").await;
    work(&desk, noon()).await;
    // Code's answer is told; the end is not, and is set aside.
    server.fail([Fault::None]);
    server.fail(vec![Fault::Status(503, None); 10]);
    crate::ending::says(&desk, &ticket.id, balcao_desk::verbs::code_says::CodeSays::Fixed).await;
    let mut now = noon();
    for _ in 0..10 {
        assert_eq!(work(&desk, now).await.len(), 1, "one job tries, and no other");
        now += SignedDuration::from_hours(5);
    }
    assert!(server.is_done_failing() && work(&desk, now).await.is_empty());
    assert_eq!(kinds(&desk).await, ["fixed"]);
    server.closes(1, true, Some("completed"));
    of_issue(&server, 1).to(&desk).await.unwrap();
    assert!(kinds(&desk).await.is_empty());
    assert!(work(&desk, now).await.is_empty());
    assert_eq!(issue(&desk, &ticket.id).await.state, "closed");
}

async fn what_is_told_before_our_own_note_of_an_issue_comes_again(house: &House) {
    for kind in [Kind::Webhook, Kind::GitHub] {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        server.fail([Fault::Lost]);
        let ticket = escalated(&desk, &format!("antes {kind:?}")).await;
        assert_eq!(work(&desk, noon()).await.len(), 1);
        let said = server.comments(1, "joana", "vejo já");
        let delivery = of_comment(&server, 1, &said);
        let early = delivery.to(&desk).await;
        // Whoever tells of others' issues too is not told to come again.
        let comes_again = matches!(early, Err(DeskError::NotFound(_)));
        assert_eq!(comes_again, kind == Kind::Webhook, "{early:?}");
        assert!(work(&desk, noon() + SignedDuration::from_hours(1)).await.is_empty());
        delivery.to(&desk).await.unwrap();
        assert_eq!(from_code(&desk, &ticket.id).await.len(), 1, "it was not taken for one that was seen");
    }
}
