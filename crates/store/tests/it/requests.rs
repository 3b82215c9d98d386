//! The request log: batches, duplicates, look-ups, age.

use balcao_store::rejected::{self, Rejected};
use balcao_store::request::{self, By, Found, Inserted, MOST_FOUND, Request};
use balcao_store::{RejectedId, Store, StoreError};

use crate::engines::Home;
use crate::samples::{self, NOON};

crate::on_both!(
    duplicates_are_passed_over,
    look_ups_are_exact_and_ordered,
    a_look_up_keeps_the_latest_of_many_hours,
    every_value_comes_back_as_it_went_in,
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
        (0..2_400).map(|n| samples::request(NOON, Some(&format!("r{}", n % 2_200)))).collect();
    rows.extend([samples::request(NOON, None), samples::request(NOON, None)]);
    assert_eq!(insert(&store, rows.clone()).await, Inserted { accepted: 2_202, duplicates: 200 });
    assert_eq!(insert(&store, rows).await, Inserted { accepted: 2, duplicates: 2_400 });
    assert_eq!(insert(&store, Vec::new()).await, Inserted::default());
}

async fn every_value_comes_back_as_it_went_in(home: &Home) {
    let store = home.open().await;
    let texts = [
        "",
        "NULL",
        "null",
        "{",
        "}",
        ",",
        "\"",
        "\\",
        "\\\"",
        "{\"a\":1,\"b\":[2]}",
        "a\nb\tc",
        "ação 🔑",
        " com espaço ",
        "\\x00",
        "$1",
        "'; drop table request; --",
    ];
    let bytes = [vec![], vec![0, 255, 92, 34], vec![7; 32]];
    let rows = texts.iter().zip(0..).map(|(text, n)| {
        let some = Some((*text).to_owned());
        Request {
            path: (*text).to_owned(),
            key_hash: bytes.get(n % bytes.len()).cloned(),
            key_tail: some.clone(),
            error: some.clone(),
            shown_id: some,
            status: Some(i64::MIN),
            duration_ms: Some(i64::MAX),
            ..samples::request(NOON, Some(&format!("v{n}")))
        }
    });
    let mut rows: Vec<Request> = rows.collect();
    insert(&store, rows.clone()).await;
    let mut conn = store.read_log().await.unwrap();
    let by = By::Login("integra".to_owned());
    let found = requests(request::within(&mut conn, &by, NOON, NOON).await.unwrap());
    rows.sort_by(|a, b| a.order().cmp(&b.order()));
    assert_eq!(found, rows);
}

fn requests(found: Vec<Found>) -> Vec<Request> {
    found.into_iter().map(|found| found.request).collect()
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
        let exact = request::within(&mut conn, &by, NOON, NOON).await.unwrap();
        assert_eq!(requests(exact), noon, "{by:?}");
        let wider = requests(request::within(&mut conn, &by, NOON - 1, NOON + 1).await.unwrap());
        assert_eq!(wider.len(), 5, "{by:?}");
        assert_eq!((&wider[0], &wider[4]), (&before, &after), "{by:?}");
    }
    let by_get = request::within(&mut conn, &route("GET"), 0, i64::MAX).await.unwrap();
    assert_eq!(requests(by_get), vec![foreign.clone()]);
    let ids = ["d", "e", "a", "no such"].map(str::to_owned);
    let kept = request::hours(&mut conn).await.unwrap();
    let by_id = request::by_ids(&mut conn, kept, &ids).await.unwrap();
    assert_eq!(requests(by_id), vec![a, foreign, after]);
    drop(conn);
    let thrown = store.write_log::<_, StoreError, _>(|tx| Box::pin(request::forget(tx, NOON, 10)));
    assert_eq!(thrown.await.unwrap(), 1);
}

async fn a_look_up_keeps_the_latest_of_many_hours(home: &Home) {
    let store = home.open().await;
    let (most, hour) = (i64::from(MOST_FOUND), 3_600_000);
    // A busy morning, and one request on each of the forty days before.
    let mut rows: Vec<Request> =
        (0..most - 20).map(|n| samples::request(NOON + n * 5 * hour / most, None)).collect();
    rows.extend((1..=40).map(|day| samples::request(NOON - day * 24 * hour, Some(&format!("d{day}")))));
    insert(&store, rows).await;
    let mut conn = store.read_log().await.unwrap();
    let by = By::Login("integra".to_owned());
    let found = request::within(&mut conn, &by, 0, i64::MAX).await.unwrap();
    assert_eq!(found.len(), usize::from(MOST_FOUND));
    assert_eq!(found[0].request.request_id.as_deref(), Some("d20"));
    assert!(found.is_sorted_by_key(|found| found.request.at), "by time");
    let few = request::within(&mut conn, &by, NOON - 30 * 24 * hour, NOON - 29 * 24 * hour).await.unwrap();
    assert_eq!(few.len(), 2);
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
