//! Messages that nobody writes by hand: they are answered all the same, without a panic.

use super::{err, fed, json_lines, on_examples};

fn message(body: &str) -> String {
    serde_json::json!({
        "id": "h", "channel": "portal", "received_at": "2026-05-12T09:12:40-03:00",
        "from": {"address": "x@lumicred.example"}, "subject": "erro", "body": body,
    })
    .to_string()
}

fn answered(name: &str, body: &str) {
    let output = fed(on_examples("diagnose", &[]), message(body).as_bytes());
    assert!(output.status.success(), "{name}: {:?} {}", output.status, err(&output));
    assert!(json_lines(&output)[0]["situation"].is_string(), "{name}");
}

#[test]
fn odd_shapes_are_answered() {
    let table = [
        ("open brackets", "[".repeat(300_000)),
        ("open braces with keys", "{\"a\":".repeat(60_000)),
        ("quotes", "\"".repeat(300_000)),
        ("backslashes", "\\".repeat(300_000)),
        ("less-than signs", "<".repeat(300_000)),
        ("one long word", "a".repeat(300_000)),
        ("curls without an end", "curl -X POST 'https://h.example/a' \\\n".repeat(8_000)),
        ("tokens", "eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3Nzg1NzQwMDB9.c2ln ".repeat(6_000)),
        ("dates", "12/05 08h58 ontem às 22h40 ".repeat(12_000)),
        ("control characters", "\u{0}\u{1}\u{7f}\u{200b}\u{202e}".repeat(20_000)),
    ];
    for (name, body) in table {
        answered(name, &body);
    }
}

#[test]
fn a_message_of_fifty_megabytes_is_answered() {
    let line =
        "2026-05-12 08:58:07,120 ERROR cliente - POST /api/v2/usuarios/login -> 401 user=CC030137862\n";
    let mut body = String::from("Segue o log inteiro:\n");
    while body.len() < 50_000_000 {
        body.push_str(line);
    }
    answered("fifty megabytes", &body);
}
