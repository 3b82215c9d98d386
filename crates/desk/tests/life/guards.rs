//! What must be there before a step: for everybody, administrator included.

use balcao_core::ticket::{Role, State, Transition};
use balcao_desk::DeskError;
use balcao_desk::documents::{PutAll, put_all};
use balcao_desk::verbs::answer::{Word, answer};
use balcao_desk::verbs::correct::{Correction, correct};
use balcao_desk::verbs::show;
use serde_json::Value;

use crate::homes::{Home, at, caller, told};
use crate::office::{
    came, close, confirmed, example, fill, missing, moved, on, pages, received, resolve, to_code, wrote,
};

crate::on_both!(
    a_whole_life,
    nothing_goes_to_code_without_its_evidence_whoever_asks,
    nothing_goes_to_code_without_the_prior_analysis,
    nothing_is_closed_without_solution_confirmation_and_classification,
    a_reply_quotes_only_what_the_documentation_still_says,
    a_correction_needs_a_reason_and_outlives_the_next_diagnosis,
);

async fn a_whole_life(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-058").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-058")));
    assert_eq!((new.ticket.state.as_str(), new.ticket.partner.as_deref()), ("received", Some("fintrilha")));
    assert_eq!(new.ticket.protocol, "2026-000001");
    on(desk, &id, State::Analysis, now).await;
    on(desk, &id, State::Investigation, now).await;
    let agent = caller(Role::Agent);
    let analysis = "O log tem os três 500 da mesma proposta; nenhuma rotina nem release na hora.";
    let escalated = moved(desk, &agent, &id, &to_code(Some(analysis)), now).await.unwrap();
    assert_eq!((escalated.state.as_str(), escalated.team.as_deref()), ("escalated", Some("code")));
    moved(desk, &agent, &id, &resolve("Corrigido na proposta 188640."), now).await.unwrap();
    wrote(desk, (&id, "dev-058", "m2"), "Funcionou, obrigado!", now).await;
    confirmed(desk, &id, now).await;
    let closed = moved(desk, &agent, &id, &close("bug", "falha-apos-release"), now).await.unwrap();
    assert_eq!((closed.state.as_str(), closed.closing.as_deref()), ("closed", Some("confirmed")));
    // How it ended differs from how it began, and both are kept: that difference is a figure.
    assert_eq!(closed.first_situation.as_deref(), Some("erro-sem-causa"));
    assert_eq!(closed.final_situation.as_deref(), Some("bug"));
    let told = told(desk).await;
    let (_, last) = told.iter().rev().find(|(what, _)| what == "state_changed").unwrap();
    assert_eq!(last["reclassified"], Value::Bool(true));
    // The partner writes that it is back.
    let again = wrote(desk, (&id, "dev-058", "m3"), "Voltou a dar erro 500 hoje.", now).await;
    assert_ne!(again.ticket.state, "closed");
    assert_eq!(again.ticket.closing, None);
    let told: Vec<String> = crate::homes::told(desk).await.into_iter().map(|(what, _)| what).collect();
    let states = told.iter().filter(|what| *what == "state_changed").count();
    assert!(states >= 5, "{told:?}");
}

async fn nothing_goes_to_code_without_its_evidence_whoever_asks(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-025").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-025")));
    on(desk, &id, State::Analysis, now).await;
    on(desk, &id, State::Investigation, now).await;
    for role in [Role::Agent, Role::Lead, Role::Manager, Role::Administrator] {
        let lacks = missing(moved(desk, &caller(role), &id, &to_code(Some("parou")), now).await);
        for evidence in
            ["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"]
        {
            let code = format!("evidence:{evidence}");
            assert!(lacks.contains(&code), "{role:?}: {code} in {lacks:?}");
        }
        assert!(lacks.iter().any(|code| code.starts_with("check:")), "{role:?}: {lacks:?}");
    }
    let kept = show::find(desk, &caller(Role::Agent), id.as_str()).await.unwrap();
    assert_eq!(kept.state, "investigation");
}

async fn nothing_goes_to_code_without_the_prior_analysis(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-058").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-058")));
    on(desk, &id, State::Analysis, now).await;
    on(desk, &id, State::Investigation, now).await;
    for analysis in [None, Some("  ")] {
        let refused = moved(desk, &caller(Role::Administrator), &id, &to_code(analysis), now).await;
        assert_eq!(missing(refused), ["analysis"]);
    }
}

