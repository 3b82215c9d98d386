use proptest::prelude::*;

use super::read;
use crate::evidence::call::{Body, Call};

fn one(text: &str) -> Call {
    let calls = read(text);
    assert_eq!(calls.len(), 1, "{text}");
    calls.into_iter().next().unwrap()
}

fn body(call: &Call) -> Option<&str> {
    match &call.body {
        Some(Body::Text(text)) => Some(text),
        _ => None,
    }
}

#[test]
fn requests_are_read_in_every_style() {
    let table = [
        "POST /v1/login HTTP/1.1\r\nHOST: a.example\r\nContent-Type: application/json\r\n\r\n{\r\n \"a\": 1\r\n}\r\n\r\nHTTP/1.1 400 Bad Request\r\nX: y\r\n\r\n{\"e\":1}\r\n",
        "> POST /v1/login HTTP/2\n> host: a.example\n>\n> {\n>  \"a\": 1\n> }\n< HTTP/2 400\n< x: y\n<\n< {\"e\":1}",
        "Segue:\n\nPOST https://a.example/v1/login\nContent-Type: application/json\n\n{\n \"a\": 1\n}\n\n19/05/2026 16:35:50\n400 {\"e\":1}\n\nobrigado",
        "chamada: POST https://a.example/v1/login\nbody:\n{\n \"a\": 1\n}\nretorno (20/05, 15h36): HTTP 400 {\"e\":1}\n",
        "* Preparing request to https://a.example/v1/login\n* Current time is 2026-05-12T11:58:07.000Z\n> POST /v1/login HTTP/1.1\n> Host: a.example\n> Accept: */*\n\n| {\n|  \"a\": 1\n| }\n\n* Mark bundle as not supporting multiuse\n\n< HTTP/1.1 400 Bad Request\n< X: y\n\n{\"e\":1}",
        "@base = https://a.example\n\n### Login\nPOST {{base}}/v1/login HTTP/1.1\nContent-Type: application/json\n\n{\n \"a\": 1\n}\n\n### fim\nHTTP/1.1 400\n\n{\"e\":1}",
    ];
    for text in table {
        let calls = read(text);
        let call = &calls[0];
        assert_eq!(call.method.as_deref(), Some("POST"), "{text}");
        assert_eq!(call.url.as_deref(), Some("https://a.example/v1/login"), "{text}");
        assert_eq!(
            body(call).map(|body| body.replace("\r\n", "\n")).as_deref(),
            Some("{\n \"a\": 1\n}"),
            "{text}"
        );
        if !text.contains("###") {
            assert_eq!(
                (call.status, call.response_body.as_deref()),
                (Some(400), Some("{\"e\":1}")),
                "{text}"
            );
        }
    }
}

#[test]
fn what_stands_below_is_told_apart() {
    let call = one("09:15:22 GET https://a.example/x/1\nAuthorization: Bearer abc\n{\"a\":[]}");
    assert_eq!((body(&call), call.response_body.as_deref()), (None, Some("{\"a\":[]}")));
    assert_eq!(call.at.as_deref(), Some("09:15:22"));

    let call = one("POST https://a.example/x\n{\"success\":false,\"errors\":[\"não\"]}");
    assert_eq!((body(&call), call.response_body.is_some()), (None, true));

    let call = one("caiu\nPOST https://a.example/x\n{\"login\":\"a\"}\n404\ntentei 14:28");
    assert_eq!((body(&call), call.status), (Some("{\"login\":\"a\"}"), Some(404)));

    let call = one("GET https://a.example/x\nHorário: 20/05/2026 10:14:37\nResposta: HTTP 500 {\"e\":1}\n");
    assert_eq!((call.status, call.at.as_deref()), (Some(500), Some("20/05/2026 10:14:37")));

    let call =
        one("POST https://a.example/x\n21/05/2026 10:22:18\nHTTP/1.1 404 Not Found\n(corpo vazio)\n\nfim");
    assert_eq!((call.status, call.at.as_deref()), (Some(404), Some("21/05/2026 10:22:18")));

    let call =
        one("> GET /x HTTP/1.1\n> Host: a.example\n> x-sent-at: 2026-05-18T10:31:16-03:00\n< HTTP/1.1 401\n");
    assert_eq!(call.at.as_deref(), Some("2026-05-18T10:31:16-03:00"));
}

#[test]
fn a_response_may_stand_alone_and_prose_is_not_read() {
    let call = one("veio isto:\nHTTP/1.1 502 Bad Gateway\nServer: nginx\n\n<html></html>\n");
    assert_eq!((call.status, call.method), (Some(502), None));
    for text in
        ["o POST https://a.example/x não funciona", "GET https://a.example/x\nobrigado", "POST de novo", ""]
    {
        assert!(read(text).is_empty(), "{text}");
    }
}

#[test]
fn a_network_panel_is_read_in_both_layouts() {
    let table = [
        "Request URL: https://a.example/x\nRequest Method: POST\nStatus Code: 401 Unauthorized\nRemote Address: 10.0.0.1:443\nRequest Headers\n:authority: a.example\nx-api-key: k1\nRequest Payload\n{\"a\":1}\n\nobrigado",
        "URL da requisição:\nhttps://a.example/x\nMétodo da requisição:\nPOST\nCódigo de status:\n401 Unauthorized\nCabeçalhos de requisição\nx-api-key:\nk1\nPayload\n{\"a\":1}\n",
    ];
    for text in table {
        let call = one(text);
        assert_eq!(
            (call.method.as_deref(), call.url.as_deref()),
            (Some("POST"), Some("https://a.example/x")),
            "{text}"
        );
        assert_eq!((call.status, call.reason.as_deref()), (Some(401), Some("Unauthorized")), "{text}");
        assert_eq!(call.headers, [("x-api-key".to_owned(), "k1".to_owned())], "{text}");
        assert_eq!(body(&call), Some("{\"a\":1}"), "{text}");
    }
}

proptest! {
    #[test]
    fn spans_are_valid_and_apart(text in "(POST /a HTTP/1.1|Request URL: https://a/|Request Method|Payload|GET https://a.example/|HTTP/1.1 400|Host: b|\\{\"a\":1\\}|[<>*|] |\n|\r\n|é|400 |: |[ -~]){0,40}") {
        let mut end = 0;
        for call in read(&text) {
            prop_assert!(text.get(call.span.clone()).is_some());
            prop_assert!(call.span.start >= end);
            end = call.span.end;
        }
    }
}
