//! The trail under load: one chain, no gap, and nothing of what was undone.

use std::time::Duration;

use balcao_store::trail::{self, Entry, Happening};
use balcao_store::{Scope, Store, StoreError, Tx, ticket};
use tokio::sync::oneshot;

use crate::engines::Home;
use crate::samples::{self, NOON, create};

crate::on_both!(
    appending_at_once_makes_one_chain,
    nothing_follows_what_was_undone,
    two_servers_make_one_chain,
    two_servers_do_not_wait_for_each_other,
);

/// A toy of a hash that depends on everything an entry says.
fn link(entry: &Entry) -> Vec<u8> {
    let said = format!("{:?}", (&entry.seq, &entry.ticket, &entry.actor, &entry.what, &entry.previous_hash));
    let mixed = said.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mixed.to_be_bytes().to_vec()
}

async fn appending_at_once_makes_one_chain(home: &Home) {
    let store = home.open().await;
    let ticket = create(&store, samples::ticket("aurora", NOON)).await;
    let writers = (0..8).map(|writer| {
        let (store, ticket) = (store.clone(), ticket.id.clone());
        tokio::spawn(async move {
            for n in 0..20 {
                let happening = Happening {
                    ticket: (n % 2 == 0).then(|| ticket.clone()),
                    at: NOON,
                    actor: format!("w{writer}"),
                    what: format!("n{n}"),
                    data: "{}".to_owned(),
                };
                let done = store.write::<_, StoreError, _>(move |tx| {
                    Box::pin(async move {
                        trail::append(tx, happening, link).await?;
                        if n == 7 { Err(StoreError::Interrupted) } else { Ok(()) }
                    })
                });
                assert_eq!(done.await.is_err(), n == 7);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let mut conn = store.read().await.unwrap();
    let mut chain = trail::after(&mut conn, 0, 100).await.unwrap();
    chain.extend(trail::after(&mut conn, 100, 100).await.unwrap());
    assert_eq!(chain.len(), 8 * 19);
    let mut previous = Vec::new();
    for (expected, entry) in (1..).zip(&chain) {
        assert_eq!((entry.seq, &entry.previous_hash), (expected, &previous));
        assert_eq!(entry.hash, link(entry));
        previous.clone_from(&entry.hash);
    }
    let head = trail::head(&mut conn).await.unwrap();
    assert_eq!((head.seq, head.hash), (8 * 19, previous));
    assert_eq!(trail::of_ticket(&mut conn, &Scope::All, &ticket.id).await.unwrap().len(), 8 * 10);
    let other = Scope::Partner("boreal".to_owned());
    assert_eq!(trail::of_ticket(&mut conn, &other, &ticket.id).await.unwrap(), vec![]);
}

fn happening(what: &str) -> Happening {
    Happening { ticket: None, at: NOON, actor: "w".to_owned(), what: what.to_owned(), data: "{}".to_owned() }
}

async fn append(store: &Store, what: &'static str) {
    let done = store.write::<_, StoreError, _>(move |tx: &mut Tx| {
        Box::pin(async move { trail::append(tx, happening(what), link).await.map(drop) })
    });
    done.await.unwrap();
}

/// What the chain says, if it is one.
async fn said(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.unwrap();
    let chain = trail::after(&mut conn, 0, 100).await.unwrap();
    let mut previous = Vec::new();
    for (expected, entry) in (1..).zip(&chain) {
        assert_eq!((entry.seq, &entry.previous_hash), (expected, &previous), "{}", entry.what);
        previous.clone_from(&entry.hash);
    }
    assert_eq!(trail::head(&mut conn).await.unwrap().hash, previous);
    chain.into_iter().map(|entry| entry.what).collect()
}

/// Three changes in one group: one that holds the others up until all have come, one that fails after appending, one that goes on.
async fn nothing_follows_what_was_undone(home: &Home) {
    let store = home.open().await;
    let (begun, has_begun) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let first = tokio::spawn({
        let store = store.clone();
        async move {
            let done = store.write::<_, StoreError, _>(move |tx| {
                Box::pin(async move {
                    trail::append(tx, happening("first"), link).await?;
                    begun.send(()).unwrap();
                    may_go.await.unwrap();
                    Ok(())
                })
            });
            done.await.unwrap();
        }
    });
    has_begun.await.unwrap();
    let undone = store.write::<(), StoreError, _>(|tx| {
        Box::pin(async move {
            trail::append(tx, happening("undone"), link).await?;
            Err(StoreError::Interrupted)
        })
    });
    // Polled in this order, so they stand behind the first in this order before it may go on.
    let release = async { go.send(()).unwrap() };
    let (undone, (), ()) = tokio::join!(biased; undone, append(&store, "last"), release);
    assert!(undone.is_err());
    first.await.unwrap();
    assert_eq!(said(&store).await, ["first", "last"]);
}

async fn two_servers_make_one_chain(home: &Home) {
    let (one, other) = (home.open().await, home.open().await);
    for what in ["a", "b", "c"] {
        append(&one, what).await;
        append(&other, what).await;
    }
    assert_eq!(said(&one).await, ["a", "a", "b", "b", "c", "c"]);
}

/// One server holds the end of the trail and then wants a number, the other a number and then the end of the trail.
async fn two_servers_do_not_wait_for_each_other(home: &Home) {
    let (one, other) = (home.open().await, home.open().await);
    let (holds, held) = oneshot::channel();
    let (numbered, has_number) = oneshot::channel();
    let first = tokio::spawn(async move {
        let done = one.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                trail::append(tx, happening("one"), link).await?;
                holds.send(()).unwrap();
                // If the other may begin, it has its number well before this ends.
                let _late = tokio::time::timeout(Duration::from_millis(300), has_number).await;
                ticket::create(tx, 2026, samples::ticket("aurora", NOON)).await.map(drop)
            })
        });
        done.await
    });
    held.await.unwrap();
    let second = other.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            ticket::create(tx, 2026, samples::ticket("boreal", NOON)).await?;
            let _gone = numbered.send(());
            trail::append(tx, happening("other"), link).await.map(drop)
        })
    });
    second.await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(said(&other).await, ["one", "other"]);
}
