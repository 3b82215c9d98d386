//! Feeds of the request log: signed lines of a gateway, and logs of an OpenTelemetry Collector.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::sync::Arc;

use axum::Json as Answer;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use balcao_connect::feed::otlp::{self, Encoding};
use balcao_connect::feed::{Door, Feed, attributes};
use balcao_desk::{DeskError, requests};
use bytes::Bytes;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::requests::Fed;
use crate::extract::{Path, is_gzip, whole};
use crate::peer::peer;
use crate::problem::{Problem, Problems};
use crate::router::App;

/// Bytes of a body as it is sent: the whole of it is signed, so the whole is held.
const MOST: usize = 16 << 20;
/// Bytes of it unpacked: of lines, which are read one after the other, and of records, which are held together.
const MOST_LINES: u64 = 512 << 20;
const MOST_RECORDS: u64 = 32 << 20;

pub(crate) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ndjson)).routes(routes!(logs))
}

/// Feeds the request log with signed lines
///
/// As `POST /api/v1/requests`, of a feed that the channels' file names, signed as Standard Webhooks says (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`) over the body as it is sent. The same body again changes nothing where its lines have ids.
#[utoipa::path(post, path = "/api/v1/feeds/{name}/ndjson", tag = "requests", operation_id = "feedSignedRequests",
    params(("name" = String, Path), ("Content-Encoding" = Option<String>, Header, description = "`gzip`, where the body is")),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, body = Fed), Problems))]
async fn ndjson(
    State(app): State<App>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Answer<Fed>, Problem> {
    let (parts, body) = request.into_parts();
    let feed = known(&app, &name, &parts, |_, door| door.signature.is_some())?;
    let _place = place(&feed)?;
    let gzip = is_gzip(&parts.headers)?;
    let bytes = whole(body, MOST).await?;
    if feed.signed(&door(&parts), &bytes, app.now()).is_err() {
        return Err(refused(&app, &parts));
    }
    let reader = lines(bytes, gzip);
    let fed = requests::ingest(&app.desk, &feed.caller(), reader, &format!("feed {name}"), app.now()).await?;
    Ok(Answer(fed.into()))
}

/// Feeds the request log with logs of an OpenTelemetry Collector (OTLP/HTTP)
///
/// An `ExportLogsServiceRequest` in protobuf or JSON; the answer is an `ExportLogsServiceResponse` in the same encoding, a failure a
/// `google.rpc.Status`. Records that are no requests are counted as rejected and kept aside.
#[utoipa::path(post, path = "/api/v1/feeds/{name}/v1/logs", tag = "requests", operation_id = "feedOtlpLogs",
    params(("name" = String, Path), ("Content-Encoding" = Option<String>, Header, description = "`gzip`, where the body is")),
    request_body(content((Object = "application/json"), (String = "application/x-protobuf"))),
    responses(
        (status = 200, description = "An `ExportLogsServiceResponse`", content((Object = "application/json"), (String = "application/x-protobuf"))),
        (status = "4XX", description = "A `google.rpc.Status`", content(
            (Object = "application/json"), (String = "application/x-protobuf"), (Problem = "application/problem+json"))),
        (status = "5XX", description = "A `google.rpc.Status`", content(
            (Object = "application/json"), (String = "application/x-protobuf"), (Problem = "application/problem+json")))))]
async fn logs(State(app): State<App>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let media = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encoding = Encoding::of(media);
    match exported(&app, &name, (&parts, body), encoding).await {
        Ok((encoding, answer)) => written(StatusCode::OK.into_response(), answer, encoding),
        Err(problem) => match encoding {
            None => problem.into_response(),
            Some(encoding) => {
                let told = otlp::failure(grpc_code(problem.status()), problem.told().1, encoding);
                written(problem.into_response(), told, encoding)
            }
        },
    }
}

/// A response with another body; what its headers say of it stays.
fn written(response: Response, body: Vec<u8>, encoding: Encoding) -> Response {
    let (mut head, _) = response.into_parts();
    head.headers.insert(CONTENT_TYPE, HeaderValue::from_static(encoding.media_type()));
    Response::from_parts(head, Body::from(body))
}

