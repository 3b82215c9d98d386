//! Facts: what the registry, the request log, the releases and the contract know.

pub mod contract;
pub mod registry;
pub mod request_log;
