//! JSON that tells of a call: envelopes, problem+json, structured alerts, bare bodies.
//!
//! In: any text. Out: a call for each JSON object in it: with request and response under any usual name, or
//! with a body alone. Cut-off JSON is closed as far as it goes.

use std::ops::Range;

use serde_json::{Map, Value};

use super::words::{is_envelope, objects, parse, plain, slice};
use crate::evidence::call::{Body, Call};

/// Levels below the outermost object that are searched for a call.
const DEEPEST: usize = 4;

const REQUEST: &[&str] = &["request", "requisicao", "req", "chamada", "httprequest", "envio", "config"];
const RESPONSE: &[&str] = &["response", "resposta", "res", "resp", "retorno", "httpresponse", "resultado"];
const URL: &[&str] = &[
    "url",
    "uri",
    "endpoint",
    "path",
    "rota",
    "requesturl",
    "requesturi",
    "requestpath",
    "urlcompleta",
    "fullurl",
    "endereco",
    "caminho",
    "target",
    "route",
    "httpurl",
    "urlfull",
    "urlpath",
];
const METHOD: &[&str] =
    &["method", "metodo", "verb", "verbo", "httpmethod", "requestmethod", "metodohttp", "httprequestmethod"];
const HEADERS: &[&str] =
    &["headers", "header", "cabecalhos", "cabecalho", "requestheaders", "responseheaders"];
const BODY: &[&str] = &[
    "body",
    "payload",
    "corpo",
    "json",
    "data",
    "conteudo",
    "content",
    "requestbody",
    "bodyenviado",
    "enviado",
];
const RESPONSE_BODY: &[&str] = &[
    "responsebody",
    "corporesposta",
    "body",
    "corpo",
    "payload",
    "content",
    "data",
    "conteudo",
    "mensagem",
    "message",
];
const OUTER_RESPONSE_BODY: &[&str] =
    &["responsebody", "corporesposta", "response", "resposta", "retorno", "resp"];
const STATUS: &[&str] = &[
    "status",
    "statuscode",
    "httpstatus",
    "httpcode",
    "httpstatuscode",
    "responsestatus",
    "codigohttp",
    "code",
    "codigo",
];
const AT: &[&str] = &[
    "quando",
    "timestamp",
    "time",
    "at",
    "data",
    "datahora",
    "datetime",
    "date",
    "horario",
    "ts",
    "instante",
    "ocorridoem",
    "occurredat",
    "createdat",
    "hora",
    "startedat",
    "momento",
];
const ERROR: &[&str] = &["erro", "error", "exception", "excecao", "err", "errormessage", "falha", "motivo"];
const REASON: &[&str] = &["statustext", "reason", "reasonphrase", "statusmessage", "statusdescription"];

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    let whole = objects(text, 0..text.len());
    let mut calls: Vec<Call> = Vec::new();
    for range in &whole {
        calls.extend(object(text, range.clone(), 0));
    }
    let end = whole.last().map_or(0, |range| range.end);
    calls.extend(cut_off(text, end));
    calls
}

/// The calls of one object: itself, those inside it, or its being a body.
fn object(text: &str, range: Range<usize>, depth: usize) -> Vec<Call> {
    let words = slice(text, range.clone());
    let Some(Value::Object(map)) = parse(words) else { return Vec::new() };
    if let Some(call) = call_of(&map) {
        return vec![Call { span: range, ..call }];
    }
    if depth < DEEPEST {
        let inner: Vec<Call> = objects(text, range.start + 1..range.end)
            .into_iter()
            .flat_map(|inside| object(text, inside, depth + 1))
            .filter(|call| call.url.is_some() || call.method.is_some())
            .collect();
        if !inner.is_empty() {
            return inner;
        }
    }
    if depth > 0 || map.is_empty() {
        return Vec::new();
    }
    vec![bare(words, range, &map)]
}

/// An object that tells of no call is what was answered, or what was sent.
fn bare(words: &str, range: Range<usize>, map: &Map<String, Value>) -> Call {
    let mut call = Call { span: range, ..Call::default() };
    if is_envelope(map) {
        call.status = pick(map, STATUS).and_then(code);
        call.response_body = Some(words.to_owned());
    } else {
        call.body = Some(Body::Text(words.to_owned()));
    }
    call
}

/// The member whose name is in `names`, in the order of `names`.
fn pick<'m>(map: &'m Map<String, Value>, names: &[&str]) -> Option<&'m Value> {
    names
        .iter()
        .find_map(|wanted| map.iter().find(|(name, _)| plain(name) == *wanted))
        .map(|(_, value)| value)
}

fn words_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A body as text: a string as it is, anything else as compact JSON.
fn body_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn code(value: &Value) -> Option<u16> {
    let number = match value {
        Value::Number(number) => number.as_u64().and_then(|number| u16::try_from(number).ok()),
        Value::String(text) => text.trim().get(..3).and_then(|digits| digits.parse().ok()),
        _ => None,
    };
    number.filter(|code| (100..600).contains(code))
}

