//! Wherever it is interrupted: nothing lost, nothing doubled.

use std::time::Duration;

use balcao_connect::mail::{quarantined, retry};
use balcao_core::ticket::Role;

use crate::homes::{Home, Watching, answer, caller, dovecot, mail, mailbox};

crate::on_both!(killed_again_and_again_each_mail_is_taken_once);

/// Moments that differ, the same in every run.
fn moments(count: usize) -> impl Iterator<Item = Duration> {
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_millis(20 + (state >> 33) % 180)
    })
    .take(count)
}

async fn killed_again_and_again_each_mail_is_taken_once(home: &Home) {
    let server = dovecot().await;
    let mut number = 0;
    for (round, moment) in moments(12).enumerate() {
        for _ in 0..20 {
            server.deliver("caixa", &mail(number));
            server.deliver("caixa", &answer(number + 1, number));
            number += 2;
        }
        let watching = Watching::start(&home.desk, mailbox(&server));
        tokio::time::sleep(moment).await;
        if round % 4 == 3 {
            server.kill();
            watching.kill().await;
            server.come_back();
        } else {
            watching.kill().await;
        }
    }
    let watching = Watching::start(&home.desk, mailbox(&server));
    let shown = home.until_stored(480).await;
    watching.stop().await;
    assert_eq!((shown.mailbox.on_server, shown.mailbox.missing, shown.sums.refused), (480, 0, 0));
    // What was kept when it was killed may wait; it is filed by the background work.
    let later = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(2);
    balcao_connect::mail::resume(&home.desk, later, 1_000, later).await.unwrap();
    // One that was interrupted again and again is set aside for a person, who lets it be tried once more.
    let lead = caller(Role::Lead);
    for aside in quarantined(&home.desk, &lead, None, 200).await.unwrap() {
        retry(&home.desk, &lead, &aside.id, later).await.unwrap();
    }
    let counts = balcao_connect::mail::counts(&home.desk).await.unwrap();
    assert_eq!((counts.seen, counts.filed, counts.waiting), (480, 480, 0));
    let mut conn = home.desk.store().read().await.unwrap();
    let rows = balcao_store::mail::counts(&mut conn).await.unwrap();
    assert_eq!(rows, [("filed".to_owned(), 480)]);
}
