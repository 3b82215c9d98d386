//! The request log by months: rows of any age, ids that come twice, what is thrown away, old databases, and what a look-up opens. On
//! SQLite it is one table and must answer the same.

use std::collections::BTreeSet;

use balcao_store::request::{self, By, Inserted, Request, Wanted};
use balcao_store::{Place, Store, StoreError};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};

use crate::engines::{self, Home};
use crate::samples::{self, NOON};

crate::on_both!(
    rows_of_any_age_are_found,
    the_edges_of_a_month_are_told_apart,
    an_id_is_there_once_a_day_whoever_writes_it,
    what_is_older_goes_and_the_rest_stays,
    rows_of_what_went_can_come_again,
    an_old_database_opens_with_its_rows,
);

const DAY: i64 = 86_400_000;
/// The first milliseconds of months in UTC.
const MAY_2026: i64 = 1_777_593_600_000;
const JUNE_2026: i64 = 1_780_272_000_000;
const YEAR_2010: i64 = 1_262_304_000_000;
const YEAR_2050: i64 = 2_524_608_000_000;
/// When rows come, and in which partition they are.
const AGES: [(i64, &str); 10] = [
    (-1, "request_past"),
    (1, "request_past"),
    (946_684_799_999, "request_past"),
    (YEAR_2010 - 1, "request_past"),
    (YEAR_2010, "request_2010_01"),
    (1_330_473_600_000, "request_2012_02"),
    (MAY_2026 - 1, "request_2026_04"),
    (MAY_2026, "request_2026_05"),
    (JUNE_2026, "request_2026_06"),
    (YEAR_2050, "request_future"),
];

fn row(at: i64, id: &str) -> Request {
    samples::request(at, Some(id))
}

fn of_all_ages() -> Vec<Request> {
    AGES.iter().map(|(at, part)| row(*at, &format!("{part} {at}"))).collect()
}

async fn insert(store: &Store, rows: Vec<Request>) -> Inserted {
    let done = store
        .write_log::<_, StoreError, _>(move |tx| Box::pin(async move { request::insert(tx, &rows).await }));
    done.await.unwrap()
}

async fn forget(store: &Store, instant: i64, limit: u32) -> u64 {
    let gone = store.write_log::<_, StoreError, _>(move |tx| Box::pin(request::forget(tx, instant, limit)));
    gone.await.unwrap()
}

/// As the retention does.
async fn forget_all(store: &Store, instant: i64) -> u64 {
    let mut all = 0;
    loop {
        match forget(store, instant, 2).await {
            0 => return all,
            some => all += some,
        }
    }
}

/// When the rows of a user came, in the order of the answer.
async fn times(store: &Store, from: i64, to: i64) -> Vec<i64> {
    let mut conn = store.read_log().await.unwrap();
    let by = By::Login("integra".to_owned());
    let found = request::within(&mut conn, &by, from, to).await.unwrap();
    found.into_iter().map(|found| found.request.at).collect()
}

async fn times_of_ids(store: &Store, ids: &[&str]) -> Vec<i64> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let mut conn = store.read_log().await.unwrap();
    let kept = request::hours(&mut conn).await.unwrap();
    let found = request::by_ids(&mut conn, kept, &ids).await.unwrap();
    found.into_iter().map(|found| found.request.at).collect()
}

/// A connection behind the store's back; none on SQLite.
async fn beside(home: &Home) -> Option<AnyConnection> {
    let Place::Url(url) = &home.place else { return None };
    Some(AnyConnection::connect(url).await.unwrap())
}

async fn texts(conn: &mut AnyConnection, text: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(text.to_owned())).fetch_all(conn).await.unwrap()
}

/// The partitions that there are; none on SQLite.
async fn parts(home: &Home) -> Option<BTreeSet<String>> {
    let mut conn = beside(home).await?;
    let text = "select cast(cast(inhrelid as regclass) as text) from pg_inherits \
                where inhparent = cast('request' as regclass)";
    Some(texts(&mut conn, text).await.into_iter().collect())
}

fn named(parts: &[&str]) -> BTreeSet<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

async fn rows_of_any_age_are_found(home: &Home) {
    let store = home.open().await;
    assert_eq!(times(&store, i64::MIN, i64::MAX).await, [] as [i64; 0]);
    assert_eq!(insert(&store, of_all_ages()).await, Inserted { accepted: 10, duplicates: 0 });
    for (at, part) in AGES {
        assert_eq!(times_of_ids(&store, &[&format!("{part} {at}")]).await, [at], "{part}");
        assert_eq!(times(&store, at, at).await, [at], "{part}");
        let mut conn = store.read_log().await.unwrap();
        let wanted = Wanted { from: at, to: at, ..Wanted::default() };
        assert_eq!(request::latest(&mut conn, &wanted, 9).await.unwrap().len(), 1, "{part}");
        assert_eq!(request::by_hour(&mut conn, &wanted).await.unwrap().len(), 1, "{part}");
    }
    if let Some(there) = parts(home).await {
        assert_eq!(there, named(&AGES.map(|(_, part)| part)));
    }
}

