//! Tickets: numbers, versions, lists, scopes, search, and what hangs on them.

use std::collections::BTreeSet;

use balcao_store::attachment::{self, Attachment};
use balcao_store::diagnosis::{self, Diagnosis};
use balcao_store::evidence::{self, Evidence};
use balcao_store::ticket::{self, Filter, Ticket};
use balcao_store::ticket_link::{self, TicketLink};
use balcao_store::{AttachmentId, DiagnosisId, EvidenceId, Page, Scope, Store, StoreError, message, search};

use crate::engines::Home;
use crate::samples::{self, NOON, create};

crate::on_both!(
    numbers_have_no_gap_and_no_double,
    a_stale_version_is_refused,
    pages_hold_every_ticket_once,
    a_partner_sees_only_his_own,
    a_team_sees_only_its_own,
    every_filter_narrows,
    search_finds_all_words_newest_first,
    what_hangs_on_a_ticket_is_read_back,
    links_show_only_between_visible_tickets,
);

fn partner(code: &str) -> Scope {
    Scope::Partner(code.to_owned())
}

async fn numbers_have_no_gap_and_no_double(home: &Home) {
    let store = home.open().await;
    let writers = (0..8).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for n in 0..25 {
                let ticket = samples::ticket("aurora", NOON);
                let done: Result<Ticket, StoreError> = store
                    .write(move |tx| {
                        Box::pin(async move {
                            let ticket = ticket::create(tx, 2026, ticket).await?;
                            // Every fifth thinks better of it: its number must go to another.
                            if n % 5 == writer % 5 { Err(StoreError::Interrupted) } else { Ok(ticket) }
                        })
                    })
                    .await;
                assert_eq!(done.is_err(), n % 5 == writer % 5);
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let protocols: BTreeSet<String> = every(&store, &Scope::All, &Filter::default())
        .await
        .into_iter()
        .map(|ticket| ticket.protocol)
        .collect();
    let expected: BTreeSet<String> = (1..=160).map(|n| format!("2026-{n:06}")).collect();
    assert_eq!(protocols, expected);
    let other_year = store.write::<_, StoreError, _>(|tx| {
        Box::pin(async move { ticket::create(tx, 2027, samples::ticket("aurora", NOON)).await })
    });
    assert_eq!(other_year.await.unwrap_err().to_string(), "could not write a ticket: there is one already");
    let later = samples::ticket("aurora", NOON + 7);
    let later = store
        .write::<_, StoreError, _>(|tx| Box::pin(async move { ticket::create(tx, 2027, later).await }))
        .await;
    assert_eq!(later.unwrap().protocol, "2027-000001");
}

/// All pages of a list, one after the other.
async fn every(store: &Store, scope: &Scope, filter: &Filter) -> Vec<Ticket> {
    let mut conn = store.read().await.unwrap();
    let (mut all, mut page) = (Vec::new(), Page::first(7));
    loop {
        let got = ticket::list(&mut conn, scope, filter, &page).await.unwrap();
        assert!(got.items.len() <= 7);
        all.extend(got.items);
        match got.next {
            Some(next) => page.cursor = Some(next),
            None => return all,
        }
    }
}

async fn a_stale_version_is_refused(home: &Home) {
    let store = home.open().await;
    let first = create(&store, samples::ticket("aurora", NOON)).await;
    let change = |scope: Scope, ticket: Ticket| {
        store.write::<_, StoreError, _>(move |tx| {
            Box::pin(async move { ticket::update(tx, &scope, &ticket).await })
        })
    };
    let analysed = Ticket {
        state: "analysis".to_owned(),
        assignee: Some("ana".to_owned()),
        updated: NOON + 5,
        // What never changes is not written, whatever the caller says.
        protocol: "2026-999999".to_owned(),
        ..first.clone()
    };
    let second = change(Scope::All, analysed.clone()).await.unwrap();
    assert_eq!(second.version, 2);
    for scope in [Scope::All, partner("aurora"), partner("boreal")] {
        let stale = change(scope, analysed.clone()).await.unwrap_err();
        assert!(matches!(stale, StoreError::Stale { version: 1, .. }), "{stale}");
    }
    let foreign = change(partner("boreal"), second.clone()).await.unwrap_err();
    assert!(matches!(foreign, StoreError::Stale { version: 2, .. }), "{foreign}");
    let mut conn = store.read().await.unwrap();
    let read = ticket::by_protocol(&mut conn, &Scope::All, "2026-000001").await.unwrap();
    assert_eq!(read, Some(Ticket { protocol: "2026-000001".to_owned(), ..second }));
}

async fn pages_hold_every_ticket_once(home: &Home) {
    let store = home.open().await;
    let mut written = Vec::new();
    for n in 0..40 {
        // Several in the same millisecond, and some that come late.
        written.push(create(&store, samples::ticket("aurora", NOON + [0, 3, 3, 1][n % 4])).await);
    }
    written.sort_by_key(|ticket| std::cmp::Reverse((ticket.created, ticket.protocol.clone())));
    assert_eq!(every(&store, &Scope::All, &Filter::default()).await, written);
    let mut conn = store.read().await.unwrap();
    for cursor in ["", "p", "pzz", "x12", "p-1-"] {
        let page = Page { cursor: Some(cursor.to_owned()), limit: 5 };
        let got = ticket::list(&mut conn, &Scope::All, &Filter::default(), &page).await;
        assert!(matches!(got, Err(StoreError::Cursor { .. })), "cursor `{cursor}`");
    }
}

async fn a_partner_sees_only_his_own(home: &Home) {
    let store = home.open().await;
    let mine = create(&store, samples::ticket("aurora", NOON)).await;
    let other = create(&store, samples::ticket("boreal", NOON + 1)).await;
    let nobodys = create(&store, Ticket { partner: None, ..samples::ticket("", NOON + 2) }).await;
    let (a, b) = (mine.clone(), other.clone());
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                for ticket in [&a, &b, &nobodys] {
                    search::add_words(tx, ticket, "token expir").await?;
                    message::add(tx, &samples::message(ticket, "in", None)).await?;
                    message::add(tx, &samples::message(ticket, "note", None)).await?;
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let scope = partner("aurora");
    assert_eq!(every(&store, &scope, &Filter::default()).await, vec![mine.clone()]);
    let asked = Filter { partner: Some("boreal".to_owned()), ..Filter::default() };
    assert_eq!(every(&store, &scope, &asked).await, vec![], "a filter does not widen the scope");
    let words = Filter { words: Some("token".to_owned()), ..Filter::default() };
    assert_eq!(every(&store, &scope, &words).await, vec![mine.clone()]);
    let mut conn = store.read().await.unwrap();
    assert_eq!(ticket::get(&mut conn, &scope, &other.id).await.unwrap(), None);
    assert_eq!(ticket::by_protocol(&mut conn, &scope, &other.protocol).await.unwrap(), None);
    assert_eq!(message::of_ticket(&mut conn, &scope, &other.id).await.unwrap(), vec![]);
    let seen = message::of_ticket(&mut conn, &scope, &mine.id).await.unwrap();
    assert_eq!(seen.iter().map(|message| message.direction.as_str()).collect::<Vec<_>>(), ["in"], "no notes");
    assert_eq!(message::of_ticket(&mut conn, &Scope::All, &mine.id).await.unwrap().len(), 2);
}

async fn a_team_sees_only_its_own(home: &Home) {
    let store = home.open().await;
    let at = |team: Option<&str>| Ticket { team: team.map(str::to_owned), ..samples::ticket("aurora", NOON) };
    let code = create(&store, at(Some("code"))).await;
    create(&store, at(Some("commercial"))).await;
    create(&store, at(None)).await;
    assert_eq!(every(&store, &Scope::Team("code".to_owned()), &Filter::default()).await, vec![code]);
}

async fn every_filter_narrows(home: &Home) {
    let store = home.open().await;
    let some = |text: &str| Some(text.to_owned());
    let wanted = Ticket {
        state: "analysis".to_owned(),
        situation: some("token-invalido"),
        cause: some("token-expirado"),
        team: some("n1"),
        assignee: some("ana"),
        due: Some(NOON + 10),
        ..samples::ticket("aurora", NOON)
    };
    let wanted = create(&store, wanted).await;
    let other = Ticket { state: "closed".to_owned(), ..samples::ticket("boreal", NOON + 1) };
    let other = create(&store, other).await;
    let none = Filter::default();
    let filters = [
        Filter { state: some("analysis"), ..none.clone() },
        Filter { partner: some("aurora"), ..none.clone() },
        Filter { situation: some("token-invalido"), ..none.clone() },
        Filter { cause: some("token-expirado"), ..none.clone() },
        Filter { team: some("n1"), ..none.clone() },
        Filter { assignee: some("ana"), ..none.clone() },
        Filter { open: true, ..none.clone() },
        Filter { overdue_at: Some(NOON + 11), ..none.clone() },
        Filter { to: Some(NOON + 1), ..none.clone() },
    ];
    for filter in filters {
        assert_eq!(every(&store, &Scope::All, &filter).await, vec![wanted.clone()], "{filter:?}");
    }
    let filters =
        [Filter { unassigned: true, ..none.clone() }, Filter { from: Some(NOON + 1), ..none.clone() }];
    for filter in filters {
        assert_eq!(every(&store, &Scope::All, &filter).await, vec![other.clone()], "{filter:?}");
    }
    // At its deadline a ticket is not past it.
    let due = Filter { overdue_at: Some(NOON + 10), ..none };
    assert_eq!(every(&store, &Scope::All, &due).await, vec![]);
}

async fn search_finds_all_words_newest_first(home: &Home) {
    let store = home.open().await;
    let texts = [
        "token expir autentic",
        "token renov proposta-17",
        "expir chav homolog",
        "TOKEN expir 日本 o'brien a&b:c <-> !x \"y\"",
    ];
    let mut written = Vec::new();
    for (n, text) in (0_i64..).zip(texts) {
        let ticket = create(&store, samples::ticket("aurora", NOON + n)).await;
        let indexed = ticket.clone();
        store
            .write::<_, StoreError, _>(move |tx| {
                Box::pin(async move { search::add_words(tx, &indexed, text).await })
            })
            .await
            .unwrap();
        written.push(ticket);
    }
    let (later, replaced) = (written[0].clone(), written[2].clone());
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                search::add_words(tx, &later, "boleto token").await?;
                search::replace_words(tx, &replaced, "chav produc").await
            })
        })
        .await
        .unwrap();
    let table: [(&str, &[usize]); 13] = [
        ("token", &[3, 1, 0]),
        ("Token EXPIR", &[3, 0]),
        ("boleto autentic", &[0]),
        ("token chav", &[]),
        ("proposta 17", &[1]),
        ("homolog", &[]),
        ("chav produc", &[2]),
        ("日本", &[3]),
        ("o'brien", &[3]),
        ("a & b | c", &[3]),
        ("toke", &[]),
        ("\" ' ) or *", &[]),
        ("", &[]),
    ];
    let mut conn = store.read().await.unwrap();
    for (words, expected) in table {
        let found = search::find(&mut conn, &Scope::All, words, &Page::first(10)).await.unwrap();
        let expected: Vec<&str> = expected.iter().map(|n| written[*n].protocol.as_str()).collect();
        let found: Vec<&str> = found.items.iter().map(|ticket| ticket.protocol.as_str()).collect();
        assert_eq!(found, expected, "words `{words}`");
    }
    let first = search::find(&mut conn, &Scope::All, "token", &Page::first(2)).await.unwrap();
    let rest = Page { cursor: first.next, limit: 2 };
    let rest = search::find(&mut conn, &Scope::All, "token", &rest).await.unwrap();
    assert_eq!((first.items.len(), rest.items, rest.next), (2, vec![written[0].clone()], None));
}

