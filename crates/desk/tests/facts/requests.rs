//! Feeding the request log: what is kept, what is rejected, what is forgotten.

use std::io::{self, BufReader, Read};

use balcao_core::ticket::Role;
use balcao_desk::caller::Permission;
use balcao_desk::requests::{Forgotten, Ingested, forget_old, ingest, rejected_lines};
use balcao_desk::{Desk, DeskError};
use balcao_store::request::{self, Request};

use crate::homes::{Home, at, caller, narrowed, noon};

crate::on_both!(
    lines_become_rows_and_what_is_known_is_passed_over,
    bad_lines_are_kept_aside_without_their_secrets,
    of_many_bad_lines_all_are_counted_and_a_thousand_kept,
    a_stream_that_breaks_off_keeps_what_came_before,
    more_than_one_batch_is_written,
    what_is_old_is_forgotten,
    only_who_may_feeds_and_reads,
);

fn line(id: &str, rest: &str) -> String {
    format!(
        r#"{{"at":"2026-05-12T10:00:00-03:00","request_id":"{id}","environment":"producao","method":"POST","path":"/api/v2/propostas","status":500{rest}}}"#
    )
}

async fn feed(desk: &Desk, text: impl Into<Vec<u8>>) -> Result<Ingested, DeskError> {
    let reader = BufReader::new(io::Cursor::new(text.into()));
    ingest(desk, &caller(Role::Lead), reader, "export.ndjson", noon()).await
}

async fn by_ids(desk: &Desk, ids: &[&str]) -> Vec<Request> {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let mut conn = desk.store().read_log().await.unwrap();
    let kept = request::hours(&mut conn).await.unwrap();
    let found = request::by_ids(&mut conn, kept, &ids).await.unwrap();
    found.into_iter().map(|found| found.request).collect()
}

async fn lines_become_rows_and_what_is_known_is_passed_over(home: &Home) {
    let text = [
        line("REQ-1", r#","api_key":"hml_0123456789","user":"CC030","error":"CPF 529.982.247-25 recusado""#),
        String::new(),
        line("req-2", ""),
        line("req-1", r#","user":"outro""#),
    ];
    let text = format!("\u{feff}{}\r\n", text.join("\r\n"));
    let done = feed(&home.desk, text.clone()).await.unwrap();
    assert_eq!(done, Ingested { accepted: 2, duplicates: 1, rejected: 0 });
    let again = feed(&home.desk, text).await.unwrap();
    assert_eq!(again, Ingested { accepted: 0, duplicates: 3, rejected: 0 });
    let rows = by_ids(&home.desk, &["req-1"]).await;
    assert_eq!((rows[0].shown_id.as_deref(), rows[0].shown_login.as_deref()), (Some("REQ-1"), Some("CC030")));
    assert_eq!((rows[0].login.as_deref(), rows[0].key_tail.as_deref()), (Some("cc030"), Some("6789")));
    let error = rows[0].error.as_deref().unwrap();
    assert!(error.starts_with("CPF ") && !error.contains("529"), "{error}");
}

async fn bad_lines_are_kept_aside_without_their_secrets(home: &Home) {
    let bad = [
        r#"{"api_key":"hml_0123456789","at":"ontem"}"#.to_owned(),
        line("x", r#","api_key":"prd_segredissimo1","password":"hunter2hunter2","erro":1"#)
            .replace("500", "99"),
        "10:00;senha=hunter2hunter2;529.982.247-25".to_owned(),
        line(&"x".repeat(300), ""),
        format!("{{\"a\":\"{}", "x".repeat(1_100_000)),
    ];
    let mut bytes = format!("{}\n", bad.join("\n")).into_bytes();
    bytes.extend(b"\xff\xfe\x00\n");
    bytes.extend(line("good", "").into_bytes());
    let done = feed(&home.desk, bytes).await.unwrap();
    assert_eq!(done, Ingested { accepted: 1, duplicates: 0, rejected: 6 });
    let kept = rejected_lines(&home.desk, &caller(Role::Agent), None, 100).await.unwrap();
    let places: Vec<i64> = kept.iter().map(|line| line.line_number).collect();
    assert_eq!(places, [1, 2, 3, 4, 5, 6]);
    let reasons: Vec<&str> = kept.iter().map(|line| line.reason.as_str()).collect();
    assert!(reasons[0].starts_with("at: `ontem` não é um instante"), "{reasons:?}");
    assert!(reasons[2].starts_with("não é um objeto JSON"), "{reasons:?}");
    assert_eq!(reasons[3], "request_id: tem mais de 200 bytes");
    assert_eq!(reasons[4], "a linha tem mais de 1 MiB");
    assert_eq!(reasons[5], "a linha não está em UTF-8");
    for line in &kept {
        assert!(line.line.chars().count() <= 501 && line.source == "export.ndjson", "{line:?}");
        for secret in ["hml_0123456789", "prd_segredissimo1", "hunter2", "529.982"] {
            assert!(!format!("{line:?}").contains(secret), "{secret} in {line:?}");
        }
    }
    let second =
        rejected_lines(&home.desk, &caller(Role::Agent), Some(kept[3].id.as_str()), 1).await.unwrap();
    assert_eq!(second, kept[4..5]);
    let odd = rejected_lines(&home.desk, &caller(Role::Agent), Some("x"), 1).await;
    assert!(matches!(odd, Err(DeskError::Invalid(_))), "{odd:?}");
}

async fn of_many_bad_lines_all_are_counted_and_a_thousand_kept(home: &Home) {
    let done = feed(&home.desk, "{\n".repeat(1_500)).await.unwrap();
    assert_eq!(done, Ingested { rejected: 1_500, ..Ingested::default() });
    let (mut kept, mut after) = (0, None);
    loop {
        let page = rejected_lines(&home.desk, &caller(Role::Lead), after.as_deref(), u16::MAX).await.unwrap();
        let Some(last) = page.last() else { break };
        (kept, after) = (kept + page.len(), Some(last.id.to_string()));
    }
    assert_eq!(kept, 1_000);
}

/// A stream that fails where a cut connection would.
struct Broken(io::Cursor<Vec<u8>>);

impl Read for Broken {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "cut")),
            some => Ok(some),
        }
    }
}

