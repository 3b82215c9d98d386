//! What cannot be filed is set aside, seen, and tried again; the counters reconcile.

use balcao_connect::mail::{Arrived, MOST_KEPT, counts, keep, quarantined, resume, retry, take_in};
use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_store::MailId;
use sqlx::Connection as _;

use crate::homes::{Home, arrived, caller, now, raw, told};

crate::on_both!(
    what_cannot_be_read_is_set_aside_with_its_reason,
    what_fails_three_times_is_set_aside_and_filed_once_it_can_be,
    the_counters_reconcile_and_only_the_desk_delivers,
);

async fn what_cannot_be_read_is_set_aside_with_its_reason(home: &Home) {
    let taken =
        take_in(&home.desk, &caller(Role::Agent), arrived(b"\r\n \r\n".to_vec()), now()).await.unwrap();
    assert_eq!((taken.mail.state.as_str(), taken.ticket.is_none()), ("quarantined", true));
    assert!(taken.mail.reason.unwrap().contains("vazio"));
    let lead = caller(Role::Lead);
    let aside = quarantined(&home.desk, &lead, None, 10).await.unwrap();
    assert_eq!(aside.iter().map(|row| &row.id).collect::<Vec<_>>(), [&taken.mail.id]);
    assert!(matches!(
        quarantined(&home.desk, &caller(Role::Agent), None, 10).await,
        Err(DeskError::Forbidden(_))
    ));
    let again = retry(&home.desk, &lead, &taken.mail.id, now()).await.unwrap();
    assert_eq!(again.mail.state, "quarantined", "it is no better the second time");
    let nobody = retry(&home.desk, &lead, &MailId::fresh(), now()).await;
    assert!(matches!(nobody, Err(DeskError::NotFound(_))));
    let told = told(&home.desk).await;
    let kinds: Vec<&str> =
        told.iter().map(|(what, _)| what.as_str()).filter(|what| what.starts_with("mail_")).collect();
    assert_eq!(kinds, ["mail_quarantined", "mail_retried", "mail_quarantined"]);
    let huge = Arrived { raw: vec![b'x'; MOST_KEPT + 1], mailbox: "teste".to_owned(), uid: None };
    assert!(matches!(take_in(&home.desk, &lead, huge, now()).await, Err(DeskError::Invalid(_))));
}

/// Runs statements on the database, past the desk.
async fn behind_the_back(home: &Home, text: &'static str) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(&home.url()).await.unwrap();
    sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

async fn what_fails_three_times_is_set_aside_and_filed_once_it_can_be(home: &Home) {
    let (row, _, _) = keep(&home.desk, arrived(raw("first")), now()).await.unwrap();
    // The original is not to be opened for a while.
    behind_the_back(home, "update sealed set key_id = 'away' where about in (select id from mail)").await;
    for (attempts, state) in [(2, "received"), (3, "quarantined")] {
        resume(&home.desk, now(), 10, now()).await.unwrap();
        let mut conn = home.desk.store().read().await.unwrap();
        let now = balcao_store::mail::get(&mut conn, &row.id).await.unwrap().unwrap();
        assert_eq!((now.attempts, now.state.as_str()), (attempts, state), "{:?}", now.reason);
        assert!(now.reason.is_some());
    }
    assert!(home.tickets().await.is_empty());
    let key = home.desk.secrets().seal("x", b"", [0; 24], None).key_id;
    let text = format!("update sealed set key_id = '{key}' where key_id = 'away'");
    behind_the_back(home, Box::leak(text.into_boxed_str())).await;
    let filed = retry(&home.desk, &caller(Role::Lead), &row.id, now()).await.unwrap();
    assert_eq!((filed.mail.state.as_str(), filed.ticket.is_some()), ("filed", true));
    assert_eq!(home.tickets().await.len(), 1);
}

async fn the_counters_reconcile_and_only_the_desk_delivers(home: &Home) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let agent = caller(Role::Agent);
    for path in &files {
        take_in(&home.desk, &agent, arrived(std::fs::read(path).unwrap()), now()).await.unwrap();
    }
    take_in(&home.desk, &agent, arrived(b"\0".to_vec()), now()).await.unwrap();
    keep(&home.desk, arrived(b"From: a@b.example\r\n\r\nespera".to_vec()), now()).await.unwrap();
    let counts = counts(&home.desk).await.unwrap();
    assert_eq!(counts.seen, i64::try_from(files.len()).unwrap() + 2);
    assert_eq!(counts.seen, counts.filed + counts.noted + counts.quarantined + counts.waiting);
    assert_eq!((counts.quarantined, counts.waiting), (1, 1));
    for role in [Role::PartnerContact, Role::Code] {
        let refused = take_in(&home.desk, &caller(role), arrived(raw("first")), now()).await;
        assert!(matches!(refused, Err(DeskError::Forbidden(_))), "{role:?}");
    }
}
