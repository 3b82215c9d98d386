//! Libraries that put a request together over several statements: HttpClient, RestSharp, OkHttp, Java's and Go's own,
//! Ruby's Net::HTTP, PHP's curl functions, XMLHttpRequest.
//!
//! An anchor tells the method or the address; the rest is looked for around it, up to the next anchor.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::reading::head::pattern;
use super::super::reading::script::{Script, Settings, UNKNOWN};
use super::super::reading::{Line, cut};
use super::MAX_CALLS;
use crate::evidence::call::Call;

/// Where a request starts to be put together.
static ANCHOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"new HttpRequestMessage\s*\(|\.(?:Get|Post|Put|Patch|Delete)(?:As(?:Json|String))?Async\s*(?:<[^>()]{0,60}>)?\(|new RestRequest\s*\(",
        r"|new Request\.Builder\(\)|HttpRequest\.newBuilder\(|Net::HTTP::(?:Get|Post|Put|Patch|Delete)\.new\s*\(",
        r"|http\.NewRequest(?:WithContext)?\s*\(|http\.Post\s*\(|http\.Get\s*\(|curl_init\s*\(|\.open\s*\(\s*[\x22'](?:GET|POST|PUT|PATCH|DELETE)",
        r"|\.openConnection\s*\(|WebRequest\.Create\s*\(|new Http(?:Get|Post|Put|Patch|Delete)\s*\("
    ))
});

pub(super) fn may_hold(text: &str) -> bool {
    text.contains('(') && ANCHOR.is_match(text)
}

/// Every call in the script.
pub(super) fn read(script: &Script<'_>) -> Vec<Call> {
    let anchors: Vec<Range<usize>> =
        ANCHOR.find_iter(script.text()).take(MAX_CALLS).map(|found| found.range()).collect();
    let mut calls: Vec<Call> = Vec::new();
    for (position, anchor) in anchors.iter().enumerate() {
        let from = calls.last().map_or(0, |call| call.span.end);
        let next = anchors.get(position + 1).map_or(script.text().len(), |next| next.start);
        if anchor.start < from {
            continue;
        }
        let region = region(script.text(), from, anchor.clone(), next);
        if let Some(call) = call(script, anchor, region) {
            calls.push(call);
        }
    }
    calls
}

/// The lines of the program around an anchor: from some way above it to where prose or the next call follows.
fn region(text: &str, from: usize, anchor: Range<usize>, next: usize) -> Range<usize> {
    let mut start = text.get(..anchor.start).and_then(|head| head.rfind('\n')).map_or(0, |line| line + 1);
    for _ in 0..30 {
        let Some(above) = start.checked_sub(1).and_then(|end| text.get(..end)) else { break };
        let line = above.rfind('\n').map_or(0, |line| line + 1);
        if line < from || !is_code(cut(text, line..start)) {
            break;
        }
        start = line;
    }
    let mut end = anchor.end;
    let mut at = Line::at(text, anchor.end).map_or(anchor.end, |line| line.next);
    end = end.max(at.min(next));
    for _ in 0..60 {
        let Some(line) =
            Line::at(text, at).filter(|line| line.next <= next.max(line.start) && line.start < next)
        else {
            break;
        };
        let shown = line.text.trim();
        if !shown.is_empty()
            && (!is_code(shown)
                || shown.starts_with("# ")
                || shown.starts_with("//")
                || shown.starts_with("```"))
        {
            break;
        }
        at = line.next;
        if !shown.is_empty() {
            end = line.end();
        }
    }
    start.max(from)..end.min(next).max(anchor.end)
}

/// Whether a line looks like part of a program.
fn is_code(line: &str) -> bool {
    let line = line.trim();
    line.is_empty()
        || line.contains(['(', ')', ';', '{', '}', '=', '[', ']', '"'])
        || line.starts_with(['.', '\'', '`', '+'])
        || line == "end"
}

