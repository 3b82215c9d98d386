//! Mail that goes out: once for each decision, however many servers there are and whoever vanishes; and nothing of it in the clear.

use std::sync::{Arc, Mutex};

use balcao_core::ticket::{Role, State};
use balcao_desk::caller::Caller;
use balcao_desk::mail::{self, Kind, Letter, Post, PostError, Sending};
use balcao_desk::people::{account, link};
use balcao_desk::verbs::answer::{Then, Word, answer, answer_and};
use balcao_desk::verbs::silence;
use balcao_desk::{Desk, jobs, reply_token};
use balcao_store::TicketId;
use balcao_store::outbox::Outbox;
use jiff::{SignedDuration, Timestamp};

use crate::homes::{Home, caller, noon, secrets, told};
use crate::office::{arrival, came, close, confirmed, example, fill, moved, received, resolve, wrote};

crate::on_both!(
    an_answer_is_mailed_once_by_two_servers,
    the_same_form_twice_is_one_mail,
    a_step_that_is_refused_mails_nothing,
    what_fails_for_now_is_tried_again_and_heals,
    what_is_refused_for_good_ends_visibly,
    after_ten_tries_a_person_is_asked,
    whoever_vanished_is_followed_by_another_with_the_same_id,
    reminders_and_the_closing_are_mailed,
    only_a_known_address_of_a_mailing_channel_is_written_to,
    without_a_post_nothing_is_queued,
    links_go_sealed_and_end,
    what_the_desk_mails_of_itself_to_one_address_has_an_end,
);

/// Says what it was told to say, and keeps what it was given.
#[derive(Default)]
pub(crate) struct Pigeon {
    /// The answers to come; what is not said is a yes.
    says: Mutex<Vec<PostError>>,
    took: Mutex<Vec<Letter>>,
}

impl Post for Pigeon {
    fn domain(&self) -> &str {
        "balcao.example"
    }

    fn send<'l>(&'l self, letter: &'l Letter) -> Sending<'l> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            if let Some(refused) = self.says.lock().unwrap().pop() {
                return Err(refused);
            }
            self.took.lock().unwrap().push(letter.clone());
            Ok(())
        })
    }
}

impl Pigeon {
    fn says(&self, refused: impl IntoIterator<Item = PostError>) {
        self.says.lock().unwrap().extend(refused);
    }

    fn took(&self) -> Vec<Letter> {
        self.took.lock().unwrap().clone()
    }
}

fn later() -> PostError {
    PostError::Later("451 tente mais tarde".to_owned())
}

async fn mailing(home: &Home) -> (Desk, Arc<Pigeon>) {
    let pigeon = Arc::new(Pigeon::default());
    let desk = home.desk.clone().mailing_by(pigeon.clone());
    fill(&desk).await;
    (desk, pigeon)
}

fn reply(body: &str) -> Word {
    Word::Reply { body: body.to_owned(), citations: Vec::new() }
}

async fn answered(desk: &Desk, id: &TicketId, now: Timestamp) {
    answer(desk, &caller(Role::Agent), id, reply("Olá! Veja a página de webhooks."), now).await.unwrap();
}

async fn mails(desk: &Desk, id: &TicketId) -> Vec<Outbox> {
    mail::of_ticket(desk, &caller(Role::Agent), id).await.unwrap()
}

/// Does everything that is due; how many jobs failed.
async fn work(desk: &Desk, now: Timestamp) -> usize {
    let mut failed = 0;
    loop {
        match jobs::run_one(desk, "w", now).await.unwrap() {
            jobs::Outcome::Idle => return failed,
            jobs::Outcome::Failed(_) => failed += 1,
            jobs::Outcome::Done(_) => {}
        }
    }
}

async fn an_answer_is_mailed_once_by_two_servers(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let other = home.second().await.mailing_by(pigeon.clone());
    let new = received(&desk, "dev-008").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-008")));
    for _ in 0..5 {
        answered(&desk, &id, now).await;
    }
    for _ in 0..10 {
        let (a, b) = tokio::join!(jobs::run_one(&desk, "a", now), jobs::run_one(&other, "b", now));
        a.unwrap();
        b.unwrap();
    }
    let took = pigeon.took();
    let mut ids: Vec<&str> = took.iter().map(|letter| letter.message_id.as_str()).collect();
    ids.sort_unstable();
    let token = reply_token::made(&id, &secrets());
    let expected: Vec<String> = (1..=5).map(|n| format!("<{token}.{n}@balcao.example>")).collect();
    assert_eq!(ids, expected);
    let first = took.iter().find(|letter| letter.message_id == expected[0]).unwrap();
    assert_eq!(first.to, "rafael.nunes@fintrilha.example");
    assert_eq!(first.body, "Olá! Veja a página de webhooks.");
    let thread = first.thread.clone().unwrap();
    assert_eq!((thread.protocol, thread.subject.as_str()), (new.ticket.protocol, "Notificações perdidas"));
    assert_eq!((thread.in_reply_to, thread.references.len()), (None, 0));
    let second = took.iter().find(|letter| letter.message_id == expected[1]).unwrap();
    assert_eq!(second.thread.clone().unwrap().in_reply_to.as_ref(), Some(&expected[0]));
    assert!(mails(&desk, &id).await.iter().all(|mail| mail.state == "sent" && mail.attempts == 1));
    assert_eq!(told(&desk).await.iter().filter(|(what, _)| what == "mailed").count(), 5);
}

