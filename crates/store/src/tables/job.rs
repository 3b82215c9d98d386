//! Background work: queued with the change that asks for it, done by one worker, set aside after ten failures.

use crate::conn::{Conn, Tx};
use crate::error::StoreError;
use crate::ids::JobId;
use crate::row::{Row, Sql, insert, row};

/// After so many attempts a job is set aside for a person.
pub const MOST_ATTEMPTS: i64 = 10;

row! {
    /// One piece of work.
    Job in "job" {
        /// Its own id.
        id: JobId,
        /// What kind, with its version.
        kind: String,
        /// What it needs, as JSON, masked.
        payload: String,
        /// Not before this instant.
        run_at: i64,
        /// How often it was begun.
        attempts: i64,
        /// Until when a worker has it.
        locked_until: Option<i64>,
        /// Which worker.
        locked_by: Option<String>,
        /// `ready`, `done` or `quarantined`.
        state: String,
        /// Why it last failed, masked.
        last_error: Option<String>,
    }
}

impl Job {
    /// A job to be done once, not before `run_at` (milliseconds).
    #[must_use]
    pub fn new(kind: &str, payload: &str, run_at: i64) -> Self {
        Self {
            id: JobId::fresh(),
            kind: kind.to_owned(),
            payload: payload.to_owned(),
            run_at,
            attempts: 0,
            locked_until: None,
            locked_by: None,
            state: "ready".to_owned(),
            last_error: None,
        }
    }
}

/// Queues a job, in the transaction of the change that asks for it.
///
/// # Errors
/// If the database fails.
pub async fn add(tx: &mut Tx, job: &Job) -> Result<(), StoreError> {
    insert(tx, job, "queue a job").await
}

/// Takes the job that has been due longest, for `worker` alone until `until`; `None` if none is due.
///
/// A job whose worker vanished is taken again after its time; one that did so too often is set aside.
///
/// # Errors
/// If the database fails.
pub async fn claim(tx: &mut Tx, worker: &str, now: i64, until: i64) -> Result<Option<Job>, StoreError> {
    let engine = tx.engine();
    let free = "state = 'ready' and run_at <= $1 and (locked_until is null or locked_until <= $1)";
    let aside = format!(
        "update job set state = 'quarantined', locked_until = null, locked_by = null, \
         last_error = coalesce(last_error, 'its worker vanished') where {free} and attempts >= $2"
    );
    Sql::new(aside).bind(now).bind(MOST_ATTEMPTS).run(tx, "set aside what never ends").await?;
    let columns: Vec<&str> = Job::COLUMNS.to_vec();
    let text = format!(
        "update job set attempts = attempts + 1, locked_until = $2, locked_by = $3 \
         where id = (select id from job where {free} order by run_at, id limit 1 {}) returning {}",
        engine.skip_locked(),
        columns.join(", "),
    );
    Sql::new(text).bind(now).bind(until).bind(worker).optional(tx, "claim a job").await
}

/// Marks a job of `worker` as done; `false` if it is no longer this worker's.
///
/// # Errors
/// If the database fails.
pub async fn done(tx: &mut Tx, id: &JobId, worker: &str) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update job set state = 'done', locked_until = null, locked_by = null \
         where id = $1 and locked_by = $2 and state = 'ready'",
    );
    sql.bind(id.clone()).bind(worker).run(tx, "finish a job").await.map(|rows| rows > 0)
}

/// Gives a job back, to be tried again at `run_at`, or sets it aside after [`MOST_ATTEMPTS`].
///
/// `false` if it is no longer `worker`'s.
///
/// # Errors
/// If the database fails.
pub async fn failed(
    tx: &mut Tx,
    id: &JobId,
    worker: &str,
    error: &str,
    run_at: i64,
) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update job set state = case when attempts >= $5 then 'quarantined' else 'ready' end, \
         locked_until = null, locked_by = null, last_error = $3, run_at = $4 \
         where id = $1 and locked_by = $2 and state = 'ready'",
    );
    let sql = sql.bind(id.clone()).bind(worker).bind(error).bind(run_at).bind(MOST_ATTEMPTS);
    sql.run(tx, "give a job back").await.map(|rows| rows > 0)
}

/// Lets a job that was set aside be tried again; `false` if it is not set aside.
///
/// # Errors
/// If the database fails.
pub async fn release(tx: &mut Tx, id: &JobId, run_at: i64) -> Result<bool, StoreError> {
    let sql = Sql::new(
        "update job set state = 'ready', attempts = 0, run_at = $2 where id = $1 and state = 'quarantined'",
    );
    sql.bind(id.clone()).bind(run_at).run(tx, "release a job").await.map(|rows| rows > 0)
}

/// The jobs in `state` after `after` (an id; `None` for the first), in order, at most `limit`.
///
/// # Errors
/// If the database fails.
pub async fn list(
    conn: &mut Conn,
    state: &str,
    after: Option<&JobId>,
    limit: u16,
) -> Result<Vec<Job>, StoreError> {
    let text = Job::select() + "where t.state = $1 and t.id > $2 order by t.id limit $3";
    let sql = Sql::new(text).bind(state).bind(after.map_or("", JobId::as_str)).bind(i64::from(limit));
    sql.all(conn, "list jobs").await
}

/// Throws away the jobs done whose time was before `instant`; how many.
///
/// # Errors
/// If the database fails.
pub async fn forget_done(tx: &mut Tx, instant: i64) -> Result<u64, StoreError> {
    let sql = Sql::new("delete from job where state = 'done' and run_at < $1").bind(instant);
    sql.run(tx, "throw away jobs that are done").await
}
