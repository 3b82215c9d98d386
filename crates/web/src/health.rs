//! What a machine asks: does the desk live, can it work, and what has it counted?

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use balcao_store::mailbox::{self, Mailbox};
use balcao_store::setting;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use crate::router::App;

/// Counts what happens; a recorder of the desk's own, so that several desks in one program do not mix.
pub(crate) struct Meter {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
}

/// The upper ends of the histogram's steps, in seconds.
const STEPS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];

impl Meter {
    pub(crate) fn new() -> Self {
        let matcher = Matcher::Full("balcao_http_request_duration_seconds".to_owned());
        // The steps are there and in order, so they are taken.
        let builder = PrometheusBuilder::new();
        let builder = builder.set_buckets_for_metric(matcher, &STEPS).unwrap_or_default();
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        Self { recorder, handle }
    }

    /// Counts one request.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        metrics::with_local_recorder(&self.recorder, || {
            let labels =
                [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.to_string())];
            metrics::counter!("balcao_http_requests_total", &labels).increment(1);
            metrics::histogram!("balcao_http_request_duration_seconds", "route" => route.to_owned())
                .record(took.as_secs_f64());
        });
    }

    /// Counts a demand that was registered.
    pub(crate) fn received(&self, situation: &str) {
        metrics::with_local_recorder(&self.recorder, || {
            metrics::counter!("balcao_tickets_received_total", "situation" => situation.to_owned())
                .increment(1);
        });
    }

    /// How mailboxes stand.
    fn mailboxes(&self, all: &[Mailbox], now: i64) {
        metrics::with_local_recorder(&self.recorder, || {
            for one in all {
                let failing = if one.state == mailbox::FAILING { 1.0 } else { 0.0 };
                metrics::gauge!("balcao_mailbox_failing", "mailbox" => one.name.clone()).set(failing);
                let read = if one.is_held(now) { 1.0 } else { 0.0 };
                metrics::gauge!("balcao_mailbox_read", "mailbox" => one.name.clone()).set(read);
                let missing = i32::try_from(one.missing).unwrap_or(i32::MAX);
                metrics::gauge!("balcao_mailbox_missing", "mailbox" => one.name.clone())
                    .set(f64::from(missing));
            }
        });
    }

    /// Lets go of what was counted in detail; call it every few seconds.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

/// `GET /healthz`: the program lives.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let asked = async {
        let mut conn = app.desk.store().read().await?;
        setting::get(&mut conn, "secrets").await
    };
    match tokio::time::timeout(Duration::from_secs(2), asked).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n").into_response(),
        Ok(Err(_)) | Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database unavailable\n").into_response(),
    }
}

/// `GET /metrics`: everything counted, for Prometheus. Names no partner, person or ticket.
pub(crate) async fn metrics(State(app): State<App>) -> Response {
    let mailboxes = async {
        let mut conn = app.desk.store().read().await?;
        mailbox::list(&mut conn).await
    };
    // Of a database that does not answer the other figures are told all the same.
    if let Ok(Ok(mailboxes)) = tokio::time::timeout(Duration::from_secs(2), mailboxes).await {
        app.meter.mailboxes(&mailboxes, balcao_desk::millis(app.now()));
    }
    let text = app.meter.handle.render();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