async fn what_hangs_on_a_ticket_is_read_back(home: &Home) {
    let store = home.open().await;
    let ticket = create(&store, samples::ticket("aurora", NOON)).await;
    let said = samples::message(&ticket, "in", Some("h1"));
    let file = Attachment {
        id: AttachmentId::fresh(),
        message: said.id.clone(),
        name: "chamada.har".to_owned(),
        media_type: "application/json".to_owned(),
        size: 1_234,
        text: None,
    };
    let run = |at: i64| Diagnosis {
        id: DiagnosisId::fresh(),
        ticket: ticket.id.clone(),
        at,
        procedure_revision: "r1".to_owned(),
        registry_revision: None,
        line: "{}".to_owned(),
        facts: vec![0, 255, 7],
    };
    let (early, late) = (run(NOON), run(NOON + 1));
    let found = Evidence {
        id: EvidenceId::fresh(),
        ticket: ticket.id.clone(),
        at: NOON,
        name: "api_key".to_owned(),
        value: Some("…9f3a".to_owned()),
        source: "attachment".to_owned(),
        standing: "found".to_owned(),
        corrected_by: None,
        reason: None,
    };
    let corrected = Evidence {
        standing: "corrected".to_owned(),
        corrected_by: Some("ana".to_owned()),
        reason: Some("era de outro ambiente".to_owned()),
        ..found.clone()
    };
    let rows = (said.clone(), file.clone(), early.clone(), late.clone(), found, corrected.clone());
    let twice = store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                let (said, file, early, late, found, corrected) = rows;
                assert!(message::add(tx, &said).await?);
                attachment::add(tx, &file).await?;
                diagnosis::add(tx, &late).await?;
                diagnosis::add(tx, &early).await?;
                evidence::add(tx, &found).await?;
                assert!(evidence::restate(tx, &corrected).await?);
                message::add(tx, &message::Message { id: balcao_store::MessageId::fresh(), ..said }).await
            })
        })
        .await;
    assert!(!twice.unwrap(), "the same message a second time is not written");
    let mut conn = store.read().await.unwrap();
    assert_eq!(message::known(&mut conn, "h1").await.unwrap(), Some(ticket.id.clone()));
    let (mine, other) = (partner("aurora"), partner("boreal"));
    assert_eq!(message::of_ticket(&mut conn, &mine, &ticket.id).await.unwrap(), vec![said]);
    assert_eq!(attachment::of_ticket(&mut conn, &mine, &ticket.id).await.unwrap(), vec![file]);
    assert_eq!(diagnosis::of_ticket(&mut conn, &mine, &ticket.id).await.unwrap(), vec![early, late.clone()]);
    assert_eq!(diagnosis::newest(&mut conn, &mine, &ticket.id).await.unwrap(), Some(late));
    assert_eq!(evidence::of_ticket(&mut conn, &mine, &ticket.id).await.unwrap(), vec![corrected]);
    assert_eq!(attachment::of_ticket(&mut conn, &other, &ticket.id).await.unwrap(), vec![]);
    assert_eq!(diagnosis::of_ticket(&mut conn, &other, &ticket.id).await.unwrap(), vec![]);
    assert_eq!(diagnosis::newest(&mut conn, &other, &ticket.id).await.unwrap(), None);
    assert_eq!(evidence::of_ticket(&mut conn, &other, &ticket.id).await.unwrap(), vec![]);
}

