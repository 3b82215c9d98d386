//! Logs of a Collector: bytes that another implementation of OTLP wrote (Python's `opentelemetry-proto`), in both encodings.

use balcao_connect::feed::attributes::{Attributes, lines};
use balcao_connect::feed::otlp::proto::{ExportRequest, ExportResponse, PartialSuccess, Status};
use balcao_connect::feed::otlp::{self, Encoding};
use proptest::prelude::*;
use prost::Message as _;
use serde_json::{Value, json};

pub(crate) const PROTOBUF: &[u8] = include_bytes!("files/gateway.pb");
pub(crate) const JSON: &[u8] = include_bytes!("files/gateway.json");

fn read(bytes: &[u8], encoding: Encoding) -> ExportRequest {
    otlp::read(bytes, encoding).unwrap_or_else(|error| panic!("{encoding:?}: {error}"))
}

fn values(request: &ExportRequest, names: &Attributes, environment: Option<&str>) -> Vec<Value> {
    let (text, count) = lines(request, names, environment);
    let values: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(values.len() as u64, count);
    values
}

#[test]
fn both_encodings_read_to_the_same_records() {
    assert_eq!(read(PROTOBUF, Encoding::Protobuf), read(JSON, Encoding::Json));
}

#[test]
fn a_record_is_a_line_of_the_request_log_by_the_conventions_for_http() {
    let values = values(&read(PROTOBUF, Encoding::Protobuf), &Attributes::default(), Some("homologacao"));
    assert_eq!(
        values[0],
        json!({
            "at": "2026-06-09T13:58:00.123456789Z", "request_id": "req-otlp-1", "environment": "producao", "method": "POST",
            "path": "/api/propostas", "status": 500, "api_key": "fsul_prod_4Hq8zLw2RtXv9Bn1", "user": "AL1",
            "error": "falha ao gravar a proposta", "duration_ms": 250,
        })
    );
    assert_eq!(values[1]["request_id"], "000102030405060708090a0b0c0d0e0f-08090a0b0c0d0e0f");
    assert_eq!((values[1]["status"].as_u64(), &values[1]["method"]), (Some(404), &json!("get")));
    assert_eq!((&values[2]["at"], &values[2]["status"]), (&json!("2026-06-09T13:58:01.5Z"), &Value::Null));
    assert!(values[2]["request_id"].as_str().unwrap().starts_with("otlp-"), "{}", values[2]);
    assert_eq!(values[3].get("method"), None, "what is no request lacks what a request has");
    assert_eq!((&values[4]["request_id"], &values[4]["status"]), (&json!("req-otlp-5"), &json!(204)));
}

#[test]
fn names_and_environments_can_be_others() {
    let names: Attributes = toml::from_str(
        "request_id = ['service.name']\nlogin = ['none', 'raw', 'http.request.method']\nenvironments = { producao = 'prod' }",
    )
    .unwrap();
    let values = values(&read(PROTOBUF, Encoding::Protobuf), &names, None);
    assert_eq!(values[0]["request_id"], "gateway", "of the resource");
    assert_eq!((&values[0]["user"], &values[0]["environment"]), (&json!("POST"), &json!("prod")));
}

#[test]
fn what_is_no_export_request_is_refused_and_never_shown() {
    let json: &[&[u8]] = &[
        b"",
        b"[]",
        b"segredo",
        br#"{"resourceLogs":{"segredo":1}}"#,
        br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"segredo"}]}]}]}"#,
        br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"traceId":"zz"}]}]}]}"#,
        br#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":7}}]}]}]}"#,
    ];
    for bytes in json {
        let error = otlp::read(bytes, Encoding::Json).unwrap_err().to_string();
        assert!(!error.contains("segredo"), "{error}");
    }
    assert!(otlp::read(b"\x0a\xff\xff\xff\xff\x0f", Encoding::Protobuf).is_err());
    assert!(otlp::read(&PROTOBUF[..PROTOBUF.len() - 1], Encoding::Protobuf).is_err());
    // What came later, and what an exporter leaves empty, are no errors.
    for fine in [
        "{}",
        r#"{"resourceLogs":null,"new":1}"#,
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}"#,
    ] {
        assert!(otlp::read(fine.as_bytes(), Encoding::Json).is_ok(), "{fine}");
    }
}

#[test]
fn values_within_each_other_without_end_are_refused() {
    let deep = |n: usize| {
        let open = r#"{"arrayValue":{"values":["#.repeat(n);
        let text = format!(
            r#"{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"body":{open}{}}}]}}]}}]}}"#,
            "]}}".repeat(n)
        );
        otlp::read(text.as_bytes(), Encoding::Json)
    };
    assert!(deep(10).is_ok() && deep(100_000).is_err());
    let mut value = Vec::new();
    for _ in 0..10_000 {
        let list = prefixed(0x0a, &value);
        value = prefixed(0x2a, &list);
    }
    let record = prefixed(0x2a, &value);
    let request = prefixed(0x0a, &prefixed(0x12, &prefixed(0x12, &record)));
    assert!(otlp::read(&request, Encoding::Protobuf).is_err());
}

fn prefixed(tag: u8, inner: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    prost::encoding::encode_varint(inner.len() as u64, &mut bytes);
    bytes.extend_from_slice(inner);
    bytes
}

#[test]
fn an_answer_is_in_the_encoding_of_the_request() {
    assert_eq!(otlp::answer(0, "", Encoding::Json), b"{}");
    assert_eq!(otlp::answer(0, "", Encoding::Protobuf), b"");
    let partial = ExportResponse::decode(otlp::answer(3, "três", Encoding::Protobuf).as_slice()).unwrap();
    let told = PartialSuccess { rejected_log_records: 3, error_message: "três".to_owned() };
    assert_eq!(partial.partial_success, Some(told));
    let value: Value = serde_json::from_slice(&otlp::answer(3, "três", Encoding::Json)).unwrap();
    assert_eq!(value, json!({"partialSuccess": {"rejectedLogRecords": "3", "errorMessage": "três"}}));
    let status = Status::decode(otlp::failure(16, "quem é?", Encoding::Protobuf).as_slice()).unwrap();
    assert_eq!((status.code, status.message.as_str()), (16, "quem é?"));
}

proptest! {
    /// Whatever arrives is records or an error; the lines are as many, and the same ones again.
    #[test]
    fn nothing_that_arrives_stops_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..PROTOBUF.len(), byte: u8) {
        let mut changed = PROTOBUF.to_vec();
        changed[at] = byte;
        for (bytes, encoding) in [(&bytes, Encoding::Protobuf), (&bytes, Encoding::Json), (&changed, Encoding::Protobuf)] {
            if let Ok(request) = otlp::read(bytes, encoding) {
                let once = values(&request, &Attributes::default(), None);
                prop_assert_eq!(once, values(&request, &Attributes::default(), None));
            }
        }
    }
}
