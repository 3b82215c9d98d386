//! Wherever it is interrupted: nothing lost, nothing doubled.

use balcao_connect::mail::{counts, keep, resume, take_in};
use balcao_core::ticket::Role;
use jiff::SignedDuration;

use crate::homes::{Home, arrived, caller, now, raw, taken};

crate::on_both!(
    what_was_kept_and_not_filed_is_filed_by_whoever_comes_next,
    the_same_mail_sent_again_goes_on_where_it_was_left,
    an_answer_waits_for_what_it_answers,
    many_at_once_make_one_ticket,
    two_ways_at_once_make_one_ticket,
);

async fn what_was_kept_and_not_filed_is_filed_by_whoever_comes_next(home: &Home) {
    for name in ["first", "gmail", "newsletter"] {
        keep(&home.desk, arrived(raw(name)), now()).await.unwrap();
    }
    assert_eq!((counts(&home.desk).await.unwrap().waiting, home.tickets().await.len()), (3, 0));
    // The program ended here; another begins.
    let next = home.second().await;
    let later = now() + SignedDuration::from_mins(2);
    let just_now = now() - SignedDuration::from_mins(1);
    assert_eq!(
        resume(&next, just_now, 100, later).await.unwrap(),
        0,
        "whoever keeps one may still be filing it"
    );
    assert_eq!(resume(&next, now(), 100, later).await.unwrap(), 3);
    let counts = counts(&next).await.unwrap();
    assert_eq!((counts.seen, counts.filed, counts.noted, counts.waiting), (3, 2, 1, 0));
    let tickets = home.tickets().await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(home.whole(&tickets[0]).await.messages.len(), 2);
    assert_eq!(resume(&next, later, 100, later).await.unwrap(), 0, "a second time there is nothing to do");
}

async fn the_same_mail_sent_again_goes_on_where_it_was_left(home: &Home) {
    keep(&home.desk, arrived(raw("first")), now()).await.unwrap();
    let again = home.takes("first").await;
    assert_eq!((again.known, again.mail.state.as_str(), again.mail.attempts), (true, "filed", 2));
    // Once filed it is filed, whatever is begun again.
    let third = home.takes("first").await;
    assert_eq!((third.mail.attempts, third.ticket.unwrap().id), (2, again.ticket.unwrap().id));
    assert_eq!(home.tickets().await.len(), 1);
}

async fn an_answer_waits_for_what_it_answers(home: &Home) {
    keep(&home.desk, arrived(raw("first")), now()).await.unwrap();
    for _ in 0..5 {
        // However often it comes again: that it waits is no try.
        let answer = home.takes("gmail").await;
        assert!(answer.ticket.is_none());
        assert!(answer.mail.state == "received" && answer.mail.attempts <= 1, "{:?}", answer.mail);
        assert!(answer.mail.reason.unwrap().contains("ainda não foi arquivado"));
    }
    let later = now() + SignedDuration::from_mins(2);
    assert_eq!(resume(&home.desk, later, 100, later).await.unwrap(), 2);
    let tickets = home.tickets().await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(home.whole(&tickets[0]).await.messages.len(), 2);
    // What is answered and set aside holds nobody up, and neither does what comes after it.
    assert_eq!(home.takes("outlook").await.mail.state, "filed");
}

async fn many_at_once_make_one_ticket(home: &Home) {
    let other = home.second().await;
    let tasks = (0..12).map(|n| {
        let desk = if n % 2 == 0 { home.desk.clone() } else { other.clone() };
        tokio::spawn(async move {
            take_in(&desk, &caller(Role::Agent), arrived(raw("first")), now()).await.unwrap().mail.id
        })
    });
    let mut ids = Vec::new();
    for task in tasks.collect::<Vec<_>>() {
        ids.push(task.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    let tickets = home.tickets().await;
    assert_eq!(tickets.len(), 1);
    assert_eq!(home.whole(&tickets[0]).await.messages.len(), 1);
    let counts = counts(&home.desk).await.unwrap();
    assert_eq!((counts.seen, counts.filed), (1, 1));
}

async fn two_ways_at_once_make_one_ticket(home: &Home) {
    let other = home.second().await;
    let one = home.desk.clone();
    let both = (
        tokio::spawn(async move { taken(&one, raw("first")).await.mail.state }),
        tokio::spawn(async move { taken(&other, raw("copy")).await.mail.state }),
    );
    let mut states = [both.0.await.unwrap(), both.1.await.unwrap()];
    states.sort();
    assert_eq!(states, ["filed", "noted"]);
    assert_eq!(home.tickets().await.len(), 1);
}
