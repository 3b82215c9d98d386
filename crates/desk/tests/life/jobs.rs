//! Background work: once, also with two servers; and what fails ten times waits for a person.

use balcao_core::ticket::Role;
use balcao_desk::{DeskError, jobs};
use balcao_store::StoreError;
use balcao_store::job::{self, Job};
use jiff::SignedDuration;

use crate::homes::{Home, caller, noon, told};

crate::on_both!(two_servers_do_a_job_once, what_fails_ten_times_waits_for_a_person);

async fn two_servers_do_a_job_once(home: &Home) {
    let (one, other) = (&home.desk, home.second().await);
    jobs::plant(one, noon()).await.unwrap();
    jobs::plant(&other, noon()).await.unwrap();
    let mut done = Vec::new();
    for _ in 0..10 {
        let (a, b) = tokio::join!(jobs::run_one(one, "a", noon()), jobs::run_one(&other, "b", noon()));
        for outcome in [a.unwrap(), b.unwrap()] {
            if let jobs::Outcome::Done(kind) = outcome {
                done.push(kind);
            }
        }
    }
    done.sort();
    assert_eq!(done, ["reseal@1", "retention@1", "silence@1"]);
    // Each comes again in its time.
    let later = noon() + SignedDuration::from_hours(48);
    assert!(matches!(jobs::run_one(&other, "b", later).await.unwrap(), jobs::Outcome::Done(_)));
}

async fn what_fails_ten_times_waits_for_a_person(home: &Home) {
    let desk = &home.desk;
    let unknown = Job::new("from-the-future@9", "{}", noon().as_millisecond());
    let id = unknown.id.clone();
    let added: Result<(), StoreError> =
        desk.store().write(move |tx| Box::pin(async move { job::add(tx, &unknown).await })).await;
    added.unwrap();
    let mut now = noon();
    let mut failed = 0;
    for _ in 0..40 {
        if matches!(jobs::run_one(desk, "w", now).await.unwrap(), jobs::Outcome::Failed(_)) {
            failed += 1;
        }
        now += SignedDuration::from_hours(3);
    }
    assert_eq!(failed, 10);
    let agent = jobs::quarantined(desk, &caller(Role::Agent), None, 10).await;
    assert!(matches!(agent, Err(DeskError::Forbidden(_))));
    let admin = caller(Role::Administrator);
    let waiting = jobs::quarantined(desk, &admin, None, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|job| &job.id).collect::<Vec<_>>(), [&id]);
    assert!(waiting[0].last_error.as_deref().is_some_and(|error| !error.is_empty()));
    jobs::release(desk, &admin, &id, now).await.unwrap();
    let (what, particulars) = told(desk).await.pop().unwrap();
    assert_eq!((what.as_str(), particulars["job"].as_str()), ("job_released", Some(id.as_str())));
    // What is not set aside is not released.
    assert!(matches!(jobs::release(desk, &admin, &id, now).await, Err(DeskError::NotFound(_))));
    assert!(jobs::quarantined(desk, &admin, None, 10).await.unwrap().is_empty());
    assert!(matches!(jobs::run_one(desk, "w", now).await.unwrap(), jobs::Outcome::Failed(_)));
}
