//! What a look-up in the request log opens on PostgreSQL: the partitions of its span and no other.

use std::collections::BTreeSet;

use balcao_store::request::{self, By, Wanted};
use balcao_store::{Place, Store, StoreError, Tx, Work};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use tokio::sync::oneshot;

use crate::engines;
use crate::samples;

/// 2026-06-01T00:00:00Z, and the hours before and after.
const JUNE: i64 = 1_780_272_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
const KEPT: Option<(i64, i64)> = Some(((JUNE - 150 * DAY) / HOUR, (JUNE + 200 * DAY) / HOUR));
const FROM: i64 = JUNE - 2 * HOUR;
const TO: i64 = JUNE + 2 * HOUR;

/// The one that has asked and still holds what it opened.
const IT: &str = "(select pid, query from pg_stat_activity \
                  where datname = current_database() and state = 'idle in transaction') it";

type Ask = for<'t> fn(&'t mut Tx) -> Work<'t, (), StoreError>;

struct Case {
    ask: Ask,
    /// The values of its statement, for `prepare` and `execute`.
    types: &'static str,
    values: String,
    months: &'static [&'static str],
}

async fn by(tx: &mut Tx, by: By) -> Result<(), StoreError> {
    assert_eq!(request::within_kept(tx, KEPT, &by, (FROM, TO)).await?.len(), 3);
    Ok(())
}

fn wanted() -> Wanted {
    Wanted { from: FROM, to: TO, ..Wanted::default() }
}

fn cases() -> Vec<Case> {
    let hours = (FROM / HOUR, TO / HOUR);
    let span = format!("{FROM}, {TO}, 5000");
    let places =
        format!("'{{{}}}'", (hours.0..=hours.1).map(|hour| hour.to_string()).collect::<Vec<_>>().join(","));
    let both: &[&str] = &["2026_05", "2026_06"];
    let listed = format!("{}, {}, {FROM}, {TO}", hours.0, hours.1);
    vec![
        Case {
            ask: |tx| Box::pin(by(tx, By::Login("integra".to_owned()))),
            types: "bigint, bigint, bigint, text, text",
            values: format!("{span}, 'integra', {places}"),
            months: both,
        },
        Case {
            ask: |tx| Box::pin(by(tx, By::Key(vec![7; 32]))),
            types: "bigint, bigint, bigint, bytea, text",
            values: format!("{span}, '\\x07', {places}"),
            months: both,
        },
        Case {
            ask: |tx| {
                let (method, normal_path) = ("POST".to_owned(), "/v2/propostas/{}".to_owned());
                Box::pin(by(tx, By::Route { method, normal_path }))
            },
            types: "bigint, bigint, bigint, text, text, text",
            values: format!("{span}, '/v2/propostas/{{}}', 'POST', {places}"),
            months: both,
        },
        Case {
            ask: |tx| {
                Box::pin(async move {
                    let kept = Some((FROM / HOUR, TO / HOUR));
                    let found = request::by_ids(tx, kept, &["r0".to_owned(), "r150".to_owned()]).await?;
                    assert_eq!(found.len(), 1, "the other is not of these days");
                    Ok(())
                })
            },
            types: "bigint, bigint, text, text, text",
            values: format!(
                "{}, {}, 'r0', 'r150', '{{{},{}}}'",
                (FROM / DAY - 1) * DAY + 1,
                (TO / DAY + 1) * DAY - 1,
                FROM / DAY,
                TO / DAY
            ),
            months: both,
        },
        Case {
            ask: |tx| Box::pin(async move { request::latest(tx, &wanted(), 9).await.map(drop) }),
            types: "bigint, bigint, bigint, bigint",
            values: listed.clone(),
            months: both,
        },
        Case {
            ask: |tx| Box::pin(async move { request::by_hour(tx, &wanted()).await.map(drop) }),
            types: "bigint, bigint, bigint, bigint",
            values: listed,
            months: both,
        },
        Case {
            ask: |tx| Box::pin(async move { request::forget(tx, JUNE - 150 * DAY + 1, 9).await.map(drop) }),
            types: "bigint, bigint",
            values: format!("{}, 9", JUNE - 150 * DAY + 1),
            months: &["2026_01"],
        },
    ]
}

async fn column(conn: &mut AnyConnection, text: String) -> Vec<String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(text)).fetch_all(conn).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect()
}

/// The months whose partitions these lines name.
fn months(lines: &[String]) -> BTreeSet<String> {
    let named = lines.iter().flat_map(|line| line.split("request_").skip(1)).filter_map(|rest| rest.get(..7));
    named.filter(|month| month.starts_with("20")).map(str::to_owned).collect()
}

/// What a transaction holds after it has asked, and the last statement that it said.
async fn held(store: &Store, aside: &mut AnyConnection, ask: Ask) -> (Vec<String>, String) {
    let (asked, has_asked) = oneshot::channel();
    let (go, may_go) = oneshot::channel::<()>();
    let store = store.clone();
    let asking = tokio::spawn(async move {
        let work = store.write_log::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                ask(tx).await?;
                asked.send(()).unwrap();
                may_go.await.unwrap();
                Ok(())
            })
        });
        work.await.unwrap();
    });
    has_asked.await.unwrap();
    let names = "select cast(cast(relation as regclass) as text)";
    let locks = format!("{names} from pg_locks join {IT} using (pid) where relation is not null");
    let locks = column(aside, locks).await;
    let said = column(aside, format!("select query from {IT}")).await;
    go.send(()).unwrap();
    asking.await.unwrap();
    assert_eq!(said.len(), 1, "{said:?}");
    (locks, said[0].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_look_up_opens_the_partitions_of_its_span_only() {
    let home = engines::postgres().await;
    let store = home.open().await;
    let Place::Url(url) = &home.place else { panic!("a server has an address") };
    let mut aside = AnyConnection::connect(url).await.unwrap();
    // One a day of five months before and seven after, and three around the edge.
    let mut rows: Vec<_> =
        (0..350_i64).map(|n| samples::request(JUNE + (n - 150) * DAY, Some(&format!("r{n}")))).collect();
    rows.extend([samples::request(FROM, None), samples::request(TO, None), samples::request(TO + 1, None)]);
    let written = store
        .write_log::<_, StoreError, _>(move |tx| Box::pin(async move { request::insert(tx, &rows).await }));
    assert_eq!(written.await.unwrap().accepted, 353);
    for (n, case) in cases().into_iter().enumerate() {
        let expected: BTreeSet<String> = case.months.iter().map(|month| (*month).to_owned()).collect();
        let (locks, said) = held(&store, &mut aside, case.ask).await;
        assert_eq!(months(&locks), expected, "{said}");
        let prepare = format!("prepare q{n} ({}) as {said}", case.types);
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut aside).await.unwrap();
        let plan = column(&mut aside, format!("explain (costs off) execute q{n} ({})", case.values)).await;
        assert_eq!(months(&plan), expected, "{said}\n{}", plan.join("\n"));
    }
}
