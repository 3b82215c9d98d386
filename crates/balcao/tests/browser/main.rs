//! The pages as people use them, in a real browser: with and without scripts, on a telephone and on a desk, in both themes.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod accessibility;
mod agent;
mod browser;
mod developer;
mod lead;
mod others;
mod screens;

use thirtyfour::error::WebDriverResult;

/// Runs a body on a browser of its own, with scripts and without.
macro_rules! in_browser {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn with_scripts() {
                crate::browser::in_one(true, super::$name).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn without_scripts() {
                crate::browser::in_one(false, super::$name).await;
            }
        })*
    };
}

pub(crate) use in_browser;

/// What a body of a test answers.
type Tried = WebDriverResult<()>;
