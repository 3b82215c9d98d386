//! Style sheet, scripts and icon: in the program, under addresses that change with them, so that browsers may keep them for good.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

#[derive(rust_embed::Embed)]
#[folder = "static"]
struct Files;

/// Eight characters that change when any file does.
static MARK: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut mark = 0xcbf2_9ce4_8422_2325_u64;
    for name in names {
        for byte in Files::get(&name).map(|file| file.metadata.sha256_hash()).unwrap_or_default() {
            mark = (mark ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{:08x}", mark >> 32)
});

/// The address of a file.
pub(crate) fn address(name: &str) -> String {
    format!("/s/{}/{name}", *MARK)
}

/// `GET /s/{mark}/{name}`.
pub(crate) async fn get(Path((_mark, name)): Path<(String, String)>) -> Response {
    let kind = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let Some(file) = Files::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = file.data.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}
