//! Escalations travel: to a server that keeps the documented contract of each tracker, and back; every body of a test runs on SQLite and on a
//! PostgreSQL server that the tests start.

#![cfg(feature = "desk")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod contract;
mod deliveries;
mod ending;
mod failing;
mod going_on;
mod hooks;
mod houses;
mod life;
mod properties;
mod secrecy;
mod server;
mod sharing;

/// Makes a test of each function, once for each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let house = crate::houses::sqlite().await;
                super::$name(&house).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let house = crate::houses::postgres().await;
                super::$name(&house).await;
            })*
        }
    };
}

pub(crate) use on_both;
