//! A tracker that is away, has enough, refuses, or loses its answer: what is to go waits, is seen to wait, and goes once.

use balcao_core::ticket::Role;
use balcao_desk::{Desk, jobs};
use balcao_store::ticket::Ticket;
use jiff::SignedDuration;

use crate::contract::Kind;
use crate::deliveries::of_issue;
use crate::houses::{House, TOKEN, caller, escalated, issue, noon, noted, work};
use crate::server::{Fault, Server, State};

crate::on_both!(
    an_answer_that_is_lost_doubles_nothing,
    who_says_nothing_is_left_in_time,
    another_project_under_the_same_name_is_told,
    what_is_refused_waits_and_is_seen_to,
    who_has_enough_is_left_alone_for_as_long,
    after_ten_failures_a_person_lets_it_go_on,
    who_comes_back_has_everything_in_order,
);

fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

/// Lets something go wrong with the question that opens an issue: Forgejo is asked for the number of the label first.
fn lose_the_opening(server: &Server, fault: Fault) {
    if server.kind == Kind::Forge {
        server.fail([Fault::None]);
    }
    server.fail([fault]);
}

async fn who_says_nothing_is_left_in_time(house: &House) {
    for (kind, fault, there) in [(Kind::GitHub, Fault::Silent, 0), (Kind::GitLab, Fault::Mute, 1)] {
        let server = Server::start(kind).await;
        let desk = house.impatient(&server).await;
        server.fail([fault]);
        let ticket = escalated(&desk, &format!("calada {there}")).await;
        let failed = work(&desk, noon()).await.join(" ");
        assert!(failed.contains("127.0.0.1 não respondeu em 0.3 s"), "{failed}");
        assert_eq!(server.state().issues.len(), there);
        let (attempts, reason, held) = waits(&desk, &ticket).await;
        assert!(attempts == 1 && !held && reason.contains("não respondeu"), "{attempts} {reason}");
        // From here on nobody is slow, and nobody hurries.
        let desk = house.with(&server).await;
        let failed = work(&desk, noon() + hours(1)).await;
        assert!(failed.is_empty(), "{failed:?}");
        assert_eq!(server.state().issues.len(), 1, "it is there once");
        let seen = issue(&desk, &ticket.id).await;
        assert_eq!((seen.state.as_str(), seen.queued.len()), ("open", 0));
    }
}

async fn another_project_under_the_same_name_is_told(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let first = escalated(&desk, "neste").await;
    work(&desk, noon()).await;
    server.closes(1, true, None);
    of_issue(&server, 1).to(&desk).await.unwrap();
    // There too an issue has the number 1.
    let other = Server::start(Kind::GitHub).await;
    let desk = house.with(&other).await;
    let second = escalated(&desk, "naquele").await;
    let failed = work(&desk, noon()).await.join(" ");
    assert!(failed.contains("`name`"), "{failed}");
    work(&desk, noon() + hours(1)).await;
    assert_eq!(other.state().issues.len(), 1, "nor is it opened again and again");
    let (attempts, reason, _) = waits(&desk, &second).await;
    assert!(attempts == 2 && reason.contains("`name`"), "{reason}");
    assert_eq!(issue(&desk, &first.id).await.state, "closed");
}

async fn an_answer_that_is_lost_doubles_nothing(house: &House) {
    for kind in Kind::ALL {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        lose_the_opening(&server, Fault::Lost);
        let ticket = escalated(&desk, &format!("perdida {kind:?}")).await;
        let failed = work(&desk, noon()).await;
        assert_eq!(failed.len(), 1, "{kind:?} {failed:?}");
        assert_eq!(server.state().issues.len(), 1, "it is there, and nobody knows");
        assert_eq!(issue(&desk, &ticket.id).await.state, "queued");
        assert!(work(&desk, noon() + hours(1)).await.is_empty());
        assert_eq!(server.state().issues.len(), 1, "{kind:?} doubled");
        assert_eq!(issue(&desk, &ticket.id).await.state, "open");
        // The same of a comment.
        server.fail([Fault::Lost]);
        noted(&desk, &ticket.id, "@code olhem").await;
        let failed = work(&desk, noon() + hours(1)).await;
        assert_eq!(failed.len(), 1, "{kind:?} {failed:?}");
        assert!(work(&desk, noon() + hours(2)).await.is_empty());
        assert_eq!(server.state().issues[0].comments.len(), 1, "{kind:?} said twice");
        assert!(issue(&desk, &ticket.id).await.queued.is_empty() && server.is_done_failing());
    }
}

/// Why the first thing waits, and how often it was tried.
async fn waits(desk: &Desk, ticket: &Ticket) -> (i64, String, bool) {
    let seen = issue(desk, &ticket.id).await;
    let first = seen.queued.into_iter().next().expect("something waits");
    (first.attempts, first.reason.unwrap_or_default(), first.held)
}

