//! Everything put together.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse as _;
use axum::routing::get;
use balcao_desk::Desk;
use jiff::Timestamp;
use tower_http::catch_panic::CatchPanicLayer;

use crate::health::Meter;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::{api, description, health, logs, page};

/// Tells the time; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What every handler has.
#[derive(Clone)]
pub struct App {
    pub(crate) desk: Desk,
    pub(crate) limits: Limits,
    pub(crate) meter: Arc<Meter>,
    clock: Clock,
}

impl App {
    /// A desk that is to be reached by HTTP.
    #[must_use]
    pub fn new(desk: Desk, limits: Limits, clock: Clock) -> Self {
        Self { desk, limits, meter: Arc::new(Meter::new()), clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What must be done every few seconds: forget idle callers, keep the counters small.
    pub fn upkeep(&self) {
        self.limits.tidy();
        self.meter.upkeep();
    }
}

/// All routes.
pub fn router(app: App) -> Router {
    let (api, _) = api::router().split_for_parts();
    Router::new()
        .merge(api)
        .route("/", get(page::home))
        .route("/api/v1/openapi.json", get(description::json))
        .route("/api/v1/docs", get(page::docs))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_that_method)
        .layer(CatchPanicLayer::custom(|_| failed()))
        .layer(middleware::from_fn_with_state(app.clone(), logs::wrap))
        .with_state(app)
}

async fn nothing_here() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "não há nada neste endereço; a descrição está em /api/v1/docs",
    )
}

async fn not_that_method() -> Problem {
    let detail = "este endereço não aceita este método; veja `Allow` e a descrição em /api/v1/docs";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
}

/// A handler that panicked: the caller is told so, and everybody else goes on.
fn failed() -> axum::response::Response {
    let detail = "o Balcão falhou ao atender este pedido; nada ficou pela metade. Avise quem o administra.";
    tracing::error!("a handler panicked");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", detail)
        .after(Duration::from_secs(5).as_secs())
        .into_response()
}
