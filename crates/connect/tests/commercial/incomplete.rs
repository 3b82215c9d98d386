//! A request that lacks something is asked of the partner once, all together, and does not travel.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::verbs::follow_up::follow_up;
use balcao_desk::verbs::receive::Arrival;
use serde_json::json;

use crate::homes::{Home, caller, noon, told, work};

crate::on_both!(
    what_is_missing_is_asked_once_and_then_it_goes,
    a_stranger_is_asked_for_everything_at_once,
    whoever_reads_english_is_asked_in_english,
);

const NO_PLACE: &str = "Olá! Ainda não temos API Key. Como fazemos para solicitar uma?";

fn missing(error: DeskError) -> Vec<String> {
    match error {
        DeskError::Refused(refusal) => refusal.missing.into_iter().map(|one| one.code).collect(),
        other => panic!("{other}"),
    }
}

async fn what_is_missing_is_asked_once_and_then_it_goes(home: &Home) {
    let ticket = home.asked("ana@alfa.example", NO_PLACE).await;
    for _ in 0..2 {
        let error = home.escalated(&ticket.id).await.err().unwrap();
        assert_eq!(missing(error), ["commercial:environment"]);
    }
    let draft = home.drafted(&ticket.id).await.unwrap();
    assert!(draft.contains("- o ambiente em que a chave será usada"), "{draft}");
    assert_eq!(told(&home.desk).await, ["commercial_incomplete"], "drafted once");
    work(&home.desk, noon()).await;
    assert!(home.server.came().is_empty() && home.requests().is_empty());
    // What is quoted of the question answers nothing.
    for (n, (body, goes)) in [
        ("Obrigada!\n\n> - o ambiente em que a chave será usada (homologação ou produção)", false),
        ("É a de homologação.", true),
    ]
    .into_iter()
    .enumerate()
    {
        let line = json!({"id": format!("f{n}"), "channel": "email", "received_at": noon().to_string(),
            "from": {"name": "Ana", "address": "ana@alfa.example"}, "subject": "Re: Pedido", "body": body});
        let raw = line.to_string();
        let inbound = balcao_wire::inbound::parse(&raw).unwrap();
        let arrival = Arrival { inbound, raw: raw.into_bytes(), idempotency_key: None, told_apart_by: None };
        follow_up(&home.desk, &caller(Role::Agent), &ticket.id, arrival, noon()).await.unwrap();
        assert_eq!(home.escalated(&ticket.id).await.is_ok(), goes, "{body}");
    }
    work(&home.desk, noon()).await;
    assert_eq!(home.server.came().len(), 1);
    assert!(home.server.came()[0].body.contains("\"homologacao\""));
}

async fn a_stranger_is_asked_for_everything_at_once(home: &Home) {
    let ticket = home.asked("alguem@desconhecida.example", NO_PLACE).await;
    let found = missing(home.escalated(&ticket.id).await.err().unwrap());
    for code in ["partner", "commercial:partner", "commercial:environment"] {
        assert!(found.iter().any(|one| one == code), "{code}: {found:?}");
    }
    let draft = home.drafted(&ticket.id).await.unwrap();
    assert!(draft.contains("CNPJ") && draft.contains("o ambiente"), "{draft}");
}

async fn whoever_reads_english_is_asked_in_english(home: &Home) {
    let ticket = home.asked("joe@beta.example", NO_PLACE).await;
    home.escalated(&ticket.id).await.err().unwrap();
    let draft = home.drafted(&ticket.id).await.unwrap();
    assert!(draft.contains("we still need") && draft.contains("- the environment"), "{draft}");
}