async fn what_is_refused_waits_and_is_seen_to(house: &House) {
    let server = Server::start(Kind::GitLab).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "recusada").await;
    let table = [
        (Fault::Status(500, None), "HTTP 500"),
        (Fault::Status(401, None), "token"),
        (Fault::Status(404, None), "HTTP 404"),
        (Fault::Status(302, None), "outro endereço"),
        (Fault::Status(422, None), "HTTP 422"),
    ];
    for (n, (fault, expected)) in table.into_iter().enumerate() {
        server.fail([fault]);
        let now = noon() + hours(5 * i64::try_from(n).unwrap());
        assert_eq!(work(&desk, now).await.len(), 1);
        let (attempts, reason, held) = waits(&desk, &ticket).await;
        assert_eq!(attempts, i64::try_from(n).unwrap() + 1);
        assert!(reason.contains(expected) && !reason.contains(TOKEN) && !held, "{reason}");
    }
    assert!(work(&desk, noon() + hours(40)).await.is_empty());
    assert_eq!(server.state().issues.len(), 1);
    // A wrong token is told as one, and stands nowhere.
    let wrong = house.reaching(Kind::GitLab, server.port, "tok_errado_errado").await;
    noted(&wrong, &ticket.id, "@code e agora").await;
    let failed = work(&wrong, noon() + hours(41)).await.join(" ");
    assert!(failed.contains("401") && !failed.contains("tok_errado"), "{failed}");
}

async fn who_has_enough_is_left_alone_for_as_long(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    escalated(&desk, "demais").await;
    server.fail([Fault::Status(429, Some(1_800))]);
    assert_eq!(work(&desk, noon()).await.len(), 1);
    let asked = server.state().seen.len();
    assert!(work(&desk, noon() + SignedDuration::from_mins(29)).await.is_empty());
    assert_eq!(server.state().seen.len(), asked, "it was asked too early");
    assert!(work(&desk, noon() + SignedDuration::from_mins(31)).await.is_empty());
    assert_eq!(server.state().issues.len(), 1);
}

async fn after_ten_failures_a_person_lets_it_go_on(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "dez").await;
    server.fail(vec![Fault::Status(503, None); 10]);
    let mut now = noon();
    for _ in 0..10 {
        assert_eq!(work(&desk, now).await.len(), 1);
        now += hours(5);
    }
    assert!(work(&desk, now).await.is_empty(), "nothing is tried any more");
    let (attempts, reason, held) = waits(&desk, &ticket).await;
    assert!(attempts == 10 && held && reason.contains("503"), "{attempts} {reason}");
    let lead = caller(Role::Lead);
    let aside = jobs::quarantined(&desk, &lead, None, 10).await.unwrap();
    assert_eq!((aside.len(), aside[0].kind.as_str()), (1, "tracker@1"));
    // What was decided on meanwhile waits behind it.
    noted(&desk, &ticket.id, "@code ainda").await;
    assert!(work(&desk, now).await.is_empty());
    jobs::release(&desk, &lead, &aside[0].id, now).await.unwrap();
    assert!(work(&desk, now).await.is_empty());
    let state = server.state();
    assert_eq!((state.issues.len(), state.issues[0].comments.len()), (1, 1));
}

async fn who_comes_back_has_everything_in_order(house: &House) {
    // Nobody listens there.
    let port = Server::start(Kind::GitHub).await.port;
    let desk = house.reaching(Kind::GitHub, port, TOKEN).await;
    let ticket = escalated(&desk, "fora").await;
    for n in 1..=6 {
        noted(&desk, &ticket.id, &format!("@code nota {n}")).await;
    }
    let failed = work(&desk, noon()).await;
    assert_eq!(failed.len(), 1, "the rest waits behind the first: {failed:?}");
    let (attempts, reason, _) = waits(&desk, &ticket).await;
    assert!(attempts == 1 && reason.contains("127.0.0.1"), "{reason}");
    assert_eq!(issue(&desk, &ticket.id).await.queued.len(), 7);
    let server =
        Server::at(Kind::GitHub, port, State { clock: noon().as_second(), ..State::default() }).await;
    // Two servers of the desk at once.
    let other = house.reaching(Kind::GitHub, port, TOKEN).await;
    let later = noon() + hours(1);
    let (_, _) = tokio::join!(work(&desk, later), work(&other, later));
    work(&desk, later + hours(5)).await;
    let state = server.state();
    let said: Vec<String> = state.issues[0].comments.iter().map(|one| one.body.clone()).collect();
    assert_eq!((state.issues.len(), said.len()), (1, 6));
    for (n, body) in said.iter().enumerate() {
        assert!(body.contains(&format!("nota {}", n + 1)), "{n}: {body}");
    }
}
