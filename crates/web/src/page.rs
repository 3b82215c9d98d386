//! The API's description as a page. No script, nothing from elsewhere.

use std::fmt::Write as _;

use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use crate::description::description;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}\
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2.5rem;border-bottom:1px solid #d0d7de}\
code{font:.9em ui-monospace,monospace;background:#f2f4f7;padding:.1em .3em;border-radius:4px}\
details{border:1px solid #d0d7de;border-radius:6px;padding:.5rem .8rem;margin:.5rem 0}summary{cursor:pointer}\
.m{display:inline-block;min-width:4.2em;font-weight:600}table{border-collapse:collapse;width:100%}\
td{border-top:1px solid #e4e8ec;padding:.3rem .6rem .3rem 0;vertical-align:top}\
@media(prefers-color-scheme:dark){body{color:#e6e9ed;background:#14171a}code{background:#23282e}details,h2,td{border-color:#3a4149}a{color:#8ab4f8}}";

/// `GET /api/v1/docs`: the description, readable.
pub(crate) async fn docs() -> Response {
    page("Balcão: a API", &operations(description()))
}

fn page(title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"pt-BR\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main>{body}</main></body></html>"
    );
    let mut response = Html(html).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// Every operation, by what it is about.
fn operations(description: &Value) -> String {
    let mut text = String::from(
        "<h1>A API do Balcão</h1><p>Envie <code>Authorization: Bearer TOKEN</code>. Quem administra o Balcão faz um token com \
         <code>balcao token create</code>. Erros vêm como <code>application/problem+json</code>; <code>missing</code> diz tudo o que \
         falta, de uma vez. A mesma descrição, para programas, está em <a href=\"/api/v1/openapi.json\">openapi.json</a>.</p>",
    );
    let mut by_tag: Vec<(String, String)> = Vec::new();
    for (path, item) in of(description, "/paths").as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let tag = of(operation, "/tags/0").as_str().unwrap_or("-").to_owned();
            let shown = shown(path, method, operation);
            match by_tag.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, all)) => all.push_str(&shown),
                None => by_tag.push((tag, shown)),
            }
        }
    }
    for (tag, shown) in by_tag {
        let _ = write!(text, "<h2>{}</h2>{shown}", escaped(&tag));
    }
    text
}

fn shown(path: &str, method: &str, operation: &Value) -> String {
    let word = |value: &Value| escaped(value.as_str().unwrap_or_default());
    let mut rows = String::new();
    for parameter in of(operation, "/parameters").as_array().into_iter().flatten() {
        let (name, place) = (word(of(parameter, "/name")), word(of(parameter, "/in")));
        let _ = write!(
            rows,
            "<tr><td><code>{name}</code></td><td>{place}</td><td>{}</td></tr>",
            word(of(parameter, "/description"))
        );
    }
    for (media, body) in of(operation, "/requestBody/content").as_object().into_iter().flatten() {
        let reference = of(body, "/schema/$ref").as_str().unwrap_or_default();
        let name = reference.rsplit('/').next().unwrap_or_default();
        let _ = write!(
            rows,
            "<tr><td>corpo</td><td><code>{}</code></td><td>{}</td></tr>",
            escaped(media),
            escaped(name)
        );
    }
    for (status, answer) in of(operation, "/responses").as_object().into_iter().flatten() {
        let _ = write!(
            rows,
            "<tr><td>{}</td><td></td><td>{}</td></tr>",
            escaped(status),
            word(of(answer, "/description"))
        );
    }
    format!(
        "<details><summary><span class=\"m\">{}</span> <code>{}</code> {}</summary><p>{}</p><table>{rows}</table></details>",
        escaped(&method.to_uppercase()),
        escaped(path),
        word(of(operation, "/summary")),
        word(of(operation, "/description")),
    )
}

/// What stands at a place; nothing is `null`.
fn of<'v>(value: &'v Value, place: &str) -> &'v Value {
    value.pointer(place).unwrap_or(&Value::Null)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
