//! For tests and figures only: real servers on loopback, in directories of their own, gone when the program is.
//!
//! **Never here:** anything that ships.

pub mod postgres;
