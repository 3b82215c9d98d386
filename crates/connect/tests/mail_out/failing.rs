//! A server that is away, hangs, puts off or refuses.

use jiff::SignedDuration;

use crate::office::{Office, noon, work};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_or_hangs_is_tried_again_and_heals() {
    let office = Office::new().await;
    let ticket = office.asked("ana@alfa.example", "Erro").await;
    office.server.stop();
    office.answered(&ticket.id, "Olá!").await;
    let mut now = noon();
    let failed = work(&office.desk, now).await;
    assert!(failed.len() == 1 && failed[0].contains("refused"), "{failed:?}");
    office.server.come_back();
    office.server.hang();
    now += SignedDuration::from_mins(1);
    let impatient = office.impatient(std::time::Duration::from_secs(1)).await;
    assert_eq!(work(&impatient, now).await.len(), 1, "no word within the time");
    let mail = &office.mails(&ticket.id).await[0];
    assert_eq!((mail.state.as_str(), mail.attempts), ("waiting", 2));
    office.server.go_on();
    now += SignedDuration::from_mins(1);
    assert_eq!(work(&office.desk, now).await, Vec::<String>::new());
    assert_eq!(office.server.wait_for(1).len(), 1);
    assert_eq!(office.mails(&ticket.id).await[0].state, "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_off_is_sent_later_and_what_is_refused_ends_with_the_reason() {
    let office = Office::new().await;
    office.server.rules(&[
        "ana@alfa.example 450 4.2.1 mailbox of ana@alfa.example is busy",
        "eva@alfa.example 550 5.1.1 eva is gone",
    ]);
    let busy = office.asked("ana@alfa.example", "Um").await;
    let gone = office.asked("eva@alfa.example", "Dois").await;
    office.answered(&busy.id, "Olá!").await;
    office.answered(&gone.id, "Olá!").await;
    let failed = work(&office.desk, noon()).await;
    assert!(failed.len() == 1 && failed[0].contains("450"), "{failed:?}");
    let (one, other) = (office.mails(&busy.id).await, office.mails(&gone.id).await);
    assert_eq!((one[0].state.as_str(), other[0].state.as_str()), ("waiting", "failed"));
    for (mail, code, name) in [(&one[0], "4.2.1", "ana"), (&other[0], "5.1.1", "eva")] {
        let reason = mail.reason.clone().unwrap();
        assert!(reason.contains(code) && !reason.contains(name) && !reason.contains('@'), "{reason}");
    }
    office.server.rules(&[]);
    let later = noon() + SignedDuration::from_mins(1);
    assert_eq!(work(&office.desk, later).await, Vec::<String>::new());
    work(&office.desk, later + SignedDuration::from_hours(48)).await;
    let mails = office.server.wait_for(1);
    assert!(
        mails.len() == 1 && mails[0].contains("To: ana@alfa.example"),
        "what was refused is not tried again"
    );
}
