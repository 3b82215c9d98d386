//! Chats: a delivery, a message and an errand are there once; one worker at a time; what the other side tells never goes back.

use balcao_store::chat_conversation::{self, Conversation};
use balcao_store::chat_delivery::{self, ChatDelivery};
use balcao_store::chat_said::{self, ChatSaid};
use balcao_store::errand::{self, Errand, Tried};
use balcao_store::ticket::Ticket;
use balcao_store::{ChatDeliveryId, ConversationId, ErrandId, Scope, Store, StoreError, message};

use crate::engines::Home;
use crate::samples::{NOON, create, message as said_in, ticket};

crate::on_both!(
    a_delivery_is_kept_once_and_ends_once,
    two_messages_of_one_conversation_are_filed_one_after_the_other,
    an_errand_is_one_workers_and_says_if_it_was_anothers,
    what_is_told_never_goes_back,
    what_waited_for_the_partner_goes_when_he_writes,
);

/// Runs a change of the store.
macro_rules! change {
    ($store:expr, |$tx:ident| $body:expr) => {
        $store.write::<_, StoreError, _>(move |$tx| Box::pin(async move { $body.await })).await
    };
}

fn conversation(mark: &str) -> Conversation {
    Conversation {
        id: ConversationId::fresh(),
        mark: mark.to_owned(),
        channel: "whatsapp".to_owned(),
        version: 0,
        last_in: None,
        reopened: None,
    }
}

fn errand_of(ticket: &Ticket, conversation: &Conversation, kind: &str) -> Errand {
    Errand {
        id: ErrandId::fresh(),
        channel: "whatsapp".to_owned(),
        ticket: ticket.id.clone(),
        message: None,
        part: 0,
        conversation: Some(conversation.id.clone()),
        kind: kind.to_owned(),
        template: None,
        created: NOON,
        state: "waiting".to_owned(),
        attempts: 0,
        anew: 0,
        claimed_by: None,
        claimed_until: None,
        ended: None,
        reason: None,
        mark: None,
    }
}

/// A ticket with a conversation and these errands.
async fn begun<const N: usize>(store: &Store, kinds: [&str; N]) -> (Ticket, Conversation, [Errand; N]) {
    let ticket = create(store, ticket("alfa", NOON)).await;
    let (talk, errands) = {
        let talk = conversation("m");
        let errands = kinds.map(|kind| errand_of(&ticket, &talk, kind));
        (talk, errands)
    };
    let (new, all) = (talk.clone(), errands.clone());
    let done = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            assert!(chat_conversation::add(tx, &new).await?);
            for one in &all {
                errand::add(tx, one).await?;
            }
            Ok(())
        })
    });
    done.await.unwrap();
    (ticket, talk, errands)
}

async fn claim(store: &Store, id: &ErrandId, worker: &'static str, now: i64) -> Option<bool> {
    let id = id.clone();
    let claimed = change!(store, |tx| errand::claim(tx, &id, worker, (now, now + 1_000)));
    claimed.unwrap().map(|(_, lost)| lost)
}

async fn tried(store: &Store, id: &ErrandId, worker: &'static str, tried: Tried) -> bool {
    let id = id.clone();
    change!(store, |tx| errand::tried(tx, &id, worker, (&tried, NOON))).unwrap()
}

async fn told(store: &Store, id: &ErrandId, state: &'static str) -> bool {
    let id = id.clone();
    change!(store, |tx| errand::told(tx, &id, (state, None), (NOON, "mark"))).unwrap()
}

async fn state(store: &Store, id: &ErrandId) -> String {
    let mut conn = store.read().await.unwrap();
    errand::get(&mut conn, id).await.unwrap().unwrap().state
}

