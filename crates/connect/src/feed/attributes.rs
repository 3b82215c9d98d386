//! A log record as a line of the request log: which attribute is which field.
//!
//! In: the records of an export request. Out: lines of the format that `POST /api/v1/requests` takes, one for each record, in order. Pure.
//!
//! **Invariants:** a record always becomes one line; what it lacks, the line lacks, and the ingest says so. A record without an id of its
//! request gets one from its span or its content, so that the same record sent twice is one request.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::otlp::proto::{Any, AnyValue, ExportRequest, KeyValue, LogRecord};

/// From which number on a record's severity is an error.
const ERROR: i32 = 17;
/// Bytes of a record's body that stand for its error.
const LONGEST_ERROR: usize = 16 * 1024;

/// Which attributes each field is looked for in, first of them first; the names of OpenTelemetry's conventions for HTTP by default.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attributes {
    /// The id of the request.
    pub request_id: Vec<String>,
    /// The code of the environment.
    pub environment: Vec<String>,
    /// The method.
    pub method: Vec<String>,
    /// The path, or the address with it.
    pub path: Vec<String>,
    /// The status of the answer.
    pub status: Vec<String>,
    /// The API Key as it was sent; only its print is kept.
    pub api_key: Vec<String>,
    /// The login.
    pub login: Vec<String>,
    /// When the token was issued.
    pub token_issued_at: Vec<String>,
    /// What the answer said of its failure.
    pub error: Vec<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: Vec<String>,
    /// How long it took, in seconds.
    pub duration_s: Vec<String>,
    /// What codes of environments mean here.
    pub environments: BTreeMap<String, String>,
}

impl Default for Attributes {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            request_id: list(&[
                "request_id",
                "request.id",
                "http.request.header.x-request-id",
                "http.request.header.x_request_id",
                "http.response.header.x-request-id",
            ]),
            environment: list(&["deployment.environment.name", "deployment.environment", "environment"]),
            method: list(&["http.request.method", "http.method"]),
            path: list(&["url.path", "http.target", "url.full", "http.url", "http.route"]),
            status: list(&["http.response.status_code", "http.status_code"]),
            api_key: list(&["api_key", "http.request.header.x-api-key", "http.request.header.x_api_key"]),
            login: list(&["login", "user.name", "enduser.id", "user.id"]),
            token_issued_at: list(&["token_issued_at"]),
            error: list(&["error.message", "exception.message"]),
            duration_ms: list(&["duration_ms", "http.server.duration"]),
            duration_s: list(&["http.server.request.duration"]),
            environments: BTreeMap::new(),
        }
    }
}

/// The lines of a request, each with its end; `environment` is that of records that say none.
#[must_use]
pub fn lines(request: &ExportRequest, names: &Attributes, environment: Option<&str>) -> (String, u64) {
    let (mut text, mut count) = (String::new(), 0_u64);
    for of_resource in &request.resource_logs {
        let resource = of_resource.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        for record in of_resource.scope_logs.iter().flat_map(|scope| &scope.log_records) {
            text.push_str(&line(&Seen { record, resource }, names, environment).to_string());
            text.push('\n');
            count = count.saturating_add(1);
        }
    }
    (text, count)
}

/// Where a record's attributes stand.
struct Seen<'r> {
    record: &'r LogRecord,
    resource: &'r [KeyValue],
}

impl<'r> Seen<'r> {
    /// The first of these attributes that has a value: of the record, of its body where that is a map, of its resource.
    fn find(&self, names: &[String]) -> Option<&'r Any> {
        let body: &[KeyValue] = match self.record.body.as_ref().and_then(|body| body.value.as_ref()) {
            Some(Any::Map(map)) => &map.values,
            _ => &[],
        };
        let places = [self.record.attributes.as_slice(), body, self.resource];
        places.into_iter().find_map(|place| names.iter().find_map(|name| named(place, name)))
    }

    fn text(&self, names: &[String]) -> Option<String> {
        self.find(names).and_then(text)
    }
}

fn named<'r>(place: &'r [KeyValue], name: &str) -> Option<&'r Any> {
    let found = place.iter().find(|own| own.key.eq_ignore_ascii_case(name))?;
    first(found.value.as_ref()?)
}

