//! What the desk hears of the world around it: registries elsewhere, and files that other programs read. Bodies that write rows run on
//! SQLite and on a PostgreSQL server that the tests start; the other side is a server of the tests' own.

#![cfg(feature = "desk")]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod attachments;
mod homes;
mod lookups;
mod otlp;
mod server;

/// Makes a test of each function, once for each engine.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::homes::sqlite().await).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::homes::postgres().await).await;
            })*
        }
    };
}

pub(crate) use on_both;
