//! Feeds of the request log: what a gateway or an OpenTelemetry Collector sends by itself, known by a secret that both have.
//!
//! In: bytes of whoever reaches the server. Out: lines of the request log, as `POST /api/v1/requests` takes them. [`otlp`] reads what a
//! Collector sends, [`attributes`] makes lines of it; both pure. `settings` reads `[[feed]]`, `door` lets in whoever has the secret.
//!
//! **Never here:** what a line must have, and what of it is kept: that is `balcao_desk::requests`, one for every way in.

pub mod attributes;
#[cfg(feature = "desk")]
mod door;
pub mod otlp;
#[cfg(feature = "desk")]
pub mod settings;

#[cfg(feature = "desk")]
pub use door::{Door, Feed, FeedError, Feeds, Refused};
#[cfg(feature = "desk")]
pub use settings::Settings;
