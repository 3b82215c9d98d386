//! A server that is away, hangs, or is not who it says: told, and over by itself.

use balcao_connect::channels::Secret;
use balcao_connect::mailbox::{Settings, forget, shown};
use balcao_core::ticket::Role;
use balcao_store::mailbox::FAILING;

use crate::homes::{Home, Watching, caller, dovecot, mail, mailbox, pace};
use jiff::{SignedDuration, Timestamp};

crate::on_both!(
    a_server_that_goes_away_or_hangs_is_told_and_comes_back,
    who_is_not_believed_is_told_why,
    a_mailbox_that_nobody_reads_alarms_until_it_is_forgotten,
);

async fn a_server_that_goes_away_or_hangs_is_told_and_comes_back(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    let watching = Watching::start(&home.desk, mailbox(&server));
    home.until_stored(1).await;
    server.kill();
    let shown = home.until(|shown| shown.mailbox.state == FAILING).await;
    assert!(shown.alarms());
    let why = shown.mailbox.error.unwrap();
    assert!(why.contains("não respondeu") || why.contains("caiu"), "{why}");
    server.deliver("caixa", &mail(1));
    server.come_back();
    let shown = home.until_stored(2).await;
    assert_eq!((shown.mailbox.error, shown.mailbox.missing), (None, 0));
    server.hang();
    let shown = home.until(|shown| shown.mailbox.state == FAILING).await;
    assert!(shown.mailbox.error.unwrap().contains("não respondeu em"));
    server.deliver("caixa", &mail(2));
    server.go_on();
    home.until_stored(3).await;
    watching.stop().await;
    assert_eq!(home.messages().await, 3);
}

async fn who_is_not_believed_is_told_why(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    let good = mailbox(&server);
    let plain = format!("imap://localhost:{}", server.port());
    let table = [
        (Settings { password: Some(Secret::of("outra".to_owned())), ..good.clone() }, "confira `user`"),
        (Settings { ca_file: None, ..good.clone() }, "não pôde ser protegida"),
        (Settings { folder: "Nenhuma".to_owned(), ..good.clone() }, "abrir a pasta"),
        (
            Settings {
                server: format!("imaps://localhost:{}", server.port()).parse().unwrap(),
                ..good.clone()
            },
            "não pôde ser protegida",
        ),
    ];
    for (settings, expected) in table {
        let watching = Watching::start(&home.desk, settings);
        let shown =
            home.until(|shown| shown.mailbox.error.as_deref().is_some_and(|why| why.contains(expected)));
        let error = shown.await.mailbox.error.unwrap();
        assert!(!error.contains("outra") && !error.contains("senha-da-caixa"), "{error}");
        watching.stop().await;
    }
    assert_eq!(home.messages().await, 0);
    // `STARTTLS`, verified as well; and in the clear on this machine itself.
    let started = Settings { server: plain.parse().unwrap(), ..good.clone() };
    let watching = Watching::start(&home.desk, started.clone());
    home.until_stored(1).await;
    watching.stop().await;
    server.deliver("caixa", &mail(1));
    let watching = Watching::start(&home.desk, Settings { ca_file: None, ..started });
    home.until_stored(2).await;
    watching.stop().await;
}

async fn a_mailbox_that_nobody_reads_alarms_until_it_is_forgotten(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    let watching = Watching::start(&home.desk, mailbox(&server));
    assert!(!home.until_stored(1).await.alarms());
    let (agent, lead) = (caller(Role::Agent), caller(Role::Lead));
    let now = Timestamp::now();
    let refused = forget(&home.desk, &lead, "suporte", now).await.unwrap_err().to_string();
    assert!(refused.contains("lê esta caixa agora"), "{refused}");
    watching.kill().await;
    // Killed, it still holds the mailbox; after its time nobody does.
    let later = now + SignedDuration::try_from(pace().lease).unwrap() + SignedDuration::from_mins(1);
    let stands = shown(&home.desk, &lead, later).await.unwrap().remove(0);
    assert!(!stands.is_read && stands.alarms());
    assert!(forget(&home.desk, &agent, "suporte", later).await.is_err(), "an agent does not look after mail");
    assert!(forget(&home.desk, &lead, "outra", later).await.is_err());
    forget(&home.desk, &lead, "suporte", later).await.unwrap();
    assert_eq!(shown(&home.desk, &lead, later).await.unwrap(), []);
    // It is back with its sums as soon as it is read.
    let watching = Watching::start(&home.desk, mailbox(&server));
    home.until_stored(1).await;
    watching.stop().await;
    assert_eq!(home.messages().await, 1);
}
