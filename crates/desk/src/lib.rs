//! The desk: what people and programs do with tickets, one verb a file.
//!
//! In: who asks, and what for. Out: what came of it, or a [`DeskError`] that says what to do. The core decides, the store keeps;
//! here the two meet.
//!
//! **Invariants:** every change and its entry in the trail are one transaction; nobody sees what is not theirs; what a partner wrote
//! is kept masked, its original sealed.
//! **Never here:** HTTP, pages, the command line, the clock (the time comes in as an argument).

pub mod bundle;
pub mod caller;
mod change;
pub mod chat;
pub mod commercial;
mod desk;
pub mod documentation;
pub mod documents;
pub mod elsewhere;
mod error;
mod facts;
pub mod files;
pub mod jobs;
pub mod mail;
pub mod next_revision;
pub mod people;
pub mod procedure;
pub mod registry;
pub mod reply_token;
pub mod requests;
pub mod secrets;
pub mod tracker;
pub mod trail;
pub mod verbs;
pub mod world;

pub use change::Change;
pub use desk::{Desk, MailSettings, Settings, State, instant, millis, random};
pub use error::DeskError;
