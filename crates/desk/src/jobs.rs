//! Background work: what is to be done by itself, kept in the database, done by one worker at a time, tried again when it fails, and set
//! aside for a person after ten failures.
//!
//! Every kind may be done twice without harm: a worker may vanish after the work and before it says so.

use balcao_core::mask::Masker;
use balcao_store::job::{self, Job};
use balcao_store::{
    JobId, Scope, account, attempt, idempotency, outbox, sealed, setting, ticket, tracker_item,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::caller::{Caller, Permission};
use crate::desk::{Desk, millis, random};
use crate::error::DeskError;
use crate::trail::{self, Event};
use crate::verbs::silence;
use crate::{chat, mail, requests, tracker};

/// How long a worker may take before another takes the job over.
const TERM: SignedDuration = SignedDuration::from_mins(5);
/// The longest wait between two tries.
const LONGEST_WAIT: i64 = 3_600_000;

/// The kinds, each with the version of its payload in its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Reminders, and the end of what stayed unanswered.
    Silence,
    /// Throwing away what is older than it may be kept.
    Retention,
    /// Sealing anew, with the newest key, what was sealed with an older one.
    Reseal,
    /// Sending one mail, once.
    Mail,
    /// Having one errand carried, once.
    Errand,
    /// Filing what a chat tool delivered.
    ChatFile,
    /// Telling a tracker what waits of one escalation.
    Tracker,
}

impl Work {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Silence,
        Self::Retention,
        Self::Reseal,
        Self::Mail,
        Self::Errand,
        Self::ChatFile,
        Self::Tracker,
    ];

    /// The code that rows have.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Silence => "silence@1",
            Self::Retention => "retention@1",
            Self::Reseal => "reseal@1",
            Self::Mail => mail::JOB,
            Self::Errand => chat::ERRAND_JOB,
            Self::ChatFile => chat::FILE_JOB,
            Self::Tracker => tracker::JOB,
        }
    }

    fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|work| work.code() == code)
    }

    /// How long after its end it is done again; `None` for what is done once.
    fn every(self) -> Option<SignedDuration> {
        match self {
            Self::Silence => Some(SignedDuration::from_mins(1)),
            Self::Retention => Some(SignedDuration::from_hours(1)),
            Self::Reseal => Some(SignedDuration::from_mins(10)),
            Self::Mail | Self::Errand | Self::ChatFile | Self::Tracker => None,
        }
    }

    /// How long to wait after so many failures, in milliseconds.
    fn wait(self, attempts: i64) -> i64 {
        match self {
            // A server that is away comes back in hours, not in seconds.
            Self::Mail | Self::Errand | Self::ChatFile | Self::Tracker => mail::wait(attempts),
            Self::Silence | Self::Retention | Self::Reseal => usual_wait(attempts),
        }
    }

    async fn run(self, desk: &Desk, (job, worker): (&Job, &str), now: Timestamp) -> Result<(), DeskError> {
        match self {
            Self::Mail => mail::deliver(desk, &job.payload, (worker, job.attempts), now).await,
            Self::Errand => chat::deliver(desk, &job.payload, (worker, job.attempts), now).await,
            Self::ChatFile => chat::file(desk, &job.payload, now).await,
            Self::Tracker => tracker::deliver(desk, &job.payload, (worker, job.attempts), now).await,
            Self::Silence => silence::round(desk, now).await.map(|_| ()),
            Self::Retention => forget(desk, now).await,
            Self::Reseal => reseal(desk).await,
        }
    }
}

/// Plants each kind once, however many servers start.
///
/// # Errors
/// If the database fails.
pub async fn plant(desk: &Desk, now: Timestamp) -> Result<(), DeskError> {
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                for work in Work::ALL.into_iter().filter(|work| work.every().is_some()) {
                    let job = Job::new(work.code(), "{}", millis(now));
                    let name = format!("job {}", work.code());
                    if setting::first(tx, &name, job.id.as_str()).await? == job.id.as_str() {
                        job::add(tx, &job).await?;
                    }
                }
                Ok::<_, DeskError>(())
            })
        })
        .await
}

/// What came of looking for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing is due.
    Idle,
    /// A job was done.
    Done(String),
    /// A job failed and was given back, or set aside.
    Failed(String),
}

/// Takes the job that has been due longest and does it. `worker` names this one among all.
///
/// # Errors
/// If the database fails.
pub async fn run_one(desk: &Desk, worker: &str, now: Timestamp) -> Result<Outcome, DeskError> {
    let name = worker.to_owned();
    let until = millis(now.saturating_add(TERM).unwrap_or(Timestamp::MAX));
    let taken = desk
        .store()
        .write(move |tx| {
            Box::pin(async move { Ok::<_, DeskError>(job::claim(tx, &name, millis(now), until).await?) })
        })
        .await?;
    let Some(job) = taken else { return Ok(Outcome::Idle) };
    let done = match Work::parse(&job.kind) {
        Some(work) => work.run(desk, (&job, worker), now).await,
        // Written by a newer program: it stays for that one to do.
        None => Err(DeskError::Damaged("uma tarefa de um tipo que este programa não conhece")),
    };
    let (kind, worker) = (job.kind.clone(), worker.to_owned());
    match done {
        Ok(()) => {
            desk.store()
                .write(move |tx| {
                    Box::pin(async move {
                        // Whoever lost the job to another worker does not plant its successor.
                        if job::done(tx, &job.id, &worker).await?
                            && let Some(work) = Work::parse(&job.kind)
                            && let Some(pause) = work.every()
                        {
                            let next = now.saturating_add(pause).unwrap_or(Timestamp::MAX);
                            job::add(tx, &Job::new(work.code(), "{}", millis(next))).await?;
                        }
                        Ok::<_, DeskError>(())
                    })
                })
                .await?;
            Ok(Outcome::Done(kind))
        }
        Err(error) => {
            let text = Masker::new([]).mask(&chain(&error));
            let again = millis(now).saturating_add(wait(&kind, job.attempts, &error));
            let shown = text.clone();
            desk.store()
                .write(move |tx| {
                    Box::pin(async move {
                        job::failed(tx, &job.id, &worker, &text, again).await?;
                        Ok::<_, DeskError>(())
                    })
                })
                .await?;
            Ok(Outcome::Failed(format!("{kind}: {shown}")))
        }
    }
}

