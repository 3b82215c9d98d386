//! A connection to ask, and a transaction to write in.

use std::ops::{Deref, DerefMut};

use futures_util::future::BoxFuture;
use sqlx::any::Any;
use sqlx::pool::PoolConnection;
use sqlx::{AnyConnection, AssertSqlSafe};

use crate::dialect::Engine;

/// What a write does: a boxed future over the transaction, made with `Box::pin(async move { … })`.
pub type Work<'t, T, E> = BoxFuture<'t, Result<T, E>>;

/// A connection on which rows can be read.
#[derive(Debug)]
pub struct Conn {
    link: Link,
    engine: Engine,
}

#[derive(Debug)]
enum Link {
    Own(Box<AnyConnection>),
    Pooled(PoolConnection<Any>),
    Open(Open),
}

/// A connection of the pool in a transaction. Whoever gives up half-way (a caller that went away, a panic) leaves it closed, and the server
/// undoes by itself: it never goes back to the pool with a transaction open.
#[derive(Debug)]
pub(crate) struct Open {
    connection: PoolConnection<Any>,
    ended: bool,
}

impl Open {
    /// Runs a statement without values.
    pub(crate) async fn run(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(text).execute(&mut *self.connection).await.map(|_| ())
    }

    /// Gives the connection back: nothing of it is open any more.
    pub(crate) fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.ended {
            self.connection.close_on_drop();
        }
    }
}

impl Conn {
    pub(crate) fn own(connection: AnyConnection, engine: Engine) -> Self {
        Self { link: Link::Own(Box::new(connection)), engine }
    }

    pub(crate) fn pooled(connection: PoolConnection<Any>, engine: Engine) -> Self {
        Self { link: Link::Pooled(connection), engine }
    }

    /// Which database it talks to.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn raw(&mut self) -> &mut AnyConnection {
        match &mut self.link {
            Link::Own(connection) => connection,
            Link::Pooled(connection) => connection,
            Link::Open(open) => &mut open.connection,
        }
    }

    /// Runs statements that have no values, several at once if need be.
    pub(crate) async fn batch(&mut self, text: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(self.raw()).await.map(|_| ())
    }
}

/// A transaction: a [`Conn`] on which rows can be written too. Kept or undone by [`crate::Store::write`].
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    /// The end of the trail, while its row is held: then nobody else moves it.
    trail_end: Option<(i64, Vec<u8>)>,
}

impl Tx {
    /// On a connection whose transaction the caller opens and ends himself.
    pub(crate) fn on(conn: Conn) -> Self {
        Self { conn, trail_end: None }
    }

    /// The end of the trail as this transaction left it; `None` if its row is not held yet.
    pub(crate) fn trail_end(&self) -> Option<(i64, Vec<u8>)> {
        self.trail_end.clone()
    }

    /// Notes the end of the trail, whose row this transaction has written.
    pub(crate) fn hold_trail_end(&mut self, end: (i64, Vec<u8>)) {
        self.trail_end = Some(end);
    }

    /// To be said when something was undone or the transaction ended: rows that were held may not be any more.
    pub(crate) fn let_go(&mut self) {
        self.trail_end = None;
    }

    /// Begins one on a connection of the pool.
    pub(crate) async fn begin(connection: PoolConnection<Any>, engine: Engine) -> Result<Self, sqlx::Error> {
        let mut open = Open { connection, ended: false };
        open.run(engine.begin()).await?;
        Ok(Self::on(Conn { link: Link::Open(open), engine }))
    }

    /// Ends it and keeps what was written.
    pub(crate) async fn keep(self) -> Result<(), sqlx::Error> {
        self.end("commit").await
    }

    /// Ends it and keeps nothing.
    pub(crate) async fn undo(self) -> Result<(), sqlx::Error> {
        self.end("rollback").await
    }

    async fn end(self, word: &'static str) -> Result<(), sqlx::Error> {
        match self.conn.link {
            Link::Open(mut open) => {
                open.run(word).await?;
                open.end();
                Ok(())
            }
            Link::Own(_) | Link::Pooled(_) => Ok(()),
        }
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
