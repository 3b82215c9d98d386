//! One line of the log file.

use serde_json::Value;

use super::{LoggedRequest, RequestLog};
use crate::evidence::key::{HashSecret, KeyPrint};
use crate::facts::fields::Fields;
use crate::facts::paths;
use crate::facts::registry::instant;
use crate::facts::registry::problem::{Kind, Problems};

/// So many bad lines are named; of a file that is no log, further ones would say nothing new.
const MOST_PROBLEMS: usize = 1_000;

const REQUEST: &[&str] = &[
    "at",
    "request_id",
    "environment",
    "method",
    "path",
    "status",
    "api_key",
    "user",
    "token_issued_at",
    "error",
    "duration_ms",
];

/// A line that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineProblem {
    /// From 1.
    pub line: usize,
    /// In Portuguese, for whoever exports the log.
    pub reason: String,
}

impl RequestLog {
    /// Reads NDJSON; blank lines are passed over, lines that are no request are named (the first
    /// thousand) and left out.
    pub fn parse(text: &str, secret: &HashSecret) -> (Self, Vec<LineProblem>) {
        let mut rows = Vec::new();
        let mut problems = Vec::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            match LoggedRequest::read(line, secret) {
                Ok(row) => rows.push(row),
                Err(reason) if problems.len() < MOST_PROBLEMS => {
                    problems.push(LineProblem { line: n + 1, reason })
                }
                Err(_) => {}
            }
        }
        (Self::of(rows), problems)
    }
}

impl LoggedRequest {
    /// Reads one line of the log; the key is hashed under `secret`.
    ///
    /// # Errors
    /// What is wrong with the line, in Portuguese, for whoever exports the log; never with a key in it.
    pub fn read(line: &str, secret: &HashSecret) -> Result<Self, String> {
        let value: Value = serde_json::from_str(line)
            .map_err(|source| format!("não é um objeto JSON completo (coluna {})", source.column()))?;
        let mut problems = Problems::default();
        if let Some(key) = value.get("api_key").and_then(Value::as_str) {
            problems.hide(key.trim());
        }
        let row = request(&value, secret, &mut problems);
        match (row, problems.first()) {
            (Some(row), None) => Ok(row),
            (_, Some(problem)) => Err(problem.to_string()),
            (None, None) => Err("não é uma requisição".to_owned()),
        }
    }
}

fn request(value: &Value, secret: &HashSecret, problems: &mut Problems) -> Option<LoggedRequest> {
    let fields = Fields::of(value, String::new(), REQUEST, problems)?;
    let at = instant(&fields, "at", problems);
    let environment = fields.text("environment", problems);
    let method = fields.text("method", problems);
    let path = fields.text("path", problems);
    let status = status(&fields, problems);
    let token_issued_at =
        fields.get("token_issued_at").and_then(|_| instant(&fields, "token_issued_at", problems));
    let owned = |name, problems: &mut Problems| fields.optional_text(name, problems).map(str::to_owned);
    let request_id = owned("request_id", problems);
    let user = owned("user", problems);
    let key = fields.optional_text("api_key", problems);
    let api_key = key.and_then(|key| KeyPrint::of(key, secret));
    // An answer may repeat the key that it refuses.
    let without_key = |text: String| match key.zip(api_key.as_ref()) {
        Some((key, print)) if text.contains(key) => text.replace(key, &print.to_string()),
        _ => text,
    };
    let error = owned("error", problems).map(without_key);
    let path = path.map(|path| without_key(paths::bare(path).to_owned()));
    Some(LoggedRequest {
        at: at?,
        request_id,
        environment: environment?.to_owned(),
        method: method?.to_ascii_uppercase(),
        path: path?,
        status: status?,
        api_key,
        user,
        token_issued_at,
        error,
        duration_ms: fields.get("duration_ms").and_then(milliseconds),
    })
}

/// The status, where the outer `None` is a problem and the inner one no answer.
fn status(fields: &Fields<'_>, problems: &mut Problems) -> Option<Option<u16>> {
    if !fields.has("status") {
        fields.missing("status", problems);
        return None;
    }
    let Some(value) = fields.get("status") else { return Some(None) };
    let number = value.as_u64().and_then(|n| u16::try_from(n).ok()).filter(|n| (100..600).contains(n));
    if number.is_none() {
        problems.add("status", Kind::BadStatus);
    }
    number.map(Some)
}

/// Whole milliseconds, rounded down; what is no such number is left out rather than refused.
fn milliseconds(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_f64().filter(|n| *n >= 0.0 && *n < 1e15).map(|n| n as u64))
}
