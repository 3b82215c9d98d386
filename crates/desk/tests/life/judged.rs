//! What people say of a ticket: its classification, Code's word on it, another reply than the suggested one, another procedure.

use std::collections::BTreeMap;

use balcao_core::ticket::{Classification, Role, State};
use balcao_desk::bundle::Bundle;
use balcao_desk::verbs::around::around;
use balcao_desk::verbs::classify::classify;
use balcao_desk::verbs::code_says::{CodeSays, Said, code_says};
use balcao_desk::verbs::rehearse::rehearse;
use balcao_desk::verbs::standard_reply::standard_reply;
use balcao_desk::verbs::{rerun::rerun, show};
use balcao_desk::{Desk, DeskError};
use balcao_store::ticket::Ticket;
use balcao_store::{Scope, TicketId, diagnosis};
use jiff::Timestamp;
use serde_json::json;

use crate::homes::{Home, caller, told};
use crate::office::{
    arrival, came, close, confirmed, example, fill, missing, moved, on, received, resolve, to_code, wrote,
};

crate::on_both!(
    what_a_person_says_stays_and_the_first_is_kept,
    a_classification_takes_no_validation_away,
    only_known_causes_and_open_tickets_are_classified,
    code_answers_one_or_all_that_share_the_failure,
    a_reply_of_the_procedure_is_filled_with_what_was_proven,
    another_procedure_is_tried_on_what_came,
    a_path_with_a_secret_is_kept_veiled_and_judged_again_alike,
);

fn class(situation: &str, cause: &str) -> Classification {
    Classification { situation: situation.to_owned(), cause: cause.to_owned() }
}

async fn now_of(desk: &Desk, id: &TicketId) -> Ticket {
    show::find(desk, &caller(Role::Agent), id.as_str()).await.unwrap()
}

async fn what_a_person_says_stays_and_the_first_is_kept(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let first = received(desk, "dev-033").await.ticket;
    let (agent, now) = (caller(Role::Agent), came(&example("dev-033")));
    let said = class("usuario-e-chave", "usuario-inativo");
    let secret = "o parceiro disse Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5NXgL0n3I9PlFUP0THsR8U";
    let row = classify(desk, &agent, &first.id, (&said, secret), now).await.unwrap();
    assert_eq!(
        (row.situation.as_deref(), row.cause.as_deref()),
        (Some("usuario-e-chave"), Some("usuario-inativo"))
    );
    assert_eq!(
        (&row.first_cause, row.classified_by.as_deref()),
        (&first.first_cause, Some(agent.name.as_str()))
    );
    let (what, data) = told(desk).await.pop().unwrap();
    assert_eq!(what, "classified");
    let data = data.to_string();
    assert!(
        data.contains("usuario-nao-vinculado") && data.contains("disse") && !data.contains("dozjgNry"),
        "{data}"
    );
    // A further message is diagnosed; what the person said stays.
    wrote(desk, (&first.id, "dev-033", "m2"), "Continua igual por aqui.", now).await;
    assert_eq!(now_of(desk, &first.id).await.cause.as_deref(), Some("usuario-inativo"));
}

async fn a_classification_takes_no_validation_away(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let agent = caller(Role::Agent);
    let mut open = 0;
    for id in ["dev-025", "dev-031", "dev-057", "dev-058", "dev-060", "dev-062"] {
        let (ticket, now) = (received(desk, id).await.ticket, came(&example(id)));
        on(desk, &ticket.id, State::Analysis, now).await;
        let wanted = to_code(None);
        let before = missing(moved(desk, &agent, &ticket.id, &wanted, now).await);
        let said = class("duvida-api", "documentada");
        classify(desk, &agent, &ticket.id, (&said, ""), now).await.unwrap();
        let after = missing(moved(desk, &agent, &ticket.id, &wanted, now).await);
        assert!(before.iter().all(|code| after.contains(code)), "{id}: {before:?} {after:?}");
        open += before.iter().filter(|code| !code.contains("analysis") && !code.contains("evidence")).count();
    }
    assert!(open > 0, "one of them has a validation open");
}

