//! What must hold for every diagnosis: verdicts follow from their proofs, secrets stay in, order does not matter.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::panic,
    reason = "a test that cannot be set up has nothing to say but why"
)]

mod conversations;
mod order;
mod proofs;
mod secrets;
mod verdicts;
mod world;
