//! Messages that nobody writes by hand: they are answered all the same, without a panic.

use super::{err, fed, json_lines, leaks_nothing, on_examples};

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
    leaks_nothing(&output);
}

#[test]
fn odd_shapes_are_answered() {
    let table = [
        ("open brackets", "[".repeat(1_000_000)),
        ("open braces with keys", "{\"a\":".repeat(200_000)),
        ("quotes", "\"".repeat(1_000_000)),
        ("backslashes", "\\".repeat(1_000_000)),
        ("less-than signs", "<".repeat(1_000_000)),
        ("one long word", "a".repeat(1_000_000)),
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

#[test]
fn fifty_megabytes_on_one_line_are_answered() {
    answered("one line of fifty megabytes", &"a b 401 ".repeat(50_000_000 / 8));
}
