//! Escalations: one live for a failure, one worker at a time, one look in a pause; and what goes out or came is there once.

use balcao_store::escalation::{self, Escalation, Standing, Turn};
use balcao_store::tracker_item::{self, TrackerItem};
use balcao_store::{EscalationId, Store, StoreError};

use crate::engines::Home;
use crate::samples::{NOON, create, ticket};

crate::on_both!(
    a_failure_has_one_live_escalation,
    one_worker_and_one_look_at_a_time,
    what_is_older_than_what_is_known_is_passed_over,
    a_thing_said_is_there_once,
);

async fn add(store: &Store, one: &Escalation) -> bool {
    let one = one.clone();
    let added =
        store.write::<_, StoreError, _>(move |tx| Box::pin(async move { escalation::add(tx, &one).await }));
    added.await.unwrap()
}

async fn opened(store: &Store, id: &EscalationId, external: &'static str) {
    let id = id.clone();
    let done = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(
            async move { escalation::opened(tx, &id, (external, Some("https://t.example/1")), NOON).await },
        )
    });
    done.await.unwrap();
}

async fn stands(store: &Store, id: &EscalationId, state: &'static str, heard: i64) -> bool {
    let id = id.clone();
    let noted = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            let new = Standing { state, assignee: None, labels: "[]", heard };
            escalation::stands(tx, &id, &new, NOON + heard).await
        })
    });
    noted.await.unwrap()
}

async fn end(store: &Store, id: &EscalationId) {
    let id = id.clone();
    let ended = store
        .write::<_, StoreError, _>(move |tx| Box::pin(async move { escalation::end(tx, &id, NOON).await }));
    ended.await.unwrap();
}

async fn get(store: &Store, id: &EscalationId) -> Escalation {
    let mut conn = store.read().await.unwrap();
    escalation::get(&mut conn, id).await.unwrap().unwrap()
}

fn new(cause: &str) -> Escalation {
    Escalation::new(("code", "GitLab"), Some(cause.to_owned()), NOON)
}

async fn a_failure_has_one_live_escalation(home: &Home) {
    let store = home.open().await;
    let (one, other) = (new("falha"), new("falha"));
    assert!(add(&store, &one).await && !add(&store, &other).await);
    assert!(add(&store, &new("outra")).await);
    opened(&store, &one.id, "7").await;
    let known = get(&store, &one.id).await;
    assert_eq!((known.state.as_str(), known.external.as_deref()), ("open", Some("7")));
    assert!(!add(&store, &other).await);
    assert!(stands(&store, &one.id, "closed", 1).await);
    assert!(add(&store, &other).await, "what is over shares nothing");
    // What is said here ends it too, and leaves its cause to others.
    assert!(!add(&store, &one).await, "the row itself is there");
    end(&store, &other.id).await;
    let (over, third) = (get(&store, &other.id).await, new("falha"));
    assert_eq!((over.state.as_str(), over.closed, over.cause), ("closed", Some(NOON), None));
    assert!(add(&store, &third).await);
    // Opened again it stands beside the new one.
    assert!(stands(&store, &one.id, "open", 2).await);
    let mut conn = store.read().await.unwrap();
    let found = escalation::of_cause(&mut conn, "code", "falha").await.unwrap().unwrap();
    assert_eq!(found.id, third.id);
    let found = escalation::by_external(&mut conn, "code", "7").await.unwrap().unwrap();
    assert_eq!((found.id, found.closed), (one.id, None));
}

