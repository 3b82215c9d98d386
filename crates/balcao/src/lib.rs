//! The `balcao` command as a library, so that benchmarks and tests run what the command runs.
//!
//! Commands are in `cli/`, one file each; what they load is in [`setup`]; words in [`catalogue`].

mod around;
pub mod catalogue;
mod chatting;
pub mod cli;
mod commercial;
mod mailboxes;
pub mod opening;
mod report;
pub mod server;
pub mod settings;
pub mod setup;
mod tracking;
