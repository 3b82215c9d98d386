//! Facts: what the registry, the request log, the releases and the contract know.
//!
//! In: the text of a file. Out: a value that answers look-ups, with no clock, disk or network.
//! A registry with a mistake is refused with every mistake named; a log keeps its good lines; a
//! contract keeps what it could read and notes the rest.

pub mod contract;
pub mod nearest;
pub mod paths;
pub mod registry;
pub mod request_log;

mod fields;
