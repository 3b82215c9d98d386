//! Evidence: what a message shows, each value with the exact place it was read from.
//!
//! Reading never fails: what no format understands becomes a note, and everything else is kept.
//! One file per format in [`formats`].
//!
//! **Never here:** files, network, clock, randomness, the registry, or what a value means.

pub mod call;
pub mod candidates;
pub mod fields;
mod fold;
pub mod formats;
pub mod jwt;
pub mod key;
pub mod mentions;
pub mod moments;
pub mod quoted;
pub mod reading;
pub mod speech;
pub mod unpack;

pub use fold::fold;
