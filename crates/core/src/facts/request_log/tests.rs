//! The rules of the log, by table and by property.

use proptest::prelude::*;

use super::*;
use crate::evidence::key::HashSecret;

fn secret() -> HashSecret {
    HashSecret::new([7; 32])
}

fn line(at: &str, id: &str, rest: &str) -> String {
    format!(r#"{{"at":"2026-05-12T{at}-03:00","request_id":"{id}","environment":"producao",{rest}}}"#)
}

fn query(from: &str, to: &str) -> LogQuery {
    LogQuery {
        request_ids: vec![],
        users: vec![],
        keys: vec![],
        paths: vec![],
        from: format!("2026-05-12T{from}-03:00").parse().unwrap(),
        to: format!("2026-05-12T{to}-03:00").parse().unwrap(),
    }
}

fn sample() -> RequestLog {
    let text = [
        line(
            "10:00:01",
            "b",
            r#""method":"get","path":"/api/x/?q=1","status":200,"user":"Ana","api_key":"chave-de-teste-1""#,
        ),
        line("10:00:00", "c", r#""method":"POST","path":"/api/x","status":null,"user":"bia""#),
        line(
            "10:00:00",
            "a",
            r#""method":"POST","path":"/api/y","status":502,"user":"bia","duration_ms":3.7"#,
        ),
        line("11:00:00", "a", r#""method":"POST","path":"/api/y","status":502,"user":"caio""#),
    ];
    let (log, problems) = RequestLog::parse(&text.join("\n"), &secret());
    assert_eq!(problems, []);
    log
}

fn ids(rows: &[LoggedRequest]) -> Vec<&str> {
    rows.iter().filter_map(|row| row.request_id.as_deref()).collect()
}

#[test]
fn find_joins_ids_with_users_keys_and_routes_of_the_time_asked() {
    let key = KeyPrint::of("chave-de-teste-1", &secret()).unwrap();
    let at_ten = || query("10:00:00", "10:00:01");
    let table = [
        (LogQuery { request_ids: vec!["A".into()], ..at_ten() }, vec!["a", "a"]),
        (LogQuery { users: vec!["BIA".into()], ..at_ten() }, vec!["a", "c"]),
        (LogQuery { keys: vec![key], ..at_ten() }, vec!["b"]),
        (LogQuery { paths: vec![("*".into(), "/API/x/".into())], ..at_ten() }, vec!["c", "b"]),
        (LogQuery { paths: vec![("post".into(), "/api/x".into())], ..at_ten() }, vec!["c"]),
        (LogQuery { users: vec!["bia".into(), "bia".into(), "ana".into()], ..at_ten() }, vec!["a", "c", "b"]),
        (LogQuery { users: vec!["bia".into()], ..query("10:00:01", "12:00:00") }, vec![]),
        (at_ten(), vec![]),
    ];
    let log = sample();
    for (query, expected) in table {
        assert_eq!(ids(&log.find(&query)), expected, "{query:?}");
    }
}

#[test]
fn a_bad_line_is_named_and_the_rest_is_kept() {
    let good = line("10:00:00", "a", r#""method":"GET","path":"/x","status":200"#);
    let table = [
        ("{", "não é um objeto JSON completo (coluna 1)"),
        ("[]", "deve ser um objeto"),
        (
            r#"{"at":"ontem"}"#,
            "at: `ontem` não é um instante com fuso; escreva como `2026-05-11T20:00:00-03:00`",
        ),
        (
            &good.replace("200", "99"),
            "status: deve ser um número de 100 a 599, ou null quando não houve resposta",
        ),
        (&good.replace("\"status\":200", "\"x\":1"), "falta o campo `status`"),
        (&good.replace("method", "metod"), "metod: campo desconhecido; o nome certo é `method`"),
        (&good.replace("\"GET\"", "5"), "method: deve ser um texto"),
    ];
    for (bad, reason) in table {
        let (log, problems) = RequestLog::parse(&format!("\n{good}\r\n{bad}\n"), &secret());
        assert_eq!(log.rows().len(), 1, "{bad}");
        assert_eq!(problems, [LineProblem { line: 3, reason: reason.to_owned() }], "{bad}");
    }
}

#[test]
fn an_answer_is_bounded_and_keeps_what_was_asked_by_id() {
    let row = sample().rows()[0].clone();
    let many = (0..MOST_ROWS + 10).map(|n| LoggedRequest {
        request_id: Some(format!("{n:05}")),
        user: Some("ana".into()),
        ..row.clone()
    });
    let log = RequestLog::of(many.collect());
    let asked = LogQuery {
        request_ids: vec!["00000".into()],
        users: vec!["ana".into()],
        ..query("09:00:00", "12:00:00")
    };
    let found = log.find(&asked);
    assert_eq!(found.len(), MOST_ROWS);
    assert_eq!(ids(&found)[..2], ["00000", "00011"]);
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "(\\PC|\n){0,200}") {
        RequestLog::parse(&text, &secret());
    }

    /// A line cut or changed anywhere: never a panic, and never the key in a reason.
    #[test]
    fn a_changed_line_shows_no_key(cut in 0usize..200, put in "[\"{}:,a0]{0,2}") {
        let whole = line("10:00:00", "a", r#""method":"GET","path":"/x","status":200,"api_key":"chave-muito-secreta""#);
        let cut = cut.min(whole.len());
        let changed = whole.get(..cut).unwrap().to_owned() + &put + whole.get(cut..).unwrap();
        let (_, problems) = RequestLog::parse(&changed, &secret());
        prop_assert!(problems.iter().all(|problem| !problem.reason.contains("chave-muito-secreta")));
    }
}
