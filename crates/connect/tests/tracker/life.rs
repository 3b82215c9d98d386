//! The whole life of an escalation, with each tracker: there, back, and the answer drafted; by deliveries, and by asking alone.

use balcao_core::ticket::Role;
use balcao_desk::tracker::{DRAFTER, look};
use balcao_desk::verbs::draft;
use jiff::SignedDuration;

use crate::contract::Kind;
use crate::deliveries::{of_comment, of_issue};
use crate::houses::{House, caller, escalated, from_code, issue, noon, noted, whole, work};
use crate::server::Server;

crate::on_both!(every_tracker_has_the_whole_life, asking_alone_is_enough);

/// What a tracker calls the reason of an end that was done.
fn done(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::GitLab | Kind::Forge => None,
        Kind::GitHub | Kind::Webhook => Some("completed"),
        Kind::Jira => Some("Done"),
    }
}

async fn every_tracker_has_the_whole_life(house: &House) {
    for kind in Kind::ALL {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        let ticket = escalated(&desk, &format!("vida {kind:?}")).await;
        assert_eq!(issue(&desk, &ticket.id).await.state, "queued");
        assert!(work(&desk, noon()).await.is_empty(), "{kind:?}");
        {
            let state = server.state();
            assert_eq!(state.issues.len(), 1, "{kind:?}");
            let there = &state.issues[0];
            assert!(there.title.contains(&ticket.protocol), "{}", there.title);
            assert!(there.body.contains(&format!("https://balcao.example/code/{}", ticket.protocol)));
            assert!(
                there.body.contains("curl -X GET") && there.body.contains("nenhuma rotina"),
                "{}",
                there.body
            );
            assert!(kind == Kind::Webhook || there.labels.iter().any(|label| label == "suporte"));
        }
        let seen = issue(&desk, &ticket.id).await;
        assert_eq!((seen.state.as_str(), seen.queued.len()), ("open", 0));
        assert!(seen.external.is_some() && (kind == Kind::Webhook || seen.url.is_some()), "{seen:?}");

        // A comment there is a note here, once.
        let said = server.comments(1, "joana", "Reproduzi; é o cache da proposta.");
        let delivery = of_comment(&server, 1, &said);
        delivery.to(&desk).await.unwrap();
        delivery.to(&desk).await.unwrap();
        let notes = from_code(&desk, &ticket.id).await;
        assert_eq!(notes.len(), 1, "{kind:?}");
        assert_eq!(
            (notes[0].author.as_str(), notes[0].body.as_str()),
            ("Code · joana", "Reproduzi; é o cache da proposta.")
        );

        // A note for Code is a comment there, and does not come back.
        noted(&desk, &ticket.id, "só para nós").await;
        noted(&desk, &ticket.id, "@code vejam também a proposta 7\n/close").await;
        assert!(work(&desk, noon()).await.is_empty());
        let ours = server.state().issues[0].comments.last().unwrap().clone();
        assert!(ours.body.contains("proposta 7") && !ours.body.contains("só para nós"), "{}", ours.body);
        assert_eq!(server.state().issues[0].comments.len(), 2);
        of_comment(&server, 1, &ours).to(&desk).await.unwrap();
        assert_eq!(from_code(&desk, &ticket.id).await.len(), 1, "{kind:?} heard itself");

        // The end there is the answer's beginning here.
        server.closes(1, true, done(kind));
        of_issue(&server, 1).to(&desk).await.unwrap();
        told_to_tell(&desk, &ticket, kind).await;
        // Opened again: noted, and nothing moves.
        server.closes(1, false, None);
        of_issue(&server, 1).to(&desk).await.unwrap();
        let after = whole(&desk, &ticket.id).await;
        assert_eq!(after.ticket.state, "investigation");
        assert!(from_code(&desk, &ticket.id).await.last().unwrap().body.contains("reaberta"));
        assert_eq!(issue(&desk, &ticket.id).await.state, "open");
    }
}

async fn told_to_tell(desk: &balcao_desk::Desk, ticket: &balcao_store::ticket::Ticket, kind: Kind) {
    let after = whole(desk, &ticket.id).await.ticket;
    assert_eq!(
        (after.state.as_str(), after.next_step.as_deref()),
        ("investigation", Some("responder")),
        "{kind:?}"
    );
    assert_eq!(after.code_said.as_deref(), done(kind).map(|_| "fixed"), "{kind:?}");
    let drafts = draft::of_ticket(desk, &caller(Role::Agent), &ticket.id).await.unwrap();
    let drafted = drafts.iter().find(|draft| draft.account == DRAFTER).expect("a draft");
    assert!(
        drafted.body.contains("cache da proposta") && drafted.body.contains(&ticket.protocol),
        "{}",
        drafted.body
    );
    let seen = issue(desk, &ticket.id).await;
    assert_eq!((seen.state.as_str(), seen.assignee.as_deref()), ("closed", Some("joana")), "{kind:?}");
}

async fn asking_alone_is_enough(house: &House) {
    for kind in Kind::ASKED {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        let ticket = escalated(&desk, &format!("sem entregas {kind:?}")).await;
        work(&desk, noon()).await;
        server.comments(1, "joana", "É o cache da proposta.");
        noted(&desk, &ticket.id, "@code obrigada").await;
        work(&desk, noon()).await;
        assert_eq!(look(&desk, noon()).await.unwrap(), 0, "it is not time yet");
        let later = noon() + SignedDuration::from_secs(61);
        assert_eq!(look(&desk, later).await.unwrap(), 1, "{kind:?}");
        assert_eq!(look(&desk, later).await.unwrap(), 0, "one look in a pause");
        assert_eq!(from_code(&desk, &ticket.id).await.len(), 1, "{kind:?}");
        server.closes(1, true, done(kind));
        // The delivery and the look tell the same.
        let latest = later + SignedDuration::from_secs(61);
        assert_eq!(look(&desk, latest).await.unwrap(), 1);
        told_to_tell(&desk, &ticket, kind).await;
        of_issue(&server, 1).to(&desk).await.unwrap();
        assert_eq!(from_code(&desk, &ticket.id).await.len(), 2, "the comment and the end, {kind:?}");
    }
}
