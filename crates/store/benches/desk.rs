//! Quick figures on both engines, each syncing the disk as in earnest: changes a second and rows of the request log a second.
//!
//! `cargo bench -p balcao-store [-- sqlite|postgres]`. Eight callers write tickets as the desk does: a number, the ticket, its message, its words, a
//! diagnosis, an entry of the trail, a job.

use std::error::Error;
use std::time::{Duration, Instant};

use balcao_store::diagnosis::{self, Diagnosis};
use balcao_store::job::{self, Job};
use balcao_store::message::{self, Message};
use balcao_store::request::{self, By, Request};
use balcao_store::ticket::{self, Ticket};
use balcao_store::trail::{self, Happening};
use balcao_store::{DiagnosisId, MessageId, Page, Place, Scope, Store, StoreError, Tx, search};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const CALLERS: i64 = 8;
const TICKETS: i64 = 500;
const BATCHES: i64 = 60;
const BATCH: i64 = 10_000;
const START: i64 = 1_778_587_200_000;

fn main() -> Done<()> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|word| word == name);
    let runtime = tokio::runtime::Runtime::new()?;
    if wanted("sqlite") {
        let directory = tempfile::tempdir()?;
        runtime.block_on(measure("SQLite", Place::Directory(directory.path().to_owned())))?;
    }
    if wanted("postgres") {
        let url = balcao_testkit::postgres::shared(true).new_database();
        runtime.block_on(measure("PostgreSQL", Place::Url(url)))?;
    }
    Ok(())
}

async fn measure(name: &str, place: Place) -> Done<()> {
    let store = Store::open(place).await?;
    let (small, mut waits) = callers(&store, |tx, n| Box::pin(small(tx, n))).await?;
    report(name, "one small change", small, &mut waits);
    let (whole, mut waits) = callers(&store, |tx, n| Box::pin(whole(tx, n))).await?;
    report(name, "a whole ticket", whole, &mut waits);
    let rate = rows(&store).await?;
    println!("{name}: request log: {rate:.0} rows/s");
    let (find, look_up) = reads(&store).await?;
    println!("{name}: search {find:?}, look-up in the request log {look_up:?}");
    Ok(())
}

fn report(name: &str, what: &str, took: Duration, waits: &mut [Duration]) {
    waits.sort();
    let at = |part: usize| waits.get(waits.len() * part / 100).copied().unwrap_or_default();
    let rate = waits.len() as f64 / took.as_secs_f64();
    println!("{name}: {what}: {rate:.0}/s with {CALLERS} callers, p50 {:?}, p99 {:?}", at(50), at(99));
}

type Change = for<'t> fn(&'t mut Tx, i64) -> balcao_store::Work<'t, (), StoreError>;

async fn callers(store: &Store, change: Change) -> Done<(Duration, Vec<Duration>)> {
    let began = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut waits = Vec::new();
                for n in 0..TICKETS {
                    let asked = Instant::now();
                    store.write(move |tx| change(tx, caller * TICKETS + n)).await?;
                    waits.push(asked.elapsed());
                }
                Ok::<_, StoreError>(waits)
            })
        })
        .collect();
    let mut waits = Vec::new();
    for caller in callers {
        waits.extend(caller.await??);
    }
    Ok((began.elapsed(), waits))
}

async fn small(tx: &mut Tx, n: i64) -> Result<(), StoreError> {
    job::add(tx, &Job::new("diagnose.v1", "{\"ticket\":\"…\"}", START + n)).await
}

async fn whole(tx: &mut Tx, n: i64) -> Result<(), StoreError> {
    let ticket = Ticket {
        partner: Some(format!("parceiro-{}", n % 50)),
        situation: Some("token-invalido".to_owned()),
        ..Ticket::received("api", "Erro 401 ao consultar proposta", START + n)
    };
    let body = "Bom dia, desde ontem recebemos 401 em POST /v2/propostas com a chave …9f3a. ".repeat(8);
    let ticket = ticket::create(tx, 2026, ticket).await?;
    let (id, at) = (ticket.id.clone(), ticket.created);
    let message = Message {
        id: MessageId::fresh(),
        ticket: id.clone(),
        at,
        direction: "in".to_owned(),
        author: "integração".to_owned(),
        body,
        channel: "api".to_owned(),
        dedupe: Some(format!("hash {n}")),
    };
    message::add(tx, &message).await?;
    let run = Diagnosis {
        id: DiagnosisId::fresh(),
        ticket: id.clone(),
        at,
        procedure_revision: "r1".to_owned(),
        registry_revision: None,
        line: "{\"situation\":\"token-invalido\"}".repeat(40),
        facts: vec![7; 2_000],
    };
    diagnosis::add(tx, &run).await?;
    job::add(tx, &Job::new("notify.v1", "{}", at)).await?;
    let words = format!("bom dia ontem receb 401 post v2 propost chav 9f3a erro consult p{}", n % 997);
    search::add_words(tx, &ticket, &words).await?;
    let happening = Happening {
        ticket: Some(id),
        at,
        actor: "api".to_owned(),
        what: "received".to_owned(),
        data: "{}".to_owned(),
    };
    trail::append(tx, happening, |entry| entry.seq.to_be_bytes().to_vec()).await.map(|_| ())
}

/// A scattered, repeatable number.
fn scatter(n: i64) -> u64 {
    n.cast_unsigned().wrapping_add(0x9e37_79b9).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn request(n: i64) -> Request {
    let some = scatter(n);
    Request {
        // Ten million rows in a month.
        at: START + n * 260,
        request_id: Some(format!("{some:016x}-{n:x}")),
        environment: "producao".to_owned(),
        method: "POST".to_owned(),
        path: format!("/v2/propostas/{}", some % 100_000),
        normal_path: format!("/v2/recurso-{}/{{}}", some % 40),
        status: Some(200),
        key_hash: Some((some % 2_000).to_be_bytes().repeat(4)),
        key_tail: Some("9f3a".to_owned()),
        login: Some(format!("usuario-{}", some % 5_000)),
        token_issued_at: Some(START),
        error: None,
        duration_ms: Some(12),
        shown_id: None,
        shown_login: None,
    }
}

async fn rows(store: &Store) -> Done<f64> {
    let batches: Vec<Vec<Request>> =
        (0..BATCHES).map(|batch| (batch * BATCH..(batch + 1) * BATCH).map(request).collect()).collect();
    let began = Instant::now();
    for batch in batches {
        let write = store.write_log(move |tx| Box::pin(async move { request::insert(tx, &batch).await }));
        let done: Result<_, StoreError> = write.await;
        assert_eq!(done?.duplicates, 0, "the ids differ");
    }
    Ok((BATCHES * BATCH) as f64 / began.elapsed().as_secs_f64())
}

async fn reads(store: &Store) -> Done<(Duration, Duration)> {
    let mut conn = store.read().await?;
    let page = Page::first(50);
    search::find(&mut conn, &Scope::All, "receb p17", &page).await?;
    let began = Instant::now();
    search::find(&mut conn, &Scope::All, "receb 401", &page).await?;
    let find = began.elapsed();
    let mut conn = store.read_log().await?;
    let by = By::Login("usuario-17".to_owned());
    request::within(&mut conn, &by, START, START + 1).await?;
    let began = Instant::now();
    let found = request::within(&mut conn, &by, START, START + 72 * 3_600_000).await?;
    let took = began.elapsed();
    assert!(!found.is_empty(), "the user has asked something in three days");
    Ok((find, took))
}
