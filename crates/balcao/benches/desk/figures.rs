//! One function a figure.

use std::time::{Duration, Instant};

use balcao_store::request::{self, By};
use balcao_store::{Place, Store};
use balcao_testkit::api::Client;
use balcao_testkit::desk::Running;
use serde_json::json;

use crate::Size;
use crate::fill::scatter;

/// Clients at once.
const CLIENTS: usize = 8;
/// Rows of the request log in one request.
const ROWS: i64 = 100_000;

/// Where figures are said.
pub(crate) struct Report<'a> {
    pub(crate) engine: &'a str,
    pub(crate) quick: bool,
}

impl Report<'_> {
    pub(crate) fn say(&self, what: &str, measured: &str, promised: &str) {
        let promised = if self.quick { "" } else { promised };
        println!("{:<12}{what:<44}{measured:>22}  {promised}", self.engine);
    }

    pub(crate) fn waits(&self, what: &str, waits: &mut [Duration], promised: &str) {
        waits.sort();
        let at = |part: usize| waits.get((waits.len() * part / 100).min(waits.len() - 1)).copied();
        let shown = format!(
            "p50 {:.1?} p95 {:.1?} p99 {:.1?}",
            at(50).unwrap_or_default(),
            at(95).unwrap_or_default(),
            at(99).unwrap_or_default()
        );
        self.say(what, &shown, promised);
    }
}

/// Demands registered and diagnosed, on a database that is nearly empty.
pub(crate) fn creation(report: &Report<'_>, running: &Running, token: &str, size: Size) {
    create(report, running, token, size.seconds, "created and diagnosed");
}

/// The same with everything kept.
pub(crate) fn creation_again(report: &Report<'_>, running: &Running, token: &str, size: Size) {
    create(report, running, token, size.seconds, "created and diagnosed, all this kept");
}

fn create(report: &Report<'_>, running: &Running, token: &str, seconds: u64, what: &str) {
    let end = Instant::now() + Duration::from_secs(seconds);
    let began = Instant::now();
    let mut waits: Vec<Duration> = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|client| scope.spawn(move || one_client(client, running, token, end))).collect();
        clients.into_iter().flat_map(|client| client.join().expect("a client")).collect()
    });
    let rate = waits.len() as f64 / began.elapsed().as_secs_f64();
    let promised = if report.engine == "sqlite" { "≥ 600/s" } else { "≥ 400/s" };
    report.say(what, &format!("{rate:.0}/s"), promised);
    report.waits("  answered after", &mut waits, "p99 < 40 ms");
    report.say("  resident, at most", &resident(running.id()), "< 120 MB");
}

fn one_client(client: usize, running: &Running, token: &str, end: Instant) -> Vec<Duration> {
    let caller = Client::new(&running.address, token);
    let mut waits = Vec::new();
    for n in 0_i64.. {
        let key = format!("bench-{end:?}-{client}-{n}");
        let body = format!(
            "Bom dia. Em 12/05/2026 às 09:{:02} recebemos 401 em POST /api/v2/propostas ({key}).\n\
             curl -X POST https://api.lumicred.example/api/v2/propostas -H 'Authorization: Bearer abc{n}' -d '{{\"produto\":\"x\"}}'",
            n % 60
        );
        let demand = json!({"id": key, "channel": "api", "received_at": "2026-05-12T13:58:00Z", "body": body,
            "from": {"address": "dev@alfa.example"}});
        let asked = Instant::now();
        let answer = caller.json("POST", "/api/v1/tickets", &demand, Some(&key)).expect("an answer");
        assert_eq!(answer.status, 201, "{}", answer.text);
        waits.push(asked.elapsed());
        if Instant::now() > end {
            break;
        }
    }
    waits
}

/// The most memory that the process ever held.
fn resident(process: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map_or_else(|| "unknown".to_owned(), |kib| format!("{} MB", kib / 1024))
}

