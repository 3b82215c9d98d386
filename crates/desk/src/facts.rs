//! What a diagnosis saw, packed so that it can be made again to the same bytes.
//!
//! **Invariant:** a path that shows a secret is kept masked, with a mark by which the message that wrote it is known.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use balcao_core::diagnosis::{Answers, Prepared};
use balcao_core::evidence::key::KeyPrint;
use balcao_core::facts::paths;
use balcao_core::facts::request_log::LoggedRequest;
use balcao_core::mask::Masker;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::elsewhere;
use crate::secrets::Secrets;

/// The states of what judged, the messages that were read, and the rows of the log that were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// The registry's revision; `None` before the first.
    pub(crate) registry: Option<String>,
    /// The procedure's revision; `None` for the one that comes with the program.
    pub(crate) procedure: Option<String>,
    /// The documentation's state.
    pub(crate) documents: String,
    /// Ids of the messages, newest first.
    pub(crate) messages: Vec<String>,
    /// The rows that the request log answered.
    pub(crate) requests: Vec<Row>,
    /// What a registry elsewhere said; `None` where none was asked, or it knew nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) elsewhere: Option<elsewhere::Kept>,
}

/// A row of the request log as it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    at: Timestamp,
    request_id: Option<String>,
    environment: String,
    method: String,
    path: String,
    status: Option<u16>,
    api_key: Option<String>,
    user: Option<String>,
    token_issued_at: Option<Timestamp>,
    error: Option<String>,
    duration_ms: Option<u64>,
    /// The mark of the path where it is kept masked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    veil: Option<String>,
}

/// Rows as they may be kept.
pub(crate) fn kept(found: &[LoggedRequest], secrets: &Secrets) -> Vec<Row> {
    let masker = Masker::new([]);
    let mut masked: BTreeMap<&str, Option<(String, String)>> = BTreeMap::new();
    let rows = found.iter().map(|request| {
        let veiled = masked.entry(request.path.as_str()).or_insert_with(|| {
            let shown = masker.mask(&request.path);
            (shown != request.path).then(|| (shown, mark(&request.path, secrets)))
        });
        let row = Row::from(request);
        match veiled {
            None => row,
            Some((path, mark)) => Row { path: path.clone(), veil: Some(mark.clone()), ..row },
        }
    });
    rows.collect()
}

/// Rows as the diagnosis saw them: a path that is kept masked is as one of the messages' `routes` writes it.
fn lifted(rows: Vec<Row>, routes: &[(String, String)], secrets: &Secrets) -> Vec<LoggedRequest> {
    let bare = routes.iter().map(|(_, path)| paths::bare(path));
    let written: BTreeMap<String, &str> = bare.map(|path| (mark(path, secrets), path)).collect();
    let lifted = rows.into_iter().map(|row| {
        let path = row.veil.as_ref().and_then(|mark| written.get(mark)).map(|path| (*path).to_owned());
        let request = LoggedRequest::from(row);
        LoggedRequest { path: path.unwrap_or_else(|| request.path.clone()), ..request }
    });
    lifted.collect()
}

fn mark(path: &str, secrets: &Secrets) -> String {
    secrets.mark("path seen", &[path.as_bytes()])
}

impl From<&LoggedRequest> for Row {
    fn from(row: &LoggedRequest) -> Self {
        Self {
            veil: None,
            at: row.at,
            request_id: row.request_id.clone(),
            environment: row.environment.clone(),
            method: row.method.clone(),
            path: row.path.clone(),
            status: row.status,
            api_key: row.api_key.as_ref().map(KeyPrint::stored),
            user: row.user.clone(),
            token_issued_at: row.token_issued_at,
            error: row.error.clone(),
            duration_ms: row.duration_ms,
        }
    }
}

impl From<Row> for LoggedRequest {
    fn from(row: Row) -> Self {
        Self {
            at: row.at,
            request_id: row.request_id,
            environment: row.environment,
            method: row.method,
            path: row.path,
            status: row.status,
            api_key: row.api_key.as_deref().and_then(KeyPrint::from_stored),
            user: row.user,
            token_issued_at: row.token_issued_at,
            error: row.error,
            duration_ms: row.duration_ms,
        }
    }
}

impl Seen {
    /// Deflated JSON.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        // Writing into memory does not fail.
        let written = encoder.write_all(&json).and_then(|()| encoder.finish());
        written.unwrap_or_default()
    }

    /// What was looked up for the conversation, as the diagnosis saw it.
    pub(crate) fn answers(&self, prepared: &Prepared, secrets: &Secrets) -> Answers {
        let requests = lifted(self.requests.clone(), &prepared.routes, secrets);
        let kept = self.elsewhere.clone();
        let elsewhere =
            kept.map(|kept| elsewhere::lifted(kept, &prepared.wanted, secrets)).unwrap_or_default();
        Answers { requests, elsewhere }
    }

    /// `None` for bytes that are none of ours.
    pub(crate) fn unpack(packed: &[u8]) -> Option<Self> {
        let mut json = Vec::new();
        flate2::read::DeflateDecoder::new(packed).read_to_end(&mut json).ok()?;
        serde_json::from_slice(&json).ok()
    }
}
