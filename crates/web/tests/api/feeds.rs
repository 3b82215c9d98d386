//! Feeds of the request log over HTTP: who is let in, what is taken, and how a Collector is answered.

use std::io::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use balcao_connect::feed::otlp::proto::{ExportResponse, Status};
use balcao_connect::feed::{Feed, Feeds, Settings};
use balcao_connect::signed::{Key, sign};
use balcao_store::request;
use balcao_web::router;
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use prost::Message as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::desk::{Home, KEY, now};

const OLD: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const NEW: &str = "whsec_YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY=";
const BEARER: &str = "um-segredo-de-trinta-caracteres";
const PROTOBUF: &[u8] = include_bytes!("../../../connect/tests/world/files/gateway.pb");
const JSON: &[u8] = include_bytes!("../../../connect/tests/world/files/gateway.json");

struct Gateway {
    home: Home,
    router: Router,
    feeds: Arc<Feeds>,
}

impl Gateway {
    async fn new(more: &str) -> Self {
        let home = Home::new().await;
        let folder = tempfile::tempdir().unwrap();
        let secret = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            format!("{{ file = '{}' }}", path.display())
        };
        let text = format!(
            "name = 'gateway'\nsecrets = [{}, {}]\nbearer = [{}]\nenvironment = 'producao'\n{more}",
            secret("old", OLD),
            secret("new", NEW),
            secret("bearer", BEARER)
        );
        let settings: Settings = toml::from_str(&text).unwrap();
        let feeds = Arc::new(Feeds::new(&[settings]).unwrap());
        let router = router(home.app.clone().fed_by(feeds.clone()));
        Self { home, router, feeds }
    }

    fn feed(&self) -> &Arc<Feed> {
        self.feeds.get("gateway").unwrap()
    }

    async fn send(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::builder().method("POST").uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    async fn lines(
        &self,
        key: &str,
        at: Timestamp,
        body: &[u8],
        more: &[(&str, &str)],
    ) -> (StatusCode, Value) {
        let signature = sign(&Key::parse(key).unwrap(), "msg_1", at, body);
        let seconds = at.as_second().to_string();
        let mut headers = vec![
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", seconds.as_str()),
            ("webhook-signature", signature.as_str()),
        ];
        headers.extend(more);
        let (status, _, body) = self.send("/api/v1/feeds/gateway/ndjson", &headers, body).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn logs(&self, media: &str, body: &[u8]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let bearer = format!("Bearer {BEARER}");
        let headers = [("authorization", bearer.as_str()), ("content-type", media)];
        self.send("/api/v1/feeds/gateway/v1/logs", &headers, body).await
    }

    async fn kept(&self, ids: &[&str]) -> Vec<request::Request> {
        let mut conn = self.home.desk.store().read_log().await.unwrap();
        let hours = request::hours(&mut conn).await.unwrap();
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let found = request::by_ids(&mut conn, hours, &ids).await.unwrap();
        found.into_iter().map(|found| found.request).collect()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn line(id: u32) -> String {
    format!(
        r#"{{"at":"2026-06-09T13:58:00Z","request_id":"req-{id}","environment":"producao","method":"POST","path":"/api/propostas","status":500,"api_key":"{KEY}"}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_lines_are_taken_once_with_either_secret() {
    let gateway = Gateway::new("").await;
    let two = format!("{}\n{}\nno line\n", line(1), line(2));
    let (status, fed) = gateway.lines(OLD, now(), two.as_bytes(), &[]).await;
    assert_eq!((status, fed), (StatusCode::OK, json!({"accepted": 2, "duplicates": 0, "rejected": 1})));
    let packed = gzip(two.as_bytes());
    let (status, fed) = gateway.lines(NEW, now(), &packed, &[("content-encoding", "gzip")]).await;
    assert_eq!((status, &fed["duplicates"], &fed["accepted"]), (StatusCode::OK, &json!(2), &json!(0)));
    let kept = gateway.kept(&["req-1", "req-2"]).await;
    assert_eq!(kept.len(), 2);
    assert!(kept.iter().all(|row| row.key_hash.is_some()) && !format!("{kept:?}").contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_secret_feeds_nothing() {
    let gateway = Gateway::new("").await;
    let body = line(1);
    let other = "whsec_eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";
    for (key, at) in [
        (other, now()),
        (OLD, now() - SignedDuration::from_mins(6)),
        (OLD, now() + SignedDuration::from_mins(6)),
    ] {
        let (status, told) = gateway.lines(key, at, body.as_bytes(), &[]).await;
        assert_eq!((status, &told["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthenticated")), "{at}");
    }
    let none = gateway.send("/api/v1/feeds/gateway/ndjson", &[], body.as_bytes()).await;
    let nobody = gateway.send("/api/v1/feeds/nobody/ndjson", &[], body.as_bytes()).await;
    assert_eq!(
        (none.0, &none.2),
        (StatusCode::UNAUTHORIZED, &nobody.2),
        "a name that is there looks like one that is not"
    );
    let wrong =
        [("authorization", "Bearer errado-errado-errado-errado"), ("content-type", "application/x-protobuf")];
    let (status, headers, told) = gateway.send("/api/v1/feeds/gateway/v1/logs", &wrong, PROTOBUF).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::UNAUTHORIZED, &"application/x-protobuf".parse().unwrap())
    );
    assert_eq!(Status::decode(told.as_slice()).unwrap().code, 16);
    assert_eq!(gateway.kept(&["req-1", "req-otlp-1"]).await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collectors_logs_are_requests_and_the_others_are_counted_in_its_encoding() {
    let gateway = Gateway::new("").await;
    let (status, headers, told) = gateway.logs("application/x-protobuf", PROTOBUF).await;
    assert_eq!(
        (status, &headers["content-type"]),
        (StatusCode::OK, &"application/x-protobuf".parse().unwrap())
    );
    let partial = ExportResponse::decode(told.as_slice()).unwrap().partial_success.unwrap();
    assert_eq!(partial.rejected_log_records, 1, "{}", partial.error_message);
    assert!(partial.error_message.contains("/api/v1/requests/rejected"), "{}", partial.error_message);
    let kept = gateway.kept(&["req-otlp-1", "req-otlp-5"]).await;
    assert_eq!((kept.len(), kept[0].login.as_deref(), kept[0].duration_ms), (2, Some("al1"), Some(250)));
    assert!(kept[0].key_hash.is_some() && !format!("{kept:?}").contains(KEY));
    // Sent again in the other encoding it changes nothing.
    let (status, headers, told) = gateway.logs("application/json; charset=utf-8", JSON).await;
    assert_eq!((status, &headers["content-type"]), (StatusCode::OK, &"application/json".parse().unwrap()));
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!(told["partialSuccess"]["rejectedLogRecords"], "1");
    assert_eq!(gateway.kept(&["req-otlp-1", "req-otlp-5"]).await.len(), 2);
    let packed = gzip(JSON);
    let bearer = format!("Bearer {BEARER}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let (status, ..) = gateway.send("/api/v1/feeds/gateway/v1/logs", &headers, &packed).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _, told) = gateway.logs("application/json", b"{}").await;
    assert_eq!((status, told.as_slice()), (StatusCode::OK, &b"{}"[..]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_in_the_encoding_of_the_request() {
    let gateway = Gateway::new("").await;
    let (status, _, told) = gateway.logs("application/x-protobuf", b"\x0a\xff").await;
    assert_eq!((status, Status::decode(told.as_slice()).unwrap().code), (StatusCode::BAD_REQUEST, 3));
    let (status, _, told) = gateway.logs("application/json", b"<html>").await;
    let told: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!((status, &told["code"]), (StatusCode::BAD_REQUEST, &json!(3)));
    let (status, headers, _) = gateway.logs("text/plain", b"x").await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(headers["content-type"], "application/problem+json");
    let bearer = format!("Bearer {BEARER}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let (status, ..) = gateway.send("/api/v1/feeds/gateway/v1/logs", &headers, &bomb).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let (status, ..) = gateway.send("/api/v1/feeds/gateway/v1/logs", &headers, b"{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_more_than_is_taken_at_once_comes_again() {
    let gateway = Gateway::new("at_once = 1").await;
    let taken = gateway.feed().place().unwrap();
    let (status, headers, told) = gateway.logs("application/x-protobuf", PROTOBUF).await;
    assert_eq!((status, &headers["retry-after"]), (StatusCode::TOO_MANY_REQUESTS, &"1".parse().unwrap()));
    assert_eq!(Status::decode(told.as_slice()).unwrap().code, 8);
    let (status, _) = gateway.lines(OLD, now(), line(1).as_bytes(), &[]).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    drop(taken);
    assert_eq!(gateway.logs("application/x-protobuf", PROTOBUF).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_may_be_let_in_by_the_mark_of_their_body() {
    use hmac::{Hmac, KeyInit, Mac as _};

    let gateway = Gateway::new("otlp = 'hmac'").await;
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(BEARER.as_bytes()).unwrap();
    mac.update(PROTOBUF);
    let mark: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mark = format!("sha256={mark}");
    for (body, expected) in [(PROTOBUF, StatusCode::OK), (&PROTOBUF[..900], StatusCode::UNAUTHORIZED)] {
        let headers = [("x-hub-signature-256", mark.as_str()), ("content-type", "application/x-protobuf")];
        assert_eq!(gateway.send("/api/v1/feeds/gateway/v1/logs", &headers, body).await.0, expected);
    }
    assert_eq!(gateway.logs("application/x-protobuf", PROTOBUF).await.0, StatusCode::UNAUTHORIZED);
}
