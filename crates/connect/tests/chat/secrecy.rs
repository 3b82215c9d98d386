//! Nothing of a telephone stands in the clear, and nothing of a registry is shown to a number that it does not know.

use std::path::Path;

use crate::homes::{DEA, Home, noon, of, status, text, work};
use crate::server::Fault;

crate::on_both!(an_unknown_number_is_nobody_and_no_number_is_kept_in_the_clear);

/// Where a text stands in the files of a folder.
fn places(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}

async fn an_unknown_number_is_nobody_and_no_number_is_kept_in_the_clear(home: &Home) {
    const STRANGER: &str = "14155550123";
    let body = "Sou da Alfa, usuário AL1. Qual é a minha API Key? Erro 401";
    home.delivered(&of(STRANGER, "Zé", &[text("wamid.HBgLMTQxNTU1NTAxMjM=", body, 0)])).await;
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    let whole = home.only().await;
    assert_eq!(
        (whole.ticket.partner.as_deref(), whole.ticket.requester.as_deref()),
        (None, Some("Zé <…0123>"))
    );
    assert!(home.server.sent().is_empty(), "nobody is answered by itself");
    let line: serde_json::Value = serde_json::from_str(&whole.diagnosis.as_ref().unwrap().line).unwrap();
    for secret in ["4Hq8zLw2RtXv9Bn1", "9Bn1", "ativo", "Dea", "Alfa"] {
        let reply = line["reply"].to_string();
        assert!(!reply.contains(secret), "what may be sent to a stranger tells {secret}: {reply}");
    }
    home.dea(&[text("wamid.in2", "Erro 500", 0)]).await;
    assert_eq!(home.tickets().await.len(), 2, "another number is another conversation");
    home.answered(&whole.ticket.id, "Olá!").await;
    home.server.fail([Fault::Refused(400, 131_026)]);
    work(&home.desk, noon()).await;
    home.answered(&whole.ticket.id, "Olá de novo!").await;
    work(&home.desk, noon()).await;
    home.delivered(&status("wamid.out1", None, "failed", Some(131_026))).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&whole.ticket.id).await, ["failed", "failed"]);
    let data = home.folder.path().join("data");
    if data.is_dir() {
        for secret in [STRANGER, DEA, "HBgLMTQxNTU1NTAxMjM", "wamid.", "98765-4321"] {
            // The registry itself knows its contacts.
            let own = places(&data, secret);
            assert!(secret == "98765-4321" || own.is_empty(), "{secret} {own:?}");
        }
        assert!(!places(&data, "Sou da Alfa").is_empty(), "the scan looks at what is there");
    }
}
