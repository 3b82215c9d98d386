//! Writing: what fails takes nothing with it, what is asked twice happens once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use balcao_store::idempotency::{self, Claim, Idempotency};
use balcao_store::message::Message;
use balcao_store::ticket::{self, Filter};
use balcao_store::{MessageId, Page, Scope, Store, StoreError, message};

use crate::engines::Home;
use crate::samples::{self, NOON, create};

crate::on_both!(
    a_failing_member_undoes_only_itself,
    a_panic_undoes_only_itself,
    one_key_makes_one_ticket,
    an_own_error_comes_back_as_it_is,
    what_was_answered_is_seen_at_once,
);

async fn count(store: &Store) -> usize {
    let mut conn = store.read().await.unwrap();
    ticket::list(&mut conn, &Scope::All, &Filter::default(), &Page::first(500)).await.unwrap().items.len()
}

async fn a_failing_member_undoes_only_itself(home: &Home) {
    let store = home.open().await;
    let calls = (0..40).map(|n| {
        let store = store.clone();
        tokio::spawn(async move {
            store
                .write::<_, StoreError, _>(move |tx| {
                    Box::pin(async move {
                        let ticket = ticket::create(tx, 2026, samples::ticket("aurora", NOON + n)).await?;
                        let mut message = samples::message(&ticket, "in", None);
                        if n % 4 == 0 {
                            // A statement that the engine refuses, after one that it took.
                            message.direction = "aside".to_owned();
                        }
                        message::add(tx, &message).await
                    })
                })
                .await
        })
    });
    for (n, call) in calls.collect::<Vec<_>>().into_iter().enumerate() {
        let done = call.await.unwrap();
        match done {
            Ok(new) => assert!(new && n % 4 != 0, "call {n}"),
            Err(error) => {
                assert!(n % 4 == 0, "call {n}: {error}");
                assert_eq!(error.to_string(), "could not write a message");
            }
        }
    }
    assert_eq!(count(&store).await, 30);
}

async fn a_panic_undoes_only_itself(home: &Home) {
    let store = home.open().await;
    let shared = store.clone();
    let fallen = tokio::spawn(async move {
        shared
            .write::<(), StoreError, _>(|tx| {
                Box::pin(async move {
                    ticket::create(tx, 2026, samples::ticket("aurora", NOON)).await?;
                    panic!("a fault of the caller")
                })
            })
            .await
    });
    // One engine answers, on the other the caller's own task falls: in both nothing is written.
    if let Ok(answer) = fallen.await {
        assert!(matches!(answer, Err(StoreError::Interrupted)));
    }
    let next = create(&store, samples::ticket("aurora", NOON)).await;
    assert_eq!((next.protocol.as_str(), count(&store).await), ("2026-000001", 1));
}

async fn one_key_makes_one_ticket(home: &Home) {
    let store = home.open().await;
    let made = Arc::new(AtomicUsize::new(0));
    let calls = (0..24).map(|n: i64| {
        let (store, made) = (store.clone(), Arc::clone(&made));
        tokio::spawn(async move {
            store
                .write::<_, StoreError, _>(move |tx| {
                    Box::pin(async move {
                        let ticket = samples::ticket("aurora", NOON + n);
                        let wanted = Idempotency {
                            scope: "aurora".to_owned(),
                            key_hash: format!("key {}", n % 3),
                            ticket: ticket.id.clone(),
                            request_hash: "r".to_owned(),
                            response_hash: None,
                            at: NOON,
                        };
                        if let Claim::Known(known) = idempotency::claim(tx, &wanted).await? {
                            return Ok(known.ticket);
                        }
                        made.fetch_add(1, Ordering::Relaxed);
                        let ticket = ticket::create(tx, 2026, ticket).await?;
                        idempotency::answered(tx, "aurora", &wanted.key_hash, "a").await?;
                        Ok(ticket.id)
                    })
                })
                .await
                .map(|ticket| (n % 3, ticket))
        })
    });
    let mut answers = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        answers.push(call.await.unwrap().unwrap());
    }
    answers.sort();
    answers.dedup();
    assert_eq!((answers.len(), made.load(Ordering::Relaxed), count(&store).await), (3, 3, 3));
    let mut conn = store.read().await.unwrap();
    let kept = idempotency::find(&mut conn, "aurora", "key 0").await.unwrap().unwrap();
    assert_eq!((kept.ticket, kept.response_hash.as_deref()), (answers[0].1.clone(), Some("a")));
    assert_eq!(
        idempotency::find(&mut conn, "boreal", "key 0").await.unwrap(),
        None,
        "another's key is another"
    );
    drop(conn);
    let forgotten = store.write::<_, StoreError, _>(|tx| Box::pin(idempotency::forget(tx, NOON + 1)));
    assert_eq!(forgotten.await.unwrap(), 3);
}

#[derive(Debug, PartialEq)]
enum Refusal {
    NotSo,
    Store(String),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

async fn an_own_error_comes_back_as_it_is(home: &Home) {
    let store = home.open().await;
    let refused = store.write::<(), Refusal, _>(|tx| {
        Box::pin(async move {
            ticket::create(tx, 2026, samples::ticket("aurora", NOON)).await?;
            Err(Refusal::NotSo)
        })
    });
    assert_eq!(refused.await, Err(Refusal::NotSo));
    let orphan = Message {
        ticket: balcao_store::TicketId::fresh(),
        id: MessageId::fresh(),
        ..samples::message(&samples::ticket("aurora", NOON), "in", None)
    };
    let refused =
        store.write::<bool, Refusal, _>(|tx| Box::pin(async move { Ok(message::add(tx, &orphan).await?) }));
    assert_eq!(refused.await, Err(Refusal::Store("could not write a message".to_owned())));
    assert_eq!(count(&store).await, 0);
}

async fn what_was_answered_is_seen_at_once(home: &Home) {
    let store = home.open().await;
    for n in 0..50 {
        let written = create(&store, samples::ticket("aurora", NOON + n)).await;
        let mut conn = store.read().await.unwrap();
        assert_eq!(ticket::get(&mut conn, &Scope::All, &written.id).await.unwrap(), Some(written));
    }
}