async fn the_edges_of_a_month_are_told_apart(home: &Home) {
    let store = home.open().await;
    let edges = [MAY_2026 - 1, MAY_2026, MAY_2026 + 1, JUNE_2026 - 1, JUNE_2026, JUNE_2026 + 1];
    insert(&store, edges.iter().map(|at| row(*at, "r")).collect()).await;
    // An id is there once a day: of two on one day, the second was passed over.
    let kept = [edges[0], edges[1], edges[3], edges[4]];
    assert_eq!(times_of_ids(&store, &["r"]).await, kept);
    let table = [
        (MAY_2026 - 1, JUNE_2026 + 1, &kept[..]),
        (MAY_2026 - 1, MAY_2026 - 1, &kept[..1]),
        (MAY_2026, JUNE_2026 - 1, &kept[1..3]),
        (MAY_2026 + 1, JUNE_2026, &kept[2..]),
        (JUNE_2026 + 1, i64::MAX, &kept[..0]),
        (i64::MIN, MAY_2026, &kept[..2]),
    ];
    for (from, to, expected) in table {
        assert_eq!(times(&store, from, to).await, expected, "{from} to {to}");
    }
}

async fn an_id_is_there_once_a_day_whoever_writes_it(home: &Home) {
    let (one, other) = (home.open().await, home.open().await);
    // Each round needs partitions that neither has yet, and both write the same rows.
    for round in 0..6_i64 {
        let months = [MAY_2026 - round * 100 * DAY, YEAR_2010 + round * 100 * DAY];
        let rows: Vec<Request> =
            (0..150_i64).flat_map(|n| months.map(|at| row(at + n, &format!("r{}", n % 120)))).collect();
        let (mine, theirs) = tokio::join!(insert(&one, rows.clone()), insert(&other, rows.clone()));
        assert_eq!(mine.accepted + theirs.accepted, 240, "round {round}");
        assert_eq!(mine.duplicates + theirs.duplicates, 360, "round {round}");
        assert_eq!(insert(&other, rows).await, Inserted { accepted: 0, duplicates: 300 }, "round {round}");
    }
    assert_eq!(times_of_ids(&one, &["r0"]).await.len(), 12);
}

async fn what_is_older_goes_and_the_rest_stays(home: &Home) {
    let store = home.open().await;
    insert(&store, of_all_ages()).await;
    let edge = JUNE_2026 - 10 * DAY;
    let near: Vec<Request> = (-3..3_i64).map(|n| row(edge + n, &format!("n{n}"))).collect();
    insert(&store, near).await;
    // Of May what is older goes, row by row; the months before it go as they are.
    assert_eq!(forget_all(&store, edge).await, 11);
    let kept = [edge, edge + 1, edge + 2, JUNE_2026, YEAR_2050];
    assert_eq!(times(&store, i64::MIN, i64::MAX).await, kept);
    if let Some(there) = parts(home).await {
        assert_eq!(there, named(&["request_2026_05", "request_2026_06", "request_future"]));
    }
    assert_eq!(forget_all(&store, JUNE_2026).await, 3, "a month is over when the next one begins");
    assert_eq!(forget_all(&store, i64::MAX).await, 2, "the last one has no end, so its rows go one by one");
    assert_eq!(times(&store, i64::MIN, i64::MAX).await, [] as [i64; 0]);
    if let Some(there) = parts(home).await {
        assert_eq!(there, named(&["request_future"]));
    }
}

async fn rows_of_what_went_can_come_again(home: &Home) {
    let (store, other) = (home.open().await, home.open().await);
    for round in 0..3 {
        // A connection that has seen the partition writes into it after another one took it away.
        assert_eq!(insert(&store, vec![row(MAY_2026, "r")]).await.accepted, 1, "round {round}");
        assert_eq!(insert(&other, vec![row(MAY_2026, "r")]).await.duplicates, 1, "round {round}");
        assert_eq!(forget_all(&other, JUNE_2026).await, 1, "round {round}");
    }
}

/// The steps before the partitions, as files.
fn older_steps() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let steps = paths.iter().map(|path| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    steps.take_while(|(name, _)| !name.ends_with("request_partitions")).collect()
}

