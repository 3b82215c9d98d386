//! Logs over OTLP/HTTP: an export request in, its records out; an answer in the encoding of the request.
//!
//! In: the body of `POST …/v1/logs`, unpacked. Out: [`proto`] messages. Start at [`read`].
//!
//! **Invariants:** both encodings read to the same records; whatever is malformed is an error, never a panic; how deep values stand in
//! each other is bounded by the readers beneath.

mod json;
pub mod proto;

use prost::Message as _;

/// How a request is written; its answer is written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/x-protobuf`.
    Protobuf,
    /// `application/json`, by the protobuf mapping with OTLP's own exceptions.
    Json,
}

impl Encoding {
    /// That of a media type; `None` for another.
    #[must_use]
    pub fn of(media_type: &str) -> Option<Self> {
        match media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "application/x-protobuf" | "application/protobuf" => Some(Self::Protobuf),
            "application/json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Protobuf => "application/x-protobuf",
            Self::Json => "application/json",
        }
    }
}

/// Why a body is no export request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OtlpError {
    /// Broken off, damaged, or something else.
    #[error("o corpo não é um ExportLogsServiceRequest em protobuf; confira o `Content-Type` e o exportador")]
    Protobuf,
    /// No JSON, or of another shape.
    #[error("o corpo não é um ExportLogsServiceRequest em JSON (campo `{0}`); confira o exportador")]
    Json(String),
}

/// Reads an export request.
///
/// # Errors
/// That it is none; never a value of it.
pub fn read(bytes: &[u8], encoding: Encoding) -> Result<proto::ExportRequest, OtlpError> {
    match encoding {
        Encoding::Protobuf => proto::ExportRequest::decode(bytes).map_err(|_place| OtlpError::Protobuf),
        Encoding::Json => json::read(bytes),
    }
}

/// The answer to a request of which so many records were rejected, and why.
#[must_use]
pub fn answer(rejected: u64, why: &str, encoding: Encoding) -> Vec<u8> {
    let rejected = i64::try_from(rejected).unwrap_or(i64::MAX);
    let partial = (rejected > 0 || !why.is_empty())
        .then(|| proto::PartialSuccess { rejected_log_records: rejected, error_message: why.to_owned() });
    match encoding {
        Encoding::Protobuf => proto::ExportResponse { partial_success: partial }.encode_to_vec(),
        Encoding::Json => match partial {
            None => b"{}".to_vec(),
            // 64-bit numbers are texts in protobuf's JSON.
            Some(partial) => serde_json::json!({"partialSuccess": {
                "rejectedLogRecords": partial.rejected_log_records.to_string(), "errorMessage": partial.error_message,
            }})
            .to_string()
            .into_bytes(),
        },
    }
}

/// A failure as `google.rpc.Status`, whose codes those of gRPC are.
#[must_use]
pub fn failure(code: i32, message: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Protobuf => proto::Status { code, message: message.to_owned() }.encode_to_vec(),
        Encoding::Json => serde_json::json!({"code": code, "message": message}).to_string().into_bytes(),
    }
}
