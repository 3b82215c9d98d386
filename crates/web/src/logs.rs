//! One log line for each request, with its id: method, route, status, time; never a body, a query or an address. And the headers that
//! every answer has.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;

use crate::limits::Left;
use crate::router::App;

/// What a request turned out to be, told by the extractors to the log line.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Told>>);

#[derive(Default, Clone)]
struct Told {
    caller: Option<String>,
    left: Option<Left>,
}

impl Seen {
    pub(crate) fn set(&self, caller: &str, left: Left) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
            Told { caller: Some(caller.to_owned()), left: Some(left) };
    }

    fn told(&self) -> Told {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The id of a request as the caller gave it, if it is fit to be written down, or a new one.
fn id_of(request: &Request) -> String {
    let given = request.headers().get("x-request-id").and_then(|value| value.to_str().ok());
    let fit = |id: &&str| {
        (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    given.filter(fit).map_or_else(|| balcao_store::MessageId::fresh().to_string(), str::to_owned)
}

/// Wraps every request.
pub(crate) async fn wrap(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let id = id_of(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let seen = Seen::default();
    request.extensions_mut().insert(seen.clone());
    let mut response = next.run(request).await;
    let told = seen.told();
    let took = start.elapsed();
    let status = response.status().as_u16();
    app.meter.request(method.as_str(), &route, status, took);
    let caller = told.caller.as_deref().unwrap_or("-");
    if route != "/healthz" && route != "/readyz" && route != "/metrics" {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(request_id = %id, %method, route, status, caller, took_us, "request");
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    if let Some(left) = told.left {
        headers.insert("ratelimit-limit", HeaderValue::from(left.limit));
        headers.insert("ratelimit-remaining", HeaderValue::from(left.remaining));
        headers.insert("ratelimit-reset", HeaderValue::from(left.reset));
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
    headers.entry("content-security-policy").or_insert(HeaderValue::from_static(
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ));
    response
}