/// Takes an export request in; its answer.
async fn exported(
    app: &App,
    name: &str,
    (parts, body): (&Parts, Body),
    encoding: Option<Encoding>,
) -> Result<(Encoding, Vec<u8>), Problem> {
    let feed = known(app, name, parts, |feed, door| feed.may_send_otlp(door).is_ok())?;
    let encoding = encoding.ok_or_else(|| {
        let detail = "envie OTLP como `Content-Type: application/x-protobuf` ou `application/json`";
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    })?;
    let _place = place(&feed)?;
    let gzip = is_gzip(&parts.headers)?;
    let bytes = whole(body, MOST).await?;
    if feed.sent_otlp(&door(parts), &bytes, app.now()).is_err() {
        return Err(refused(app, parts));
    }
    let of = feed.clone();
    let read = tokio::task::spawn_blocking(move || {
        let bytes = if gzip { unpacked(&bytes)? } else { bytes.to_vec() };
        let request = otlp::read(&bytes, encoding)
            .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "malformed", error.to_string()))?;
        Ok::<_, Problem>(attributes::lines(&request, of.attributes(), of.environment()))
    });
    let read = read.await.map_err(|_panicked| DeskError::Damaged("um envio OTLP, ao ser lido"))?;
    let (text, _) = read?;
    let source = format!("feed {name} (OTLP)");
    let fed = requests::ingest(&app.desk, &feed.caller(), Cursor::new(text), &source, app.now()).await?;
    let why = match fed.rejected {
        0 => String::new(),
        count => format!(
            "{count} registros não são requisições HTTP completas; o que falta em cada um está em /api/v1/requests/rejected"
        ),
    };
    Ok((encoding, otlp::answer(fed.rejected, &why, encoding)))
}

/// The feed of this name, if the request may be its; all others look alike.
fn known(
    app: &App,
    name: &str,
    parts: &Parts,
    may: impl Fn(&Feed, &Door<'_>) -> bool,
) -> Result<Arc<Feed>, Problem> {
    match app.feeds.get(name) {
        Some(feed) if may(feed, &door(parts)) => Ok(feed.clone()),
        _ => Err(refused(app, parts)),
    }
}

/// Whoever has no secret is a stranger, and counted as one.
fn refused(app: &App, parts: &Parts) -> Problem {
    match app.limits.take_stranger(&peer(parts, app.proxies)) {
        Err(too_many) => too_many,
        Ok(_) => {
            let detail = "esta fonte não existe, ou o segredo ou a assinatura não é dela; confira o nome, o segredo e o relógio de quem envia";
            Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
        }
    }
}

/// A place among those that are taken in now.
fn place(feed: &Feed) -> Result<tokio::sync::OwnedSemaphorePermit, Problem> {
    feed.place().ok_or_else(|| {
        let detail = "esta fonte já está sendo lida tantas vezes quanto pode; envie de novo em um segundo";
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).after(1)
    })
}

fn door(parts: &Parts) -> Door<'_> {
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    Door {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        authorization: header(AUTHORIZATION.as_str()),
        hub: header("x-hub-signature-256"),
    }
}

/// The code of gRPC that says what a status of HTTP does.
fn grpc_code(status: StatusCode) -> i32 {
    match status.as_u16() {
        400 | 413 | 415 | 422 => 3,
        401 => 16,
        403 => 7,
        404 => 5,
        429 => 8,
        503 => 14,
        _ => 13,
    }
}

/// The lines of a body.
fn lines(bytes: Bytes, gzip: bool) -> Box<dyn BufRead + Send> {
    let whole = Cursor::new(bytes);
    if !gzip {
        return Box::new(whole);
    }
    let unpacked = flate2::read::MultiGzDecoder::new(whole);
    Box::new(BufReader::with_capacity(1 << 16, Bounded { inner: unpacked, left: MOST_LINES }))
}

fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut whole = Vec::new();
    let mut reader = Bounded { inner: flate2::read::MultiGzDecoder::new(bytes), left: MOST_RECORDS };
    match reader.read_to_end(&mut whole) {
        Ok(_) => Ok(whole),
        Err(error) if error.kind() == std::io::ErrorKind::FileTooLarge => {
            let detail = "o corpo descompactado passa de 32 MiB; envie lotes menores";
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail))
        }
        Err(_) => {
            Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "o corpo não é gzip, ou está danificado"))
        }
    }
}

/// A reader that fails where another would go on beyond a bound.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(into)?;
        let read = u64::try_from(count).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(read).ok_or(std::io::ErrorKind::FileTooLarge)?;
        Ok(count)
    }
}
