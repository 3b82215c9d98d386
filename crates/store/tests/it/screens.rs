//! What screens keep and count.

use balcao_store::attachment::{self, Attachment};
use balcao_store::daily_count::{self, DailyCount};
use balcao_store::draft::{self, Draft};
use balcao_store::presence::{self, Presence};
use balcao_store::request::{self, Request, Wanted};
use balcao_store::saved_view::{self, SavedView};
use balcao_store::ticket::{self, Ticket, Volume};
use balcao_store::{AttachmentId, Scope, Store, StoreError, Tx, Work, message};

use crate::engines::Home;
use crate::samples::{self, NOON, create};

crate::on_both!(
    a_draft_is_written_over_by_its_own_next_version_only,
    lists_are_ones_own_or_everybodys,
    who_looks_is_known_for_a_while,
    counts_add_up_by_day,
    tickets_are_counted_within_scope_and_time,
    texts_of_several_tickets_come_in_one_answer,
    an_id_is_there_once_a_day_and_found_whatever_the_day,
    the_log_is_looked_through_by_time_and_filter,
);

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

async fn write<T: Send + 'static>(
    store: &Store,
    work: impl for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, StoreError> + Send + 'static,
) -> T {
    store.write(work).await.unwrap()
}

async fn put(store: &Store, draft: &Draft) -> bool {
    let draft = draft.clone();
    write(store, move |tx| Box::pin(async move { draft::put(tx, &draft).await })).await
}

async fn a_draft_is_written_over_by_its_own_next_version_only(home: &Home) {
    let store = home.open().await;
    let ticket = create(&store, samples::ticket("aurora", NOON)).await;
    let draft = |account: &str, body: &str, version| Draft {
        ticket: ticket.id.clone(),
        account: account.to_owned(),
        author: account.to_uppercase(),
        body: body.to_owned(),
        version,
        at: NOON + version,
    };
    assert!(put(&store, &draft("ana", "um", 0)).await);
    assert!(put(&store, &draft("ana", "dois", 0)).await);
    // Another window that still has the first version.
    assert!(!put(&store, &draft("ana", "atrasado", 0)).await);
    assert!(put(&store, &draft("bia", "dela", 0)).await);
    assert!(put(&store, &draft("ana", "três", 1)).await);
    let mut conn = store.read().await.unwrap();
    let kept = draft::of_ticket(&mut conn, &ticket.id).await.unwrap();
    let kept: Vec<_> =
        kept.iter().map(|one| (one.account.as_str(), one.body.as_str(), one.version)).collect();
    assert_eq!(kept, [("ana", "três", 2), ("bia", "dela", 0)]);
    drop(conn);
    let id = ticket.id.clone();
    write(&store, move |tx| Box::pin(async move { draft::remove(tx, &id, "ana").await })).await;
    let mut conn = store.read().await.unwrap();
    assert_eq!(draft::of_ticket(&mut conn, &ticket.id).await.unwrap().len(), 1);
}

async fn lists_are_ones_own_or_everybodys(home: &Home) {
    let store = home.open().await;
    let view = |id: &str, account: &str, shared_at| SavedView {
        id: id.to_owned(),
        account: account.to_owned(),
        name: id.to_owned(),
        query: "ver=late".to_owned(),
        shared_at,
        at: NOON,
    };
    for one in [view("a", "ana", None), view("b", "bia", None), view("c", "bia", Some(NOON))] {
        write(&store, move |tx| Box::pin(async move { saved_view::add(tx, &one).await })).await;
    }
    let mut conn = store.read().await.unwrap();
    let seen = saved_view::seen_by(&mut conn, "ana").await.unwrap();
    assert_eq!(seen.iter().map(|view| view.id.as_str()).collect::<Vec<_>>(), ["a", "c"]);
    drop(conn);
    for (id, gone) in [("c", false), ("a", true), ("a", false)] {
        let removed = write(&store, move |tx| Box::pin(saved_view::remove(tx, id, "ana"))).await;
        assert_eq!(removed, gone, "{id}: nobody throws away another's");
    }
}