async fn a_delivery_is_kept_once_and_ends_once(home: &Home) {
    let open = home.open().await;
    let store = &open;
    let row = |id: ChatDeliveryId| ChatDelivery {
        id,
        hash: "h".to_owned(),
        channel: "whatsapp".to_owned(),
        received_at: NOON,
        size: 7,
        state: chat_delivery::RECEIVED.to_owned(),
        attempts: 0,
        reason: None,
        ticket: None,
    };
    let id = ChatDeliveryId::fresh();
    for (id, expected) in [(id.clone(), true), (ChatDeliveryId::fresh(), false)] {
        let one = row(id);
        assert_eq!(change!(store, |tx| chat_delivery::add(tx, &one)).unwrap(), expected);
    }
    let begin = || {
        let id = id.clone();
        async { change!(store, |tx| chat_delivery::begin(tx, &id)).unwrap().map(|row| row.attempts) }
    };
    assert_eq!((begin().await, begin().await), (Some(1), Some(2)));
    let end = |state: &'static str| {
        let id = id.clone();
        async move { change!(store, |tx| chat_delivery::end(tx, &id, state, ("porque sim", None))).unwrap() }
    };
    assert!(end(chat_delivery::QUARANTINED).await && !end(chat_delivery::FILED).await);
    assert_eq!(begin().await, None);
    let mut conn = store.read().await.unwrap();
    let aside = chat_delivery::list(&mut conn, chat_delivery::QUARANTINED, None, 10).await.unwrap();
    assert_eq!((aside.len(), aside[0].reason.as_deref()), (1, Some("porque sim")));
    assert_eq!(chat_delivery::counts(&mut conn).await.unwrap(), [("quarantined".to_owned(), 1)]);
    drop(conn);
    let released = id.clone();
    assert!(change!(store, |tx| chat_delivery::release(tx, &released)).unwrap());
    assert_eq!(begin().await, Some(1));
}

async fn two_messages_of_one_conversation_are_filed_one_after_the_other(home: &Home) {
    let open = home.open().await;
    let store = &open;
    let (t, talk, []) = begun(store, []).await;
    let mine = conversation("m");
    assert!(
        !change!(store, |tx| chat_conversation::add(tx, &mine)).unwrap(),
        "one telephone is one conversation"
    );
    let wrote = |version: i64, at: i64| {
        let id = talk.id.clone();
        async move { change!(store, |tx| chat_conversation::wrote(tx, &id, version, at)).unwrap() }
    };
    assert!(wrote(0, NOON).await && !wrote(0, NOON + 1).await && wrote(1, NOON - 5).await);
    let one = said_in(&t, "in", None);
    let said = ChatSaid { message: one.id.clone(), conversation: talk.id.clone(), mark: "w".to_owned() };
    let other = said_in(&t, "in", None);
    let twice = ChatSaid { message: other.id.clone(), ..said.clone() };
    let filed = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move {
            assert!(message::add(tx, &one).await? && message::add(tx, &other).await?);
            Ok((chat_said::add(tx, &said).await?, chat_said::add(tx, &twice).await?))
        })
    });
    assert_eq!(filed.await.unwrap(), (true, false));
    let mut conn = store.read().await.unwrap();
    let known = chat_conversation::by_mark(&mut conn, "m").await.unwrap().unwrap();
    assert_eq!(
        (known.version, known.last_in),
        (2, Some(NOON)),
        "what was written before does not shorten the window"
    );
    assert_eq!(chat_said::known(&mut conn, "w").await.unwrap(), Some(t.id.clone()));
    assert_eq!(
        chat_said::get(&mut conn, "w").await.unwrap().map(|said| said.conversation),
        Some(talk.id.clone())
    );
    let open = chat_conversation::open_tickets(&mut conn, &talk.id, 5).await.unwrap();
    assert_eq!(open.iter().map(|row| &row.id).collect::<Vec<_>>(), [&t.id]);
    assert_eq!(
        chat_conversation::of_ticket(&mut conn, &t.id).await.unwrap().map(|one| one.id),
        Some(talk.id)
    );
}