/// Rows of the request log taken in.
pub(crate) fn ingest(report: &Report<'_>, client: &Client, size: Size) {
    let mut taken = Duration::ZERO;
    for first in (0..size.log_rows).step_by(ROWS as usize) {
        let lines: String = (first..first + ROWS).map(row).collect();
        let began = Instant::now();
        let kind = [("content-type", "application/x-ndjson")];
        let answer = client.send("POST", "/api/v1/requests", lines.as_bytes(), &kind).expect("an answer");
        taken += began.elapsed();
        assert_eq!(answer.json()["accepted"], json!(ROWS), "{}", answer.text);
    }
    let rate = size.log_rows as f64 / taken.as_secs_f64();
    report.say("rows of the request log taken in", &format!("{rate:.0}/s"), "≥ 50,000/s");
}

/// Ten million in a month.
fn row(n: i64) -> String {
    let some = scatter(n);
    let at = jiff::Timestamp::from_millisecond(1_778_587_200_000 + n * 260).expect("an instant");
    format!(
        "{{\"at\":\"{at}\",\"request_id\":\"{some:x}-{n:x}\",\"environment\":\"producao\",\"method\":\"POST\",\"path\":\"/api/v2/recurso-{}\",\"status\":{},\"user\":\"usuario-{}\",\"duration_ms\":12}}\n",
        some % 40,
        if some.is_multiple_of(9) { 500 } else { 200 },
        some % 5_000
    )
}

/// What people ask all day.
pub(crate) fn reading(report: &Report<'_>, client: &Client, size: Size) {
    let lists = ["?limit=50", "?state=analysis", "?partner=parceiro-7", "?situation=produtos&state=closed"];
    timed(report, client, size, ("list", "p50 < 5 ms"), |n| {
        format!("/api/v1/tickets{}", lists[n % lists.len()])
    });
    let words =
        ["token", "proposta recusada", "c17", "chave homologação", "portabilidade c201", "requisições"];
    timed(report, client, size, ("search", "p95 < 30 ms"), |n| {
        let words = words[n % words.len()]
            .replace(' ', "%20")
            .replace("çã", "%C3%A7%C3%A3")
            .replace("çõ", "%C3%A7%C3%B5");
        format!("/api/v1/tickets?q={words}&limit=50")
    });
    let ids: Vec<String> = client.get("/api/v1/tickets?limit=50").expect("an answer").json()["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["id"].as_str().unwrap_or_default().to_owned())
        .collect();
    timed(report, client, size, ("one ticket", ""), |n| format!("/api/v1/tickets/{}", ids[n % ids.len()]));
}

fn timed(
    report: &Report<'_>,
    client: &Client,
    size: Size,
    (what, promised): (&str, &str),
    path: impl Fn(usize) -> String,
) {
    let mut waits = Vec::new();
    for n in 0..size.asked + 20 {
        let asked = Instant::now();
        let answer = client.get(&path(n)).expect("an answer");
        assert_eq!(answer.status, 200, "{}: {}", path(n), answer.text);
        if n >= 20 {
            waits.push(asked.elapsed());
        }
    }
    report.waits(what, &mut waits, promised);
}

/// What a diagnosis looks up: a route around a moment, a user of the last three days, a user at all times.
pub(crate) fn look_ups(report: &Report<'_>, place: Place, size: Size) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(place).await.expect("the database opens");
        let mut conn = store.read_log().await.expect("a connection");
        let first = 1_778_587_200_000;
        let last = first + size.log_rows * 260;
        let route = By::Route { method: "POST".to_owned(), normal_path: "/api/v2/recurso-7".to_owned() };
        let some = request::within(&mut conn, &route, last - 600_000, last).await.expect("an answer");
        assert!(!some.is_empty(), "the last ten minutes hold requests of this route");
        let users: Vec<By> = some.iter().filter_map(|row| row.request.login.clone()).map(By::Login).collect();
        let spans = [
            ("a route around a moment", 600_000),
            ("a user, three days", 72 * 3_600_000),
            ("a user, a month", last),
        ];
        for (what, span) in spans {
            let mut waits = Vec::new();
            for n in 0..size.asked {
                let by = if span == 600_000 { &route } else { &users[n % users.len()] };
                let to = if span == last { last } else { last - i64::try_from(n).unwrap_or(0) * 60_000 };
                let asked = Instant::now();
                let found = request::within(&mut conn, by, to - span, to).await.expect("an answer");
                waits.push(asked.elapsed());
                assert!(!found.is_empty(), "{what}");
            }
            report.waits(&format!("look-up: {what}"), &mut waits, "< 5 ms");
        }
        drop(conn);
        store.close().await;
    });
}