fn call(script: &Script<'_>, anchor: &Range<usize>, region: Range<usize>) -> Option<Call> {
    let text = script.text();
    let mut settings = Settings::default();
    let name = cut(text, anchor.clone());
    let open = anchor.start + name.find('(')?;
    let end = script.balanced(open).map_or(region.end, |end| end - 1).max(open + 1);
    let arguments = script.split(open + 1..end, &[',']);
    for argument in &arguments {
        let written = cut(text, argument.clone());
        if settings.call.method.is_none()
            && let Some(method) = method_in(script, argument.clone())
        {
            settings.call.method = Some(method);
        } else if settings.call.url.is_none() && !written.starts_with("http.Method") {
            settings.call.url = script.string(argument.clone()).filter(|url| url.contains('/'));
        }
    }
    if settings.call.method.is_none() {
        settings.call.method = method_of_name(name);
    }
    if name.contains("Async") || name.starts_with("http.Post") {
        settings.call.body = arguments.iter().skip(1).find_map(|argument| script.body(argument.clone()));
    }
    from_region(script, &region, &mut settings);
    settings.call.span = region.start..region.end;
    let default = if settings.call.body.is_some() { "POST" } else { "GET" };
    settings.finish(default)
}

/// `HttpMethod.Post`, `Method.POST`, `"POST"`, `http.MethodPost`.
fn method_in(script: &Script<'_>, argument: Range<usize>) -> Option<String> {
    static NAMED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:(?:http)?method\.|http\.method)(get|post|put|patch|delete)$"));
    let written = cut(script.text(), argument.clone());
    let word = match NAMED.captures(written).and_then(|found| found.get(1)) {
        Some(word) => word.as_str().to_owned(),
        None => script.string(argument)?,
    };
    let word = word.to_ascii_uppercase();
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].contains(&word.as_str()).then_some(word)
}

/// The method inside the anchor itself: `.PostAsync(`, `Net::HTTP::Put.new(`.
fn method_of_name(name: &str) -> Option<String> {
    static VERB: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:\.|::|Http)(Get|Post|Put|Patch|Delete)(?:As|Async|\.|\s*\()"));
    VERB.captures(name).and_then(|found| found.get(1)).map(|verb| verb.as_str().to_ascii_uppercase())
}

