//! WhatsApp by Meta's Business Cloud API: what its webhook delivers, and what is sent through Graph.
//!
//! `read` reads a delivery with a pure function, `faults` says what Graph's error codes mean; `settings` is the section of the file of
//! channels, `graph` asks. What becomes of a message is decided in [`crate::chat`].
//! Source: Meta's reference of the Cloud API (webhooks `messages`, `POST /{phone-number-id}/messages`, `GET /{media-id}`).
//!
//! **Invariants:** no text of Graph reaches a row or a log, since it may quote a telephone; only our own words for its codes do.

pub mod faults;
#[cfg(feature = "desk")]
pub(crate) mod graph;
mod read;
#[cfg(feature = "desk")]
pub(crate) mod settings;

pub use read::{ReadError, Told, read};
#[cfg(feature = "desk")]
pub use settings::{Settings, Template};
