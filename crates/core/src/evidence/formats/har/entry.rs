//! One entry of an archive as a call.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::reading::json::Node;
use crate::evidence::call::{Body, Call};

/// The call of an entry; `None` without a method and an address.
pub(super) fn call(entry: &Node<'_>) -> Option<Call> {
    let request = entry.get("request")?;
    let mut call = Call {
        span: entry.span.clone(),
        method: Some(request.text_at("method")?.to_ascii_uppercase()),
        url: Some(request.text_at("url")?.to_owned()),
        headers: headers(request),
        body: request.get("postData").and_then(body),
        at: entry.text_at("startedDateTime").map(str::to_owned),
        ..Call::default()
    };
    if let Some(response) = entry.get("response") {
        call.status = response.status_at("status");
        call.reason = response.text_at("statusText").map(str::to_owned);
        call.response_headers = headers(response);
        call.response_body = response.get("content").and_then(content);
        let error = ["_error", "error"].iter().find_map(|name| response.text_at(name));
        call.error = error.or_else(|| entry.text_at("_error")).map(str::to_owned);
    }
    Some(call)
}

/// The headers of a request or response; HTTP/2's pseudo-headers repeat what stands elsewhere.
pub(in super::super) fn headers(message: &Node<'_>) -> Vec<(String, String)> {
    let pair =
        |node: &Node<'_>| Some((node.text_at("name")?.to_owned(), node.get("value")?.plain()?.to_owned()));
    let items = message.get("headers").map(Node::items).unwrap_or_default();
    items.iter().filter_map(pair).filter(|(name, _)| !name.starts_with(':')).collect()
}

/// What was posted: the text, or else the parameters.
pub(in super::super) fn body(post: &Node<'_>) -> Option<Body> {
    if let Some(text) = post.text_at("text") {
        return Some(Body::Text(text.to_owned()));
    }
    let params = post.get("params")?.items();
    if params.is_empty() {
        return None;
    }
    let pair = |node: &Node<'_>| {
        let file = node.text_at("fileName").map(|file| format!("@{file}"));
        let value = file.or_else(|| node.get("value")?.plain().map(str::to_owned)).unwrap_or_default();
        Some((node.text_at("name")?.to_owned(), value))
    };
    let pairs: Vec<(String, String)> = params.iter().filter_map(pair).collect();
    if post.text_at("mimeType").is_some_and(|kind| kind.starts_with("multipart/")) {
        return Some(Body::Form(pairs));
    }
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Some(Body::Text(form))
}

/// What was answered, where it is text.
fn content(content: &Node<'_>) -> Option<String> {
    let text = content.text_at("text")?;
    if content.text_at("encoding").is_some_and(|encoding| encoding.eq_ignore_ascii_case("base64")) {
        let packed: String = text.chars().filter(|char| !char.is_whitespace()).collect();
        return String::from_utf8(STANDARD.decode(packed).ok()?).ok();
    }
    Some(text.to_owned())
}
