//! A diagnosis is kept with what it saw, and comes out again to the same bytes whatever has changed since.

use balcao_core::ticket::Role;
use balcao_desk::documents::{PutAll, put_all};
use balcao_desk::registry::{Change, put};
use balcao_desk::verbs::correct::{Correction, correct};
use balcao_desk::verbs::{rerun::rerun, show};

use crate::homes::{Home, caller, noon};
use crate::office::{came, example, fill, pages, read, received, wrote};

crate::on_both!(
    every_diagnosis_comes_out_again,
    the_first_comes_out_again_after_a_long_conversation,
    a_further_message_says_what_changed,
    a_correction_stays_however_much_is_written_after_it,
);

async fn every_diagnosis_comes_out_again(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let agent = caller(Role::Agent);
    let mut tickets = Vec::new();
    for id in ["dev-008", "dev-033", "dev-048", "dev-058", "dev-031"] {
        tickets.push(received(desk, id).await.ticket.id);
    }
    wrote(desk, (&tickets[2], "dev-048", "m2"), "O login novo funcionou.", came(&example("dev-048"))).await;
    // Everything that judged is exchanged.
    let lead = caller(Role::Lead);
    let files =
        pages().into_iter().map(|(name, text)| (name, text.replace("notifica", "comunica"))).collect();
    let how = PutAll { delete_missing: false, dry_run: false, now: noon() };
    put_all(desk, &lead, files, how).await.unwrap();
    let registry =
        read("registry.json").replace("\"ativo\"", "\"bloqueado\"").replace("\"ativa\"", "\"inativa\"");
    assert_ne!(registry, read("registry.json"));
    let change = Change { reason: "tudo bloqueado", dry_run: false, expected: None, now: noon() };
    put(desk, &lead, &registry, &change).await.unwrap();
    let mut runs = 0;
    for id in &tickets {
        for run in show::diagnoses(desk, &agent, id.as_str()).await.unwrap() {
            let again = rerun(desk, &agent, (id, &run.id)).await.unwrap();
            assert_eq!(again.kept, run.line);
            assert!(again.is_same(), "{}\n{}", again.kept, again.again);
            runs += 1;
        }
    }
    assert_eq!(runs, tickets.len() + 1);
    // Another server, that never saw the old ones, does the same.
    let other = home.second().await;
    let run = show::diagnoses(&other, &agent, tickets[1].as_str()).await.unwrap().remove(0);
    assert!(rerun(&other, &agent, (&tickets[1], &run.id)).await.unwrap().is_same());
}

async fn a_further_message_says_what_changed(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-057").await.ticket.id;
    let now = came(&example("dev-057"));
    let body = "A chave é lmc-naoexiste-0000000000000000 e o payload foi vazio: {}";
    let followed = wrote(desk, (&id, "dev-057", "m2"), body, now).await;
    let what: Vec<&str> = followed.changes.iter().map(|change| change.what.as_str()).collect();
    assert!(what.contains(&"evidence:api_key"), "{what:?}");
    let none = wrote(desk, (&id, "dev-057", "m3"), "Aguardo.", now).await;
    assert!(none.changes.iter().all(|change| !change.what.starts_with("evidence:")), "{:?}", none.changes);
}

async fn the_first_comes_out_again_after_a_long_conversation(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-048").await.ticket.id;
    let now = came(&example("dev-048"));
    for number in 0..25 {
        let own = format!("m{number}");
        wrote(desk, (&id, "dev-048", &own), &format!("Alguma novidade? ({number})"), now).await;
    }
    let agent = caller(Role::Agent);
    let runs = show::diagnoses(desk, &agent, id.as_str()).await.unwrap();
    assert_eq!(runs.len(), 26);
    for run in runs {
        let again = rerun(desk, &agent, (&id, &run.id)).await.unwrap();
        assert!(again.is_same(), "{}\n{}", again.kept, again.again);
    }
}

async fn a_correction_stays_however_much_is_written_after_it(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-025").await.ticket.id;
    let (agent, now) = (caller(Role::Agent), came(&example("dev-025")));
    let (evidence, value, reason) = ("environment", "produção", "disse por telefone");
    let right = Correction { evidence: evidence.into(), value: value.into(), reason: reason.into() };
    correct(desk, &agent, &id, right, now).await.unwrap();
    for number in 0..25 {
        let own = format!("m{number}");
        let followed =
            wrote(desk, (&id, "dev-025", &own), &format!("Alguma novidade? ({number})"), now).await;
        let line: serde_json::Value = serde_json::from_str(&followed.diagnosis).unwrap();
        assert!(!line["evidence"]["environment"].is_null(), "after {number} more: {}", line["evidence"]);
    }
    let run = show::diagnoses(desk, &agent, id.as_str()).await.unwrap().pop().unwrap();
    assert!(rerun(desk, &agent, (&id, &run.id)).await.unwrap().is_same());
}