async fn the_same_form_twice_is_one_mail(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let new = received(&desk, "dev-008").await;
    for _ in 0..2 {
        let then = Then { once: Some("7".to_owned()), ..Then::default() };
        let said = (reply("Uma vez."), then);
        answer_and(&desk, &caller(Role::Agent), &new.ticket.id, said, noon()).await.unwrap();
    }
    let note = Word::Note { body: "só entre nós".to_owned() };
    answer(&desk, &caller(Role::Agent), &new.ticket.id, note, noon()).await.unwrap();
    work(&desk, noon()).await;
    assert_eq!(pigeon.took().len(), 1);
}

async fn a_step_that_is_refused_mails_nothing(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let new = received(&desk, "dev-008").await;
    // Closing needs a confirmation: with the step the answer is not said either.
    let then = Then { step: Some(close("duvida-api", "documentada")), ..Then::default() };
    let said = answer_and(&desk, &caller(Role::Agent), &new.ticket.id, (reply("Tchau."), then), noon()).await;
    assert!(said.is_err());
    work(&desk, noon()).await;
    assert!(pigeon.took().is_empty() && mails(&desk, &new.ticket.id).await.is_empty());
}

async fn what_fails_for_now_is_tried_again_and_heals(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let new = received(&desk, "dev-008").await;
    let mut now = came(&example("dev-008"));
    answered(&desk, &new.ticket.id, now).await;
    pigeon.says([later(), later(), later()]);
    let mut tries = 0;
    while pigeon.took().is_empty() {
        tries += work(&desk, now).await;
        let mail = &mails(&desk, &new.ticket.id).await[0];
        if pigeon.took().is_empty() {
            assert_eq!(
                (mail.state.as_str(), mail.reason.as_deref()),
                ("waiting", Some("451 tente mais tarde"))
            );
        }
        // Not before its time.
        assert_eq!(work(&desk, now + SignedDuration::from_secs(5)).await, 0);
        now += SignedDuration::from_mins(2);
    }
    assert_eq!((tries, pigeon.took().len()), (3, 1));
    let mail = &mails(&desk, &new.ticket.id).await[0];
    assert_eq!((mail.state.as_str(), mail.attempts, mail.reason.as_deref()), ("sent", 4, None));
}

async fn what_is_refused_for_good_ends_visibly(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let new = received(&desk, "dev-008").await;
    answered(&desk, &new.ticket.id, noon()).await;
    pigeon.says([PostError::Never("550 não existe".to_owned())]);
    // The job itself did not fail: nothing is left to do.
    assert_eq!(work(&desk, noon()).await, 0);
    work(&desk, noon() + SignedDuration::from_hours(48)).await;
    assert!(pigeon.took().is_empty());
    let mail = &mails(&desk, &new.ticket.id).await[0];
    assert_eq!((mail.state.as_str(), mail.reason.as_deref()), ("failed", Some("550 não existe")));
    let (_, data) = told(&desk).await.into_iter().find(|(what, _)| what == "mail_failed").unwrap();
    assert_eq!((data["reason"].as_str(), data["mail"].as_str()), (Some("550 não existe"), Some("answer")));
}

async fn after_ten_tries_a_person_is_asked(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let new = received(&desk, "dev-008").await;
    answered(&desk, &new.ticket.id, noon()).await;
    pigeon.says((0..10).map(|_| later()));
    let (mut now, mut failed) = (noon(), 0);
    for _ in 0..30 {
        failed += work(&desk, now).await;
        now += SignedDuration::from_hours(4);
    }
    assert_eq!((failed, pigeon.took().len()), (10, 0));
    assert_eq!(mails(&desk, &new.ticket.id).await[0].state, "held");
    assert!(told(&desk).await.iter().any(|(what, _)| what == "mail_held"));
    let admin = caller(Role::Administrator);
    let aside = jobs::quarantined(&desk, &admin, None, 10).await.unwrap();
    jobs::release(&desk, &admin, &aside[0].id, now).await.unwrap();
    work(&desk, now).await;
    assert_eq!((mails(&desk, &new.ticket.id).await[0].state.as_str(), pigeon.took().len()), ("sent", 1));
}