/// On PostgreSQL the old table as it was, with rows; on SQLite nothing about it has changed, so its own rows from before the step.
async fn make_old(home: &Home) {
    let rows = of_all_ages();
    let Some(mut conn) = beside(home).await else {
        let store = home.open().await;
        insert(&store, rows).await;
        store.close().await;
        let Place::Directory(directory) = &home.place else { return };
        let escaped =
            directory.display().to_string().replace('%', "%25").replace(' ', "%20").replace('?', "%3F");
        let url = format!("sqlite://{escaped}/requests.sqlite");
        let mut conn = AnyConnection::connect(&url).await.unwrap();
        sqlx::raw_sql("delete from migration where number >= 9").execute(&mut conn).await.unwrap();
        return conn.close().await.unwrap();
    };
    let mut text = "create table migration (number bigint primary key, name text not null);".to_owned();
    for (name, step) in older_steps() {
        let number: i64 = name.split('_').next().unwrap().parse().unwrap();
        text += &format!("{step}; insert into migration values ({number}, '{name}');");
    }
    for row in rows {
        let (at, id) = (row.at, row.request_id.unwrap());
        text += &format!(
            "insert into request (at, request_id, environment, method, path, normal_path, status, key_hash, key_tail, login, error, \
             duration_ms) values ({at}, '{id}', 'producao', 'POST', '/v2/propostas/17', '/v2/propostas/{{}}', 401, \
             decode(repeat('07', 32), 'hex'), '9f3a', 'integra', 'token expirado', 12);"
        );
    }
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut conn).await.unwrap();
}

async fn an_old_database_opens_with_its_rows(home: &Home) {
    sqlx::any::install_default_drivers();
    make_old(home).await;
    let store = home.open().await;
    let mut conn = store.read_log().await.unwrap();
    let by = By::Key(vec![7; 32]);
    let found = request::within(&mut conn, &by, i64::MIN, i64::MAX).await.unwrap();
    let mut numbers: Vec<i64> = found.iter().map(|found| found.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, Vec::from_iter(1..=10), "each row keeps its number");
    assert_eq!(found.into_iter().map(|found| found.request).collect::<Vec<_>>(), of_all_ages());
    drop(conn);
    // A new row comes after all others, and the same ones again are known.
    insert(&store, vec![row(NOON, "new")]).await;
    assert_eq!(insert(&store, of_all_ages()).await, Inserted { accepted: 0, duplicates: 10 });
    let mut conn = store.read_log().await.unwrap();
    let new = request::within(&mut conn, &by, NOON, NOON).await.unwrap();
    assert!(new[0].number > 10, "{new:?}");
    if let Some(there) = parts(home).await {
        assert_eq!(there, named(&AGES.map(|(_, part)| part)));
        let mut conn = beside(home).await.unwrap();
        let left = "select cast(relname as text) from pg_class where relname like 'request_whole%'";
        assert_eq!(texts(&mut conn, left).await, [] as [&str; 0]);
    }
}

/// Whoever writes the same id of a month that nobody has yet waits for the other, and then passes over it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_second_of_two_writers_waits_for_the_first() {
    let home = engines::postgres().await;
    let (first, second) = (home.open().await, home.open().await);
    insert(&first, vec![row(JUNE_2026, "before")]).await;
    let mut aside = beside(&home).await.unwrap();
    let (written, has_written) = tokio::sync::oneshot::channel();
    let (go, may_go) = tokio::sync::oneshot::channel::<()>();
    let one = tokio::spawn(async move {
        let work = first.write_log::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                let done = request::insert(tx, &[row(NOON, "r")]).await?;
                written.send(()).unwrap();
                may_go.await.unwrap();
                Ok(done)
            })
        });
        work.await.unwrap()
    });
    has_written.await.unwrap();
    let two = tokio::spawn(async move { insert(&second, vec![row(NOON, "r"), row(NOON, "s")]).await });
    let waiting = "select mode from pg_locks where not granted \
                   and database = (select oid from pg_database where datname = current_database())";
    while texts(&mut aside, waiting).await.is_empty() {
        assert!(!two.is_finished(), "the second did not wait");
        tokio::task::yield_now().await;
    }
    // Whoever writes into a month that is there, or reads, waits for neither.
    let third = home.open().await;
    assert_eq!(insert(&third, vec![row(JUNE_2026 + 1, "meanwhile")]).await.accepted, 1);
    assert_eq!(times(&third, 0, i64::MAX).await, [JUNE_2026, JUNE_2026 + 1]);
    go.send(()).unwrap();
    assert_eq!(one.await.unwrap(), Inserted { accepted: 1, duplicates: 0 });
    assert_eq!(two.await.unwrap(), Inserted { accepted: 1, duplicates: 1 });
}

/// A backup reads for hours: nobody may queue up behind a retention that waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_somebody_reads_old_rows_go_one_by_one() {
    let home = engines::postgres().await;
    let store = home.open().await;
    let row = |n: i64| row(MAY_2026 + n, &format!("r{n}"));
    insert(&store, (0..5).map(row).collect()).await;
    let mut reader = beside(&home).await.unwrap();
    sqlx::raw_sql("begin; lock table request in access share mode").execute(&mut reader).await.unwrap();
    assert_eq!(forget(&store, JUNE_2026, 2).await, 2);
    assert_eq!(parts(&home).await, Some(named(&["request_2026_05"])));
    sqlx::raw_sql("commit").execute(&mut reader).await.unwrap();
    assert_eq!(forget(&store, JUNE_2026, 2).await, 3, "then all that is left, at once");
    assert_eq!(parts(&home).await, Some(BTreeSet::new()));
}
