//! Everything put together.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use balcao_connect::feed::Feeds;
use balcao_desk::Desk;
use jiff::Timestamp;
use tower_http::catch_panic::CatchPanicLayer;

use crate::counts::Counts;
use crate::health::Meter;
use crate::limits::Limits;
use crate::problem::Problem;
use crate::{api, description, health, logs, page, pages};

/// Tells the time; tests bring their own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Carries a link to the address that it is for; where there is nobody to carry it, it goes nowhere.
pub trait Courier: Send + Sync {
    /// `path` is of this desk, and good once.
    fn carry(&self, address: &str, path: &str);
}

/// Nobody carries links yet: that there was one is said to whoever runs the desk, without it.
pub struct NoCourier;

impl Courier for NoCourier {
    fn carry(&self, _address: &str, _path: &str) {
        tracing::warn!(
            "a partner asked for a link, and no way to send mail is set up; make one on the registry's page"
        );
    }
}

/// What every handler has.
#[derive(Clone)]
pub struct App {
    pub(crate) desk: Desk,
    pub(crate) limits: Limits,
    pub(crate) meter: Arc<Meter>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) courier: Arc<dyn Courier>,
    pub(crate) feeds: Arc<Feeds>,
    /// The tickets that change, for whoever looks.
    pub(crate) news: tokio::sync::broadcast::Sender<News>,
    /// Whether cookies go over HTTPS only.
    pub(crate) secure: bool,
    /// How many proxies stand before it.
    pub(crate) proxies: usize,
    clock: Clock,
}

/// What those who look are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum News {
    /// This ticket changed.
    Changed(String),
    /// The server ends; whoever looks asks another, or this one when it is back.
    Ending,
}

impl App {
    /// A desk that is to be reached by HTTP.
    #[must_use]
    pub fn new(desk: Desk, limits: Limits, clock: Clock) -> Self {
        let (news, _nobody_yet) = tokio::sync::broadcast::channel(pages::BEHIND);
        let courier = Arc::new(NoCourier);
        Self {
            desk,
            limits,
            meter: Arc::new(Meter::new()),
            counts: Arc::default(),
            courier,
            feeds: Arc::default(),
            news,
            secure: false,
            proxies: 0,
            clock,
        }
    }

    /// With somebody who carries links.
    #[must_use]
    pub fn with_courier(self, courier: Arc<dyn Courier>) -> Self {
        Self { courier, ..self }
    }

    /// With feeds of the request log.
    #[must_use]
    pub fn fed_by(self, feeds: Arc<Feeds>) -> Self {
        Self { feeds, ..self }
    }

    /// Where browsers reach it, if not at its own address: with `https://` cookies go over HTTPS only.
    #[must_use]
    pub fn reached_at(self, address: &str) -> Self {
        Self { secure: address.starts_with("https://"), ..self }
    }

    /// How many proxies of one's own stand before it, each of which adds to `X-Forwarded-For`.
    #[must_use]
    pub fn behind(self, proxies: usize) -> Self {
        Self { proxies, ..self }
    }

    /// Lets those go who look at pages that change: a server that ends waits for nobody's open page.
    pub fn let_go(&self) {
        let _nobody_looks = self.news.send(News::Ending);
    }

    /// Looks for changes, whoever made them on whichever server, and tells those who look; `last` is where the last look ended.
    ///
    /// # Errors
    /// If the database fails; the next look sees what this one did not.
    pub async fn look_for_news(&self, last: &mut Option<i64>) -> Result<(), balcao_store::StoreError> {
        pages::watch(self, last).await
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
        .merge(pages::router())
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

/// A page for browsers, a problem for programs.
async fn nothing_here(uri: Uri, headers: HeaderMap) -> Response {
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") && !uri.path().starts_with("/api/") {
        let detail = "não há nada neste endereço; talvez ele tenha sido copiado pela metade";
        return pages::not_found(Problem::new(StatusCode::NOT_FOUND, "not_found", detail));
    }
    let detail = "não há nada neste endereço; a descrição está em /api/v1/docs";
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail).into_response()
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
