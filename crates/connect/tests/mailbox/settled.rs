//! What is done with a stored mail on its server, and with one that is not stored.

use balcao_connect::mail::MOST_KEPT;
use balcao_connect::mailbox::{After, Settings};

use crate::homes::{Home, Watching, dovecot, dovecot_that_can, mail, mailbox};

crate::on_both!(
    a_stored_mail_is_marked_moved_or_deleted,
    what_was_stored_before_is_settled_by_whoever_comes_next,
    what_is_too_large_is_refused_stays_and_is_told,
    what_came_before_the_day_is_left_alone,
    a_server_that_can_little_is_asked_and_its_mails_are_copied_once,
);

async fn a_stored_mail_is_marked_moved_or_deleted(home: &Home) {
    let server = dovecot().await;
    let folder = Some("Concluídos".to_owned());
    let table = [("a", After::Seen, None), ("b", After::Move, folder), ("c", After::Delete, None)];
    for (index, (user, after, move_to)) in (0_u32..).zip(table) {
        server.deliver(user, &mail(index * 2));
        server.deliver(user, &mail(index * 2 + 1));
        let name = format!("caixa-{user}");
        let settings =
            Settings { name: name.clone(), user: user.to_owned(), after, move_to, ..mailbox(&server) };
        let watching = Watching::start(&home.desk, settings);
        let mut stored = 0;
        while stored != 2 {
            let mut conn = home.desk.store().read().await.unwrap();
            stored = balcao_store::mailbox_mail::sums(&mut conn, &name).await.unwrap().stored;
            drop(conn);
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        // It ends after what it began, and that is to settle.
        watching.stop().await;
        let left = server.folder(user, "");
        match after {
            After::Seen => {
                assert!(left.len() == 2 && left.iter().all(|name| name.ends_with(":2,S")), "{left:?}")
            }
            After::Move => {
                assert!(left.is_empty(), "{left:?}");
                assert_eq!(server.folder(user, "Conclu&AO0-dos").len(), 2);
            }
            After::Delete | After::Keep => assert!(left.is_empty(), "{left:?}"),
        }
    }
    assert_eq!(home.messages().await, 6);
}

async fn what_was_stored_before_is_settled_by_whoever_comes_next(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    server.deliver("caixa", &mail(1));
    let watching = Watching::start(&home.desk, mailbox(&server));
    home.until_stored(2).await;
    watching.stop().await;
    let settings = Settings { after: After::Delete, ..mailbox(&server) };
    let watching = Watching::start(&home.desk, settings);
    home.until(|shown| shown.mailbox.holder.is_some()).await;
    for _ in 0..400 {
        if server.folder("caixa", "").is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    watching.stop().await;
    assert!(server.folder("caixa", "").is_empty());
    assert_eq!(home.messages().await, 2);
}

async fn what_is_too_large_is_refused_stays_and_is_told(home: &Home) {
    let server = dovecot().await;
    let mut large = mail(0);
    large.resize(MOST_KEPT + 1, b'x');
    server.deliver("caixa", &large);
    server.deliver("caixa", &mail(1));
    let settings = Settings { after: After::Delete, ..mailbox(&server) };
    let watching = Watching::start(&home.desk, settings);
    let shown = home.until_stored(1).await;
    watching.stop().await;
    // It was seen: stored and refused are all that there are.
    assert_eq!((shown.sums.refused, shown.mailbox.missing, shown.refused.len()), (1, 0, 1));
    let why = shown.refused[0].refused.as_deref().unwrap();
    assert!(why.contains("bytes") && why.contains("no servidor"), "{why}");
    assert_eq!(server.folder("caixa", "").len(), 1, "what is not stored is not deleted");
}

async fn what_came_before_the_day_is_left_alone(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    let settings = Settings { since: Some(jiff::civil::date(2999, 1, 2)), ..mailbox(&server) };
    let watching = Watching::start(&home.desk, settings);
    let shown = home.until_stored(0).await;
    watching.stop().await;
    assert_eq!((shown.mailbox.on_server, shown.mailbox.missing), (0, 0));
    let settings = Settings { since: Some(jiff::civil::date(2020, 1, 2)), ..mailbox(&server) };
    let watching = Watching::start(&home.desk, settings);
    home.until_stored(1).await;
    watching.stop().await;
}

async fn a_server_that_can_little_is_asked_and_its_mails_are_copied_once(home: &Home) {
    // It tells nothing by itself, moves nothing and deletes no single mail.
    let server = dovecot_that_can("IMAP4rev1").await;
    server.deliver("caixa", &mail(0));
    let settings =
        || Settings { after: After::Move, move_to: Some("Tratados".to_owned()), ..mailbox(&server) };
    let watching = Watching::start(&home.desk, settings());
    home.until_stored(1).await;
    server.deliver("caixa", &mail(1));
    home.until_stored(2).await;
    watching.stop().await;
    for further in 2..4 {
        let before = home.stands().await.unwrap().mailbox.looked;
        let watching = Watching::start(&home.desk, settings());
        home.until(|shown| shown.mailbox.looked != before).await;
        server.deliver("caixa", &mail(further));
        home.until_stored(i64::from(further) + 1).await;
        watching.stop().await;
    }
    let left = server.folder("caixa", "");
    assert!(
        left.len() == 4 && left.iter().all(|name| name.ends_with(":2,T")),
        "marked, and still there: {left:?}"
    );
    assert_eq!(server.folder("caixa", "Tratados").len(), 4, "whoever comes next copies nothing again");
}
