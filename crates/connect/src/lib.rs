//! The desk's channels: how what was written elsewhere comes to the desk, and how what the desk decides travels.
//!
//! In: bytes that anybody may have sent, or what the desk hands over. Out: a ticket, a further message, or a note of why neither, once
//! however often they come; or a mail at its addressee, or why not. [`email`] reads and judges mails with pure functions; `mail` keeps and
//! files them, whoever brings them: a file, HTTP, a mailbox; `files` finds the mails in files; `mail_out` sends.
//!
//! **Invariants:** what is malformed gives a value or a clear error, never a panic; a mail is kept before anything is decided about it.
//! **Never here:** HTTP handlers, pages, the command line, the clock, a rule about tickets.

pub mod attachment;
#[cfg(feature = "desk")]
pub mod channels;
pub mod chat;
pub mod commercial;
pub mod email;
pub mod feed;
#[cfg(feature = "desk")]
pub mod files;
pub mod lookup;
#[cfg(feature = "desk")]
pub mod mail;
#[cfg(feature = "desk")]
pub mod mail_out;
#[cfg(feature = "desk")]
pub mod mailbox;
#[cfg(feature = "desk")]
pub mod outside;
#[cfg(feature = "desk")]
pub mod signed;
pub mod tracker;
pub mod whatsapp;