/// A value; of a list, which is how headers come, its first.
fn first(value: &AnyValue) -> Option<&Any> {
    match value.value.as_ref()? {
        Any::List(list) => match list.values.first()?.value.as_ref()? {
            Any::List(_) | Any::Map(_) => None,
            inner => Some(inner),
        },
        Any::Map(_) => None,
        other => Some(other),
    }
}

fn text(any: &Any) -> Option<String> {
    let text = match any {
        Any::Text(text) => text.trim().to_owned(),
        Any::Bool(yes) => yes.to_string(),
        Any::Int(number) => number.to_string(),
        Any::Double(number) => number.to_string(),
        Any::Bytes(bytes) => std::str::from_utf8(bytes).ok()?.trim().to_owned(),
        Any::List(_) | Any::Map(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn number(any: &Any) -> Option<f64> {
    match any {
        Any::Int(number) => Some(*number as f64),
        Any::Double(number) => Some(*number),
        Any::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn line(seen: &Seen<'_>, names: &Attributes, environment: Option<&str>) -> Value {
    let record = seen.record;
    let mut line = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            line.insert(name.to_owned(), value);
        }
    };
    put("at", at(record).map(|at| json!(at.to_string())));
    let id = seen.text(&names.request_id).unwrap_or_else(|| made_id(seen));
    put("request_id", Some(json!(id)));
    let own = seen.text(&names.environment);
    let own = own.map(|code| names.environments.get(&code).cloned().unwrap_or(code));
    put("environment", own.or_else(|| environment.map(str::to_owned)).map(Value::from));
    put("method", seen.text(&names.method).map(Value::from));
    put("path", seen.text(&names.path).map(Value::from));
    // No status is a request that was never answered.
    let status = seen.find(&names.status).and_then(number);
    let status = status.filter(|code| (0.0..1e4).contains(code)).map(|code| json!(code as u16));
    put("status", Some(status.unwrap_or(Value::Null)));
    put("api_key", seen.text(&names.api_key).map(Value::from));
    put("user", seen.text(&names.login).map(Value::from));
    put("token_issued_at", seen.text(&names.token_issued_at).map(Value::from));
    let error = seen.text(&names.error).or_else(|| body_of_error(record));
    put("error", error.map(Value::from));
    let millis = seen.find(&names.duration_ms).and_then(number);
    let seconds = || seen.find(&names.duration_s).and_then(number).map(|seconds| seconds * 1_000.0);
    let duration = millis.or_else(seconds).filter(|length| (0.0..1e12).contains(length));
    put("duration_ms", duration.map(|length| json!(length.round() as u64)));
    Value::Object(line)
}

fn at(record: &LogRecord) -> Option<Timestamp> {
    let nanos =
        [record.time_unix_nano, record.observed_time_unix_nano].into_iter().find(|nanos| *nanos > 0)?;
    Timestamp::from_nanosecond(i128::from(nanos)).ok()
}

/// The text of a record that tells of an error.
fn body_of_error(record: &LogRecord) -> Option<String> {
    if record.severity_number < ERROR {
        return None;
    }
    let mut told = text(record.body.as_ref()?.value.as_ref()?)?;
    told.truncate(told.floor_char_boundary(LONGEST_ERROR));
    Some(told)
}

/// An id for a request that has none: of its span, else of everything that the record says.
fn made_id(seen: &Seen<'_>) -> String {
    let record = seen.record;
    let is_id = |bytes: &[u8], length: usize| bytes.len() == length && bytes.iter().any(|byte| *byte != 0);
    if is_id(&record.trace_id, 16) && is_id(&record.span_id, 8) {
        return format!("{}-{}", hex(&record.trace_id), hex(&record.span_id));
    }
    let mut digest = Sha256::new();
    // Not when it was seen: that is another time when it is sent again.
    digest.update(prost::Message::encode_to_vec(&LogRecord { observed_time_unix_nano: 0, ..record.clone() }));
    for own in seen.resource {
        digest.update(prost::Message::encode_to_vec(own));
    }
    let digest = digest.finalize();
    format!("otlp-{}", hex(digest.get(..16).unwrap_or_default()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