async fn who_looks_is_known_for_a_while(home: &Home) {
    let store = home.open().await;
    let ticket = create(&store, samples::ticket("aurora", NOON)).await;
    for (account, at) in [("ana", NOON), ("bia", NOON + 10), ("ana", NOON + 20)] {
        let one =
            Presence { ticket: ticket.id.clone(), account: account.to_owned(), name: account.to_owned(), at };
        write(&store, move |tx| Box::pin(async move { presence::put(tx, &one).await })).await;
    }
    let since = async |at| {
        let mut conn = store.read().await.unwrap();
        let there = presence::since(&mut conn, &ticket.id, at).await.unwrap();
        there.into_iter().map(|one| one.account).collect::<Vec<_>>()
    };
    assert_eq!(since(NOON).await, ["ana", "bia"]);
    assert_eq!(since(NOON + 11).await, ["ana"]);
    write(&store, move |tx| Box::pin(presence::forget(tx, NOON + 20))).await;
    assert_eq!(since(0).await, ["ana"]);
}

async fn counts_add_up_by_day(home: &Home) {
    let store = home.open().await;
    for (day, name) in [("2026-05-12", "a"), ("2026-05-12", "a"), ("2026-05-12", "b"), ("2026-05-13", "a")] {
        write(&store, move |tx| Box::pin(daily_count::one_more(tx, day, name))).await;
    }
    let row = |day: &str, name: &str, count| DailyCount { day: day.to_owned(), name: name.to_owned(), count };
    let mut conn = store.read().await.unwrap();
    let found = daily_count::between(&mut conn, "2026-05-12", "2026-05-12").await.unwrap();
    assert_eq!(found, [row("2026-05-12", "a", 2), row("2026-05-12", "b", 1)]);
}

async fn tickets_are_counted_within_scope_and_time(home: &Home) {
    let store = home.open().await;
    let with = |partner: &str, created, state: &str, situation: Option<&str>| Ticket {
        state: state.to_owned(),
        situation: situation.map(str::to_owned),
        ..samples::ticket(partner, created)
    };
    create(&store, with("aurora", NOON, "analysis", Some("x"))).await;
    let last = create(&store, with("aurora", NOON + DAY - 1, "closed", Some("x"))).await;
    create(&store, with("boreal", NOON + DAY, "closed", None)).await;
    let mut conn = store.read().await.unwrap();
    let one = Scope::Partner("aurora".to_owned());
    let states = ticket::states(&mut conn, &one).await.unwrap();
    assert_eq!(states, [("analysis".to_owned(), 1), ("closed".to_owned(), 1)]);
    // The end is outside.
    let span = (NOON, NOON + DAY);
    let by = ticket::volume(&mut conn, Volume::Situation, span).await.unwrap();
    assert_eq!(by, [("x".to_owned(), 2)]);
    let by = ticket::volume(&mut conn, Volume::Situation, (NOON, NOON + DAY + 1)).await.unwrap();
    assert_eq!(by, [("x".to_owned(), 2), ("-".to_owned(), 1)]);
    let first = ticket::of_time(&mut conn, span, i64::MIN, 1).await.unwrap();
    let second = ticket::of_time(&mut conn, span, first[0].position, 1).await.unwrap();
    assert_eq!(second, [last]);
    assert_eq!(ticket::of_time(&mut conn, span, second[0].position, 1).await.unwrap(), []);
}

