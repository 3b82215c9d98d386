//! What a person waits for: pages with everything kept, their bytes, what they do in a slow browser, and whoever only looks on.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use balcao_testkit::api::{Client, Visitor};
use balcao_testkit::desk::{Desk, Running};
use thirtyfour::prelude::*;

use crate::Size;
use crate::figures::Report;

/// Connections that only look on.
const LOOKING_ON: usize = 200;
const PASSWORD: &str = "uma frase bem comprida para medir";

/// The queue and a ticket: server time, bytes, and a slow browser. The cookie of whoever came in for it.
pub(crate) fn pages(report: &Report<'_>, (desk, running): (&Desk, &Running), size: Size) -> String {
    let mut visitor = enter(desk, running);
    let queue = visitor.visit("/fila", None).expect("an answer");
    assert_eq!(queue.status, 200, "the queue is shown");
    let tickets = tickets(&mut visitor);
    timed(report, &mut visitor, size, "page: the queue", |n| {
        ["/fila", "/fila?ver=all", "/fila?ver=analysis", "/fila?ver=late"][n % 4].to_owned()
    });
    timed(report, &mut visitor, size, "page: one ticket", |n| {
        format!("/chamados/{}", tickets[n % tickets.len()])
    });
    let ticket = visitor.visit(&format!("/chamados/{}", tickets[0]), None).expect("an answer");
    let assets: usize = assets(&mut visitor).iter().sum();
    let kb = |bytes: usize| format!("{:.1} kB", bytes as f64 / 1_000.0);
    report.say("  first load of the queue", &kb(queue.body.len() + assets), "< 60 kB");
    report.say("  the queue after that", &kb(queue.body.len()), "< 15 kB");
    report.say("  a ticket after that", &kb(ticket.body.len()), "< 15 kB");
    let cookie = visitor.cookie().unwrap_or_default().to_owned();
    let places = ["/fila".to_owned(), format!("/chamados/{}", tickets[0])];
    in_a_slow_browser(report, running, &cookie, &places);
    cookie
}

/// An administrator who has come in.
fn enter(desk: &Desk, running: &Running) -> Visitor {
    let words =
        ["user", "create", "--login", "medida@balcao.example", "--name", "Medida", "--role", "administrator"];
    let made = desk.command(&words).output().expect("the program runs");
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    let secret = said.split("/convite/").nth(1).expect("an invitation");
    let secret: String =
        secret.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect();
    let mut visitor = Visitor::new(&running.address);
    let password = PASSWORD.replace(' ', "+");
    let set =
        visitor.visit(&format!("/convite/{secret}"), Some(&format!("senha={password}"))).expect("an answer");
    assert!(set.status < 400, "the password is set: {}", set.status);
    let form = format!("login=medida%40balcao.example&senha={password}");
    let came = visitor.visit("/entrar", Some(&form)).expect("an answer");
    assert!(came.cookie.is_some(), "somebody comes in: {}", came.status);
    visitor
}

/// Protocol numbers of the queue's first page.
fn tickets(visitor: &mut Visitor) -> Vec<String> {
    let page = visitor.visit("/fila?ver=all", None).expect("an answer");
    let text = unzipped(&page.body);
    let links = text.split("href=\"/chamados/").skip(1);
    let mut found: Vec<String> = links
        .filter_map(|rest| rest.split('"').next())
        .filter(|id| id.contains('-'))
        .map(str::to_owned)
        .collect();
    found.dedup();
    assert!(found.len() >= 40, "the queue lists tickets");
    found
}

fn unzipped(body: &[u8]) -> String {
    let mut text = String::new();
    let _cut = flate2::read::GzDecoder::new(body).read_to_string(&mut text);
    text
}