async fn nothing_is_closed_without_solution_confirmation_and_classification(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-008").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-008")));
    let admin = caller(Role::Administrator);
    on(desk, &id, State::Analysis, now).await;
    let unsolved = Transition::to(State::Resolved, "respondido");
    assert_eq!(missing(moved(desk, &admin, &id, &unsolved, now).await), ["solution"]);
    moved(desk, &admin, &id, &resolve("Está na página de webhooks."), now).await.unwrap();
    let bare = Transition::to(State::Closed, "já deu");
    let mut lacks = missing(moved(desk, &admin, &id, &bare, now).await);
    lacks.sort();
    assert_eq!(lacks, ["confirmation", "final_classification"]);
    // An agent's word for the partner's counts for nothing.
    let mine = Transition {
        confirmation: Some(balcao_core::ticket::Confirmation::Confirmed),
        ..close("duvida-api", "documentada")
    };
    assert_eq!(missing(moved(desk, &admin, &id, &mine, now).await), ["confirmation"]);
    wrote(desk, (&id, "dev-008", "m2"), "Perfeito, era isso. Pode encerrar.", now).await;
    confirmed(desk, &id, now).await;
    assert_eq!(missing(moved(desk, &admin, &id, &bare, now).await), ["final_classification"]);
    moved(desk, &admin, &id, &close("duvida-api", "documentada"), now).await.unwrap();
}

async fn a_reply_quotes_only_what_the_documentation_still_says(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-008").await;
    let now = came(&example("dev-008"));
    let diagnosis: Value = serde_json::from_str(&new.diagnosis).unwrap();
    let reply = diagnosis["reply"]["body"].as_str().unwrap_or_default().to_owned();
    let agent = caller(Role::Agent);
    let word = |body: &str| Word::Reply { body: body.to_owned(), citations: Vec::new() };
    answer(desk, &agent, &new.ticket.id, word(&reply), now).await.unwrap();
    // The page is written anew: the excerpt is no longer there.
    let mut files = pages();
    let page = files.iter_mut().find(|(name, _)| name.starts_with("webhooks")).unwrap();
    page.1 = "# Webhooks\n\nAs notificações mudaram.\n".to_owned();
    let how = PutAll { delete_missing: false, dry_run: false, now };
    put_all(desk, &caller(Role::Lead), files, how).await.unwrap();
    let before = show::show(desk, &agent, new.ticket.id.as_str()).await.unwrap().messages.len();
    let refused = answer(desk, &agent, &new.ticket.id, word(&reply), now).await;
    let Err(DeskError::Refused(refusal)) = refused else { panic!("granted") };
    assert_eq!(refusal.missing[0].code, "citations");
    let after = show::show(desk, &agent, new.ticket.id.as_str()).await.unwrap().messages.len();
    assert_eq!(before, after);
    answer(desk, &agent, &new.ticket.id, word("Vamos verificar e voltamos."), now).await.unwrap();
}

async fn a_correction_needs_a_reason_and_outlives_the_next_diagnosis(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let new = received(desk, "dev-025").await;
    let (id, now) = (new.ticket.id.clone(), came(&example("dev-025")));
    let agent = caller(Role::Agent);
    let right = |reason: &str| Correction {
        evidence: "environment".to_owned(),
        value: "produção".to_owned(),
        reason: reason.to_owned(),
    };
    assert!(matches!(correct(desk, &agent, &id, right(" "), now).await, Err(DeskError::Invalid(_))));
    let done = correct(desk, &agent, &id, right("disse por telefone"), now).await.unwrap();
    assert!(done.changes.iter().any(|change| change.what == "evidence:environment"), "{:?}", done.changes);
    let later = at("2026-05-19T14:10:00-03:00");
    let followed = wrote(
        desk,
        (&id, "dev-025", "m2"),
        "Segue o erro: 500 em GET /api/v2/propostas/1/dados-bancarios",
        later,
    )
    .await;
    assert!(followed.changes.iter().any(|change| change.what.starts_with("evidence:")));
    let whole = show::show(desk, &agent, id.as_str()).await.unwrap();
    let kept = whole.evidence.iter().find(|row| row.name == "environment" && row.source == "person");
    let kept = kept.unwrap_or_else(|| panic!("{:?}", whole.evidence));
    assert_eq!(kept.reason.as_deref(), Some("disse por telefone"));
    let line: Value = serde_json::from_str(&followed.diagnosis).unwrap();
    assert!(!line["missing"].to_string().contains("environment"), "{}", line["missing"]);
    let told = told(desk).await;
    assert!(
        told.iter().any(|(what, data)| what == "evidence_corrected"
            && data["evidence"] == "environment"
            && data["reason"] == "disse por telefone"),
        "{told:?}"
    );
}
