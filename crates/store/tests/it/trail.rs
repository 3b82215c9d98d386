//! The trail under load: one chain, no gap, and nothing of what was undone.

use balcao_store::trail::{self, Entry, Happening};
use balcao_store::{Scope, StoreError};

use crate::engines::Home;
use crate::samples::{self, NOON, create};

crate::on_both!(appending_at_once_makes_one_chain);

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
