//! A mail that came in is answered, and its partner answers that.

use std::sync::{Arc, Mutex};

use balcao_core::ticket::Role;
use balcao_desk::jobs;
use balcao_desk::mail::{Letter, Post, Sending};
use balcao_desk::verbs::answer::{Word, answer};

use crate::homes::{Home, caller, now, taken};

crate::on_both!(an_answer_names_the_mail_that_it_answers_and_is_answered_in_its_ticket);

/// Keeps what it is given.
#[derive(Default)]
struct Kept(Mutex<Vec<Letter>>);

impl Post for Kept {
    fn domain(&self) -> &str {
        "balcao.example"
    }

    fn send<'l>(&'l self, letter: &'l Letter) -> Sending<'l> {
        Box::pin(async move {
            self.0.lock().unwrap().push(letter.clone());
            Ok(())
        })
    }
}

async fn an_answer_names_the_mail_that_it_answers_and_is_answered_in_its_ticket(home: &Home) {
    let post = Arc::new(Kept::default());
    let desk = home.desk.clone().mailing_by(post.clone());
    let ticket = home.takes("first").await.ticket.unwrap();
    let word = Word::Reply { body: "Olá! Renove o token.".to_owned(), citations: Vec::new() };
    answer(&desk, &caller(Role::Agent), &ticket.id, word, now()).await.unwrap();
    while jobs::run_one(&desk, "w", now()).await.unwrap() != jobs::Outcome::Idle {}
    let sent = post.0.lock().unwrap().clone();
    let [letter] = sent.as_slice() else { panic!("one answer is one mail: {}", sent.len()) };
    let thread = letter.thread.as_ref().unwrap();
    assert_eq!(letter.to, "dea@alfa.example");
    assert_eq!(thread.in_reply_to.as_deref(), Some("<first.1@alfa.example>"));
    assert_eq!(thread.references.last().map(String::as_str), Some("<first.1@alfa.example>"));
    // The partner's program names our mail and nothing else, and writes to the bare address.
    let back = format!(
        "From: Dea <dea@alfa.example>\r\nTo: suporte@balcao.example\r\nMessage-ID: <depois.2@alfa.example>\r\n\
         In-Reply-To: {}\r\nSubject: Re: {}\r\n\r\nFuncionou, obrigada.\r\n",
        letter.message_id, ticket.subject
    );
    let followed = taken(&desk, back.into_bytes()).await;
    assert_eq!(followed.ticket.unwrap().id, ticket.id);
    assert_eq!(home.whole(&ticket).await.messages.len(), 3);
}
