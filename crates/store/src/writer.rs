//! Group commit: one task owns the connection that writes, and many changes share one sync of the disk.
//!
//! Each change runs in a savepoint of its own, so that one that fails takes nothing of the others with it; all are answered
//! only after the commit.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::{mpsc, oneshot};

use crate::conn::{Conn, Tx, Work};
use crate::error::StoreError;

/// Most changes in one transaction: bounds what is lost by a failing commit, and how long the first one waits.
const GROUP: usize = 64;
/// Changes that may wait; more make their callers wait.
const QUEUE: usize = 1024;

/// Makes the connection, at the start and whenever it was lost.
pub(crate) type Connect = Box<dyn Fn() -> BoxFuture<'static, Result<Conn, StoreError>> + Send + Sync>;

/// The way to the task that writes. It ends when the last of these is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Member>>,
}

impl Writer {
    /// Starts the task, on a connection that is already made.
    pub(crate) fn start(conn: Conn, connect: Connect) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(Task { tx: Some(Tx::on(conn)), connect }.serve(waiting));
        Self { queue }
    }

    /// Runs `work` in a transaction shared with others; answers when it is on disk.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let call = Call { work: Some(work), result: None, reply };
        if self.queue.send(Box::new(call)).await.is_err() {
            return Err(StoreError::Interrupted.into());
        }
        answer.await.unwrap_or_else(|_| Err(StoreError::Interrupted.into()))
    }
}

/// One change waiting in the queue.
trait Member: Send {
    /// Does the work; whether it is to be kept.
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool>;
    /// Tells the caller; `failure` if the group could not be kept.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

struct Call<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Member for Call<F, T, E>
where
    F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    fn run<'t>(&'t mut self, tx: &'t mut Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return false };
            // A panic of one member must not take the task, and so everybody's writes, with it.
            let running = AssertUnwindSafe(async move { work(tx).await }).catch_unwind();
            let result = running.await.unwrap_or_else(|_| Err(StoreError::Interrupted.into()));
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let result = match (self.result, failure) {
            (Some(Err(own)), _) => Err(own),
            (_, Some(failure)) => Err(failure.into()),
            (Some(done), None) => done,
            (None, None) => Err(StoreError::Interrupted.into()),
        };
        // The caller may have gone; the change stays, as it would with any database.
        let _gone = self.reply.send(result);
    }
}

struct Task {
    tx: Option<Tx>,
    connect: Connect,
}

impl Task {
    async fn serve(mut self, mut waiting: mpsc::Receiver<Box<dyn Member>>) {
        while let Some(first) = waiting.recv().await {
            let mut group = Vec::new();
            let failure = self.commit(first, &mut waiting, &mut group).await.err();
            for member in group {
                member.answer(failure.as_ref().map(again));
            }
        }
    }

    /// Runs `first` and whoever arrives meanwhile in one transaction; those that took part are in `group`.
    async fn commit(
        &mut self,
        first: Box<dyn Member>,
        waiting: &mut mpsc::Receiver<Box<dyn Member>>,
        group: &mut Vec<Box<dyn Member>>,
    ) -> Result<(), StoreError> {
        let mut tx = match self.tx.take() {
            Some(tx) => tx,
            None => match (self.connect)().await {
                Ok(conn) => Tx::on(conn),
                Err(error) => {
                    group.push(first);
                    return Err(error);
                }
            },
        };
        let done = run_group(&mut tx, first, waiting, group).await;
        // Of a connection on which something went wrong nothing is known: the next group makes another.
        let usable = done.is_ok() || tx.batch("rollback").await.is_ok();
        if usable {
            self.tx = Some(tx);
        }
        done.map_err(|source| StoreError::Commit { source: Arc::new(source) })
    }
}

async fn run_group(
    tx: &mut Tx,
    first: Box<dyn Member>,
    waiting: &mut mpsc::Receiver<Box<dyn Member>>,
    group: &mut Vec<Box<dyn Member>>,
) -> Result<(), sqlx::Error> {
    let open = format!("{}; savepoint member", tx.engine().begin());
    // What must be said before the next member: one turn to the engine for each.
    let mut between = open.as_str();
    let mut next = Some(first);
    while let Some(mut member) = next.take() {
        let ready = tx.batch(between).await;
        let kept = if ready.is_ok() { member.run(tx).await } else { false };
        group.push(member);
        ready?;
        between = if kept { "release member; savepoint member" } else { "rollback to member" };
        if group.len() < GROUP {
            next = waiting.try_recv().ok();
        }
    }
    // An engine out of disk may have undone everything: then there is no savepoint, and the group fails.
    tx.batch(if between == "rollback to member" {
        "rollback to member; commit"
    } else {
        "release member; commit"
    })
    .await
}

/// The same failure for each member of a group.
fn again(failure: &StoreError) -> StoreError {
    match failure {
        StoreError::Commit { source } => StoreError::Commit { source: Arc::clone(source) },
        _ => StoreError::Interrupted,
    }
}
