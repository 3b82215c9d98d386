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
use crate::dialect::Engine;
use crate::error::StoreError;

/// How changes share transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// Up to 64 small ones in one: bounds what a failing commit loses, and how long the first one waits.
    Group,
    /// Each has its own: large ones gain nothing, and a savepoint would keep a copy of every page they touch.
    Alone,
}

impl Sharing {
    fn most(self) -> usize {
        match self {
            Self::Group => 64,
            Self::Alone => 1,
        }
    }

    /// What is said before the first member.
    fn open(self, engine: Engine) -> String {
        match self {
            Self::Group => format!("{}; savepoint member", engine.begin_group()),
            Self::Alone => engine.begin().to_owned(),
        }
    }

    /// What is said between two members, the first of which is `kept` or not.
    fn between(self, kept: bool) -> &'static str {
        if kept { "release member; savepoint member" } else { "rollback to member" }
    }

    /// What is said after the last member. An engine out of disk may have undone everything: then there is no savepoint left,
    /// and the group fails.
    fn close(self, kept: bool) -> &'static str {
        match (self, kept) {
            (Self::Group, true) => "release member; commit",
            (Self::Group, false) => "rollback to member; commit",
            (Self::Alone, true) => "commit",
            (Self::Alone, false) => "rollback",
        }
    }
}

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
    pub(crate) fn start(conn: Conn, connect: Connect, sharing: Sharing) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(Task { tx: Some(Tx::on(conn)), connect, sharing }.serve(waiting));
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
    sharing: Sharing,
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
                    return Err(shared(error));
                }
            },
        };
        let done = run_group(self.sharing, &mut tx, first, waiting, group).await;
        tx.let_go();
        // Of a connection on which something went wrong nothing is known: the next group makes another.
        let usable = done.is_ok() || tx.batch("rollback").await.is_ok();
        if usable {
            self.tx = Some(tx);
        }
        done.map_err(|source| StoreError::Commit { source: Arc::new(source) })
    }
}

async fn run_group(
    sharing: Sharing,
    tx: &mut Tx,
    first: Box<dyn Member>,
    waiting: &mut mpsc::Receiver<Box<dyn Member>>,
    group: &mut Vec<Box<dyn Member>>,
) -> Result<(), sqlx::Error> {
    let mut member = first;
    let open = sharing.open(tx.engine());
    if let Err(error) = tx.batch(&open).await {
        group.push(member);
        return Err(error);
    }
    loop {
        let kept = member.run(tx).await;
        group.push(member);
        let next = if group.len() < sharing.most() { waiting.try_recv().ok() } else { None };
        match next {
            None => return tx.batch(sharing.close(kept)).await,
            Some(next) => member = next,
        }
        if !kept {
            tx.let_go();
        }
        if let Err(error) = tx.batch(sharing.between(kept)).await {
            group.push(member);
            return Err(error);
        }
    }
}

/// A failure that every member of a group can be told.
fn shared(failure: StoreError) -> StoreError {
    match failure {
        StoreError::Open { source, .. } => StoreError::Commit { source: Arc::new(source) },
        other => other,
    }
}

/// The same failure for each member of a group.
fn again(failure: &StoreError) -> StoreError {
    match failure {
        StoreError::Commit { source } => StoreError::Commit { source: Arc::clone(source) },
        _ => StoreError::Interrupted,
    }
}
