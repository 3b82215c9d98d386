//! Wherever it is interrupted, and however many do it at once: nothing lost, nothing doubled.

use balcao_desk::{Desk, jobs};
use balcao_store::{StoreError, errand};
use jiff::SignedDuration;

use crate::homes::{DEA, Home, deliver, noon, of, text, work};

crate::on_both!(
    what_was_kept_is_filed_by_whoever_comes_next,
    many_at_once_make_one_ticket,
    who_vanishes_while_sending_leaves_it_to_a_person,
    what_was_said_is_carried_in_its_order_by_whoever_comes,
);

async fn what_was_kept_is_filed_by_whoever_comes_next(home: &Home) {
    home.delivered(&of(DEA, "Dea", &[text("wamid.in1", "Erro 401", 0)])).await;
    assert_eq!((home.counts().await.waiting, home.tickets().await.len()), (1, 0));
    // The program ended here, with the job in somebody's hands.
    let taken = home.desk.store().write::<_, StoreError, _>(move |tx| {
        let now = noon().as_millisecond();
        Box::pin(async move { balcao_store::job::claim(tx, "gone", now, now + 1_000).await })
    });
    assert!(taken.await.unwrap().is_some());
    let next = home.second("").await;
    work(&next, noon()).await;
    assert_eq!(home.tickets().await.len(), 0, "it is somebody's");
    assert_eq!(work(&next, noon() + SignedDuration::from_secs(2)).await, Vec::<String>::new());
    assert_eq!(home.only().await.messages.len(), 1);
    assert_eq!(home.counts().await.filed, 1);
}

async fn many_at_once_make_one_ticket(home: &Home) {
    let other = home.second("").await;
    let message = |n: usize| text(&format!("wamid.in{}", n % 5), &format!("parte {}", n % 5), 0);
    // Each message comes in several deliveries, and two servers take and file them.
    let tasks = (0..20).map(|n| {
        let desk = if n % 2 == 0 { home.desk.clone() } else { other.clone() };
        let delivery = of(DEA, "Dea", &[message(n), message(n + 1)]);
        tokio::spawn(async move {
            deliver(&desk, &delivery, noon()).await.unwrap();
            one(&desk, n).await;
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    // What came too close together is filed a little later.
    for minutes in [1, 10, 60, 300] {
        work(&other, noon() + SignedDuration::from_mins(minutes)).await;
    }
    let mut said: Vec<String> = home.only().await.messages.into_iter().map(|one| one.body).collect();
    said.sort();
    assert_eq!(said, ["parte 0", "parte 1", "parte 2", "parte 3", "parte 4"]);
    let counts = home.counts().await;
    assert_eq!((counts.seen, counts.filed, counts.waiting), (5, 5, 0));
}

async fn one(desk: &Desk, n: usize) {
    jobs::run_one(desk, &format!("worker {n}"), noon()).await.unwrap();
}

async fn who_vanishes_while_sending_leaves_it_to_a_person(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Gere outro token.").await;
    let named = home.errands(&id).await[0].id.clone();
    let taken = home.desk.store().write::<_, StoreError, _>(move |tx| {
        let now = noon().as_millisecond();
        Box::pin(async move { errand::claim(tx, &named, "gone", (now, now + 1_000)).await })
    });
    assert!(taken.await.unwrap().is_some());
    assert_eq!(work(&home.desk, noon()).await.len(), 1, "it is somebody's");
    let next = home.second("").await;
    assert_eq!(work(&next, noon() + SignedDuration::from_hours(5)).await, Vec::<String>::new());
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["unsure".to_owned()], 0));
}

async fn what_was_said_is_carried_in_its_order_by_whoever_comes(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    for n in 0..6 {
        home.answered(&id, &format!("{n}")).await;
    }
    let other = home.second("").await;
    let tasks = (0..6).map(|n| {
        let desk = if n % 2 == 0 { home.desk.clone() } else { other.clone() };
        tokio::spawn(async move { one(&desk, n).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    for minutes in [1, 10, 60, 300] {
        work(&other, noon() + SignedDuration::from_mins(minutes)).await;
    }
    let said: Vec<String> = home.server.sent().iter().map(|one| one["text"]["body"].to_string()).collect();
    assert_eq!(said, ["\"0\"", "\"1\"", "\"2\"", "\"3\"", "\"4\"", "\"5\""]);
}
