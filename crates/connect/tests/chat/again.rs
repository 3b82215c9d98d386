//! What is sent anew, what comes back to us, and what stays readable: nothing stands still unseen, nothing of an earlier sending is believed.

use balcao_core::ticket::Role;
use balcao_desk::chat;
use balcao_store::{TicketId, chat_conversation, sealed};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::homes::{DEA, Home, after, caller, deliver, noon, of, status, tell_as, text, work};
use crate::server::Fault;

crate::on_both!(
    what_waited_behind_a_held_part_goes_on_with_it,
    a_sending_anew_is_another_and_the_earlier_is_not_believed,
    a_tool_that_fails_twice_is_heard_twice,
    what_a_tool_tells_of_our_own_words_is_no_message,
    an_address_stays_readable_as_long_as_somebody_writes,
);

async fn room(home: &Home, (once, id, body): (&str, &str, &str)) {
    let what = json!({"type": "message.created", "data": {
        "id": id, "conversation": "sala-7", "from": {"name": "Dea", "address": "dea@alfa.example"}, "text": body}});
    tell_as(&home.desk, ("sala", once), &what).await.unwrap();
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
}

async fn failed(home: &Home, once: &str, id: &str) {
    let what = json!({"type": "message.status", "data": {"id": id, "status": "failed"}});
    tell_as(&home.desk, ("sala", once), &what).await.unwrap();
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
}

async fn again(home: &Home, ticket: &TicketId, n: usize) {
    let errand = home.errands(ticket).await[n].id.clone();
    chat::resend(&home.desk, &caller(Role::Agent), (ticket, &errand), noon()).await.unwrap();
}

async fn what_waited_behind_a_held_part_goes_on_with_it(home: &Home) {
    for end in ["resend", "discard"] {
        let before = home.server.state().told.len();
        room(home, (end, end, "Não autentica")).await;
        let id = home.only().await.ticket.id;
        home.answered(
            &id,
            "Gere outro token e tente de novo.\n\nSe o erro voltar, mande a hora.\n\nE o corpo da resposta.",
        )
        .await;
        home.server.fail((0..10).map(|_| Fault::Bare(503)));
        let mut now = noon();
        for _ in 0..12 {
            work(&home.desk, now).await;
            now += SignedDuration::from_hours(5);
        }
        let all = home.errands(&id).await;
        let first = all.len() - 3;
        let states = |all: &[balcao_store::errand::Errand]| {
            all[first..].iter().map(|one| one.state.clone()).collect::<Vec<_>>()
        };
        assert_eq!(states(&all), ["held", "waiting", "waiting"]);
        let (agent, which) = (caller(Role::Agent), (&id, &all[first].id));
        let (expected, went) = if end == "resend" {
            chat::resend(&home.desk, &agent, which, now).await.unwrap();
            ("sent", 3)
        } else {
            chat::discard(&home.desk, &agent, which, now).await.unwrap();
            ("failed", 2)
        };
        assert_eq!(work(&home.desk, now).await, Vec::<String>::new());
        assert_eq!(states(&home.errands(&id).await), [expected, "sent", "sent"]);
        assert_eq!(home.server.state().told.len() - before, went);
    }
}

async fn a_sending_anew_is_another_and_the_earlier_is_not_believed(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Gere outro token.").await;
    home.server.fail([Fault::Lost]);
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["unsure"]);
    again(home, &id, 0).await;
    work(&home.desk, noon()).await;
    let own: Vec<Value> =
        home.server.sent().iter().map(|sent| sent["biz_opaque_callback_data"].clone()).collect();
    assert_ne!(own[0], own[1]);
    // The first did not arrive, the second did.
    home.delivered(&status("wamid.out1", own[0].as_str(), "failed", Some(131_026))).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["sent"]);
    home.delivered(&status("wamid.out2", own[1].as_str(), "delivered", None)).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["delivered"]);
}

async fn a_tool_that_fails_twice_is_heard_twice(home: &Home) {
    room(home, ("a", "m-1", "Não autentica")).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Olá!").await;
    work(&home.desk, noon()).await;
    let own = home.errands(&id).await[0].id.to_string();
    failed(home, "b", &own).await;
    assert_eq!(home.states(&id).await, ["failed"]);
    again(home, &id, 0).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["sent"]);
    let ids: Vec<String> =
        home.server.state().told.iter().map(|told| told.header("webhook-id").to_owned()).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{ids:?}");
    failed(home, "c", &own).await;
    assert_eq!(home.states(&id).await, ["failed"]);
}

async fn what_a_tool_tells_of_our_own_words_is_no_message(home: &Home) {
    room(home, ("a", "m-1", "Não autentica")).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Olá!").await;
    work(&home.desk, noon()).await;
    let messages = home.only().await.messages.len();
    let own = home.errands(&id).await[0].id.to_string();
    // By the id that it gave us, and by ours.
    room(home, ("b", "t-1", "Olá!")).await;
    room(home, ("c", &own, "Olá!")).await;
    assert_eq!((home.only().await.messages.len(), home.counts().await.noted), (messages, 2));
    // What we hand over is nothing that a tool delivers.
    let said = home.server.state().told[0].json();
    tell_as(&home.desk, ("sala", "d"), &said).await.unwrap();
    work(&home.desk, noon()).await;
    assert_eq!((home.only().await.messages.len(), home.counts().await.noted), (messages, 3));
}

async fn an_address_stays_readable_as_long_as_somebody_writes(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    let expires = async || {
        let mut conn = home.desk.store().read().await.unwrap();
        let conversation = chat_conversation::of_ticket(&mut conn, &id).await.unwrap().unwrap();
        let all = sealed::about(&mut conn, conversation.id.as_str()).await.unwrap();
        assert_eq!(all.len(), 1);
        all[0].expires_at.unwrap()
    };
    let first = expires().await;
    for hours in [1, 23] {
        let minutes = hours * 60;
        let told = of(DEA, "Dea", &[text(&format!("wamid.at{hours}"), "E?", minutes)]);
        deliver(&home.desk, &told, after(minutes)).await.unwrap();
        work(&home.desk, after(minutes)).await;
        assert_eq!(expires().await > first, hours == 23, "{hours}");
    }
}