/// Bytes of what a page loads.
fn assets(visitor: &mut Visitor) -> Vec<usize> {
    let page = visitor.visit("/fila", None).expect("an answer");
    let text = unzipped(&page.body);
    let places: Vec<String> = text
        .split("\"/s/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next().map(|rest| format!("/s/{rest}")))
        .collect();
    assert!(places.len() >= 3, "style, script and icon");
    places.iter().map(|place| visitor.visit(place, None).expect("an answer").body.len()).collect()
}

fn timed(report: &Report<'_>, visitor: &mut Visitor, size: Size, what: &str, path: impl Fn(usize) -> String) {
    let mut waits = Vec::new();
    for n in 0..size.asked + 20 {
        // A person's allowance is smaller than a benchmark's appetite.
        std::thread::sleep(Duration::from_millis(15));
        let asked = Instant::now();
        let answer = visitor.visit(&path(n), None).expect("an answer");
        assert_eq!(answer.status, 200, "{}", path(n));
        if n >= 20 {
            waits.push(asked.elapsed());
        }
    }
    report.waits(what, &mut waits, "p95 < 15 ms");
}

/// Connections that wait for news, and what they cost.
pub(crate) fn looking_on(report: &Report<'_>, running: &Running, cookie: &str) {
    let host = running.address.trim_start_matches("http://");
    // What the first few bring in (pages of the database, threads) is no cost of one who looks on.
    drop((0..20).map(|_| look_on(host, cookie)).collect::<Vec<_>>());
    std::thread::sleep(Duration::from_secs(2));
    let before = resident(running.id());
    let mut open = Vec::new();
    for _ in 0..LOOKING_ON {
        open.push(look_on(host, cookie));
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(Duration::from_secs(3));
    let grown = resident(running.id()).saturating_sub(before);
    report.say("200 who look on cost", &format!("{:.1} MB", grown as f64 / 1_024.0), "< 30 MB");
    drop(open);
}

/// One connection on which news are waited for.
fn look_on(host: &str, cookie: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(host).expect("a connection");
    let asked = format!(
        "GET /fila/ao-vivo HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(asked.as_bytes()).expect("it is sent");
    let mut first = String::new();
    let mut reader = BufReader::new(stream);
    reader.read_line(&mut first).expect("an answer");
    assert!(first.contains("200"), "{first}");
    reader
}

/// KiB that the process holds now.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

struct Driver(Child);

impl Drop for Driver {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// First paint and layout shift, with the processor slowed four times.
fn in_a_slow_browser(report: &Report<'_>, running: &Running, cookie: &str, places: &[String]) {
    let started =
        Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = started else {
        report.say("first paint, four times slowed", "no browser here", "< 500 ms");
        return;
    };
    let said = BufReader::new(child.stdout.take().expect("its output"));
    let driver = Driver(child);
    let mut lines = said.lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("started successfully on port")).expect("a port");
    let port = line.trim_end_matches('.').rsplit(' ').next().unwrap_or_default().to_owned();
    std::thread::spawn(move || lines.for_each(drop));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (paint, shift) = runtime.block_on(slow(&port, running, cookie, places)).expect("the browser answers");
    report.say("first paint, four times slowed, at most", &format!("{paint:.0} ms"), "< 500 ms");
    report.say("layout shift, at most", &format!("{shift:.3}"), "0");
    drop(driver);
}

const MEASURE: &str = "const done = arguments[arguments.length - 1];
    let shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { shift += one.value; })).observe({type: 'layout-shift', buffered: true});
    setTimeout(() => {
      const paint = performance.getEntriesByName('first-contentful-paint')[0];
      done([paint ? paint.startTime : -1, shift]);
    }, 700);";

async fn slow(port: &str, running: &Running, cookie: &str, places: &[String]) -> WebDriverResult<(f64, f64)> {
    let mut options = DesiredCapabilities::chrome();
    for flag in
        ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,1000"]
    {
        options.add_arg(flag)?;
    }
    let browser = WebDriver::new(format!("http://127.0.0.1:{port}"), options).await?;
    browser.goto(format!("{}/entrar", running.address)).await?;
    let (name, value) = cookie.split_once('=').unwrap_or_default();
    browser.add_cookie(Cookie::new(name, value)).await?;
    let slower = serde_json::json!({"cmd": "Emulation.setCPUThrottlingRate", "params": {"rate": 4}});
    let tools = format!("/session/{}/goog/cdp/execute", browser.session_id());
    let slowed = Client::new(&format!("http://127.0.0.1:{port}"), "").json("POST", &tools, &slower, None);
    assert_eq!(slowed.expect("the driver answers").status, 200, "the processor is slowed");
    let (mut worst, mut shifted) = (0.0_f64, 0.0_f64);
    for place in places.iter().cycle().take(places.len() * 5) {
        browser.goto(format!("{}{place}", running.address)).await?;
        let found = browser.execute_async(MEASURE, Vec::new()).await?;
        let of = |n: usize| found.json().get(n).and_then(serde_json::Value::as_f64).unwrap_or(f64::MAX);
        worst = worst.max(of(0));
        shifted = shifted.max(of(1));
    }
    browser.quit().await?;
    Ok((worst, shifted))
}
