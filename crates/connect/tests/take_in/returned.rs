//! Our mails that come back: told on the ticket, and of the address until somebody writes from it.

use std::sync::Arc;

use balcao_connect::mail::unreached;
use balcao_core::ticket::Role;
use balcao_desk::mail::{Letter, Post, Sending, of_ticket};
use balcao_desk::verbs::answer::{Word, answer};

use crate::homes::{Home, caller, now, taken, told};

crate::on_both!(
    what_comes_back_is_told_until_somebody_writes_from_there,
    a_report_of_nothing_of_ours_says_nothing,
    a_report_says_nothing_of_another_partners_address
);

struct Any;

impl Post for Any {
    fn domain(&self) -> &str {
        "balcao.example"
    }

    fn send<'l>(&'l self, _letter: &'l Letter) -> Sending<'l> {
        Box::pin(async { Ok(()) })
    }
}

/// A report that a mail with this id did not reach Dea.
fn report(id: &str, action: &str) -> Vec<u8> {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.alfa.example\r\nTo: suporte@balcao.example\r\nMessage-ID: <b{action}@mx.alfa.example>\r\n\
         Subject: Undelivered Mail\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nNo such user.\r\n\
         --x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.alfa.example\r\n\r\nFinal-Recipient: rfc822; Dea@alfa.example\r\n\
         Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\n\
         Message-ID: {id}\r\nSubject: x\r\n\r\n--x--\r\n"
    )
    .into_bytes()
}

async fn what_comes_back_is_told_until_somebody_writes_from_there(home: &Home) {
    let desk = home.desk.clone().mailing_by(Arc::new(Any));
    let ticket = home.takes("first").await.ticket.unwrap();
    let word = Word::Reply { body: "Olá! Renove o token.".to_owned(), citations: Vec::new() };
    answer(&desk, &caller(Role::Agent), &ticket.id, word, now()).await.unwrap();
    let sent = async || of_ticket(&desk, &caller(Role::Agent), &ticket.id).await.unwrap();
    let id = sent().await[0].message_id.clone();
    let lead = caller(Role::Lead);
    // What is only late has not come back.
    taken(&desk, report(&id, "delayed")).await;
    assert_eq!((sent().await[0].returned, unreached(&desk, &lead).await.unwrap().len()), (None, 0));
    for _ in 0..2 {
        let noted = taken(&desk, report(&id, "failed")).await;
        assert_eq!((noted.mail.state.as_str(), noted.ticket.unwrap().id), ("noted", ticket.id.clone()));
    }
    let back = sent().await.remove(0);
    assert!(back.returned.is_some());
    let why = back.reason.unwrap();
    assert!(why.contains("5.1.1") && why.contains("no such user") && !why.contains("ea@alfa"), "{why}");
    let all = unreached(&desk, &lead).await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].contact, Some(("alfa".to_owned(), "Alfa".to_owned(), "Dea".to_owned())));
    assert_eq!((all[0].returned.status.as_str(), all[0].returned.count), ("5.1.1", 1));
    let told: Vec<String> = told(&desk).await.into_iter().map(|(what, _)| what).collect();
    assert_eq!(told.iter().filter(|what| *what == "mail_returned").count(), 1);
    // She writes: she can be written to again.
    home.takes("gmail").await;
    let all = unreached(&desk, &lead).await.unwrap();
    assert!(all.is_empty(), "{all:?}");
}

async fn a_report_of_nothing_of_ours_says_nothing(home: &Home) {
    let desk = &home.desk;
    taken(desk, report("<outro.1@alfa.example>", "failed")).await;
    assert!(unreached(desk, &caller(Role::Lead)).await.unwrap().is_empty());
    assert!(unreached(desk, &caller(Role::Agent)).await.is_err(), "an agent does not look after mail");
}

/// Whoever was written to knows the id of our mail, and may write a report of anybody.
async fn a_report_says_nothing_of_another_partners_address(home: &Home) {
    let desk = home.desk.clone().mailing_by(Arc::new(Any));
    let ticket = home.takes("first").await.ticket.unwrap();
    let word = Word::Reply { body: "Olá! Renove o token.".to_owned(), citations: Vec::new() };
    answer(&desk, &caller(Role::Agent), &ticket.id, word, now()).await.unwrap();
    let sent = of_ticket(&desk, &caller(Role::Agent), &ticket.id).await.unwrap().remove(0);
    let forged = String::from_utf8(report(&sent.message_id, "failed")).unwrap();
    taken(&desk, forged.replace("Dea@alfa.example", "beto@beta.example").into_bytes()).await;
    assert_eq!(unreached(&desk, &caller(Role::Lead)).await.unwrap(), []);
}
