//! The trail: what is changed, removed or re-ordered behind the desk's back is found.

use balcao_desk::trail::{Verified, verify};
use sqlx::AnyConnection;
use sqlx::Connection as _;

use crate::homes::Home;
use crate::office::{fill, received};

crate::on_both!(a_changed_removed_or_reordered_entry_is_found);

/// Statements behind the desk's back; each is undone by the next.
const TAMPERED: [(&str, &str, &str); 5] = [
    (
        "changed",
        "update trail set actor = 'outro' where seq = 2",
        "update trail set actor = 'x' where seq = 2",
    ),
    ("particulars", "update trail set data = '{}' where seq = 3", ""),
    ("removed", "delete from trail where seq = 2", ""),
    ("cut short", "delete from trail where seq = (select max(seq) from trail)", ""),
    (
        "re-ordered",
        "update trail set seq = case seq when 2 then -3 when 3 then -2 else seq end where seq in (2, 3)",
        "update trail set seq = -seq where seq < 0",
    ),
];

async fn a_changed_removed_or_reordered_entry_is_found(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    received(desk, "dev-058").await;
    received(desk, "dev-048").await;
    let Verified::Whole(entries) = verify(desk.store()).await.unwrap() else { panic!("not whole") };
    assert!(entries >= 4, "{entries}");
    for (what, first, second) in TAMPERED {
        let mut conn = home.behind().await;
        sqlx::raw_sql("create table kept as select * from trail").execute(&mut conn).await.unwrap();
        sqlx::raw_sql(first).execute(&mut conn).await.unwrap();
        if !second.is_empty() {
            sqlx::raw_sql(second).execute(&mut conn).await.unwrap();
        }
        let found = verify(desk.store()).await.unwrap();
        assert!(!matches!(found, Verified::Whole(_)), "{what}: {found:?}");
        sqlx::raw_sql("delete from trail; insert into trail select * from kept; drop table kept")
            .execute(&mut conn)
            .await
            .unwrap();
        assert_eq!(verify(desk.store()).await.unwrap(), Verified::Whole(entries), "{what}, put back");
    }
}

impl Home {
    /// A connection of somebody who goes round the desk.
    async fn behind(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url()).await.unwrap()
    }
}