fn method(value: &Value) -> Option<String> {
    let upper = value.as_str()?.trim().to_ascii_uppercase();
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"].contains(&upper.as_str()).then_some(upper)
}

fn url(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (text.contains("://") || text.starts_with('/')).then(|| text.to_owned())
}

/// The call that `map` tells of: by a nested request, or by its own members.
fn call_of(map: &Map<String, Value>) -> Option<Call> {
    let mut names = map.keys().map(|name| plain(name));
    if !names.any(|name| [URL, METHOD, REQUEST].iter().any(|list| list.contains(&name.as_str()))) {
        return None;
    }
    let request = pick(map, REQUEST).and_then(Value::as_object).unwrap_or(map);
    let nested = !std::ptr::eq(request, map);
    let response = pick(map, RESPONSE).and_then(Value::as_object);
    let mut call = Call {
        method: pick(request, METHOD).and_then(method).or_else(|| pick(map, METHOD).and_then(method)),
        url: pick(request, URL).and_then(url).or_else(|| pick(map, URL).and_then(url)),
        headers: pick(request, HEADERS).map(headers).unwrap_or_default(),
        ..Call::default()
    };
    target(request, map, &mut call);
    let base = pick(request, &["baseurl"]).and_then(Value::as_str);
    super::stack_trace::join_base(&mut call, base);
    call.status = response.and_then(|response| pick(response, STATUS)).and_then(code);
    call.status = call.status.or_else(|| pick(map, STATUS).and_then(code));
    let tells = call.url.is_some()
        && (call.method.is_some() || call.status.is_some() || nested || configured(map))
        || call.method.is_some() && call.status.is_some();
    // A problem+json names its own status, and a path as `instance`: it is an answer, no call.
    if !tells || call.method.is_none() && !nested && response.is_none() && is_answer_alone(map) {
        return None;
    }
    call.body = pick(request, BODY).filter(|_| !configured(map)).and_then(body_of).map(Body::Text);
    answer(map, response, &mut call);
    let at = |map| pick(map, AT).and_then(words_of).filter(|at| at.contains([':', 'h']) || at.len() >= 10);
    call.at = at(map).or_else(|| at(request));
    let failed = pick(map, ERROR);
    let said = failed
        .and_then(Value::as_object)
        .and_then(|error| pick(error, &["message", "mensagem", "erro", "error"]));
    call.error = said.or(failed).and_then(Value::as_str).filter(|error| !error.is_empty()).map(str::to_owned);
    Some(call)
}

/// `"endpoint": "POST https://…"` holds both; `"host"` and a path make a URL.
fn target(request: &Map<String, Value>, map: &Map<String, Value>, call: &mut Call) {
    if call.url.is_some() {
        let Some((first, rest)) = call.url.as_deref().and_then(|url| url.split_once(' ')) else { return };
        let Some(verb) = method(&Value::String(first.to_owned())) else { return };
        let rest = rest.trim().to_owned();
        call.method.get_or_insert(verb);
        call.url = Some(rest);
        return;
    }
    let both =
        pick(request, URL).or_else(|| pick(map, URL)).or_else(|| pick(map, REQUEST)).and_then(Value::as_str);
    if let Some((first, rest)) = both.and_then(|both| both.trim().split_once(' '))
        && let Some(verb) = method(&Value::String(first.to_owned()))
    {
        call.method = Some(verb);
        call.url = rest.split_whitespace().next().map(str::to_owned);
    }
}

/// A configuration: an address beside credentials.
fn configured(map: &Map<String, Value>) -> bool {
    const CREDENTIALS: &[&str] =
        &["apikey", "chave", "login", "usuario", "user", "username", "clientid", "token", "xapikey"];
    pick(map, CREDENTIALS).is_some() && pick(map, &["url", "baseurl", "endereco", "endpoint"]).is_some()
}

fn is_answer_alone(map: &Map<String, Value>) -> bool {
    is_envelope(map) && pick(map, &["url", "uri", "endpoint", "requesturl"]).is_none()
}

fn answer(map: &Map<String, Value>, response: Option<&Map<String, Value>>, call: &mut Call) {
    let Some(response) = response else {
        call.response_body =
            pick(map, OUTER_RESPONSE_BODY).filter(|value| !value.is_number()).and_then(body_of);
        call.reason = pick(map, REASON).and_then(words_of);
        return;
    };
    call.reason = pick(response, REASON).and_then(words_of);
    call.response_headers = pick(response, HEADERS).map(headers).unwrap_or_default();
    call.response_body = pick(response, RESPONSE_BODY).and_then(body_of);
    // The nested object is the envelope itself where it has no member for a body.
    if call.response_body.is_none() && is_envelope(response) {
        call.response_body = Some(Value::Object(response.clone()).to_string());
    }
}