/// Takes a mail and never says so.
struct Silent;

impl Post for Silent {
    fn domain(&self) -> &str {
        "balcao.example"
    }

    fn send<'l>(&'l self, _letter: &'l Letter) -> Sending<'l> {
        Box::pin(std::future::pending())
    }
}

async fn whoever_vanished_is_followed_by_another_with_the_same_id(home: &Home) {
    let desk = home.desk.clone().mailing_by(Arc::new(Silent));
    fill(&desk).await;
    let new = received(&desk, "dev-008").await;
    answered(&desk, &new.ticket.id, noon()).await;
    let vanished =
        tokio::time::timeout(std::time::Duration::from_millis(300), jobs::run_one(&desk, "a", noon()));
    assert!(vanished.await.is_err());
    let pigeon = Arc::new(Pigeon::default());
    let other = home.second().await.mailing_by(pigeon.clone());
    // Until its time is over the mail is the first one's.
    assert_eq!(work(&other, noon() + SignedDuration::from_mins(2)).await, 0);
    assert!(pigeon.took().is_empty());
    let before = mails(&other, &new.ticket.id).await[0].clone();
    work(&other, noon() + SignedDuration::from_mins(6)).await;
    work(&other, noon() + SignedDuration::from_mins(20)).await;
    let took = pigeon.took();
    assert_eq!((took.len(), &took[0].message_id), (1, &before.message_id));
}

async fn reminders_and_the_closing_are_mailed(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let new = received(&desk, "dev-008").await;
    let (id, mut now) = (new.ticket.id.clone(), came(&example("dev-008")));
    moved(&desk, &caller(Role::Agent), &id, &balcao_core::ticket::Transition::to(State::Analysis, "x"), now)
        .await
        .unwrap();
    moved(&desk, &caller(Role::Agent), &id, &resolve("Está na página."), now).await.unwrap();
    for _ in 0..60 {
        now += SignedDuration::from_hours(12);
        silence::round(&desk, now).await.unwrap();
    }
    while jobs::run_one(&desk, "w", now).await.unwrap() != jobs::Outcome::Idle {}
    let kinds: Vec<Kind> = pigeon.took().iter().map(|letter| letter.kind).collect();
    assert_eq!(kinds, [Kind::Reminder, Kind::Reminder, Kind::Closing]);
    assert!(kinds.iter().all(|kind| kind.is_automatic()) && !Kind::Answer.is_automatic());
    // So is the end that the partner confirmed.
    let other = received(&desk, "dev-020").await;
    let agent = caller(Role::Agent);
    moved(&desk, &agent, &other.ticket.id, &balcao_core::ticket::Transition::to(State::Analysis, "x"), now)
        .await
        .unwrap();
    moved(&desk, &agent, &other.ticket.id, &resolve("Gere outro token."), now).await.unwrap();
    wrote(&desk, (&other.ticket.id, "dev-020", "m2"), "funcionou, obrigado", now).await;
    confirmed(&desk, &other.ticket.id, now).await;
    moved(&desk, &agent, &other.ticket.id, &close("duvida-api", "documentada"), now).await.unwrap();
    work(&desk, now).await;
    let last = pigeon.took().pop().unwrap();
    assert_eq!((last.kind, last.to.as_str()), (Kind::Closing, "rafael.nunes@fintrilha.example"));
}

async fn only_a_known_address_of_a_mailing_channel_is_written_to(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let mut message = example("dev-008");
    for (n, (channel, address)) in [
        ("email", "ana b@x"),
        ("whatsapp", "a@b.example"),
        ("api", "a@b.example"),
        ("email", "a@b\r\nBcc: c@d"),
    ]
    .into_iter()
    .enumerate()
    {
        message["id"] = format!("other {n}").into();
        message["channel"] = channel.into();
        message["from"]["address"] = address.into();
        let arrived = arrival(&message, Some(&n.to_string()));
        let new =
            balcao_desk::verbs::receive::receive(&desk, &caller(Role::Agent), arrived, noon()).await.unwrap();
        answered(&desk, &new.ticket.id, noon()).await;
    }
    work(&desk, noon()).await;
    assert!(pigeon.took().is_empty());
    // The newest of several is answered, by the id of its own mail.
    let new = received(&desk, "dev-020").await;
    let now = came(&example("dev-020")) + SignedDuration::from_hours(1);
    wrote(&desk, (&new.ticket.id, "dev-020", "<m2@fintrilha.example>"), "mais uma coisa", now).await;
    answered(&desk, &new.ticket.id, now).await;
    work(&desk, now).await;
    let thread = pigeon.took()[0].thread.clone().unwrap();
    assert_eq!(thread.in_reply_to.as_deref(), Some("<m2@fintrilha.example>"));
    assert_eq!(thread.references, ["<m2@fintrilha.example>"]);
}

