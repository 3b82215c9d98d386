//! Migrations: numbered steps with a twin for each engine, all that are missing in one transaction.
//!
//! A file that holds data is copied first and the steps are tried on the copy. A database with a step that this program does not
//! know is refused.

use std::path::Path;

use crate::conn::Conn;
use crate::database::connect;
use crate::dialect::Engine;
use crate::error::StoreError;
use crate::row::Sql;
use crate::store::path_url;

/// The two databases of a desk; on PostgreSQL they are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Desk,
    RequestLog,
}

impl Part {
    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Desk => "desk.sqlite",
            Self::RequestLog => "requests.sqlite",
        }
    }
}

struct Step {
    number: i64,
    name: &'static str,
    part: Part,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! step {
    ($number:literal, $name:literal, $part:expr) => {
        Step {
            number: $number,
            name: $name,
            part: $part,
            sqlite: include_str!(concat!("../migrations/sqlite/", $name, ".sql")),
            postgres: include_str!(concat!("../migrations/postgres/", $name, ".sql")),
        }
    };
}

/// Every step, in order. A step that was released is never changed again.
const STEPS: &[Step] = &[
    step!(1, "0001_desk", Part::Desk),
    step!(2, "0002_request_log", Part::RequestLog),
    step!(3, "0003_desk_facts", Part::Desk),
    step!(4, "0004_document_removed", Part::Desk),
    step!(5, "0005_request_shown", Part::RequestLog),
    step!(6, "0006_request_id_by_day", Part::RequestLog),
    step!(7, "0007_screens", Part::Desk),
    step!(8, "0008_judged", Part::Desk),
    step!(9, "0009_request_partitions", Part::RequestLog),
    step!(10, "0010_mail_in", Part::Desk),
    step!(11, "0011_mail_out", Part::Desk),
    step!(12, "0012_mailbox", Part::Desk),
    step!(13, "0013_tracker", Part::Desk),
    step!(14, "0014_chat", Part::Desk),
    step!(15, "0015_mail_recipient", Part::Desk),
];

const TABLE: &str = "create table migration (number bigint primary key, name text not null)";

/// Brings a database to this program's state, in one transaction.
pub(crate) async fn run(conn: &mut Conn, parts: &[Part], place: &str) -> Result<(), StoreError> {
    run_on(conn, parts, place, "the database").await
}

/// As [`run`], after a trial on a copy if the file holds data and steps are missing.
pub(crate) async fn run_on_file(
    conn: &mut Conn,
    part: Part,
    directory: &Path,
    place: &str,
) -> Result<(), StoreError> {
    let done = newest(conn, place).await?;
    if done.is_some_and(|done| STEPS.iter().any(|step| step.part == part && step.number > done)) {
        let copy = directory.join(format!("{}.trial", part.file()));
        forget(&copy)?;
        self::copy(conn, &copy).await?;
        let tried = try_on_copy(&copy, part, place).await;
        forget(&copy)?;
        tried?;
    }
    run(conn, &[part], place).await
}

async fn try_on_copy(copy: &Path, part: Part, place: &str) -> Result<(), StoreError> {
    let mut conn = connect(Engine::Sqlite, &path_url(copy), &copy.display().to_string()).await?;
    run_on(&mut conn, &[part], place, "a copy").await
}

/// Copies an SQLite database, as one consistent state, into a file that must not exist yet.
pub(crate) async fn copy(conn: &mut Conn, to: &Path) -> Result<(), StoreError> {
    Sql::new("vacuum into $1").bind(to.display().to_string()).run(conn, "copy the database").await?;
    let synced = std::fs::File::open(to).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::File { what: "write to disk", path: to.to_owned(), source })
}

fn forget(copy: &Path) -> Result<(), StoreError> {
    for ending in ["", "-wal", "-shm"] {
        let mut path = copy.as_os_str().to_owned();
        path.push(ending);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(StoreError::File { what: "remove the copy", path: path.into(), source });
            }
            _ => {}
        }
    }
    Ok(())
}

/// The newest step in the database, `None` in a new one.
async fn newest(conn: &mut Conn, place: &str) -> Result<Option<i64>, StoreError> {
    let what = "read which migrations were done";
    let there: Option<(i64,)> = Sql::new(conn.engine().has_migrations()).tuple(conn, what).await?;
    if there.is_none_or(|(count,)| count == 0) {
        return Ok(None);
    }
    let max: Option<(Option<i64>,)> =
        Sql::new("select cast(max(number) as bigint) as newest from migration").tuple(conn, what).await?;
    let found = max.and_then(|(number,)| number);
    let known = STEPS.last().map_or(0, |step| step.number);
    match found {
        Some(found) if found > known => Err(StoreError::Newer { place: place.to_owned(), found, known }),
        found => Ok(found),
    }
}

async fn run_on(conn: &mut Conn, parts: &[Part], place: &str, on: &'static str) -> Result<(), StoreError> {
    let begin = conn.engine().begin();
    let failed = |source| StoreError::query("begin the migrations", source);
    conn.batch(begin).await.map_err(failed)?;
    let done = steps(conn, parts, place, on).await;
    let end = if done.is_ok() { "commit" } else { "rollback" };
    let ended = conn.batch(end).await;
    done?;
    ended.map_err(|source| StoreError::Commit { source: source.into() })
}

async fn steps(conn: &mut Conn, parts: &[Part], place: &str, on: &'static str) -> Result<(), StoreError> {
    let engine = conn.engine();
    let failed = |source| StoreError::query("lock the migrations", source);
    conn.batch(engine.lock_migrations()).await.map_err(failed)?;
    let done = newest(conn, place).await?;
    if done.is_none() {
        conn.batch(TABLE).await.map_err(|source| StoreError::query("list the migrations", source))?;
    }
    for step in STEPS.iter().filter(|step| parts.contains(&step.part) && Some(step.number) > done) {
        let text = if engine == Engine::Sqlite { step.sqlite } else { step.postgres };
        let ran = conn.batch(text).await;
        ran.map_err(|source| StoreError::Migration { name: step.name, on, source })?;
        let note = Sql::new("insert into migration (number, name) values ($1, $2)");
        note.bind(step.number).bind(step.name).run(conn, "note a migration").await?;
    }
    Ok(())
}
