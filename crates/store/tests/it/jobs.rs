//! Background work: begun by one worker, tried again, set aside.

use balcao_store::job::{self, Job, MOST_ATTEMPTS};
use balcao_store::{JobId, Store, StoreError};

use crate::engines::Home;
use crate::samples::NOON;

crate::on_both!(
    four_workers_take_each_job_once,
    a_job_that_fails_ten_times_is_set_aside,
    a_job_whose_worker_vanished_is_taken_again,
);

async fn queue(store: &Store, jobs: Vec<Job>) {
    let queued = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            for job in &jobs {
                job::add(tx, job).await?;
            }
            Ok(())
        })
    });
    queued.await.unwrap();
}

async fn claim(store: &Store, worker: &str, now: i64) -> Option<Job> {
    let worker = worker.to_owned();
    let claimed = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { job::claim(tx, &worker, now, now + 1_000).await })
    });
    claimed.await.unwrap()
}

async fn fail(store: &Store, id: &JobId, worker: &'static str) -> bool {
    let id = id.clone();
    let failed = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { job::failed(tx, &id, worker, "o servidor não respondeu", NOON).await })
    });
    failed.await.unwrap()
}

async fn listed(store: &Store, state: &str) -> Vec<Job> {
    let mut conn = store.read().await.unwrap();
    job::list(&mut conn, state, None, 500).await.unwrap()
}

async fn four_workers_take_each_job_once(home: &Home) {
    let store = home.open().await;
    let jobs: Vec<Job> = (0..60).map(|n| Job::new("diagnose.v1", &n.to_string(), NOON - n)).collect();
    let later = Job::new("diagnose.v1", "later", NOON + 1);
    queue(&store, jobs.into_iter().chain([later.clone()]).collect()).await;
    // Four servers, not four tasks of one: each has its own connections.
    let mut workers = Vec::new();
    for n in 0..4 {
        let server = home.open().await;
        workers.push(tokio::spawn(async move {
            let name = format!("server {n}");
            let mut taken = Vec::new();
            while let Some(job) = claim(&server, &name, NOON).await {
                let (id, by) = (job.id.clone(), name.clone());
                let done = server.write::<_, StoreError, _>(move |tx| {
                    Box::pin(async move { job::done(tx, &id, &by).await })
                });
                assert!(done.await.unwrap());
                taken.push(job.payload);
            }
            taken
        }));
    }
    let mut taken = Vec::new();
    for worker in workers {
        taken.extend(worker.await.unwrap());
    }
    taken.sort_by_key(|payload| payload.parse::<u32>().unwrap());
    assert_eq!(taken, (0..60).map(|n: u32| n.to_string()).collect::<Vec<_>>());
    assert_eq!(listed(&store, "ready").await, vec![later]);
    assert_eq!(listed(&store, "done").await.len(), 60);
    let thrown = store.write::<_, StoreError, _>(|tx| Box::pin(job::forget_done(tx, NOON)));
    assert_eq!(thrown.await.unwrap(), 59, "those whose time was before noon");
}

async fn a_job_that_fails_ten_times_is_set_aside(home: &Home) {
    let store = home.open().await;
    let job = Job::new("mail.v1", "{}", NOON);
    queue(&store, vec![job.clone()]).await;
    for attempt in 1..=MOST_ATTEMPTS {
        let claimed = claim(&store, "w", NOON).await.expect("it is due again");
        assert_eq!((claimed.attempts, claimed.locked_by.as_deref()), (attempt, Some("w")));
        assert!(!fail(&store, &job.id, "another").await, "only its worker speaks for it");
        assert!(fail(&store, &job.id, "w").await);
    }
    assert_eq!(claim(&store, "w", NOON + 99).await, None);
    let aside = listed(&store, "quarantined").await;
    assert_eq!(aside.len(), 1);
    assert_eq!(aside[0].last_error.as_deref(), Some("o servidor não respondeu"));
    let id = job.id.clone();
    let released =
        store.write::<_, StoreError, _>(move |tx| Box::pin(async move { job::release(tx, &id, NOON).await }));
    assert!(released.await.unwrap());
    assert_eq!(claim(&store, "w", NOON).await.map(|job| job.attempts), Some(1));
}

async fn a_job_whose_worker_vanished_is_taken_again(home: &Home) {
    let store = home.open().await;
    let job = Job::new("mail.v1", "{}", NOON);
    queue(&store, vec![job.clone()]).await;
    assert!(claim(&store, "first", NOON).await.is_some());
    assert_eq!(claim(&store, "second", NOON + 999).await, None, "its time is not over");
    let again = claim(&store, "second", NOON + 1_000).await.expect("its time is over");
    assert_eq!((again.attempts, again.locked_by.as_deref()), (2, Some("second")));
    let id = job.id.clone();
    let late =
        store.write::<_, StoreError, _>(move |tx| Box::pin(async move { job::done(tx, &id, "first").await }));
    assert!(!late.await.unwrap(), "the first one comes too late");
    for n in 2..MOST_ATTEMPTS {
        assert!(claim(&store, "second", NOON + n * 1_000).await.is_some());
    }
    assert_eq!(claim(&store, "second", NOON + 99_000).await, None);
    let aside = listed(&store, "quarantined").await;
    assert_eq!(aside[0].last_error.as_deref(), Some("its worker vanished"));
}