async fn without_a_post_nothing_is_queued(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-008").await;
    answered(desk, &new.ticket.id, noon()).await;
    let asked = link::ask(desk, "rafael.nunes@fintrilha.example", noon()).await.unwrap();
    assert!(asked.is_some(), "somebody carries it");
    assert_eq!(work(desk, noon()).await, 0);
    assert!(mails(desk, &new.ticket.id).await.is_empty());
    assert!(told(desk).await.iter().all(|(what, _)| !what.starts_with("mail")));
}

async fn links_go_sealed_and_end(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let address = "rafael.nunes@fintrilha.example";
    assert_eq!(link::ask(&desk, address, noon()).await.unwrap(), None, "the mail carries it");
    assert_eq!(link::ask(&desk, "ninguem@fintrilha.example", noon()).await.unwrap(), None);
    work(&desk, noon()).await;
    let took = pigeon.took();
    assert_eq!((took.len(), took[0].kind, took[0].to.as_str()), (1, Kind::Link, address));
    let secret = took[0].secret.clone().unwrap();
    link::enter(&desk, &secret, "Firefox", noon()).await.unwrap();
    // One that waited too long is not sent any more.
    link::ask(&desk, address, noon()).await.unwrap();
    pigeon.says([later()]);
    assert_eq!(work(&desk, noon()).await, 1);
    work(&desk, noon() + SignedDuration::from_mins(31)).await;
    assert_eq!(pigeon.took().len(), 1);
    // Somebody of the desk is invited at the address that is the login.
    let new = account::NewAccount {
        login: "nova@balcao.example".to_owned(),
        name: "Nova".to_owned(),
        role: Role::Agent,
        partner: None,
        team: None,
    };
    let made = account::create(&desk, &Caller::system(), new, noon()).await.unwrap();
    let shown = account::invite(&desk, &Caller::system(), &made.id, noon()).await.unwrap();
    work(&desk, noon()).await;
    let last = pigeon.took().pop().unwrap();
    assert_eq!((last.kind, last.to.as_str()), (Kind::Invitation, "nova@balcao.example"));
    assert_eq!(last.secret.map(|secret| secret.to_string()), Some(shown));
}

/// Two programs that answer each other end somewhere.
async fn what_the_desk_mails_of_itself_to_one_address_has_an_end(home: &Home) {
    let (desk, pigeon) = mailing(home).await;
    let (agent, mut message, now) = (caller(Role::Agent), example("dev-020"), came(&example("dev-020")));
    let mut closed = Vec::new();
    for n in 0..31 {
        message["id"] = format!("many {n}").into();
        let arrived = arrival(&message, Some(&n.to_string()));
        let new = balcao_desk::verbs::receive::receive(&desk, &agent, arrived, now).await.unwrap();
        let id = new.ticket.id;
        moved(&desk, &agent, &id, &balcao_core::ticket::Transition::to(State::Analysis, "x"), now)
            .await
            .unwrap();
        moved(&desk, &agent, &id, &resolve("Gere outro token."), now).await.unwrap();
        wrote(&desk, (&id, "dev-020", &format!("m{n}")), "funcionou, obrigado", now).await;
        confirmed(&desk, &id, now).await;
        moved(&desk, &agent, &id, &close("duvida-api", "documentada"), now).await.unwrap();
        closed.push(id);
    }
    work(&desk, now).await;
    assert_eq!(pigeon.took().len(), 30);
    let capped = told(&desk).await.into_iter().filter(|(what, _)| what == "mail_capped").count();
    assert_eq!(capped, 1);
    // What a person answers goes all the same, and the day after the desk's own words too.
    answered(&desk, &closed[0], now).await;
    work(&desk, now).await;
    assert_eq!(pigeon.took().len(), 31);
    let later = now + SignedDuration::from_hours(25);
    link::ask(&desk, "rafael.nunes@fintrilha.example", later).await.unwrap();
    work(&desk, later).await;
    assert_eq!(pigeon.took().len(), 32);
}
