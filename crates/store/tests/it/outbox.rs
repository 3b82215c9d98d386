//! Mails that are to go out: one worker at a time, and what has ended stays so.

use balcao_store::outbox::{self, Outbox, Tried};
use balcao_store::{OutboxId, Scope, Store, StoreError};

use crate::engines::Home;
use crate::samples::{NOON, create, ticket};

crate::on_both!(a_mail_is_one_workers_until_its_time_is_over, what_has_ended_is_not_taken_again);

fn mail(message_id: &str) -> Outbox {
    Outbox {
        id: OutboxId::fresh(),
        ticket: None,
        message: None,
        kind: "link".to_owned(),
        message_id: message_id.to_owned(),
        created: NOON,
        expires: None,
        state: "waiting".to_owned(),
        attempts: 0,
        claimed_by: None,
        claimed_until: None,
        ended: None,
        reason: None,
        returned: None,
        recipient: None,
    }
}

async fn add(store: &Store, mail: &Outbox) -> Result<(), StoreError> {
    let mail = mail.clone();
    store.write::<_, StoreError, _>(move |tx| Box::pin(async move { outbox::add(tx, &mail).await })).await
}

async fn claim(store: &Store, id: &OutboxId, worker: &'static str, now: i64) -> Option<Outbox> {
    let id = id.clone();
    let claimed = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { outbox::claim(tx, &id, worker, (now, now + 1_000)).await })
    });
    claimed.await.unwrap()
}

async fn tried(store: &Store, id: &OutboxId, worker: &'static str, what: Tried) -> bool {
    let id = id.clone();
    let noted = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { outbox::tried(tx, &id, worker, (&what, NOON)).await })
    });
    noted.await.unwrap()
}

async fn a_mail_is_one_workers_until_its_time_is_over(home: &Home) {
    let store = home.open().await;
    let one = mail("<1@balcao.example>");
    add(&store, &one).await.unwrap();
    let (a, b) = tokio::join!(claim(&store, &one.id, "a", NOON), claim(&store, &one.id, "b", NOON));
    assert_eq!(usize::from(a.is_some()) + usize::from(b.is_some()), 1);
    let first = if a.is_some() { "a" } else { "b" };
    assert!(claim(&store, &one.id, "c", NOON + 999).await.is_none());
    let taken = claim(&store, &one.id, "c", NOON + 1_000).await.unwrap();
    assert_eq!((taken.attempts, taken.message_id), (2, one.message_id.clone()));
    // Whoever lost it says nothing of it.
    assert!(!tried(&store, &one.id, first, Tried::Sent).await);
    assert!(tried(&store, &one.id, "c", Tried::Waiting("451".to_owned())).await);
    assert!(claim(&store, &one.id, "a", NOON).await.is_some());
    // The same id stands for one mail only.
    let again = add(&store, &Outbox { id: OutboxId::fresh(), ..one }).await;
    assert!(matches!(again, Err(StoreError::Taken { .. })), "{again:?}");
}

async fn what_has_ended_is_not_taken_again(home: &Home) {
    let store = home.open().await;
    let about = create(&store, ticket("aurora", NOON)).await;
    let ends = [Tried::Sent, Tried::Failed("550".to_owned()), Tried::Held("451".to_owned())];
    for (n, what) in ends.iter().enumerate() {
        let mut one = mail(&format!("<{n}@balcao.example>"));
        one.ticket = (n > 0).then(|| about.id.clone());
        add(&store, &one).await.unwrap();
        claim(&store, &one.id, "a", NOON).await.unwrap();
        assert!(tried(&store, &one.id, "a", what.clone()).await);
        assert_eq!(claim(&store, &one.id, "a", NOON + 5_000).await.is_some(), !what.is_over());
        assert_eq!(tried(&store, &one.id, "a", Tried::Sent).await, !what.is_over());
    }
    let mut conn = store.read().await.unwrap();
    let seen = outbox::of_ticket(&mut conn, &Scope::All, &about.id).await.unwrap();
    let states: Vec<&str> = seen.iter().map(|mail| mail.state.as_str()).collect();
    assert_eq!(states, ["failed", "sent"]);
    let other = outbox::of_ticket(&mut conn, &Scope::Partner("boreal".to_owned()), &about.id).await.unwrap();
    assert!(other.is_empty());
    drop(conn);
    let forgotten = store
        .write::<_, StoreError, _>(|tx| Box::pin(async move { outbox::forget_ended(tx, NOON + 1).await }));
    assert_eq!(forgotten.await.unwrap(), 1, "of a ticket they stay");
}
