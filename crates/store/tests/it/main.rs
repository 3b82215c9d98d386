//! The store on both engines: every body of a test runs on SQLite and on a PostgreSQL server that the tests start.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod chats;
mod crash;
mod engines;
mod escalations;
mod jobs;
mod migrations;
mod outbox;
mod partitions;
mod people;
mod plans;
mod requests;
mod samples;
mod screens;
mod tickets;
mod trail;
mod writes;

/// Makes a test of each function, once for each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let place = crate::engines::sqlite();
                super::$name(&place).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                let place = crate::engines::postgres().await;
                super::$name(&place).await;
            })*
        }
    };
}

pub(crate) use on_both;
