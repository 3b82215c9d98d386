//! Exported collections: Postman's v2 and Insomnia's v4.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::reading::head::resolved;
use super::super::reading::json::{Kind, Node};
use super::MAX_CALLS;
use crate::evidence::call::{Body, Call};

/// Deeper than anyone nests folders.
const MAX_DEPTH: usize = 32;

type Variables = Vec<(String, String)>;

/// The calls of an export; none for any other object.
pub(super) fn calls(root: &Node<'_>) -> Vec<Call> {
    let root = root.get("collection").unwrap_or(root);
    let mut calls = Vec::new();
    if let Some(items) = root.get("item") {
        let variables = variables(root.get("variable"));
        walk(items, &variables, 0, &mut calls);
    } else if let Some(resources) = root.get("resources") {
        insomnia(resources, &mut calls);
    }
    for (position, call) in calls.iter_mut().enumerate() {
        call.place = Some(format!("requisição {}", position + 1));
    }
    calls
}

fn variables(list: Option<&Node<'_>>) -> Variables {
    let pair = |node: &Node<'_>| {
        let name = node.text_at("key").or_else(|| node.text_at("id"))?;
        Some((name.to_owned(), node.get("value")?.plain()?.to_owned()))
    };
    list.map(Node::items).unwrap_or_default().iter().take(200).filter_map(pair).collect()
}

fn walk(items: &Node<'_>, variables: &Variables, depth: usize, calls: &mut Vec<Call>) {
    for item in items.items() {
        if calls.len() >= MAX_CALLS || depth > MAX_DEPTH {
            return;
        }
        if let Some(inner) = item.get("item") {
            walk(inner, variables, depth + 1, calls);
        }
        let Some(request) = item.get("request") else { continue };
        let Some(call) = request_call(request, variables) else { continue };
        let answers = item.get("response").map(Node::items).unwrap_or_default();
        match answers {
            [] => calls.push(Call { span: item.span.clone(), ..call }),
            [one] => calls.push(answered(Call { span: item.span.clone(), ..call }, one)),
            // Several answers were saved: each was a call of its own.
            many => calls.extend(many.iter().map(|answer| {
                let original =
                    answer.get("originalRequest").and_then(|request| request_call(request, variables));
                answered(
                    Call { span: answer.span.clone(), ..original.unwrap_or_else(|| call.clone()) },
                    answer,
                )
            })),
        }
    }
}

fn answered(mut call: Call, answer: &Node<'_>) -> Call {
    call.status = answer.status_at("code");
    call.reason = answer.text_at("status").map(str::to_owned);
    call.response_headers = fields(answer.get("header"), "key");
    call.response_body = answer.text_at("body").map(str::to_owned);
    call
}

fn request_call(request: &Node<'_>, variables: &Variables) -> Option<Call> {
    if let Some(url) = request.text() {
        return Some(Call {
            method: Some("GET".to_owned()),
            url: Some(resolved(url, variables)),
            ..Call::default()
        });
    }
    let url = url(request.get("url")?)?;
    let mut call = Call {
        method: Some(request.text_at("method").unwrap_or("GET").to_ascii_uppercase()),
        url: Some(resolved(&url, variables)),
        headers: fields(request.get("header"), "key"),
        body: request.get("body").and_then(body),
        ..Call::default()
    };
    if let Some(header) = request.get("auth").and_then(authorization) {
        call.headers.push(header);
    }
    for (_, value) in &mut call.headers {
        if value.contains("{{") {
            *value = resolved(value, variables);
        }
    }
    Some(call)
}

/// An address written whole, or in parts.
fn url(node: &Node<'_>) -> Option<String> {
    if let Some(raw) = node.text().filter(|raw| !raw.is_empty()).or_else(|| node.text_at("raw")) {
        return Some(raw.to_owned());
    }
    let joined = |name: &str, by: &str| -> Option<String> {
        let part = node.get(name)?;
        let pieces: Vec<&str> = part.items().iter().filter_map(Node::plain).collect();
        Some(part.text().map_or_else(|| pieces.join(by), str::to_owned))
    };
    let host = joined("host", ".")?;
    let scheme = match node.text_at("protocol") {
        Some(protocol) => format!("{protocol}://"),
        None if host.starts_with("{{") => String::new(),
        None => "https://".to_owned(),
    };
    Some(format!("{scheme}{host}/{}", joined("path", "/").unwrap_or_default().trim_start_matches('/')))
}

