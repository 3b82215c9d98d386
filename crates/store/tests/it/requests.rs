//! The request log: batches, duplicates, look-ups, age.

use balcao_store::rejected::{self, Rejected};
use balcao_store::request::{self, By, Inserted, MOST_FOUND, Request};
use balcao_store::{RejectedId, Store, StoreError};

use crate::engines::Home;
use crate::samples::{self, NOON};

crate::on_both!(
    duplicates_are_passed_over,
    look_ups_are_exact_and_ordered,
    a_look_up_is_bounded,
    lines_are_kept_aside
);

async fn insert(store: &Store, rows: Vec<Request>) -> Inserted {
    let done = store
        .write_log::<_, StoreError, _>(move |tx| Box::pin(async move { request::insert(tx, &rows).await }));
    done.await.unwrap()
}

async fn duplicates_are_passed_over(home: &Home) {
    let store = home.open().await;
    // More than one statement's worth, with doubles inside the batch and rows without an id.
    let mut rows: Vec<Request> =
        (0..1_200).map(|n| samples::request(NOON, Some(&format!("r{}", n % 1_100)))).collect();
    rows.extend([samples::request(NOON, None), samples::request(NOON, None)]);
    assert_eq!(insert(&store, rows.clone()).await, Inserted { accepted: 1_102, duplicates: 100 });
    assert_eq!(insert(&store, rows).await, Inserted { accepted: 2, duplicates: 1_200 });
    assert_eq!(insert(&store, Vec::new()).await, Inserted::default());
}

async fn look_ups_are_exact_and_ordered(home: &Home) {
    let store = home.open().await;
    let other = |row: Request| Request {
        login: Some("outro".to_owned()),
        key_hash: None,
        method: "GET".to_owned(),
        status: None,
        ..row
    };
    let (b, a, none) =
        (samples::request(NOON, Some("b")), samples::request(NOON, Some("a")), samples::request(NOON, None));
    let (before, after) = (samples::request(NOON - 1, Some("c")), samples::request(NOON + 1, Some("d")));
    let foreign = other(samples::request(NOON, Some("e")));
    let all = [&b, &a, &none, &before, &after, &foreign].map(Clone::clone);
    insert(&store, all.to_vec()).await;
    let mut conn = store.read_log().await.unwrap();
    let route =
        |method: &str| By::Route { method: method.to_owned(), normal_path: "/v2/propostas/{}".to_owned() };
    let noon = vec![none.clone(), a.clone(), b.clone()];
    for by in [By::Login("integra".to_owned()), By::Key(vec![7; 32]), route("POST")] {
        assert_eq!(request::within(&mut conn, &by, NOON, NOON).await.unwrap(), noon, "{by:?}");
        let wider = request::within(&mut conn, &by, NOON - 1, NOON + 1).await.unwrap();
        assert_eq!(wider.len(), 5, "{by:?}");
        assert_eq!((&wider[0], &wider[4]), (&before, &after), "{by:?}");
    }
    assert_eq!(request::within(&mut conn, &route("GET"), 0, i64::MAX).await.unwrap(), vec![foreign.clone()]);
    let ids = ["d", "e", "a", "no such"].map(str::to_owned);
    assert_eq!(request::by_ids(&mut conn, &ids).await.unwrap(), vec![a, foreign, after]);
    drop(conn);
    let thrown = store.write_log::<_, StoreError, _>(|tx| Box::pin(request::forget(tx, NOON, 10)));
    assert_eq!(thrown.await.unwrap(), 1);
}

async fn a_look_up_is_bounded(home: &Home) {
    let store = home.open().await;
    let most = i64::from(MOST_FOUND);
    insert(&store, (0..most + 10).map(|n| samples::request(NOON + n, None)).collect()).await;
    let mut conn = store.read_log().await.unwrap();
    let found = request::within(&mut conn, &By::Login("integra".to_owned()), 0, i64::MAX).await.unwrap();
    assert_eq!((found.len(), found[0].at), (usize::from(MOST_FOUND), NOON));
}

async fn lines_are_kept_aside(home: &Home) {
    let store = home.open().await;
    let line = |number: i64| Rejected {
        id: RejectedId::fresh(),
        at: NOON + number,
        source: "import 1".to_owned(),
        line_number: number,
        line: "{".to_owned(),
        reason: "a linha acaba cedo".to_owned(),
    };
    let lines = [line(1), line(2), line(3)];
    let written = lines.clone();
    let kept = store.write_log::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            for line in &written {
                rejected::add(tx, line).await?;
            }
            Ok(())
        })
    });
    kept.await.unwrap();
    let mut conn = store.read_log().await.unwrap();
    assert_eq!(rejected::list(&mut conn, None, 2).await.unwrap(), lines[..2]);
    assert_eq!(rejected::list(&mut conn, Some(&lines[1].id), 2).await.unwrap(), lines[2..]);
    drop(conn);
    let thrown = store.write_log::<_, StoreError, _>(|tx| Box::pin(rejected::forget(tx, NOON + 3)));
    assert_eq!(thrown.await.unwrap(), 2);
}
