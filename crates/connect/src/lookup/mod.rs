//! A registry that is kept elsewhere and answers over HTTP: which questions are asked, of whom, and what an answer means.
//!
//! In: `[[lookup]]` of the channels' file, and what a message asks. Out: records of our own registry's shape, or why none came.
//! [`settings`] reads the file, [`url`] fills the template, [`mapping`] reads an answer, [`breaker`] and [`cache`] spare the other side;
//! `connector` puts them together.
//!
//! **Invariants:** a key itself travels only where the file says `sends = "key"`; an answer that does not fit the mapping is no answer;
//! a question ends within its time-out, and of what did not come it is said why.

pub mod breaker;
pub mod cache;
#[cfg(feature = "desk")]
mod connector;
pub mod mapping;
#[cfg(feature = "desk")]
mod record;
#[cfg(feature = "desk")]
pub mod settings;
pub mod url;

#[cfg(feature = "desk")]
pub use connector::{Clock, Connector};
#[cfg(feature = "desk")]
pub use settings::Settings;
