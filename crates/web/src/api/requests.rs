//! The request log: fed, and what of it could not be read.

use std::io::{BufReader, Read};

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use balcao_desk::requests::{self, Ingested};
use balcao_store::rejected::Rejected;
use bytes::{Buf as _, Bytes};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::tickets::limit;
use super::views::{Items, at};
use crate::caller::Asking;
use crate::extract::{Query, is_gzip};
use crate::problem::{Problem, Problems};
use crate::router::App;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(feed)).routes(routes!(aside))
}

/// What came of a feed.
#[derive(Serialize, ToSchema)]
pub(super) struct Fed {
    /// Lines that are now in the log.
    accepted: u64,
    /// Lines whose request id was there already.
    duplicates: u64,
    /// Lines that could not be read; they are kept aside.
    rejected: u64,
}

impl From<Ingested> for Fed {
    fn from(fed: Ingested) -> Self {
        Self { accepted: fed.accepted, duplicates: fed.duplicates, rejected: fed.rejected }
    }
}

/// Feeds the request log
///
/// One request a line (NDJSON), gzip if `Content-Encoding` says so, as long as need be: it is read as fast as it is written down. What was
/// accepted before a connection breaks stays; send the whole again, known request ids are passed over.
#[utoipa::path(post, path = "/api/v1/requests", tag = "requests", operation_id = "feedRequests",
    params(("Content-Encoding" = Option<String>, Header, description = "`gzip`, where the body is")),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = Fed), Problems))]
async fn feed(
    State(app): State<App>,
    Asking(caller): Asking,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer<Fed>, Problem> {
    caller.must(balcao_desk::caller::Permission::WriteRequests)?;
    let gzip = is_gzip(&headers)?;
    let source = format!("api {}", caller.id);
    let (reader, pump) = reader(body);
    let reader = if gzip { Unpacked::Waiting(Some(reader)) } else { Unpacked::Plain(reader) };
    let reader = BufReader::with_capacity(1 << 16, reader);
    let fed = requests::ingest(&app.desk, &caller, reader, &source, app.now()).await?;
    // What broke off is told, so that nobody takes the beginning for the whole.
    match pump.await {
        Ok(true) => Ok(Answer(fed.into())),
        Ok(false) | Err(_) => {
            let detail = "o corpo não chegou inteiro; o que chegou foi guardado: envie tudo de novo";
            Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", detail))
        }
    }
}

/// A body as blocking code reads it. No more than a few pieces are held; the sender waits.
struct Pieces {
    pieces: mpsc::Receiver<Bytes>,
    current: Bytes,
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.current.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.current = piece,
                None => return Ok(0),
            }
        }
        let count = into.len().min(self.current.len());
        if let Some(into) = into.get_mut(..count) {
            self.current.copy_to_slice(into);
        }
        Ok(count)
    }
}

/// A body, unpacked if need be. Unpacking begins with the first read: only there may one wait for what has not come yet.
enum Unpacked {
    Plain(Pieces),
    Waiting(Option<Pieces>),
    Gzip(Box<flate2::read::MultiGzDecoder<Pieces>>),
}

impl Read for Unpacked {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if let Self::Waiting(pieces) = self
            && let Some(pieces) = pieces.take()
        {
            *self = Self::Gzip(Box::new(flate2::read::MultiGzDecoder::new(pieces)));
        }
        match self {
            Self::Plain(pieces) => pieces.read(into),
            Self::Gzip(decoder) => decoder.read(into),
            Self::Waiting(_) => Ok(0),
        }
    }
}

/// The reader, and a task that ends with whether the body came whole.
fn reader(mut body: Body) -> (Pieces, tokio::task::JoinHandle<bool>) {
    let (send, pieces) = mpsc::channel(8);
    let pump = tokio::spawn(async move {
        while let Some(frame) = body.frame().await {
            let Ok(frame) = frame else { return false };
            if let Ok(piece) = frame.into_data()
                && send.send(piece).await.is_err()
            {
                // Nobody reads on: the ingest has failed and says why.
                return true;
            }
        }
        true
    });
    (Pieces { pieces, current: Bytes::new() }, pump)
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct After {
    /// The last id of the page before.
    after: Option<String>,
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
}

/// A line that could not be read.
#[derive(Serialize, ToSchema)]
struct RejectedView {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// From which feed.
    source: String,
    /// Its number there, from 1.
    line_number: i64,
    /// The line, masked and cut.
    line: String,
    /// Why it could not be read.
    reason: String,
}

impl From<&Rejected> for RejectedView {
    fn from(row: &Rejected) -> Self {
        Self {
            id: row.id.to_string(),
            at: at(row.at),
            source: row.source.clone(),
            line_number: row.line_number,
            line: row.line.clone(),
            reason: row.reason.clone(),
        }
    }
}

/// Lists the lines of the request log that could not be read
#[utoipa::path(get, path = "/api/v1/requests/rejected", tag = "requests", operation_id = "listRejectedRequests", params(After),
    responses((status = 200, body = Items<RejectedView>), Problems))]
async fn aside(
    State(app): State<App>,
    Asking(caller): Asking,
    Query(page): Query<After>,
) -> Result<Answer<Items<RejectedView>>, Problem> {
    let limit = limit(page.limit)?;
    let rows = requests::rejected_lines(&app.desk, &caller, page.after.as_deref(), limit).await?;
    Ok(Answer(Items::of(&rows)))
}
