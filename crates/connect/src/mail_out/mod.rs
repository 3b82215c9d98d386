//! Mail out: a [`Letter`](balcao_desk::mail::Letter) becomes a mail that every program threads, signed, and is handed to a server.
//!
//! `settings` reads what whoever runs the desk says; `words` fills templates; `compose` makes the mail with its headers; [`Smtp`] hands
//! it over.
//!
//! **Invariants:** the HTML is escaped text and nothing else; nothing is sent over a connection that was not verified, but to this very
//! machine; no error and no log line has an address or a link in it.

mod compose;
mod settings;
mod smtp;
mod words;

pub use compose::{ComposeError, compose};
pub use settings::{MailSettings, Mailed, SettingsError};
pub use smtp::Smtp;
pub(crate) use words::say;
pub use words::{Place, Words, words};
