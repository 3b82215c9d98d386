//! A server that crashes and is back before anybody notices has forgotten what it had not written: nothing of that was acknowledged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use balcao_store::{Place, Store, setting};

/// More than there are connections, so that some wait for one while the server is away.
const CALLERS: usize = 48;
const CRASHES: usize = 15;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_server_that_crashes_and_is_back() {
    let server = balcao_testkit::postgres::Server::own(true);
    let store = Store::open(Place::Url(server.new_database())).await.unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> =
        (0..CALLERS).map(|caller| tokio::spawn(write(store.clone(), caller, stop.clone()))).collect();
    let mut crashes = 0;
    while crashes < CRASHES {
        tokio::time::sleep(Duration::from_millis(250)).await;
        crashes += usize::from(server.crash());
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    stop.store(true, Ordering::Relaxed);
    let mut acknowledged = Vec::new();
    for caller in callers {
        acknowledged.extend(caller.await.unwrap());
    }
    assert!(acknowledged.len() > 100, "{}", acknowledged.len());
    // The first answers may still come over connections of the server that was.
    let mut conn = loop {
        if let Ok(mut conn) = store.read().await
            && setting::get(&mut conn, "nothing").await.is_ok()
        {
            break conn;
        }
    };
    let mut lost = Vec::new();
    for name in &acknowledged {
        if setting::get(&mut conn, name).await.unwrap().is_none() {
            lost.push(name);
        }
    }
    assert!(lost.is_empty(), "{} of {} acknowledged are gone: {lost:?}", lost.len(), acknowledged.len());
}

/// Writes until told to stop; the names of what was acknowledged.
async fn write(store: Store, caller: usize, stop: Arc<AtomicBool>) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("{caller}-{n}");
        let own = name.clone();
        let written = store.write(move |tx| Box::pin(async move { setting::put(tx, &own, "x").await }));
        match written.await {
            Ok(()) => acknowledged.push(name),
            Err(_crashed) => tokio::time::sleep(Duration::from_millis(3)).await,
        }
    }
    acknowledged
}
