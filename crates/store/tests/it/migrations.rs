//! Opening: from nothing, again, by an older program, and copies.

use std::error::Error as _;

use balcao_store::{Place, Scope, Store, StoreError, ticket};
use sqlx::Connection as _;

use crate::engines::{self, Home};
use crate::samples::{NOON, create, ticket};

crate::on_both!(opening_twice_keeps_what_is_there, a_newer_database_is_refused_and_left_alone);

async fn opening_twice_keeps_what_is_there(home: &Home) {
    let store = home.open().await;
    let written = create(&store, ticket("aurora", NOON)).await;
    store.close().await;
    drop(store);
    let store = home.open().await;
    let mut conn = store.read().await.unwrap();
    let read = ticket::get(&mut conn, &Scope::All, &written.id).await.unwrap();
    assert_eq!(read, Some(written));
}

/// Says something to the desk's database behind the store's back.
async fn behind_the_back(home: &Home, text: &'static str) {
    let url = match &home.place {
        Place::Url(url) => url.clone(),
        Place::Directory(directory) => {
            let escaped =
                directory.display().to_string().replace('%', "%25").replace(' ', "%20").replace('?', "%3F");
            format!("sqlite://{escaped}/desk.sqlite")
        }
    };
    let mut connection = sqlx::AnyConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn a_newer_database_is_refused_and_left_alone(home: &Home) {
    home.open().await.close().await;
    behind_the_back(home, "insert into migration (number, name) values (9999, '9999_of_tomorrow')").await;
    let refused = Store::open(home.place.clone()).await.expect_err("a newer database is refused");
    assert!(matches!(refused, StoreError::Newer { found: 9999, .. }), "{refused}");
    assert!(refused.to_string().contains("start the newer program"), "{refused}");
    behind_the_back(home, "delete from migration where number = 9999").await;
    home.open().await;
}

/// The twin that fails is put there by hand: a table that the second step wants to make.
#[tokio::test]
async fn a_failing_migration_leaves_the_database_as_it_was() {
    let home = engines::postgres().await;
    let Place::Url(url) = &home.place else { panic!("a server has an address") };
    sqlx::any::install_default_drivers();
    behind_the_back(&home, "create table rejected_line (mine bigint)").await;
    let refused = Store::open(home.place.clone()).await.expect_err("the table is in the way");
    assert!(matches!(refused, StoreError::Migration { name: "0002_request_log", .. }), "{refused}");
    assert!(refused.source().is_some_and(|cause| cause.to_string().contains("rejected_line")));
    let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
    let query = sqlx::query_scalar("select count(*) from pg_class where relname in ('ticket', 'migration')");
    let tables: i64 = query.fetch_one(&mut connection).await.unwrap();
    assert_eq!(tables, 0, "the first step is undone with the second");
}

#[tokio::test]
async fn a_file_with_data_is_migrated_on_a_copy_first() {
    let home = engines::sqlite();
    home.open().await.close().await;
    // As if the first step had not been there: making its tables again must fail, on the copy.
    behind_the_back(&home, "delete from migration where number > 1; update migration set number = 0").await;
    let refused = Store::open(home.place.clone()).await.expect_err("the tables are in the way");
    assert!(matches!(refused, StoreError::Migration { on: "a copy", .. }), "{refused}");
    let Place::Directory(directory) = &home.place else { panic!("a file has a directory") };
    assert!(!directory.join("desk.sqlite.trial").exists(), "the copy is cleared away");
}

#[tokio::test]
async fn an_address_is_checked_and_shown_without_its_password() {
    let wrong = Store::open(Place::Url("mysql://ana:segredo@host/db?password=segredo".to_owned())).await;
    let wrong = wrong.expect_err("no such engine");
    assert_eq!(
        wrong.to_string(),
        "`mysql://ana@host/db` is no address of a database; write it like `postgres://user@host/database`"
    );
    let away = Store::open(Place::Url("postgres://ana:segredo@127.0.0.1:1/db".to_owned())).await;
    let away = away.expect_err("nobody listens");
    assert_eq!(away.to_string(), "the database at postgres://ana@127.0.0.1:1/db cannot be opened");
}

#[tokio::test]
async fn a_backup_opens_as_a_store_with_the_same_rows() {
    let home = engines::sqlite();
    let store = home.open().await;
    let written = create(&store, ticket("aurora", NOON)).await;
    let target = tempfile::tempdir().unwrap();
    let to = target.path().join("copia");
    store.backup(&to).await.unwrap();
    create(&store, ticket("aurora", NOON + 1)).await;
    let copy = Store::open(Place::Directory(to.clone())).await.unwrap();
    let mut conn = copy.read().await.unwrap();
    let all =
        ticket::list(&mut conn, &Scope::All, &ticket::Filter::default(), &balcao_store::Page::first(10))
            .await;
    assert_eq!(all.unwrap().items, vec![written]);
    assert!(store.backup(&to).await.is_err(), "a copy is never overwritten");
}