/// Adds what the statements of the region say: base address, method, headers, body.
fn from_region(script: &Script<'_>, region: &Range<usize>, settings: &mut Settings) {
    static STEP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"(?P<header>\b(?:addHeader|AddHeader|add_header|AddDefaultHeader|\w*Headers\.(?:Add|TryAddWithoutValidation)|Header\.(?:Add|Set)|TryAddWithoutValidation|setRequestHeader|setHeader|header|setRequestProperty|addRequestProperty)\s*\()",
            r"|(?P<index>\b\w+(?:\.Headers)?\[[\x22'](?P<name>[\w-]+)[\x22']\]\s*=\s*)",
            r"|(?P<auth>new AuthenticationHeaderValue\s*\()",
            r"|(?P<url>(?:\.url|\.uri|new RestClient|\.BaseAddress\s*=\s*new Uri|curl_init|URI|URI\.parse|new URL)\s*\()",
            r"|(?P<method>\.method\s*\(|\.Method\s*=\s*|setRequestMethod\s*\(|CURLOPT_CUSTOMREQUEST\s*(?:,|=>)\s*)",
            r"|(?P<verb>\.(?:post|put|patch|POST|PUT|PATCH|delete|DELETE)\s*\()",
            r"|(?P<body>(?:new StringContent|AddJsonBody|AddStringBody|AddBody|JsonContent\.Create|RequestBody\.create|BodyPublishers\.ofString|NewReader|NewBuffer|NewBufferString|new StringEntity|\.send|\.write)\s*\(|\.body\s*=\s*)",
            r"|(?P<parameter>\.AddParameter\s*\()",
            r"|CURLOPT_(?P<option>URL|POSTFIELDS|HTTPHEADER)[\x22']?\s*(?:,|=>)\s*"
        ))
    });
    let mut at = region.start;
    while let Some(found) = STEP
        .captures_at(script.text(), at)
        .filter(|found| found.get(0).is_some_and(|whole| whole.end() <= region.end))
    {
        let Some(whole) = found.get(0) else { break };
        at = whole.end();
        let arguments = if whole.as_str().ends_with('(') {
            let end = script.balanced(at - 1).map_or(region.end, |end| end - 1).max(at);
            script.split(at..end, &[','])
        } else {
            std::iter::once(at..script.expression_end(at)).collect()
        };
        let part = |name: &str| found.name(name).is_some();
        let first = arguments.first().cloned();
        if part("header") || part("auth") {
            add_pair(script, settings, &arguments, part("auth"));
        } else if let (Some(name), Some(value)) = (found.name("name"), &first) {
            let value = script.string(value.clone()).unwrap_or_else(|| UNKNOWN.to_owned());
            settings.default_header(name.as_str(), &value);
        } else if let Some(option) = found.name("option") {
            if let Some(value) = first {
                settings.add(script, &format!("curlopt_{}", option.as_str()), value);
            }
        } else if part("url") {
            add_url(script, settings, first, whole.as_str());
        } else if part("method") || part("verb") {
            add_method(script, settings, whole.as_str(), &arguments);
        } else if part("parameter") {
            let is_body =
                arguments.iter().any(|argument| cut(script.text(), argument.clone()).contains("RequestBody"));
            if let Some(value) = arguments.get(1).filter(|_| is_body) {
                settings.add(script, "body", value.clone());
            }
        } else if settings.call.body.is_none() {
            settings.call.body = arguments.iter().find_map(|argument| script.body(argument.clone()));
        }
    }
}

fn add_pair(script: &Script<'_>, settings: &mut Settings, arguments: &[Range<usize>], auth: bool) {
    let text = |argument: &Range<usize>| script.string(argument.clone());
    let Some(name) = arguments.first().and_then(text) else { return };
    let value = arguments.get(1).and_then(text);
    if auth {
        settings.default_header(
            "Authorization",
            &format!("{name} {}", value.unwrap_or_else(|| UNKNOWN.to_owned())),
        );
    } else if arguments.len() == 2 && !name.is_empty() {
        settings.default_header(&name, &value.unwrap_or_else(|| UNKNOWN.to_owned()));
    }
}

fn add_url(script: &Script<'_>, settings: &mut Settings, first: Option<Range<usize>>, name: &str) {
    let Some(url) = first.and_then(|first| script.string(first)).filter(|url| url.starts_with("http")) else {
        return;
    };
    match &settings.call.url {
        Some(path)
            if !path.contains("://") && name.contains("RestClient") || name.contains("BaseAddress") =>
        {
            let path = settings.call.url.clone().unwrap_or_default();
            if !path.contains("://") {
                let joined = format!("{}/{}", url.trim_end_matches('/'), path.trim_start_matches('/'));
                settings.call.url = Some(joined.trim_end_matches('/').to_owned());
            }
        }
        None => settings.call.url = Some(url),
        Some(_) => {}
    }
}

fn add_method(script: &Script<'_>, settings: &mut Settings, step: &str, arguments: &[Range<usize>]) {
    let first = arguments.first();
    let verb = step.trim_matches(['.', '(', ' ']);
    if ["post", "put", "patch", "delete"].iter().any(|name| name.eq_ignore_ascii_case(verb)) {
        settings.call.method.get_or_insert_with(|| verb.to_ascii_uppercase());
    } else if let Some(method) = first.and_then(|first| method_in(script, first.clone())) {
        settings.call.method = Some(method);
    }
    if settings.call.body.is_none() {
        settings.call.body = arguments
            .last()
            .filter(|_| !step.contains("etho") || arguments.len() > 1)
            .and_then(|last| script.body(last.clone()));
    }
}
