//! Code answers at the desk: its issue is closed in the tracker too, once nobody waits for Code; what is opened again there is noted here.

use balcao_core::ticket::Role;
use balcao_desk::Desk;
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::verbs::code_says::{CodeSays, Said, code_says};
use balcao_store::TicketId;
use jiff::SignedDuration;

use crate::contract::Kind;
use crate::deliveries::of_issue;
use crate::houses::{House, caller, escalated, from_code, issue, noon, to_code, whole, work};
use crate::server::{Fault, Server};

crate::on_both!(
    what_code_ends_here_ends_there,
    until_it_is_closed_there_that_it_is_open_is_no_news,
    what_code_wrote_is_not_sent_unrevised,
);

pub(crate) async fn says(desk: &Desk, id: &TicketId, word: CodeSays) {
    // The same words would be one answer to several tickets.
    let body = format!("{word:?} na 2.4, chamado {id}");
    let said = Said { word, body, reason: "Code respondeu".to_owned(), once: None };
    let done = code_says(desk, &caller(Role::Lead), (id, false), &said, noon()).await.unwrap();
    assert!(done.iter().all(|(_, done)| done.is_ok()), "{done:?}");
}

async fn what_code_ends_here_ends_there(house: &House) {
    for kind in Kind::ALL {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        let one = escalated(&desk, &format!("um {kind:?}")).await;
        let two = escalated(&desk, &format!("dois {kind:?}")).await;
        work(&desk, noon()).await;
        // Accepted, or something is asked for: it stays open; and so it does while another ticket waits.
        says(&desk, &one.id, CodeSays::Accepted).await;
        says(&desk, &one.id, CodeSays::Needs).await;
        says(&desk, &two.id, CodeSays::NotABug).await;
        work(&desk, noon()).await;
        assert!(!server.state().issues[0].closed, "{kind:?}");
        to_code(&desk, &one.id).await;
        says(&desk, &one.id, CodeSays::NotABug).await;
        assert_eq!(issue(&desk, &one.id).await.queued.last().unwrap().kind, "not_a_bug");
        let failed = work(&desk, noon()).await;
        assert!(failed.is_empty(), "{kind:?} {failed:?}");
        {
            let state = server.state();
            let there = &state.issues[0];
            assert_eq!((state.issues.len(), there.closed, there.ends), (1, true, 1), "{kind:?}");
            let reason = match kind {
                Kind::GitLab | Kind::Forge => None,
                Kind::GitHub => Some("not_planned"),
                Kind::Jira => Some("Not a Bug"),
                Kind::Webhook => Some("not a bug"),
            };
            assert_eq!(there.reason.as_deref(), reason, "{kind:?}");
            // What was said stands before the end.
            assert!(there.comments.last().unwrap().body.contains("NotABug na 2"), "{kind:?}");
        }
        // That it is closed is no news; that it is opened again is.
        of_issue(&server, 1).to(&desk).await.unwrap();
        assert!(from_code(&desk, &one.id).await.is_empty(), "{kind:?}");
        let seen = issue(&desk, &one.id).await;
        assert_eq!((seen.state.as_str(), seen.queued.len()), ("closed", 0), "{kind:?}");
        server.closes(1, false, None);
        of_issue(&server, 1).to(&desk).await.unwrap();
        for ticket in [&one, &two] {
            let notes = from_code(&desk, &ticket.id).await;
            assert!(notes.len() == 1 && notes[0].body.contains("reaberta"), "{kind:?} {notes:?}");
            assert_eq!(whole(&desk, &ticket.id).await.ticket.state, "investigation");
        }
        assert_eq!(issue(&desk, &one.id).await.state, "open");
    }
}

async fn until_it_is_closed_there_that_it_is_open_is_no_news(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "fora do ar").await;
    work(&desk, noon()).await;
    // The answer is told, and then the tracker is away.
    server.fail([Fault::None, Fault::Status(503, None)]);
    says(&desk, &ticket.id, CodeSays::Fixed).await;
    assert_eq!(work(&desk, noon()).await.len(), 1);
    of_issue(&server, 1).to(&desk).await.unwrap();
    let seen = issue(&desk, &ticket.id).await;
    assert_eq!((seen.state.as_str(), seen.queued[0].kind.as_str()), ("closed", "fixed"));
    assert!(from_code(&desk, &ticket.id).await.is_empty(), "it was not opened again");
    // Back at Code it is an issue of its own, whatever becomes of the first.
    to_code(&desk, &ticket.id).await;
    // Somebody there was quicker: nothing is left to tell, and the ticket of the new issue stays with Code.
    server.closes(1, true, Some("completed"));
    of_issue(&server, 1).to(&desk).await.unwrap();
    assert!(work(&desk, noon() + SignedDuration::from_hours(1)).await.is_empty());
    {
        let state = server.state();
        assert_eq!((state.issues.len(), state.issues[0].ends), (2, 0));
    }
    for closed in [false, true] {
        server.closes(1, closed, None);
        of_issue(&server, 1).to(&desk).await.unwrap();
    }
    assert_eq!(
        whole(&desk, &ticket.id).await.ticket.state,
        "escalated",
        "it is with Code in the second issue"
    );
}

async fn what_code_wrote_is_not_sent_unrevised(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "rascunho").await;
    work(&desk, noon()).await;
    let said = server.comments(1, "joana", "o parceiro leu errado");
    crate::deliveries::of_comment(&server, 1, &said).to(&desk).await.unwrap();
    server.closes(1, true, Some("completed"));
    of_issue(&server, 1).to(&desk).await.unwrap();
    let agent = caller(Role::Agent);
    let drafts = balcao_desk::verbs::draft::of_ticket(&desk, &agent, &ticket.id).await.unwrap();
    let body = drafts[0].body.clone();
    assert!(body.contains("leu errado") && body.contains("corrigiu"), "{body}");
    let reply = |body: String| Word::Reply { body, citations: Vec::new() };
    let refused = answer(&desk, &agent, &ticket.id, reply(body.clone()), noon()).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("Revise")));
    let revised = body.split("\n\n[Revise").next().unwrap().to_owned();
    answer(&desk, &agent, &ticket.id, reply(revised), noon()).await.unwrap();
    let left = balcao_desk::verbs::draft::of_ticket(&desk, &agent, &ticket.id).await.unwrap();
    assert!(left.is_empty(), "what was sent is no draft any more");
}
