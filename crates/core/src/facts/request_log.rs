//! The request log: what the API itself saw.

use jiff::Timestamp;

use crate::evidence::key::KeyPrint;

/// One request of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedRequest {
    pub at: Timestamp,
    pub request_id: Option<String>,
    pub environment: String,
    /// Upper case.
    pub method: String,
    /// Without query.
    pub path: String,
    /// `None`: no answer was sent (a time-out).
    pub status: Option<u16>,
    pub api_key: Option<KeyPrint>,
    pub user: Option<String>,
    pub token_issued_at: Option<Timestamp>,
    pub error: Option<String>,
    pub duration_ms: Option<u64>,
}
