//! What a mailbox holds is taken in, once.

use balcao_store::mailbox::WATCHING;

use crate::homes::{Home, Watching, answer, dovecot, mail, mailbox, pace};

crate::on_both!(
    what_is_there_and_what_comes_is_taken_once,
    a_conversation_that_waits_in_the_mailbox_is_one_ticket,
    other_numbers_of_the_same_mails_double_nothing,
    one_reads_at_a_time_and_the_next_goes_on,
);

async fn what_is_there_and_what_comes_is_taken_once(home: &Home) {
    let server = dovecot().await;
    for number in 0..120 {
        server.deliver("caixa", &mail(number));
    }
    server.deliver("caixa", b"isto nao e um e-mail");
    let watching = Watching::start(&home.desk, mailbox(&server));
    let shown = home.until_stored(121).await;
    assert_eq!((shown.mailbox.on_server, shown.mailbox.missing, shown.sums.refused), (121, 0, 0));
    assert!(!shown.alarms());
    // It is told of what comes.
    server.deliver("caixa", &mail(120));
    home.until_stored(122).await;
    watching.stop().await;
    let stands = home.stands().await.unwrap();
    assert_eq!(stands.mailbox.holder, None, "who ends gives it back");
    server.deliver("caixa", &mail(121));
    let watching = Watching::start(&home.desk, mailbox(&server));
    home.until_stored(123).await;
    watching.stop().await;
    assert_eq!(home.messages().await, 122, "each mail is one message, and what is none is none");
    assert_eq!(server.folder("caixa", "").len(), 123, "they are left where they were");
}

async fn a_conversation_that_waits_in_the_mailbox_is_one_ticket(home: &Home) {
    let server = dovecot().await;
    for number in 0..5 {
        server.deliver("caixa", &mail(number * 10));
        for further in 1..4 {
            server.deliver("caixa", &answer(number * 10 + further, number * 10));
        }
    }
    let watching = Watching::start(&home.desk, mailbox(&server));
    home.until_stored(20).await;
    watching.stop().await;
    assert_eq!((home.tickets().await.len(), home.messages().await), (5, 20));
}

async fn other_numbers_of_the_same_mails_double_nothing(home: &Home) {
    let server = dovecot().await;
    for number in 0..10 {
        server.deliver("caixa", &mail(number));
    }
    let watching = Watching::start(&home.desk, mailbox(&server));
    let before = home.until_stored(10).await;
    watching.stop().await;
    server.stop();
    server.renumber("caixa");
    server.come_back();
    server.deliver("caixa", &mail(10));
    let watching = Watching::start(&home.desk, mailbox(&server));
    let after = home.until_stored(21).await;
    watching.stop().await;
    assert_ne!(before.mailbox.validity, after.mailbox.validity);
    assert_eq!((after.mailbox.on_server, after.mailbox.missing), (11, 0));
    assert_eq!(home.messages().await, 11);
}

async fn one_reads_at_a_time_and_the_next_goes_on(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    let one = Watching::as_holder(&home.desk, mailbox(&server), "um", pace());
    home.until_stored(1).await;
    let desk = home.second().await;
    let other = Watching::as_holder(&desk, mailbox(&server), "outro", pace());
    server.deliver("caixa", &mail(1));
    let shown = home.until_stored(2).await;
    assert_eq!(shown.mailbox.holder.as_deref(), Some("um"));
    one.stop().await;
    let shown = home.until(|shown| shown.mailbox.holder.as_deref() == Some("outro")).await;
    assert_eq!(shown.sums.stored, 2);
    server.deliver("caixa", &mail(2));
    let shown = home.until_stored(3).await;
    assert_eq!((shown.mailbox.holder.as_deref(), shown.mailbox.state.as_str()), (Some("outro"), WATCHING));
    other.stop().await;
    assert_eq!(home.messages().await, 3);
}
