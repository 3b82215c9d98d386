//! Once: two servers of one desk, one that vanishes, and a start anew.

use std::time::Duration;

use balcao_desk::jobs;
use jiff::SignedDuration;

use crate::office::{Office, header, noon, work};

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_a_vanished_worker_and_a_start_anew_send_once() {
    const MANY: usize = 12;
    let office = Office::new().await;
    let ticket = office.asked("ana@alfa.example", "Erro").await;
    for n in 0..MANY {
        office.answered(&ticket.id, &format!("Resposta {n}.")).await;
    }
    // One takes a mail, waits for the server's first word, and is gone.
    office.server.hang();
    let gone = office.second().await;
    let vanished = tokio::time::timeout(Duration::from_millis(500), jobs::run_one(&gone, "gone", noon()));
    assert!(vanished.await.is_err());
    drop(gone);
    office.server.go_on();
    let other = office.second().await;
    let (a, b) = tokio::join!(work(&office.desk, noon()), work(&other, noon()));
    assert!(a.is_empty() && b.is_empty(), "{a:?} {b:?}");
    assert_eq!(office.server.wait_for(MANY - 1).len(), MANY - 1, "one is still with whoever is gone");
    // Started anew after its time: only what is left goes.
    let anew = office.second().await;
    work(&anew, noon() + SignedDuration::from_mins(6)).await;
    work(&anew, noon() + SignedDuration::from_mins(30)).await;
    let mails = office.server.wait_for(MANY);
    let mut ids: Vec<String> = mails.iter().map(|mail| header(mail, "Message-ID").unwrap()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((mails.len(), ids.len()), (MANY, MANY));
}
