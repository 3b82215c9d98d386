//! The description of the API (OpenAPI 3.1), from the handlers themselves.

use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::api;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(describe);
static TEXT: LazyLock<String> = LazyLock::new(|| DESCRIPTION.to_string());

/// The description, as it is served.
#[must_use]
pub fn description() -> &'static Value {
    &DESCRIPTION
}

/// `GET /api/v1/openapi.json`.
pub(crate) async fn json() -> Response {
    ([(CONTENT_TYPE, "application/json")], TEXT.as_str()).into_response()
}

fn describe() -> Value {
    let (_, openapi) = api::router().split_for_parts();
    let mut whole = serde_json::to_value(openapi).unwrap_or_default();
    let info = json!({
        "title": "Balcão",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "The support desk of a partner API: every demand registered, diagnosed with proof, and carried to its end.",
        "license": {"name": "MIT OR Apache-2.0"},
    });
    put(&mut whole, "", "info", info);
    put(&mut whole, "", "servers", json!([{"url": "/"}]));
    let bearer =
        json!({"type": "http", "scheme": "bearer", "description": "A token of the API or of a session"});
    put(&mut whole, "/components", "securitySchemes", json!({"bearer": bearer}));
    put(&mut whole, "/components/schemas", "Inbound", inbound());
    put(&mut whole, "/components/schemas", "Step", transition());
    let paths = whole.get_mut("paths").and_then(Value::as_object_mut);
    let items = paths.into_iter().flat_map(|paths| paths.values_mut()).filter_map(Value::as_object_mut);
    for operation in items.flat_map(|item| item.values_mut()).filter_map(Value::as_object_mut) {
        let tags = operation.get("tags").and_then(Value::as_array);
        let open = tags.is_some_and(|tags| tags.contains(&json!("access")));
        operation.insert("security".to_owned(), if open { json!([]) } else { json!([{"bearer": []}]) });
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
            if let Some(schema) = parameter.get("name").and_then(Value::as_str).and_then(header) {
                parameter.insert("schema".to_owned(), schema);
            }
        }
    }
    whole
}

/// What may stand in a header.
fn header(name: &str) -> Option<Value> {
    Some(match name {
        "If-Match" => json!({"type": "string"}),
        "Idempotency-Key" => json!({"type": "string", "minLength": 1, "maxLength": 255}),
        "Content-Encoding" => json!({"type": "string", "enum": ["gzip", "identity"]}),
        _ => return None,
    })
}

/// Puts a member into the object at a place, which is there.
fn put(whole: &mut Value, place: &str, name: &str, value: Value) {
    if let Some(object) = whole.pointer_mut(place).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), value);
    }
}

/// An inbound message: the format of the batch interface.
fn inbound() -> Value {
    let file = |content: &str, other: &str, format: Value| {
        json!({
            "type": "object", "required": ["name", content],
            "properties": {"name": {"type": "string"}, "media_type": {"type": ["string", "null"]}, content: format},
            "not": {"required": [other]},
        })
    };
    let text = file("text", "base64", json!({"type": "string"}));
    let base64 =
        file("base64", "text", json!({"type": "string", "format": "byte", "contentEncoding": "base64"}));
    json!({
        "type": "object",
        "description": "A message of a partner, as its channel delivered it.",
        "required": ["id", "channel", "received_at"],
        "properties": {
            "id": {"type": "string", "description": "The caller's own id, echoed."},
            "channel": {"type": "string", "enum": ["email", "portal", "api", "whatsapp", "chat", "phone"]},
            "received_at": {"type": "string", "format": "date-time", "description": "Relative times in the text count from here."},
            "from": {"type": ["object", "null"], "properties": {
                "name": {"type": ["string", "null"]},
                "address": {"type": ["string", "null"], "description": "An e-mail address or a telephone."},
            }},
            "subject": {"type": ["string", "null"]},
            "body": {"type": "string", "description": "Plain text as the partner wrote it."},
            "attachments": {"type": "array", "items": {"oneOf": [text, base64]}},
        },
        "example": {
            "id": "m-1", "channel": "api", "received_at": "2026-05-12T08:58:00-03:00",
            "from": {"address": "dev@parceiro.example"}, "subject": "Erro 401", "body": "curl …",
        },
    })
}

/// A step of the methodology.
fn transition() -> Value {
    let states =
        ["received", "analysis", "investigation", "awaiting_partner", "escalated", "resolved", "closed"];
    let text = |words: &str| json!({"type": ["string", "null"], "description": words});
    json!({
        "type": "object",
        "description": "A step, with what is recorded on the way.",
        "required": ["to", "reason"],
        "additionalProperties": false,
        "properties": {
            "to": {"type": "string", "enum": states},
            "reason": {"type": "string", "description": "Why; goes into the trail."},
            "escalate_to": {"enum": ["code", "commercial", null], "description": "Required where `to` is `escalated`."},
            "analysis": text("The prior analysis, where it is recorded with this step."),
            "solution": text("The solution, where it is recorded with this step."),
            "final_classification": {
                "type": ["object", "null"], "required": ["situation", "cause"], "additionalProperties": false,
                "properties": {"situation": {"type": "string"}, "cause": {"type": "string"}},
            },
            "asked": {"type": "array", "items": {"type": "string"}, "description": "Names of evidences, or a question in words."},
            "confirmation": {"enum": ["none", "confirmed", "contested", null], "description": "Only from the partner itself."},
            "silence": {"type": "boolean", "description": "Close because the partner no longer answers."},
        },
    })
}