/// How long a job of this kind waits after so many failures, the last of them this one, in milliseconds.
pub(crate) fn wait(kind: &str, attempts: i64, error: &DeskError) -> i64 {
    let own = Work::parse(kind).map_or_else(|| usual_wait(attempts), |work| work.wait(attempts));
    own.max(asked_for(error))
}

/// How long a server wants not to be asked again, in milliseconds; no longer than half a day.
fn asked_for(error: &DeskError) -> i64 {
    let seconds = match error {
        DeskError::Tracker(error) => error.after.unwrap_or(0),
        _ => 0,
    };
    i64::try_from(seconds.min(43_200)).unwrap_or(0).saturating_mul(1_000)
}

fn usual_wait(attempts: i64) -> i64 {
    1_000_i64.saturating_mul(1 << attempts.clamp(0, 12)).min(LONGEST_WAIT)
}

/// An error with its causes.
fn chain(error: &DeskError) -> String {
    let mut causes = Vec::new();
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.join(": ")
}

/// Throws away what is older than it may be kept.
async fn forget(desk: &Desk, now: Timestamp) -> Result<(), DeskError> {
    requests::forget_old(desk, now).await?;
    let days = |days: u32| millis(now).saturating_sub(i64::from(days).saturating_mul(86_400_000));
    let keys = days(desk.settings().keep_idempotency);
    let (week, month) = (days(7), days(30));
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                sealed::expire(tx, millis(now)).await?;
                idempotency::forget(tx, keys).await?;
                attempt::forget(tx, week).await?;
                job::forget_done(tx, week).await?;
                outbox::forget_ended(tx, week).await?;
                tracker_item::forget_deliveries(tx, month).await?;
                Ok::<_, DeskError>(())
            })
        })
        .await
}

/// Seals anew what an older key sealed.
async fn reseal(desk: &Desk) -> Result<(), DeskError> {
    const SOME: u16 = 100;
    let old: Vec<String> = desk.secrets().old_keys().map(str::to_owned).collect();
    for key in old {
        loop {
            let mut conn = desk.store().read().await?;
            let rows = sealed::with_key(&mut conn, &key, SOME).await?;
            drop(conn);
            if rows.is_empty() {
                break;
            }
            let mut anew = Vec::new();
            for mut row in rows {
                let opened = desk.secrets().open(&row);
                let opened =
                    opened.map_err(|_why| DeskError::Damaged("um original selado, ao trocar a chave"))?;
                desk.secrets().seal_into(&mut row, &opened, random()?);
                anew.push(row);
            }
            desk.store()
                .write(move |tx| {
                    Box::pin(async move {
                        for row in &anew {
                            sealed::reseal(tx, row).await?;
                        }
                        Ok::<_, DeskError>(())
                    })
                })
                .await?;
        }
    }
    Ok(())
}

/// The jobs that were set aside, in order, from `after` on.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn quarantined(
    desk: &Desk,
    caller: &Caller,
    after: Option<&JobId>,
    limit: u16,
) -> Result<Vec<Job>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    Ok(job::list(&mut conn, "quarantined", after, limit).await?)
}

/// Lets a job that was set aside be tried again.
///
/// # Errors
/// If the caller may not, or it is not set aside.
pub async fn release(desk: &Desk, caller: &Caller, id: &JobId, now: Timestamp) -> Result<(), DeskError> {
    caller.must(Permission::ManageJobs)?;
    let (caller, id) = (caller.clone(), id.clone());
    desk.store()
        .write(move |tx| {
            Box::pin(async move {
                if !job::release(tx, &id, millis(now)).await? {
                    return Err(DeskError::NotFound("tarefa em quarentena"));
                }
                let data = json!({"job": id.as_str()});
                let event = Event { ticket: None, at: now, by: &caller, what: "job_released", data };
                Ok(trail::record(tx, event).await?)
            })
        })
        .await
}

/// How the desk stands, for whoever looks after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Jobs set aside.
    pub quarantined: usize,
    /// Tickets past a deadline, at most 500.
    pub overdue: usize,
    /// People who can log in.
    pub accounts: usize,
}

/// Counts what whoever looks after the desk should know.
///
/// # Errors
/// If the database fails.
pub async fn standing(desk: &Desk, now: Timestamp) -> Result<Standing, DeskError> {
    let mut conn = desk.store().read().await?;
    let quarantined = job::list(&mut conn, "quarantined", None, 500).await?.len();
    let overdue = ticket::overdue(&mut conn, &Scope::All, millis(now), 500).await?.len();
    let accounts = account::list(&mut conn).await?.len();
    Ok(Standing { quarantined, overdue, accounts })
}
