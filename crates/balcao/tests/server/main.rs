//! The program as a server, met from outside on both databases.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod contract;
mod homes;
mod mail_in;
mod mail_out;
mod mailbox;
mod operations;
mod secrets;
mod torture;
mod tracker;
mod trouble;
