//! Mailboxes are watched and nothing of them is lost or doubled, whatever fails: a Dovecot of the tests' own, and bodies that run on SQLite
//! and on a PostgreSQL server that the tests start.

#![cfg(feature = "desk")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod crashes;
mod failing;
mod homes;
mod round_trip;
mod settled;
mod taken;
mod tokens;

/// Makes a test of each function, once for each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&crate::homes::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&crate::homes::postgres().await).await;
            })*
        }
    };
}

pub(crate) use on_both;
