//! Tickets of one cause share one issue, whichever way they are known to have one.

use balcao_core::ticket::Role;
use balcao_desk::verbs::code_says::{CodeSays, Said, code_says};
use balcao_desk::verbs::follow_up::follow_up;
use balcao_desk::verbs::link::{Kind as Link, link};
use serde_json::json;

use crate::contract::Kind;
use crate::deliveries::{of_comment, of_issue};
use crate::houses::{
    House, arrival, caller, escalated, from_code, issue, message, noon, received, to_code, whole, work,
};
use crate::server::Server;

crate::on_both!(
    two_of_one_failure_share_an_issue,
    linked_later_they_go_on_in_the_older,
    what_the_partner_adds_and_code_answers_here_is_told_once,
    back_at_code_after_the_end_it_is_a_new_issue,
);

async fn two_of_one_failure_share_an_issue(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let first = escalated(&desk, "primeiro").await;
    // Before the issue is there, and after.
    let second = escalated(&desk, "segundo").await;
    assert!(work(&desk, noon()).await.is_empty());
    let third = escalated(&desk, "terceiro").await;
    assert!(work(&desk, noon()).await.is_empty());
    {
        let state = server.state();
        assert_eq!(state.issues.len(), 1);
        let told: Vec<&str> = state.issues[0].comments.iter().map(|comment| comment.body.as_str()).collect();
        assert_eq!(told.len(), 2);
        assert!(told[0].contains(&second.protocol) && told[1].contains(&third.protocol), "{told:?}");
    }
    assert_eq!(issue(&desk, &third.id).await.tickets, 3);
    let said = server.comments(1, "joana", "achei");
    of_comment(&server, 1, &said).to(&desk).await.unwrap();
    server.closes(1, true, Some("completed"));
    of_issue(&server, 1).to(&desk).await.unwrap();
    for ticket in [first, second, third] {
        assert_eq!(from_code(&desk, &ticket.id).await.len(), 2);
        assert_eq!(whole(&desk, &ticket.id).await.ticket.state, "investigation");
    }
}

/// A ticket of another failure, as far as the desk knows.
async fn another(desk: &balcao_desk::Desk, own: &str, route: &str) -> balcao_store::ticket::Ticket {
    let mut other = message(own, own);
    let body = other["body"].as_str().unwrap().replace("/dados-bancarios", route);
    other["body"] = json!(body);
    let row = received(desk, &other).await;
    // The example's log has calls of one route only; what is missing for an escalation is put as it is.
    let mut conn = desk.store().read().await.unwrap();
    let mut row =
        balcao_store::ticket::get(&mut conn, &balcao_store::Scope::All, &row.id).await.unwrap().unwrap();
    drop(conn);
    row.signature = Some(format!("outra falha {own}"));
    let set = row.clone();
    desk.store()
        .write(move |tx| {
            Box::pin(async move { balcao_store::ticket::update(tx, &balcao_store::Scope::All, &set).await })
        })
        .await
        .unwrap();
    to_code(desk, &row.id).await
}

async fn linked_later_they_go_on_in_the_older(house: &House) {
    let server = Server::start(Kind::GitLab).await;
    let desk = house.with(&server).await;
    let older = escalated(&desk, "mais velho").await;
    let newer = another(&desk, "mais novo", "/dados-bancarios").await;
    work(&desk, noon()).await;
    assert_eq!(server.state().issues.len(), 2);
    let agent = caller(Role::Agent);
    link(&desk, &agent, (Link::SameCause, &newer.id, &older.id), "mesma causa", noon()).await.unwrap();
    assert!(work(&desk, noon()).await.is_empty());
    {
        let state = server.state();
        let told = |n: usize| state.issues[n].comments.iter().map(|one| one.body.clone()).collect::<String>();
        assert!(told(0).contains(&newer.protocol), "{}", told(0));
        assert!(told(1).contains("https://gitlab.example/grupo/api/-/issues/1"), "{}", told(1));
    }
    assert_eq!(issue(&desk, &older.id).await.tickets, 2);
    // The end of the newer one ends nothing; that of the older one both.
    server.closes(2, true, None);
    of_issue(&server, 2).to(&desk).await.unwrap();
    assert_eq!(whole(&desk, &newer.id).await.ticket.state, "escalated");
    server.closes(1, true, None);
    of_issue(&server, 1).to(&desk).await.unwrap();
    for ticket in [older, newer] {
        assert_eq!(whole(&desk, &ticket.id).await.ticket.state, "investigation");
    }
}

async fn what_the_partner_adds_and_code_answers_here_is_told_once(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let one = escalated(&desk, "um").await;
    let two = escalated(&desk, "dois").await;
    work(&desk, noon()).await;
    let more = json!({"id": "mais", "channel": "email", "received_at": noon().to_string(),
        "from": message("x", "")["from"], "body": "Agora também às 09:40 ``` @joana\n/close"});
    follow_up(&desk, &caller(Role::Agent), &one.id, arrival(&more), noon()).await.unwrap();
    work(&desk, noon()).await;
    let told = server.state().issues[0].comments.last().unwrap().body.clone();
    assert!(told.contains("````text") && told.contains("09:40"), "{told}");
    let before = server.state().issues[0].comments.len();
    let said = Said {
        word: CodeSays::Fixed,
        body: "corrigido na 2.4".to_owned(),
        reason: "corrigido".to_owned(),
        once: None,
    };
    let done = code_says(&desk, &caller(Role::Lead), (&one.id, true), &said, noon()).await.unwrap();
    assert_eq!(done.len(), 2);
    work(&desk, noon()).await;
    let state = server.state();
    assert_eq!(state.issues[0].comments.len(), before + 1, "one answer to both tickets is told once");
    assert!(state.issues[0].comments.last().unwrap().body.contains("corrigido na 2"), "{}", two.protocol);
    assert_eq!((state.issues[0].closed, state.issues[0].ends), (true, 1));
}

async fn back_at_code_after_the_end_it_is_a_new_issue(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "volta").await;
    work(&desk, noon()).await;
    server.closes(1, true, Some("completed"));
    of_issue(&server, 1).to(&desk).await.unwrap();
    to_code(&desk, &ticket.id).await;
    work(&desk, noon()).await;
    {
        let state = server.state();
        assert_eq!(state.issues.len(), 2);
        assert!(
            state.issues[1].body.contains("https://github.example/dono/api/issues/1"),
            "it names the first"
        );
    }
    // While that one is open, a further return is a comment.
    balcao_desk::verbs::step::step(
        &desk,
        &caller(Role::Agent),
        &ticket.id,
        (
            &balcao_core::ticket::Transition::to(balcao_core::ticket::State::Investigation, "vejo de novo"),
            None,
        ),
        noon(),
    )
    .await
    .unwrap();
    to_code(&desk, &ticket.id).await;
    work(&desk, noon()).await;
    let state = server.state();
    let told: Vec<&str> = state.issues[1].comments.iter().map(|comment| comment.body.as_str()).collect();
    assert_eq!((state.issues.len(), told.len()), (2, 2));
    assert!(told[0].contains("retomou") && told[1].contains("voltou a Code"), "{told:?}");
}
