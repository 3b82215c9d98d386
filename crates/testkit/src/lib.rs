//! For tests and figures only: real servers on loopback, in directories of their own, gone when the program is; and the desk met from
//! outside, as other programs meet it.
//!
//! **Never here:** anything that ships.

pub mod api;
pub mod desk;
pub mod dovecot;
pub mod postfix;
pub mod postgres;
pub mod torture;
pub mod torture_mail;
pub mod trouble;
