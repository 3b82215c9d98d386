//! The JSON encoding: protobuf's mapping, with ids in hexadecimal as OTLP has them.
//!
//! Names are in lowerCamelCase; those of the `.proto` files are taken too. What is not known is passed over, `null` is nothing.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map, Value};

use super::OtlpError;
use super::proto::{
    Any, AnyValue, ArrayValue, ExportRequest, KeyValue, KeyValueList, LogRecord, Resource, ResourceLogs,
    ScopeLogs,
};

/// Reads an export request.
pub(super) fn read(bytes: &[u8]) -> Result<ExportRequest, OtlpError> {
    let value: Value = serde_json::from_slice(bytes).map_err(|_place| OtlpError::Json("?".to_owned()))?;
    let root = Object::of(&value, "?")?;
    let resource_logs = root.list("resourceLogs", "resource_logs", resource_logs)?;
    Ok(ExportRequest { resource_logs })
}

fn resource_logs(value: &Value) -> Result<ResourceLogs, OtlpError> {
    let own = Object::of(value, "resourceLogs")?;
    let resource = own.get("resource", "resource").map(|value| {
        let attributes = Object::of(value, "resource")?.list("attributes", "attributes", key_value)?;
        Ok(Resource { attributes })
    });
    let scope_logs = own.list("scopeLogs", "scope_logs", |value| {
        let own = Object::of(value, "scopeLogs")?;
        Ok(ScopeLogs { log_records: own.list("logRecords", "log_records", record)? })
    })?;
    Ok(ResourceLogs { resource: resource.transpose()?, scope_logs })
}

fn record(value: &Value) -> Result<LogRecord, OtlpError> {
    let own = Object::of(value, "logRecords")?;
    Ok(LogRecord {
        time_unix_nano: own.number("timeUnixNano", "time_unix_nano")?,
        severity_number: own.severity()?,
        body: own.get("body", "body").map(any_value).transpose()?,
        attributes: own.list("attributes", "attributes", key_value)?,
        trace_id: own.hex("traceId", "trace_id")?,
        span_id: own.hex("spanId", "span_id")?,
        observed_time_unix_nano: own.number("observedTimeUnixNano", "observed_time_unix_nano")?,
    })
}

fn key_value(value: &Value) -> Result<KeyValue, OtlpError> {
    let own = Object::of(value, "attributes")?;
    let key = match own.get("key", "key") {
        None => String::new(),
        Some(Value::String(key)) => key.clone(),
        Some(_) => return Err(bad("key")),
    };
    Ok(KeyValue { key, value: own.get("value", "value").map(any_value).transpose()? })
}

fn any_value(value: &Value) -> Result<AnyValue, OtlpError> {
    let own = Object::of(value, "value")?;
    let Some((kind, value)) = own.0.iter().find(|(_, value)| !value.is_null()) else {
        return Ok(AnyValue { value: None });
    };
    let any = match (kind.as_str(), value) {
        ("stringValue" | "string_value", Value::String(text)) => Any::Text(text.clone()),
        ("boolValue" | "bool_value", Value::Bool(yes)) => Any::Bool(*yes),
        ("intValue" | "int_value", value) => Any::Int(integer(value).ok_or_else(|| bad("intValue"))?),
        ("doubleValue" | "double_value", value) => {
            Any::Double(double(value).ok_or_else(|| bad("doubleValue"))?)
        }
        ("bytesValue" | "bytes_value", Value::String(text)) => {
            Any::Bytes(BASE64_STANDARD.decode(text).map_err(|_text| bad("bytesValue"))?)
        }
        ("arrayValue" | "array_value", value) => {
            let values = Object::of(value, "arrayValue")?.list("values", "values", any_value)?;
            Any::List(ArrayValue { values })
        }
        ("kvlistValue" | "kvlist_value", value) => {
            let values = Object::of(value, "kvlistValue")?.list("values", "values", key_value)?;
            Any::Map(KeyValueList { values })
        }
        ("stringValue" | "string_value" | "boolValue" | "bool_value" | "bytesValue" | "bytes_value", _) => {
            return Err(bad("value"));
        }
        // A kind that came later is nothing we know.
        _ => return Ok(AnyValue { value: None }),
    };
    Ok(AnyValue { value: Some(any) })
}

/// A whole number, which protobuf's JSON writes as a text.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        // `NaN`, `Infinity` and `-Infinity` are texts there; so may be any number.
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn bad(field: &str) -> OtlpError {
    OtlpError::Json(field.to_owned())
}

struct Object<'v>(&'v Map<String, Value>);

impl<'v> Object<'v> {
    fn of(value: &'v Value, field: &str) -> Result<Self, OtlpError> {
        value.as_object().map(Self).ok_or_else(|| bad(field))
    }

    fn get(&self, name: &str, other: &str) -> Option<&'v Value> {
        self.0.get(name).or_else(|| self.0.get(other)).filter(|value| !value.is_null())
    }

    fn list<T>(
        &self,
        name: &str,
        other: &str,
        read: impl Fn(&Value) -> Result<T, OtlpError>,
    ) -> Result<Vec<T>, OtlpError> {
        match self.get(name, other) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(read).collect(),
            Some(_) => Err(bad(name)),
        }
    }

    fn number(&self, name: &str, other: &str) -> Result<u64, OtlpError> {
        match self.get(name, other) {
            None => Ok(0),
            Some(Value::Number(number)) => number.as_u64().ok_or_else(|| bad(name)),
            Some(Value::String(text)) => text.parse().map_err(|_text| bad(name)),
            Some(_) => Err(bad(name)),
        }
    }

    fn severity(&self) -> Result<i32, OtlpError> {
        const ERROR: i32 = 17;
        match self.get("severityNumber", "severity_number") {
            None => Ok(0),
            Some(Value::Number(number)) => number
                .as_i64()
                .and_then(|number| i32::try_from(number).ok())
                .ok_or_else(|| bad("severityNumber")),
            // Some exporters write the enum's names.
            Some(Value::String(name)) => {
                Ok(if name.contains("ERROR") || name.contains("FATAL") { ERROR } else { 0 })
            }
            Some(_) => Err(bad("severityNumber")),
        }
    }

    fn hex(&self, name: &str, other: &str) -> Result<Vec<u8>, OtlpError> {
        let Some(value) = self.get(name, other) else { return Ok(Vec::new()) };
        let text = value.as_str().ok_or_else(|| bad(name))?;
        if text.len() > 64 || !text.len().is_multiple_of(2) {
            return Err(bad(name));
        }
        let pairs = text.as_bytes().chunks(2);
        let bytes = pairs.map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        bytes.collect::<Option<_>>().ok_or_else(|| bad(name))
    }
}
