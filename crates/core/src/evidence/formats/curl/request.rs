//! The call that curl would make of a request's options.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::options::{Data, Request};
use super::words::{Stdin, straight};
use crate::evidence::call::{Body, Call};

/// One call for each address; the span's start is where the address stands.
pub(super) fn calls(request: &Request, stdin: &Stdin) -> Vec<Call> {
    let body = body(request, stdin);
    let query = query(request, body.as_ref());
    let body = if request.get { None } else { body };
    let headers = headers(request, body.as_ref());
    let call = Call { method: Some(method(request, body.as_ref())), headers, body, ..Call::default() };
    if request.urls.is_empty() {
        return vec![call];
    }
    let one = |(url, start): &(String, usize)| {
        let mut url = absolute(url);
        add_query(&mut url, &query);
        if let (Some(file), true) = (&request.upload, url.ends_with('/')) {
            url.push_str(file.rsplit(['/', '\\']).next().unwrap_or_default());
        }
        Call { url: Some(url), span: *start..*start, ..call.clone() }
    };
    request.urls.iter().map(one).collect()
}

fn method(request: &Request, body: Option<&Body>) -> String {
    let by_options = match body {
        _ if request.head => "HEAD",
        _ if request.upload.is_some() => "PUT",
        Some(_) => "POST",
        None => "GET",
    };
    request.method.clone().unwrap_or_else(|| by_options.to_owned())
}

fn body(request: &Request, stdin: &Stdin) -> Option<Body> {
    if !request.form.is_empty() {
        return Some(Body::Form(request.form.clone()));
    }
    if let Some(file) = &request.upload {
        return Some(from_file(file, stdin));
    }
    match request.data.as_slice() {
        [Data::File(file)] => return Some(from_file(file, stdin)),
        [Data::Lines(file)] => return Some(joined_lines(from_file(file, stdin))),
        _ => {}
    }
    let mut text = String::new();
    for (position, data) in request.data.iter().enumerate() {
        if position > 0 && !matches!(data, Data::Json(_)) {
            text.push('&');
        }
        match data {
            Data::Text(piece) | Data::Json(piece) | Data::Encoded(piece) => text.push_str(piece),
            Data::File(file) | Data::Lines(file) => match from_file(file, stdin) {
                Body::Text(piece) => text.push_str(&piece),
                _ => text.push_str(&format!("@{file}")),
            },
        }
    }
    (!request.data.is_empty()).then(|| Body::Text(repaired(text)))
}

/// The body that a file name stands for; `-` is standard input.
fn from_file(file: &str, stdin: &Stdin) -> Body {
    match stdin {
        Stdin::Text(text) if file == "-" => Body::Text(text.clone()),
        Stdin::File(name) if file == "-" => Body::File(name.clone()),
        _ => Body::File(file.to_owned()),
    }
}

/// What `-d` makes of a file's text.
fn joined_lines(body: Body) -> Body {
    match body {
        Body::Text(text) => Body::Text(text.replace(['\r', '\n'], "")),
        other => other,
    }
}

/// JSON whose quotes a chat program curled or a mail program wrapped, put straight if that makes it JSON again.
fn repaired(text: String) -> String {
    let is_json = |text: &str| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok();
    if !text.trim_start().starts_with(['{', '[']) || is_json(&text) {
        return text;
    }
    let candidates = [
        straight(&text),
        straight(&text).replace("\r\n", "\n").replace('\n', " "),
        text.replace("\\\"", "\""),
        text.replace('\u{a0}', " "),
    ];
    candidates.into_iter().find(|candidate| is_json(candidate)).unwrap_or(text)
}

fn headers(request: &Request, body: Option<&Body>) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> =
        request.headers.iter().filter_map(|header| split_header(header)).collect();
    let named = |name: &str| {
        request.headers.iter().any(|header| {
            header.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
                && header.get(name.len()..).is_some_and(|tail| tail.starts_with([':', ';']))
        })
    };
    let mut implied: Vec<(&str, String)> = Vec::new();
    match (&request.bearer, &request.user) {
        (Some(token), _) if !request.other_auth => implied.push(("Authorization", format!("Bearer {token}"))),
        (None, Some(user)) if !request.other_auth => implied.push(("Authorization", basic(user))),
        _ => {}
    }
    if let Some(user) = &request.proxy_user {
        implied.push(("Proxy-Authorization", basic(user)));
    }
    if let Some(agent) = request.agent.as_ref().filter(|agent| !agent.is_empty()) {
        implied.push(("User-Agent", agent.clone()));
    }
    let referer = request.referer.as_deref().map(|referer| referer.trim_end_matches(";auto"));
    if let Some(referer) = referer.filter(|referer| !referer.is_empty()) {
        implied.push(("Referer", referer.to_owned()));
    }
    if let Some(range) = &request.range {
        implied.push(("Range", format!("bytes={range}")));
    }
    if !request.cookies.is_empty() {
        implied.push(("Cookie", request.cookies.join(";")));
    }
    match body {
        Some(_) if request.json => {
            implied.push(("Content-Type", "application/json".to_owned()));
            implied.push(("Accept", "application/json".to_owned()));
        }
        Some(Body::Form(_)) => implied.push(("Content-Type", "multipart/form-data".to_owned())),
        Some(_) if request.upload.is_none() => {
            implied.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
        }
        _ => {}
    }
    for (name, value) in implied {
        if !named(name) {
            headers.push((name.to_owned(), value));
        }
    }
    headers
}

fn basic(user: &str) -> String {
    let pair = if user.contains(':') { user.to_owned() } else { format!("{user}:") };
    format!("Basic {}", STANDARD.encode(pair))
}

/// `Name: value`; `Name;` is sent empty; `Name:` is not sent at all.
fn split_header(header: &str) -> Option<(String, String)> {
    let header = header.trim();
    if let Some((name, value)) = header.split_once(':') {
        let value = value
            .split(['\n', '\r'])
            .map(str::trim)
            .filter(|piece| !piece.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        return (!value.is_empty() && !name.is_empty()).then(|| (name.trim().to_owned(), value));
    }
    let name = header.strip_suffix(';')?;
    (!name.is_empty()).then(|| (name.to_owned(), String::new()))
}

/// What `-G` and `--url-query` add to the address.
fn query(request: &Request, body: Option<&Body>) -> Vec<String> {
    let mut query = request.query.clone();
    if request.get
        && let Some(Body::Text(text)) = body
    {
        query.push(text.clone());
    }
    query
}

fn add_query(url: &mut String, query: &[String]) {
    for piece in query {
        match url.contains('?') {
            false => url.push('?'),
            true if !url.ends_with(['?', '&']) => url.push('&'),
            true => {}
        }
        url.push_str(piece);
    }
}

/// The address as curl requests it: with a scheme and a path, without a fragment.
fn absolute(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let variable = url.starts_with(['$', '/', '%']) || url.starts_with("{{");
    let mut url = if url.contains("://") || variable { url.to_owned() } else { format!("http://{url}") };
    if let Some(after) = url.find("://").map(|at| at + 3)
        && url.get(after..).is_some_and(|tail| !tail.contains('/'))
    {
        let path = url.find('?').unwrap_or(url.len());
        url.insert(path, '/');
    }
    url
}
