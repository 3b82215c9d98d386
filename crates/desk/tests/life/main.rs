//! The life of a ticket, from what arrives to what was closed: every body of a test runs on SQLite and on a PostgreSQL server that the
//! tests start.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]
#![allow(dead_code, reason = "what makes a desk is shared with the other tests")]

mod escalation;
mod guards;
mod history;
#[path = "../facts/homes.rs"]
mod homes;
mod jobs;
mod judged;
mod linked;
mod mail;
mod office;
mod originals;
mod reopening;
mod saying;
mod silence;
mod trail;

/// Makes a test of each function, once for each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let home = crate::homes::sqlite().await;
                super::$name(&home).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let home = crate::homes::postgres().await;
                super::$name(&home).await;
            })*
        }
    };
}

pub(crate) use on_both;
