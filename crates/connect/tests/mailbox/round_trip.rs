//! The whole way, over a Postfix and a Dovecot: a partner writes, is answered, writes again; and no program's mail starts a loop.

use std::sync::Arc;

use balcao_connect::mail_out::{MailSettings, Smtp};
use balcao_connect::mailbox::Settings;
use balcao_core::ticket::Role;
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::{Desk, jobs, mail};
use balcao_testkit::{dovecot, postfix};
use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use crate::homes::{Home, Watching, caller, mailbox};

crate::on_both!(a_partner_writes_is_answered_and_writes_again);

async fn send(server: &postfix::Server, from: &str, to: &str, raw: &str) {
    let from = (!from.is_empty()).then(|| from.parse().unwrap());
    let envelope = Envelope::new(from, vec![to.parse().unwrap()]).unwrap();
    let smtp =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("localhost").port(server.port()).build();
    smtp.send_raw(&envelope, raw.replace('\n', "\r\n").as_bytes()).await.unwrap();
}

async fn work(desk: &Desk) {
    while let jobs::Outcome::Done(_) = jobs::run_one(desk, "w", Timestamp::now()).await.unwrap() {}
}

/// A header of a mail, on one line.
fn header(mail: &str, name: &str) -> String {
    let parsed = mail_parser::MessageParser::new().parse(mail.as_bytes()).unwrap();
    parsed.header_raw(name).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

async fn a_partner_writes_is_answered_and_writes_again(home: &Home) {
    let (smtp, imap) = tokio::task::spawn_blocking(|| {
        let smtp = postfix::Server::own();
        let imap = dovecot::Server::of(&smtp);
        (smtp, imap)
    })
    .await
    .unwrap();
    let settings = MailSettings {
        server: format!("smtp://localhost:{}", smtp.port()),
        from: "Suporte da API <suporte@balcao.example>".to_owned(),
        reply: "suporte@balcao.example".to_owned(),
        ca_file: smtp.ca_file().display().to_string(),
        address: "https://balcao.example".to_owned(),
        ..MailSettings::default()
    };
    let sender = Smtp::new(settings.read().unwrap().unwrap()).unwrap();
    let desk = home.desk.clone().mailing_by(Arc::new(sender));
    let watching = Watching::start(&desk, Settings { ..mailbox(&imap) });
    let first = "From: Dea <dea@alfa.example>\nTo: suporte@balcao.example\nMessage-ID: <p1@alfa.example>\n\
                 Subject: Erro 401 na proposta\n\nDesde ontem o POST /api/propostas devolve 401.\n";
    send(&smtp, "dea@alfa.example", "suporte@balcao.example", first).await;
    home.until_stored(1).await;
    let ticket = home.tickets().await.remove(0);
    assert_eq!(ticket.partner.as_deref(), Some("alfa"));
    let word =
        Word::Reply { body: "Olá, Dea!\n\nQual usuário fez a chamada?".to_owned(), citations: Vec::new() };
    answer(&desk, &caller(Role::Agent), &ticket.id, word, Timestamp::now()).await.unwrap();
    work(&desk).await;
    // Here the partner's mailbox is ours too: our own mail comes in, and nothing comes of it.
    home.until_stored(2).await;
    let ours = smtp_mail(&smtp, "Qual usu").await;
    let (id, subject, reply) =
        (header(&ours, "Message-ID"), header(&ours, "Subject"), header(&ours, "Reply-To"));
    let to = reply.rsplit(['<', ' ']).next().unwrap().trim_end_matches('>').to_owned();
    let second = format!(
        "From: Dea <dea@alfa.example>\nTo: {to}\nMessage-ID: <p2@alfa.example>\nIn-Reply-To: {id}\nReferences: {id}\n\
         Subject: Re: {subject}\n\nFoi o AL1.\n\nEm 10/06/2026 09:00, Suporte da API escreveu:\n> Qual usuário fez a chamada?\n"
    );
    send(&smtp, "dea@alfa.example", &to, &second).await;
    home.until_stored(3).await;
    // A program answers our mail, and a mail server says that it cannot be delivered: noted on the ticket, and answered by nobody.
    let absent = format!(
        "From: Dea <dea@alfa.example>\nTo: {to}\nMessage-ID: <p3@alfa.example>\nIn-Reply-To: {id}\nAuto-Submitted: auto-replied\n\
         Subject: Ausente: {subject}\n\nVolto na segunda.\n"
    );
    send(&smtp, "", &to, &absent).await;
    home.until_stored(4).await;
    let out = mail::of_ticket(&desk, &caller(Role::Agent), &ticket.id).await.unwrap().len();
    work(&desk).await;
    let tickets = home.tickets().await;
    assert_eq!((tickets.len(), home.messages().await), (1, 3));
    let now = mail::of_ticket(&desk, &caller(Role::Agent), &ticket.id).await.unwrap();
    assert_eq!(now.len(), out, "nobody answers a program");
    let mut conn = desk.store().read().await.unwrap();
    let kept = balcao_store::mail::of_ticket(&mut conn, &ticket.id).await.unwrap();
    let states: Vec<&str> = kept.iter().map(|mail| mail.state.as_str()).collect();
    assert_eq!(states, ["filed", "noted", "filed", "noted"]);
    drop(conn);
    watching.stop().await;
}

/// The mail that arrived with these words; which of Dovecot's folders it is in by now does not matter.
async fn smtp_mail(smtp: &postfix::Server, words: &str) -> String {
    let maildir = smtp.maildir();
    for _ in 0..200 {
        for part in ["new", "cur"] {
            let files = std::fs::read_dir(maildir.join(part)).into_iter().flatten().flatten();
            let mut mails = files.filter_map(|file| std::fs::read_to_string(file.path()).ok());
            if let Some(mail) = mails.find(|mail| mail.contains(words) && mail.contains("Suporte da API")) {
                return mail;
            }
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("it never arrived");
}
