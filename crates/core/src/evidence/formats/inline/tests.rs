use proptest::prelude::*;

use super::*;
use crate::evidence::call::Body;
use crate::evidence::formats::words::arb;

/// The parts of a call that a row of the table names.
#[derive(Default)]
struct Row {
    method: &'static str,
    url: &'static str,
    status: u16,
    reason: &'static str,
    at: &'static str,
    body: &'static str,
    answer: &'static str,
    error: &'static str,
}

fn shown(call: &Call) -> [String; 8] {
    let body = match &call.body {
        Some(Body::Text(body)) => body.clone(),
        _ => String::new(),
    };
    [
        call.method.clone().unwrap_or_default(),
        call.url.clone().unwrap_or_default(),
        call.status.unwrap_or_default().to_string(),
        call.reason.clone().unwrap_or_default(),
        call.at.clone().unwrap_or_default(),
        body,
        call.response_body.clone().unwrap_or_default(),
        call.error.clone().unwrap_or_default(),
    ]
}

fn expected(row: &Row) -> [String; 8] {
    let status = row.status.to_string();
    [row.method, row.url, &status, row.reason, row.at, row.body, row.answer, row.error].map(str::to_owned)
}

const U: &str = "https://api.loja.example/v1/itens";

#[test]
#[expect(clippy::too_many_lines, reason = "one table, one row for each manner of writing")]
fn a_call_in_prose_takes_what_follows_it() {
    let get = Row { method: "GET", url: U, ..Row::default() };
    let post = || Row { method: "POST", url: U, ..Row::default() };
    let table: Vec<(&str, Vec<Row>)> = vec![
        ("GET https://api.loja.example/v1/itens.", vec![get]),
        (
            "caiu\nPOST https://api.loja.example/v1/itens\n{\"nome\":\"x\"}\n404\ntentei 2 vezes",
            vec![Row { body: "{\"nome\":\"x\"}", status: 404, ..post() }],
        ),
        (
            "log 22/05 17:05:40 POST https://api.loja.example/v1/itens {\"a\":1} => 400 {\"errors\":[\"x\"]}",
            vec![Row {
                at: "22/05 17:05:40",
                body: "{\"a\":1}",
                status: 400,
                answer: "{\"errors\":[\"x\"]}",
                ..post()
            }],
        ),
        (
            "[10:02:11] --> POST https://api.loja.example/v1/itens\n[10:02:11]     a.b=c\n[10:02:12] <-- 400 Não existe",
            vec![Row { at: "10:02:11", status: 400, reason: "Não existe", ..post() }],
        ),
        (
            "hoje 22:31\nPUT /v1/itens/3 -> 500 Internal Server Error",
            vec![Row {
                method: "PUT",
                url: "/v1/itens/3",
                status: 500,
                reason: "Internal Server Error",
                at: "hoje 22:31",
                ..Row::default()
            }],
        ),
        ("tomou erro (https://api.loja.example/v1/itens, POST, chave abc)", vec![post()]),
        (
            "chamada: POST https://api.loja.example/v1/itens\nbody:\n{\n  \"a\": {\"error\": 1}\n}\nretorno (20/05, 15h36): \"Item não existe\"",
            vec![Row {
                body: "{\n  \"a\": {\"error\": 1}\n}",
                answer: "Item não existe",
                at: "20/05, 15h36",
                ..post()
            }],
        ),
        (
            "Endereço: https://api.loja.example/v1/itens\n\nMensagem que volta: Item não existe\n",
            vec![Row { url: U, answer: "Item não existe", ..Row::default() }],
        ),
        (
            "devolveu \"504 Gateway Time-out\" em POST https://api.loja.example/v1/itens. Ficou 20 minutos",
            vec![Row { status: 504, reason: "Gateway Time-out", ..post() }],
        ),
        (
            "GET https://api.loja.example/v1/itens\nHorário: 20/05/2026 10:14:37\nResposta: HTTP 500 {\"success\":false}",
            vec![Row {
                method: "GET",
                url: U,
                at: "20/05/2026 10:14:37",
                status: 500,
                answer: "{\"success\":false}",
                ..Row::default()
            }],
        ),
        (
            "26/05/2026 08:31:10 GET /v1/itens/3 401\n26/05/2026 08:37:02 GET /v1/itens/3 401\n\nCorpo: {\"success\":false}",
            vec![
                Row {
                    method: "GET",
                    url: "/v1/itens/3",
                    at: "26/05/2026 08:31:10",
                    status: 401,
                    answer: "{\"success\":false}",
                    ..Row::default()
                },
                Row {
                    method: "GET",
                    url: "/v1/itens/3",
                    at: "26/05/2026 08:37:02",
                    status: 401,
                    answer: "{\"success\":false}",
                    ..Row::default()
                },
            ],
        ),
        (
            "2026-05-16 15:20:57.114 ERROR x : Connect to h.example:443 failed: Connection refused\n   POST https://api.loja.example/v1/itens\n",
            vec![Row {
                at: "2026-05-16 15:20:57.114",
                error: "Connect to h.example:443 failed: Connection refused",
                ..post()
            }],
        ),
        (
            "timeout no POST https://api.loja.example/v1/itens\njava.net.SocketTimeoutException: Read timed out\ntoken novo",
            vec![Row { error: "java.net.SocketTimeoutException: Read timed out", ..post() }],
        ),
        ("Vale de 12/05/2026 e/ou 13/05, use /v1 ou a rota nova.", vec![]),
        ("Siga-nos: https://www.loja.example/ e https://loja.example/logo.png", vec![]),
        ("rota: /v1/itens/3\nmétodo: put", vec![Row { method: "PUT", url: "/v1/itens/3", ..Row::default() }]),
        ("{\"url\": \"https://api.loja.example/v1/itens\", \"method\": \"POST\"}", vec![]),
        ("fiz um post em https://api.loja.example/v1/itens e deu 422", vec![Row { status: 422, ..post() }]),
    ];
    for (text, rows) in table {
        let calls = read(text, &[]);
        let found: Vec<_> = calls.iter().map(shown).collect();
        let wanted: Vec<_> = rows.iter().map(expected).collect();
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn headers_and_both_bodies_are_told_apart() {
    let text = "POST https://api.loja.example/v1/itens\nContent-Type: application/json\nAuthorization: Bearer abc\n\n\
                {\"a\": 1}\n\n19/05/2026 16:35:50\n{\"success\":false,\"errors\":[\"não\"]}\n\nusuário X";
    let calls = read(text, &[]);
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!(call.headers.len(), 2);
    assert!(call.body == Some(Body::Text("{\"a\": 1}".to_owned())));
    assert_eq!(call.response_body.as_deref(), Some("{\"success\":false,\"errors\":[\"não\"]}"));
    assert_eq!(call.at.as_deref(), Some("19/05/2026 16:35:50"));
}

proptest! {
    #[test]
    fn reading_never_panics_and_spans_are_apart(text in arb::text()) {
        arb::check(&text, &read(&text, &[]))?;
    }
}
