//! Requests for keys to commercial, by mail and by signed webhook, and its answers back: every body of a test runs on SQLite and on a
//! PostgreSQL server that the tests start.

#![cfg(feature = "desk")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod answered;
mod astray;
mod forwarded;
mod homes;
mod incomplete;
mod mailed;
mod secrecy;
mod server;

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
