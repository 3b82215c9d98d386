//! One database: a pool to read from and a way to write.

use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection};

use crate::conn::{Conn, Tx, Work};
use crate::dialect::Engine;
use crate::error::StoreError;
use crate::migrate::Part;
use crate::writer::{Connect, Sharing, Writer};

/// Connections that read a file at once: more only take memory from each other.
const READERS: u32 = 4;
/// Connections to a server: those that read the desk, and as many for the request log.
const CONNECTIONS: u32 = 8;
/// How long a caller waits for a connection before he is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// A database that is open and migrated.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    engine: Engine,
    pool: AnyPool,
    writer: Option<Writer>,
}

impl Database {
    /// One whose changes go over a single connection; `place` is for people and shows no password.
    pub(crate) async fn open_written(
        engine: Engine,
        part: Part,
        (url, place): (&str, &str),
        sharing: Sharing,
    ) -> Result<Self, StoreError> {
        let writer = start_writer(engine, (url, place), sharing).await?;
        Ok(Self { writer: Some(writer), ..Self::open(engine, part, (url, place)).await? })
    }

    /// One whose changes wait for no others: each in a transaction of its own, on a connection of the pool.
    pub(crate) async fn open(
        engine: Engine,
        part: Part,
        (url, place): (&str, &str),
    ) -> Result<Self, StoreError> {
        let most = if engine == Engine::Sqlite { READERS } else { CONNECTIONS };
        let pool = AnyPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(PATIENCE)
            // A connection is tried when it is given back; trying it again would cost each question a turn to the server.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    let hello = sqlx::raw_sql(AssertSqlSafe(engine.on_reading(part)));
                    hello.execute(connection).await.map(|_| ())
                })
            })
            .connect(url)
            .await
            .map_err(|source| StoreError::Open { place: place.to_owned(), source })?;
        Ok(Self { engine, pool, writer: None })
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) async fn read(&self) -> Result<Conn, StoreError> {
        let connection = self.pool.acquire().await;
        let connection =
            connection.map_err(|source| StoreError::query("get a connection to read", source))?;
        Ok(Conn::pooled(connection, self.engine))
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'t> FnOnce(&'t mut Tx) -> Work<'t, T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if let Some(writer) = &self.writer {
            return writer.write(work).await;
        }
        let begun = async { Tx::begin(self.pool.acquire().await?, self.engine).await };
        let begun = begun.await;
        let mut tx = begun.map_err(|source| StoreError::query("begin a transaction", source))?;
        match work(&mut tx).await {
            Ok(done) => {
                let kept = tx.keep().await;
                kept.map_err(|source| E::from(StoreError::Commit { source: sqlx::Error::into(source) }))?;
                Ok(done)
            }
            // If undoing fails the connection is gone, and the server undoes by itself.
            Err(error) => {
                let _gone = tx.undo().await;
                Err(error)
            }
        }
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}

/// A connection that may write, ready for its first statement.
pub(crate) async fn connect(engine: Engine, url: &str, place: &str) -> Result<Conn, StoreError> {
    let opened = async {
        let mut connection = AnyConnection::connect(url).await?;
        sqlx::raw_sql(AssertSqlSafe(engine.on_writing())).execute(&mut connection).await?;
        Ok(Conn::own(connection, engine))
    };
    opened.await.map_err(|source| StoreError::Open { place: place.to_owned(), source })
}

async fn start_writer(
    engine: Engine,
    (url, place): (&str, &str),
    sharing: Sharing,
) -> Result<Writer, StoreError> {
    let conn = connect(engine, url, place).await?;
    let (url, place) = (url.to_owned(), place.to_owned());
    let again: Connect = Box::new(move || -> BoxFuture<'static, Result<Conn, StoreError>> {
        let (url, place) = (url.clone(), place.clone());
        Box::pin(async move { connect(engine, &url, &place).await })
    });
    Ok(Writer::start(conn, again, sharing))
}
