//! What else can fail beside the program: a full disk, a database that goes away. Errors are answered, what was acknowledged stays, and
//! the desk heals by itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::api::Client;
use crate::desk::Desk;
use crate::postgres::Server;

/// How long the desk may take to answer again once nothing is in its way.
const HEALED_WITHIN: Duration = Duration::from_secs(20);

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Tickets acknowledged.
    pub acknowledged: usize,
    /// Requests answered with an error while the trouble lasted.
    pub refused: usize,
    /// From the end of the trouble to the first acknowledged ticket.
    pub healed_in: Duration,
}

/// A small disk of its own, for root on Linux only; unmounted when it is dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// So many mebibytes at `place`; none where one may not be made.
    #[must_use]
    pub fn new(place: &Path, mebibytes: u32) -> Option<Self> {
        std::fs::create_dir_all(place).ok()?;
        let size = format!("size={mebibytes}m");
        let made = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(place).output();
        made.is_ok_and(|made| made.status.success()).then(|| Self(place.to_owned()))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Fills the disk at `disk` while `desk`, whose data is there, is asked; then makes room again.
///
/// # Errors
/// What was lost, or did not heal.
pub fn full_disk(desk: &Desk, disk: &Path, log: &Path) -> Result<Seen, String> {
    let ballast = disk.join("ballast");
    let begin = || fill(&ballast).map_err(|error| format!("the ballast: {error}"));
    let end = || std::fs::remove_file(&ballast).map_err(|error| format!("the ballast: {error}"));
    through(desk, log, begin, end)
}

/// Fails `server` while `desk`, whose data is on it, is asked; then brings it back.
///
/// # Errors
/// What was lost, or did not heal.
pub fn server_away(desk: &Desk, server: &Server, log: &Path) -> Result<Seen, String> {
    let begin = || {
        server.fail();
        Ok(())
    };
    let end = || {
        server.come_back();
        Ok(())
    };
    through(desk, log, begin, end)
}

/// Writes until nothing more goes in.
fn fill(ballast: &Path) -> std::io::Result<()> {
    let mut file = File::create(ballast)?;
    for size in [1 << 20, 1 << 12, 1 << 9] {
        let block = vec![7_u8; size];
        while file.write_all(&block).is_ok() {}
    }
    Ok(())
}

fn through(
    desk: &Desk,
    log: &Path,
    begin: impl FnOnce() -> Result<(), String>,
    end: impl FnOnce() -> Result<(), String>,
) -> Result<Seen, String> {
    let token = desk.token("administrator")?;
    let running = desk.start(log)?;
    let client = Client::new(&running.address, &token);
    let mut known = BTreeMap::new();
    for n in 0..20 {
        let status = create(&client, &mut known, &format!("before-{n}"));
        if status != 201 {
            return Err(format!("before any trouble a demand was answered {status}"));
        }
    }
    begin()?;
    let mut refused = 0;
    for n in 0..400 {
        match create(&client, &mut known, &format!("during-{n}")) {
            201 => {}
            0 | 500 | 503 | 507 => refused += 1,
            other => return Err(format!("during the trouble a demand was answered {other}")),
        }
        if refused == 5 {
            break;
        }
    }
    if refused == 0 {
        return Err("the trouble was not felt".to_owned());
    }
    end()?;
    let healing = Instant::now();
    while create(&client, &mut known, "after") != 201 {
        if healing.elapsed() > HEALED_WITHIN {
            return Err(format!("the desk did not heal within {HEALED_WITHIN:?}"));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let healed_in = healing.elapsed();
    // What was refused is asked again with its own key, as a client would: one ticket for each.
    for n in 0..5 {
        create(&client, &mut known, &format!("during-{n}"));
    }
    let acknowledged = all_there(&client, &known)?;
    running.stop()?;
    let verified = desk.command(&["audit", "verify"]).output().map_err(|error| error.to_string())?;
    if !verified.status.success() {
        return Err(format!("the trail: {}", String::from_utf8_lossy(&verified.stdout)));
    }
    Ok(Seen { acknowledged, refused, healed_in })
}

/// The status; 0 where no answer came. An acknowledged ticket is noted under its key.
fn create(client: &Client, known: &mut BTreeMap<String, String>, key: &str) -> u16 {
    let body = json!({"id": key, "channel": "api", "received_at": "2026-06-09T13:58:00Z",
        "body": format!("POST /api/v2/propostas devolveu erro 500 às 10h ({key}). {}", "Segue o retorno. ".repeat(200))});
    let Ok(answer) = client.json("POST", "/api/v1/tickets", &body, Some(key)) else { return 0 };
    if answer.status == 201 {
        known.insert(key.to_owned(), answer.text_of("id"));
    }
    answer.status
}

/// Each acknowledged ticket is there under its key's id, none twice.
fn all_there(client: &Client, known: &BTreeMap<String, String>) -> Result<usize, String> {
    for (key, id) in known {
        let answer = client.get(&format!("/api/v1/tickets/{id}"))?;
        let messages = answer.json().get("messages").and_then(Value::as_array).map_or(0, Vec::len);
        if answer.status != 200 || messages != 1 {
            return Err(format!("{key}: ticket {id} is {} with {messages} messages", answer.status));
        }
    }
    let mut ids: Vec<&String> = known.values().collect();
    ids.sort();
    ids.dedup();
    if ids.len() == known.len() { Ok(ids.len()) } else { Err("one ticket for two demands".to_owned()) }
}