/// A list of headers or parameters, the switched-off ones left out.
fn fields(list: Option<&Node<'_>>, key: &str) -> Vec<(String, String)> {
    let off =
        |node: &Node<'_>| matches!(node.get("disabled").map(|node| &node.kind), Some(Kind::Word("true")));
    let pair = |node: &Node<'_>| {
        let file = node.text_at("src").map(|file| format!("@{file}"));
        let value = file.or_else(|| node.get("value")?.plain().map(str::to_owned)).unwrap_or_default();
        Some((node.text_at(key)?.to_owned(), value))
    };
    let items = list.map(Node::items).unwrap_or_default();
    items.iter().filter(|node| !off(node)).filter_map(pair).collect()
}

fn body(body: &Node<'_>) -> Option<Body> {
    let mode = body.text_at("mode").unwrap_or("raw");
    match mode {
        "urlencoded" => {
            let pairs = fields(body.get("urlencoded"), "key");
            Some(Body::Text(
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish(),
            ))
        }
        "formdata" => Some(Body::Form(fields(body.get("formdata"), "key"))),
        "file" => Some(Body::File(body.get("file")?.text_at("src")?.to_owned())),
        "graphql" => Some(Body::Text(body.get("graphql")?.text_at("query")?.to_owned())),
        _ => Some(Body::Text(body.text_at("raw")?.to_owned())),
    }
}

/// The header that an `auth` block sends.
fn authorization(auth: &Node<'_>) -> Option<(String, String)> {
    let kind = auth.text_at("type")?;
    let block = auth.get(kind)?;
    let value = |name: &str| -> Option<String> {
        let listed = block.items().iter().find(|item| item.text_at("key") == Some(name));
        Some(listed.and_then(|item| item.get("value")).or_else(|| block.get(name))?.plain()?.to_owned())
    };
    match kind {
        "bearer" => Some(("Authorization".to_owned(), format!("Bearer {}", value("token")?))),
        "basic" => {
            let pair = format!("{}:{}", value("username")?, value("password").unwrap_or_default());
            Some(("Authorization".to_owned(), format!("Basic {}", STANDARD.encode(pair))))
        }
        "apikey" if value("in").is_none_or(|place| place == "header") => {
            Some((value("key")?, value("value")?))
        }
        _ => None,
    }
}

fn insomnia(resources: &Node<'_>, calls: &mut Vec<Call>) {
    let of_type =
        |name: &'static str| resources.items().iter().filter(move |item| item.text_at("_type") == Some(name));
    let variables: Variables = of_type("environment")
        .filter_map(|environment| environment.get("data"))
        .flat_map(Node::members)
        .filter_map(|(name, value)| Some((name.to_string(), value.plain()?.to_owned())))
        .take(200)
        .collect();
    for request in of_type("request").take(MAX_CALLS) {
        let Some(url) = request.text_at("url") else { continue };
        let mut call = Call {
            span: request.span.clone(),
            method: Some(request.text_at("method").unwrap_or("GET").to_ascii_uppercase()),
            url: Some(resolved(url, &variables)),
            headers: fields(request.get("headers"), "name"),
            ..Call::default()
        };
        if let Some(body) = request.get("body") {
            let params = fields(body.get("params"), "name");
            call.body = match body.text_at("text") {
                Some(text) => Some(Body::Text(text.to_owned())),
                None if params.is_empty() => None,
                None => Some(Body::Form(params)),
            };
        }
        if let Some(token) = request.get("authentication").and_then(|auth| auth.text_at("token")) {
            call.headers
                .push(("Authorization".to_owned(), format!("Bearer {}", resolved(token, &variables))));
        }
        calls.push(call);
    }
}