async fn a_stream_that_breaks_off_keeps_what_came_before(home: &Home) {
    let text = format!("{}\n{}\n{{\"at\":", line("a", ""), line("b", ""));
    let reader = BufReader::with_capacity(16, Broken(io::Cursor::new(text.into_bytes())));
    let broken = ingest(&home.desk, &caller(Role::Lead), reader, "x", noon()).await;
    let told = broken.expect_err("the stream broke off").to_string();
    assert!(told.contains("depois da linha 2 (2 requisições guardadas"), "{told}");
    assert_eq!(by_ids(&home.desk, &["a", "b"]).await.len(), 2);
}

async fn more_than_one_batch_is_written(home: &Home) {
    let text: Vec<String> = (0..10_050).map(|n| line(&format!("r{n}"), "")).collect();
    let done = feed(&home.desk, text.join("\n")).await.unwrap();
    assert_eq!(done, Ingested { accepted: 10_050, ..Ingested::default() });
    assert_eq!(by_ids(&home.desk, &["r0", "r9999", "r10000", "r10049"]).await.len(), 4);
}

async fn what_is_old_is_forgotten(home: &Home) {
    let text = [line("old", ""), line("new", "").replace("2026-05-12", "2026-08-01"), "{".to_owned()];
    feed(&home.desk, text.join("\n")).await.unwrap();
    let all = forget_old(&home.desk, at("2026-08-10T09:59:59-03:00")).await.unwrap();
    assert_eq!(all, Forgotten::default());
    let later = forget_old(&home.desk, at("2026-08-11T10:00:00-03:00")).await.unwrap();
    assert_eq!(later, Forgotten { requests: 1, rejected: 1 });
    assert_eq!(by_ids(&home.desk, &["old", "new"]).await.len(), 1);
}

async fn only_who_may_feeds_and_reads(home: &Home) {
    let table = [
        (caller(Role::PartnerContact), false, false),
        (caller(Role::Agent), false, true),
        (caller(Role::Lead), true, true),
        (narrowed(&[Permission::WriteRequests]), true, false),
    ];
    for (caller, feeds, reads) in table {
        let fed = ingest(&home.desk, &caller, io::empty(), "x", noon()).await;
        assert_eq!(fed.is_ok(), feeds, "{caller:?}");
        assert_eq!(rejected_lines(&home.desk, &caller, None, 1).await.is_ok(), reads, "{caller:?}");
    }
}