async fn texts_of_several_tickets_come_in_one_answer(home: &Home) {
    let store = home.open().await;
    let (a, b) = (
        create(&store, samples::ticket("aurora", NOON)).await,
        create(&store, samples::ticket("boreal", NOON)).await,
    );
    let rows = [
        samples::message(&a, "in", None),
        samples::message(&a, "note", None),
        samples::message(&b, "in", None),
    ];
    let file = Attachment {
        id: AttachmentId::fresh(),
        message: rows[1].id.clone(),
        name: "log.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size: 9,
        text: Some("do arquivo".to_owned()),
    };
    write(&store, move |tx| {
        Box::pin(async move {
            for row in &rows {
                message::add(tx, row).await?;
            }
            attachment::add(tx, &file).await
        })
    })
    .await;
    let both = [a.id.clone(), b.id.clone()];
    let mut conn = store.read().await.unwrap();
    let of = |found: Vec<(_, String)>| found.into_iter().map(|(_, text)| text).collect::<Vec<_>>();
    let cut = message::texts_of(&mut conn, &Scope::All, &both, 3).await.unwrap();
    assert_eq!(of(cut), ["Não", "Não", "Não"]);
    assert_eq!(of(attachment::texts_of(&mut conn, &Scope::All, &both, 99).await.unwrap()), ["do arquivo"]);
    let partner = Scope::Partner("aurora".to_owned());
    assert_eq!(
        message::texts_of(&mut conn, &partner, &both, 99).await.unwrap().len(),
        1,
        "no notes, no others'"
    );
    assert_eq!(attachment::texts_of(&mut conn, &partner, &both, 99).await.unwrap(), []);
    assert_eq!(message::texts_of(&mut conn, &Scope::All, &[], 99).await.unwrap(), []);
}

async fn insert(store: &Store, rows: Vec<Request>) -> u64 {
    let done = store
        .write_log::<_, StoreError, _>(move |tx| Box::pin(async move { request::insert(tx, &rows).await }));
    done.await.unwrap().accepted
}

async fn an_id_is_there_once_a_day_and_found_whatever_the_day(home: &Home) {
    let store = home.open().await;
    let midnight = NOON + DAY / 2;
    let at = |at| samples::request(at, Some("r1"));
    assert_eq!(
        insert(&store, vec![at(midnight - 1), at(midnight - 1), at(midnight), at(midnight - 89 * DAY)]).await,
        3
    );
    let mut conn = store.read_log().await.unwrap();
    let kept = request::hours(&mut conn).await.unwrap();
    let found = request::by_ids(&mut conn, kept, &["r1".to_owned()]).await.unwrap();
    let at: Vec<i64> = found.iter().map(|found| found.request.at).collect();
    assert_eq!(at, [midnight - 89 * DAY, midnight - 1, midnight]);
    assert_eq!(request::by_ids(&mut conn, None, &["r1".to_owned()]).await.unwrap(), []);
}

async fn the_log_is_looked_through_by_time_and_filter(home: &Home) {
    let store = home.open().await;
    let at = |at, status| Request { status, ..samples::request(at, None) };
    let rows =
        vec![at(NOON, Some(200)), at(NOON + 1, Some(404)), at(NOON + HOUR, Some(500)), at(NOON + HOUR, None)];
    insert(&store, rows).await;
    let mut conn = store.read_log().await.unwrap();
    let all = Wanted { from: NOON, to: NOON + HOUR, ..Wanted::default() };
    let hour = NOON / HOUR;
    assert_eq!(request::by_hour(&mut conn, &all).await.unwrap(), [(hour, 2, 1, 0), (hour + 1, 2, 0, 1)]);
    assert_eq!(request::latest(&mut conn, &all, 3).await.unwrap().len(), 3);
    let table = [
        (Wanted { to: NOON + HOUR - 1, ..all.clone() }, 2),
        (Wanted { status: Some(400), ..all.clone() }, 2),
        (Wanted { login: Some("integra".to_owned()), ..all.clone() }, 4),
        (Wanted { login: Some("outro".to_owned()), ..all.clone() }, 0),
        (Wanted { path: Some("/v2/propostas/{}".to_owned()), ..all.clone() }, 4),
        (Wanted { environment: Some("homologacao".to_owned()), ..all }, 0),
    ];
    for (wanted, count) in table {
        assert_eq!(request::latest(&mut conn, &wanted, 99).await.unwrap().len(), count, "{wanted:?}");
    }
}