async fn an_errand_is_one_workers_and_says_if_it_was_anothers(home: &Home) {
    let store = home.open().await;
    let (t, _, [one, two]) = begun(&store, ["answer", "answer"]).await;
    assert_eq!(claim(&store, &one.id, "a", NOON).await, Some(false));
    assert_eq!(claim(&store, &one.id, "b", NOON + 999).await, None);
    assert_eq!(
        claim(&store, &one.id, "b", NOON + 1_000).await,
        Some(true),
        "the first never said what became of it"
    );
    assert!(!tried(&store, &one.id, "a", Tried::Failed("x".to_owned())).await, "it is another's now");
    assert!(tried(&store, &one.id, "b", Tried::Waiting("depois".to_owned())).await);
    assert_eq!(claim(&store, &one.id, "c", NOON + 1_001).await, Some(false));
    let mut conn = store.read().await.unwrap();
    let first = errand::first_before(&mut conn, &two).await.unwrap();
    assert_eq!(first.map(|first| first.id), Some(one.id.clone()), "the earlier goes first");
    assert!(errand::under_way(&mut conn, ("whatsapp", None), NOON + 1_500).await.unwrap());
    let here = one.conversation.as_ref();
    assert!(errand::under_way(&mut conn, ("whatsapp", here), NOON + 1_500).await.unwrap());
    let elsewhere = balcao_store::ConversationId::fresh();
    assert!(!errand::under_way(&mut conn, ("whatsapp", Some(&elsewhere)), NOON + 1_500).await.unwrap());
    drop(conn);
    assert!(tried(&store, &one.id, "c", Tried::Unsure("?".to_owned())).await);
    assert_eq!(claim(&store, &one.id, "d", NOON + 9_000).await, None, "nobody sends again what may be there");
    let again = one.id.clone();
    assert!(change!(store, |tx| errand::again(tx, &again, NOON)).unwrap());
    assert_eq!(claim(&store, &one.id, "d", NOON + 9_000).await, Some(false));
    let busy = one.id.clone();
    assert!(!change!(store, |tx| errand::again(tx, &busy, NOON + 9_001)).unwrap(), "it is with a worker");
    assert!(tried(&store, &one.id, "d", Tried::Unsure("?".to_owned())).await);
    let there = one.id.clone();
    assert!(change!(store, |tx| errand::arrived(tx, &there, NOON)).unwrap());
    assert_eq!(state(&store, &one.id).await, "sent");
    let mut conn = store.read().await.unwrap();
    let mine = errand::of_ticket(&mut conn, &Scope::Partner("alfa".to_owned()), &t.id).await.unwrap();
    let theirs = errand::of_ticket(&mut conn, &Scope::Partner("beta".to_owned()), &t.id).await.unwrap();
    assert_eq!((mine.len(), theirs.len()), (2, 0));
    assert_eq!(errand::list(&mut conn, "waiting", None, 10).await.unwrap().len(), 1);
    assert_eq!(errand::list(&mut conn, "waiting", Some(&two.id), 10).await.unwrap().len(), 0);
}

async fn what_is_told_never_goes_back(home: &Home) {
    let store = home.open().await;
    let (_, _, [one, other]) = begun(&store, ["answer", "answer"]).await;
    assert_eq!(claim(&store, &one.id, "a", NOON).await, Some(false));
    // It is told before the worker says that it was sent.
    assert!(told(&store, &one.id, "delivered").await && !told(&store, &one.id, "sent").await);
    assert!(tried(&store, &one.id, "a", Tried::Sent(Some("mark".to_owned()))).await);
    assert_eq!(state(&store, &one.id).await, "delivered");
    assert!(told(&store, &one.id, "read").await && !told(&store, &one.id, "failed").await);
    let mut conn = store.read().await.unwrap();
    assert_eq!(errand::by_mark(&mut conn, "mark").await.unwrap().map(|one| one.id), Some(one.id));
    drop(conn);
    // Whoever calls everything alike names nothing, and keeps nothing from being noted.
    assert_eq!(claim(&store, &other.id, "a", NOON).await, Some(false));
    assert!(tried(&store, &other.id, "a", Tried::Sent(Some("mark".to_owned()))).await);
    let id = other.id.clone();
    let failed = change!(store, |tx| errand::told(tx, &id, ("failed", Some("não")), (NOON, "mark2")));
    assert!(failed.unwrap() && !told(&store, &other.id, "read").await);
}

async fn what_waited_for_the_partner_goes_when_he_writes(home: &Home) {
    let open = home.open().await;
    let store = &open;
    let (_, talk, [answer, reminder]) = begun(store, ["answer", "reminder"]).await;
    for one in [&answer, &reminder] {
        assert!(claim(store, &one.id, "a", NOON).await.is_some());
        assert!(tried(store, &one.id, "a", Tried::Outside("fora".to_owned())).await);
    }
    let asked = |at: i64| {
        let id = talk.id.clone();
        async move { change!(store, |tx| chat_conversation::reopen(tx, &id, at)).unwrap() }
    };
    assert!(asked(NOON).await && !asked(NOON + 1).await, "once until he writes");
    let id = talk.id.clone();
    change!(store, |tx| chat_conversation::not_asked(tx, &id)).unwrap();
    assert!(asked(NOON + 2).await);
    let id = talk.id.clone();
    assert!(change!(store, |tx| chat_conversation::wrote(tx, &id, 0, NOON + 3)).unwrap());
    assert!(asked(NOON + 4).await);
    let id = talk.id.clone();
    let woken = change!(store, |tx| errand::wake(tx, &id, NOON + 3)).unwrap();
    assert_eq!(woken, Some(answer.id.clone()));
    assert_eq!(
        (state(store, &answer.id).await.as_str(), state(store, &reminder.id).await.as_str()),
        ("waiting", "failed")
    );
}
