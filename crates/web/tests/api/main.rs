//! The HTTP API as programs meet it: who may do what, what is answered, and how it is refused.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that meets what it did not expect should stop"
)]

mod answers;
mod chats;
mod commercial;
mod desk;
mod feeds;
mod mail;
mod pages;
mod roles;
mod tracker;