/// Headers as an object, or as a list of name and value.
fn headers(value: &Value) -> Vec<(String, String)> {
    match value {
        Value::Object(map) => {
            let pair = |(name, value): (&String, &Value)| {
                let first = value.as_array().and_then(|values| values.first()).unwrap_or(value);
                Some((name.clone(), words_of(first)?))
            };
            map.iter().filter_map(pair).collect()
        }
        Value::Array(list) => {
            let pair = |item: &Value| {
                let map = item.as_object()?;
                let name = pick(map, &["name", "key", "nome", "chave"]).and_then(words_of)?;
                Some((name, pick(map, &["value", "valor"]).and_then(words_of)?))
            };
            list.iter().filter_map(pair).collect()
        }
        _ => Vec::new(),
    }
}

/// The object at the end of `text` that never closes: closed after its last whole member.
fn cut_off(text: &str, from: usize) -> Option<Call> {
    let rest = slice(text, from..text.len());
    let start = rest.find("{\"").or_else(|| rest.find("{\n")).or_else(|| rest.find("{\r\n"))?;
    let words = rest.get(start..)?.trim_end();
    let closed = close(words)?;
    let Some(Value::Object(map)) = parse(&closed) else { return None };
    let range = from + start..from + start + words.len();
    match call_of(&map) {
        Some(call) => Some(Call { span: range, ..call }),
        None if map.is_empty() => None,
        None => Some(bare(words, range, &map)),
    }
}

/// Closes cut-off JSON after its last whole value; `None` if there is none.
fn close(words: &str) -> Option<String> {
    let (mut open, mut quoted, mut escaped) = (Vec::new(), false, false);
    let mut whole: Option<(usize, Vec<char>)> = None;
    for (index, c) in words.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                open.pop()?;
                whole = Some((index + 1, open.clone()));
            }
            ',' => whole = Some((index, open.clone())),
            _ => {}
        }
        // Deeper than any request: not worth copying the stack at each comma.
        if open.len() > 64 {
            return None;
        }
    }
    let (end, open) = whole?;
    let mut closed = words.get(..end)?.to_owned();
    closed.extend(open.iter().rev());
    Some(closed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_alert_gives_request_response_and_instant() {
        let text = r#"alerta: {"quando": "2026-05-29T00:12:55Z", "requisicao": {"verbo": "post", "uri": "https://h.example/a",
            "headers": {"X-Key": "k"}, "corpo": {"b": 1}}, "resposta": {"status": 401, "body": ""}} fim"#;
        let calls = read(text);
        assert_eq!(calls.len(), 1);
        let call = &calls[0];
        assert_eq!(call.method.as_deref(), Some("POST"));
        assert_eq!(call.url.as_deref(), Some("https://h.example/a"));
        assert_eq!(call.headers, [("X-Key".to_owned(), "k".to_owned())]);
        assert!(call.body == Some(Body::Text("{\"b\":1}".to_owned())));
        assert_eq!((call.status, call.at.as_deref()), (Some(401), Some("2026-05-29T00:12:55Z")));
    }

    #[test]
    #[expect(clippy::type_complexity, reason = "the rows of one table")]
    fn objects_are_calls_answers_or_bodies() {
        // Text; then how many calls, whether there is a URL, a body, an answer; and the status.
        let table: &[(&str, usize, bool, bool, bool, Option<u16>)] = &[
            (r#"{"success":false,"errors":["x"]}"#, 1, false, false, true, None),
            (
                r#"{"type":"about:blank","title":"Forbidden","status":403,"detail":"x","instance":"/a"}"#,
                1,
                false,
                false,
                true,
                Some(403),
            ),
            (r#"{"cliente":{"nome":"x"},"valor":10}"#, 1, false, true, false, None),
            (r#"{"cliente":{"nome":"x",},"valor":10,}"#, 1, false, true, false, None),
            (
                r#"{"level":"error","method":"GET","path":"/a/b","status":500}"#,
                1,
                true,
                false,
                false,
                Some(500),
            ),
            (
                r#"{"calls":[{"url":"https://h.example/a","method":"GET"},{"url":"https://h.example/b","method":"PUT"}]}"#,
                2,
                true,
                false,
                false,
                None,
            ),
            (
                r#"{"request":{"url":"https://h.example/a","method":"PUT","body":{"x":1}},"response":{"status":5"#,
                1,
                true,
                true,
                false,
                None,
            ),
            (r#"{"Url":"https://h.example/api","Login":"x","ApiKey":"y"}"#, 1, true, false, false, None),
            ("sem json { nenhum }", 0, false, false, false, None),
        ];
        for (text, count, has_url, has_body, has_answer, status) in table {
            let calls = read(text);
            assert_eq!(calls.len(), *count, "{text}");
            for call in calls {
                assert_eq!(call.url.is_some(), *has_url, "{text}");
                assert_eq!(call.body.is_some(), *has_body, "{text}");
                assert_eq!(call.response_body.is_some(), *has_answer, "{text}");
                assert_eq!(call.status, *status, "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_spans_are_apart(text in super::super::words::arb::text()) {
            super::super::words::arb::check(&text, &read(&text))?;
        }
    }
}