async fn only_known_causes_and_open_tickets_are_classified(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let (id, now) = (received(desk, "dev-008").await.ticket.id, came(&example("dev-008")));
    let agent = caller(Role::Agent);
    let unknown = class("duvida-api", "usuario-inativo");
    let refused = classify(desk, &agent, &id, (&unknown, ""), now).await;
    assert!(matches!(refused, Err(DeskError::Invalid(_))));
    let said = class("duvida-api", "documentada");
    let contact =
        balcao_desk::caller::Caller { partner: Some("fintrilha".to_owned()), ..caller(Role::PartnerContact) };
    let refused = classify(desk, &contact, &id, (&said, ""), now).await;
    assert!(matches!(refused, Err(DeskError::Forbidden(_))));
    on(desk, &id, State::Analysis, now).await;
    moved(desk, &agent, &id, &resolve("Está na documentação."), now).await.unwrap();
    let later = now + jiff::SignedDuration::from_mins(5);
    wrote(desk, (&id, "dev-008", "m2"), "Deu certo, obrigado.", later).await;
    confirmed(desk, &id, later).await;
    moved(desk, &agent, &id, &close("duvida-api", "documentada"), later).await.unwrap();
    let refused = classify(desk, &agent, &id, (&said, ""), later).await;
    assert!(matches!(refused, Err(DeskError::Conflict(_))));
}

fn word(word: CodeSays) -> Said {
    Said { word, body: "visto".to_owned(), reason: "respondido por Code".to_owned(), once: None }
}

/// The same example told anew, and handed to Code.
async fn escalated(desk: &Desk, id: &str, again: &str, now: Timestamp) -> TicketId {
    let mut message = example(id);
    message["id"] = json!(format!("{id}-{again}"));
    let agent = caller(Role::Agent);
    let made =
        balcao_desk::verbs::receive::receive(desk, &agent, arrival(&message, None), now).await.unwrap();
    on(desk, &made.ticket.id, State::Analysis, now).await;
    moved(desk, &agent, &made.ticket.id, &to_code(Some("nada explica")), now).await.unwrap();
    made.ticket.id
}

async fn code_answers_one_or_all_that_share_the_failure(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let now = came(&example("dev-058"));
    let (agent, code) = (caller(Role::Agent), caller(Role::Code));
    let mut all = Vec::new();
    for again in ["a", "b", "c", "d"] {
        all.push(escalated(desk, "dev-058", again, now).await);
    }
    let refused = code_says(desk, &agent, (&all[0], false), &word(CodeSays::Accepted), now).await;
    assert!(matches!(refused, Err(DeskError::Forbidden(_))), "an agent does not speak for Code");
    let unsaid = Said { body: " ".to_owned(), ..word(CodeSays::Accepted) };
    let refused = code_says(desk, &code, (&all[0], true), &unsaid, now).await;
    assert!(matches!(refused, Err(DeskError::Invalid(_))), "nothing was said");
    let told = code_says(desk, &code, (&all[0], false), &word(CodeSays::Accepted), now).await.unwrap();
    assert_eq!(told.len(), 1);
    let row = now_of(desk, &all[0]).await;
    assert_eq!((row.state.as_str(), row.code_said.as_deref()), ("escalated", Some("accepted")));
    // The incident is seen by all who have one of them.
    let around = around(desk, &code, &row).await.unwrap();
    let incident = around.incident.unwrap();
    assert_eq!((incident.tickets, incident.partners, incident.seen.len()), (4, 1, 3));
    assert!(!around.requests.is_empty());
    // One is taken back meanwhile: it is not spoken to, and holds nobody up.
    moved(desk, &agent, &all[3], &balcao_core::ticket::Transition::to(State::Investigation, "achei"), now)
        .await
        .unwrap();
    let told = code_says(desk, &code, (&all[1], true), &word(CodeSays::Fixed), now).await.unwrap();
    assert_eq!(told.iter().filter(|(_, done)| done.is_ok()).count(), 3);
    for id in &all[..3] {
        let row = now_of(desk, id).await;
        assert_eq!((row.state.as_str(), row.code_said.as_deref()), ("investigation", Some("fixed")));
    }
    assert_eq!(now_of(desk, &all[3]).await.code_said, None);
    for said in [CodeSays::Accepted, CodeSays::Needs] {
        let refused = code_says(desk, &caller(Role::Lead), (&all[3], false), &word(said), now).await.unwrap();
        assert!(matches!(refused[0].1, Err(DeskError::Conflict(_))), "it is not with Code");
    }
    let row = now_of(desk, &all[3]).await;
    assert_eq!((row.code_said, row.returned), (None, 0));
    // Another escalation begins without a word.
    let row = moved(desk, &agent, &all[0], &to_code(Some("voltou")), now).await.unwrap();
    assert_eq!(row.code_said, None);
}

