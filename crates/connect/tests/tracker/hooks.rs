//! Deliveries that are not the tracker's, are broken, come again or too late: nothing changes.

use balcao_desk::DeskError;

use crate::contract::Kind;
use crate::deliveries::{Delivery, of_comment, of_issue, proof};
use crate::houses::{House, escalated, from_code, noon, whole, work};
use crate::server::Server;

crate::on_both!(who_is_not_the_tracker_changes_and_learns_nothing, what_comes_again_or_late_changes_nothing);

async fn who_is_not_the_tracker_changes_and_learns_nothing(house: &House) {
    for kind in Kind::ALL {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        let ticket = escalated(&desk, &format!("estranho {kind:?}")).await;
        work(&desk, noon()).await;
        let said = server.comments(1, "joana", "olá");
        let good = of_comment(&server, 1, &said);
        let other = |value: &str| {
            let headers = good.headers.iter().cloned();
            let headers = headers
                .map(|(name, old)| if name == proof(kind) { (name, value.to_owned()) } else { (name, old) });
            Delivery { headers: headers.collect(), body: good.body.clone() }
        };
        let mut changed = good.clone();
        changed.body.push(b' ');
        let mut wrong =
            vec![good.without(proof(kind)), other(""), other("sha256="), other("v1,AAAA"), other("\u{e9}")];
        if kind != Kind::GitLab {
            // GitLab's token says nothing of the body.
            wrong.push(changed);
        }
        for delivery in wrong {
            let refused = delivery.to(&desk).await;
            assert!(matches!(refused, Err(DeskError::Unknown)), "{kind:?} {refused:?}");
        }
        assert!(matches!(good.to_name(&desk, "outro").await, Err(DeskError::Unknown)));
        assert!(matches!(good.to(&house.open().await).await, Err(DeskError::Unknown)), "without a tracker");
        assert!(from_code(&desk, &ticket.id).await.is_empty());
        good.to(&desk).await.unwrap();
        assert_eq!(from_code(&desk, &ticket.id).await.len(), 1);
    }
}

async fn what_comes_again_or_late_changes_nothing(house: &House) {
    let server = Server::start(Kind::GitHub).await;
    let desk = house.with(&server).await;
    let ticket = escalated(&desk, "tarde").await;
    work(&desk, noon()).await;
    let open = of_issue(&server, 1);
    server.closes(1, true, Some("not_planned"));
    let closed = of_issue(&server, 1);
    closed.to(&desk).await.unwrap();
    // What was so before, delivered after; and so with another number of a delivery, which is under no signature.
    open.to(&desk).await.unwrap();
    closed.to(&desk).await.unwrap();
    closed.without("x-github-delivery").to(&desk).await.unwrap();
    let after = whole(&desk, &ticket.id).await.ticket;
    assert_eq!((after.state.as_str(), after.code_said), ("investigation", None));
    assert_eq!(from_code(&desk, &ticket.id).await.len(), 1, "one end");
    // Of one second, the end and how it stood before: the end wins.
    server.state().issues[0].closed = false;
    of_issue(&server, 1).to(&desk).await.unwrap();
    assert_eq!(from_code(&desk, &ticket.id).await.len(), 1, "it was not opened again");
    server.state().issues[0].closed = true;
    // A comment of ours in somebody's quotation is theirs; one that was edited is told again, once.
    let mut said =
        server.comments(1, "joana", "> <!-- balcao:01900000-0000-7000-8000-000000000000 -->\nviu?");
    of_comment(&server, 1, &said).to(&desk).await.unwrap();
    said.body = "viu? sim".to_owned();
    for _ in 0..2 {
        of_comment(&server, 1, &said).to(&desk).await.unwrap();
    }
    let notes = from_code(&desk, &ticket.id).await;
    assert_eq!(notes.len(), 3);
    assert!(notes[2].body.contains("editado") && notes[2].body.contains("viu? sim"));
}