async fn links_show_only_between_visible_tickets(home: &Home) {
    let store = home.open().await;
    let a = create(&store, samples::ticket("aurora", NOON)).await;
    let b = create(&store, samples::ticket("aurora", NOON + 1)).await;
    let c = create(&store, samples::ticket("boreal", NOON + 2)).await;
    let link = |kind: &str, from: &Ticket, to: &Ticket| TicketLink {
        kind: kind.to_owned(),
        a: from.id.clone(),
        b: to.id.clone(),
        at: NOON,
        author: "ana".to_owned(),
    };
    let (inside, across) = (link("merged", &a, &b), link("same-cause", &c, &a));
    let links = [inside.clone(), across.clone()];
    store
        .write::<_, StoreError, _>(move |tx| {
            Box::pin(async move {
                for link in &links {
                    assert!(ticket_link::add(tx, link).await?);
                    assert!(!ticket_link::add(tx, link).await?, "a link is there once");
                }
                Ok(())
            })
        })
        .await
        .unwrap();
    let mut conn = store.read().await.unwrap();
    let all = ticket_link::of_ticket(&mut conn, &Scope::All, &a.id).await.unwrap();
    assert_eq!(all, vec![inside.clone(), across]);
    assert_eq!(
        ticket_link::of_ticket(&mut conn, &partner("aurora"), &a.id).await.unwrap(),
        vec![inside.clone()]
    );
    let gone = store.write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { ticket_link::remove(tx, &inside.kind, &inside.a, &inside.b).await })
    });
    assert!(gone.await.unwrap());
    assert_eq!(ticket_link::of_ticket(&mut conn, &partner("aurora"), &a.id).await.unwrap(), vec![]);
}