async fn a_reply_of_the_procedure_is_filled_with_what_was_proven(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-033").await.ticket.id;
    let agent = caller(Role::Agent);
    let reply = standard_reply(desk, &agent, (&id, "usuario-inativo")).await.unwrap();
    let d: serde_json::Value =
        serde_json::from_str(&show::show(desk, &agent, id.as_str()).await.unwrap().diagnosis.unwrap().line)
            .unwrap();
    let user = d["evidence"]["user"]["value"].as_str().unwrap();
    assert!(reply.body.contains(user), "{}", reply.body);
    for name in ["nada", "../procedure", "usuario-inativo.md.j2"] {
        let refused = standard_reply(desk, &agent, (&id, name)).await;
        assert!(matches!(refused, Err(DeskError::NotFound(_))), "{name}");
    }
    // Every one of them can be filled for every ticket.
    for (name, _) in desk.state().world.procedure.standard_replies() {
        assert!(standard_reply(desk, &agent, (&id, name)).await.is_ok(), "{name}");
    }
}

async fn another_procedure_is_tried_on_what_came(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let changed = received(desk, "dev-033").await.ticket;
    received(desk, "dev-008").await;
    let standard: BTreeMap<String, String> =
        Bundle::standard().files().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let lead = caller(Role::Lead);
    let same = rehearse(desk, &lead, &standard, 100).await.unwrap();
    assert_eq!((same.tried, same.otherwise.len()), (2, 0));
    let mut other = standard.clone();
    let when = r#"when = 'checks["usuario-vinculado-a-api-key"] == "nao"'"#;
    let never = r#"when = 'checks["usuario-vinculado-a-api-key"] == "nao" && size(missing) > 6'"#;
    let text = standard["procedure.toml"].replace(when, never);
    assert_ne!(text, standard["procedure.toml"]);
    other.insert("procedure.toml".to_owned(), text);
    let tried = rehearse(desk, &lead, &other, 100).await.unwrap();
    assert_eq!(tried.otherwise.len(), 1, "{:?}", tried.otherwise);
    assert_eq!(tried.otherwise[0].protocol, changed.protocol);
    assert_eq!(tried.otherwise[0].now.1, "usuario-nao-vinculado");
    // Nothing came of it, and nobody else may try.
    assert_eq!(desk.state().procedure_revision, None);
    assert!(matches!(rehearse(desk, &caller(Role::Agent), &other, 1).await, Err(DeskError::Forbidden(_))));
    other.insert("procedure.toml".to_owned(), "isto não é".to_owned());
    assert!(matches!(rehearse(desk, &lead, &other, 1).await, Err(DeskError::Invalid(_))));
}

async fn a_path_with_a_secret_is_kept_veiled_and_judged_again_alike(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let agent = caller(Role::Agent);
    let path = "/api/v2/clientes/529.982.247-25/propostas";
    let line = json!({"at": "2026-05-12T08:58:07-03:00", "request_id": "req-cpf-1", "environment": "producao", "method": "GET",
        "path": path, "status": 404, "user": "CC030137862", "error": "não encontrado"});
    let body = std::io::Cursor::new(format!("{line}\n").into_bytes());
    balcao_desk::requests::ingest(desk, &caller(Role::Lead), body, "teste", came(&example("dev-033")))
        .await
        .unwrap();
    let message = json!({"id": "cpf-1", "channel": "email", "received_at": "2026-05-12T09:30:00-03:00",
        "from": {"address": "tiago.moura@lumicred.example"},
        "body": format!("Em 12/05/2026 às 08:58 deu 404 em GET https://api-externo.crefazon.com.br{path} com o usuário CC030137862.")});
    let made = balcao_desk::verbs::receive::receive(desk, &agent, arrival(&message, None), came(&message))
        .await
        .unwrap();
    let mut conn = desk.store().read().await.unwrap();
    let run = diagnosis::newest(&mut conn, &Scope::All, &made.ticket.id).await.unwrap().unwrap();
    drop(conn);
    let mut seen = String::new();
    std::io::Read::read_to_string(&mut flate2::read::DeflateDecoder::new(run.facts.as_slice()), &mut seen)
        .unwrap();
    assert!(seen.contains("req-cpf-1"), "the row was found: {seen}");
    assert!(!seen.contains("529.982") && !seen.contains("52998224725"), "{seen}");
    assert!(rerun(desk, &agent, (&made.ticket.id, &run.id)).await.unwrap().is_same());
}