async fn one_worker_and_one_look_at_a_time(home: &Home) {
    let store = home.open().await;
    let one = new("falha");
    add(&store, &one).await;
    let claim = |worker: &'static str, now: i64| {
        let id = one.id.clone();
        store.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { escalation::claim(tx, &id, worker, (now, now + 100)).await })
        })
    };
    assert!(claim("a", NOON).await.unwrap().is_some());
    assert!(claim("b", NOON + 99).await.unwrap().is_none());
    assert!(claim("b", NOON + 100).await.unwrap().is_some());
    let look = |now: i64| {
        store.write::<_, StoreError, _>(move |tx| {
            let turn = Turn { now, before: now - 60, ended_before: now - 600, ended_since: NOON - 1 };
            Box::pin(async move { escalation::to_look_at(tx, "code", turn, 10).await })
        })
    };
    assert!(look(NOON + 60).await.unwrap().is_empty(), "it is not there yet");
    opened(&store, &one.id, "7").await;
    assert!(look(NOON + 59).await.unwrap().is_empty());
    let (a, b) = tokio::join!(look(NOON + 60), look(NOON + 60));
    assert_eq!(a.unwrap().len() + b.unwrap().len(), 1);
    // What is over is asked for seldom, and no more once nothing was heard of it for long.
    assert!(stands(&store, &one.id, "closed", NOON + 61).await);
    assert!(look(NOON + 200).await.unwrap().is_empty());
    assert_eq!(look(NOON + 660).await.unwrap().len(), 1);
    assert!(!look(NOON + 660).await.unwrap().iter().any(|seen| seen.id == one.id));
    let late = store.write::<_, StoreError, _>(move |tx| {
        let now = NOON + 10_000;
        let turn = Turn { now, before: now - 60, ended_before: now - 600, ended_since: 3 * NOON };
        Box::pin(async move { escalation::to_look_at(tx, "code", turn, 10).await })
    });
    assert!(late.await.unwrap().is_empty());
}

async fn what_is_older_than_what_is_known_is_passed_over(home: &Home) {
    let store = home.open().await;
    let one = new("falha");
    add(&store, &one).await;
    opened(&store, &one.id, "7").await;
    assert!(stands(&store, &one.id, "closed", 10).await);
    assert!(!stands(&store, &one.id, "open", 9).await);
    assert_eq!(get(&store, &one.id).await.state, "closed");
    assert!(stands(&store, &one.id, "closed", 10).await, "the same again is no news and no mistake");
    assert!(!stands(&store, &one.id, "open", 10).await, "of one moment the end wins");
    assert!(stands(&store, &one.id, "open", 11).await && stands(&store, &one.id, "closed", 11).await);
}

async fn a_thing_said_is_there_once(home: &Home) {
    let store = home.open().await;
    let row = create(&store, ticket("alfa", NOON)).await;
    let one = new("falha");
    add(&store, &one).await;
    let (id, of) = (one.id.clone(), row.id.clone());
    let done = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            assert!(escalation::put_ticket(tx, (&id, &of), NOON).await?);
            assert!(!escalation::put_ticket(tx, (&id, &of), NOON).await?);
            assert!(tracker_item::add(tx, &TrackerItem::came(&id, ("9", "h"), NOON)).await?);
            assert!(!tracker_item::add(tx, &TrackerItem::came(&id, ("9", "i"), NOON)).await?);
            assert!(tracker_item::delivered(tx, "d", NOON).await?);
            assert!(!tracker_item::delivered(tx, "d", NOON).await?);
            let out = TrackerItem::out(&id, "issue", &of, NOON);
            assert!(tracker_item::add(tx, &out).await? && tracker_item::begin(tx, &out.id).await?);
            tracker_item::failed(tx, &out.id, "fora", None).await?;
            let waiting = tracker_item::waiting(tx, &id).await?;
            assert_eq!((waiting.len(), waiting[0].state.as_str(), waiting[0].attempts), (1, "held", 1));
            assert!(tracker_item::named(tx, &out.id, "10").await?);
            assert!(!tracker_item::named(tx, &out.id, "11").await?);
            tracker_item::done(tx, &out.id, None, NOON).await?;
            let done = tracker_item::get(tx, &out.id).await?.unwrap();
            assert_eq!((done.external.as_deref(), done.state.as_str()), (Some("10"), "done"));
            assert!(!tracker_item::begin(tx, &out.id).await?, "what is over is not begun again");
            // The tracker told of a comment before we knew that it was ours.
            let said = TrackerItem::out(&id, "note", &of, NOON);
            tracker_item::add(tx, &said).await?;
            assert_eq!(tracker_item::queue(tx, 10).await?.len(), 1);
            tracker_item::done(tx, &said.id, Some("9"), NOON).await?;
            let done = tracker_item::get(tx, &said.id).await?.unwrap();
            assert_eq!((done.external, done.state.as_str()), (None, "done"));
            assert!(tracker_item::queue(tx, 10).await?.is_empty());
            Ok(())
        })
    });
    done.await.unwrap();
    let mut conn = store.read().await.unwrap();
    assert_eq!(escalation::tickets(&mut conn, &one.id).await.unwrap(), std::slice::from_ref(&row.id));
    let all = escalation::of_tickets(&mut conn, &[row.id]).await.unwrap();
    assert_eq!(all.len(), 1);
}
