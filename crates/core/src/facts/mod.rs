//! Facts: what the registry, the request log, the releases and the contract know.
//!
//! A message's [`Inquiry`] is a plain value; whoever keeps the data answers it (files in memory here, a database in the
//! desk) with a [`Known`]: the slice of the world that the diagnosis may see.
//!
//! **Never here:** what a fact means for the message; that is `checks`.

pub mod contract;
pub mod documentation;
pub mod elsewhere;
mod fields;
pub mod inquiry;
mod limits;
pub mod nearest;
pub mod paths;
pub mod registry;
pub mod request_log;

pub use self::inquiry::Inquiry;
pub use self::limits::Limits;
use contract::Contract;
use elsewhere::Silent;
use registry::Registry;
use request_log::LoggedRequest;

/// The slice of the world that a diagnosis sees.
#[derive(Clone)]
pub struct Known<'k> {
    pub registry: &'k Registry,
    /// The rows that answer the inquiry, oldest first, none later than the message.
    pub requests: Vec<LoggedRequest>,
    pub contract: &'k Contract,
    /// What a registry elsewhere should have told, and did not.
    pub silent: Vec<Silent>,
}
