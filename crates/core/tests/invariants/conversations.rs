//! A conversation of several messages is diagnosed as one demand: what is asked for and given later completes the evidence.

use balcao_core::inbound::Inbound;

use crate::world::{OLD, World, message};

fn later(body: &str) -> Inbound {
    Inbound { received_at: "2026-06-11T16:00:00-03:00".parse().unwrap(), ..message(body) }
}

fn values(diagnosis: &balcao_core::diagnosis::Diagnosis) -> Vec<(&'static str, Option<String>)> {
    diagnosis.evidence.iter().map(|(name, shown)| (name, shown.map(|shown| shown.value.clone()))).collect()
}

const FIRST: &str = "Bom dia, hoje às 09h12 o POST https://api.frotasul.example/api/v2/propostas devolveu \
                     \"Erro interno no servidor\" e não sabemos por quê.";

#[test]
fn what_is_given_later_is_added_and_the_earlier_message_keeps_its_own_day() {
    let world = World::new();
    let first = world.diagnose(&message(FIRST));
    assert!(first.missing.contains(&"user"), "{:?}", first.missing);
    let answer = later("O usuário é o AL1029384 e o corpo enviado foi {\"valor\": 100}.");
    let (both, kept) = world.examine(&answer, &[message(FIRST)]);
    let found = values(&both);
    let of = |name: &str| found.iter().find(|(own, _)| *own == name).and_then(|(_, value)| value.clone());
    assert_eq!(
        of("occurred_at").as_deref(),
        Some("2026-06-09T09:12:00-03:00"),
        "today is the day of the first"
    );
    assert_eq!(of("user").as_deref(), Some("AL1029384"));
    assert!(both.missing.len() < first.missing.len(), "{:?} of {:?}", both.missing, first.missing);
    assert_eq!(both.decision.situation, first.decision.situation);
    assert!(kept.body.starts_with("O usuário é o") && !kept.body.contains("Bom dia"), "{}", kept.body);
}

#[test]
fn the_newest_word_wins() {
    let world = World::new();
    let (both, _) = world.examine(
        &later("Desculpe, o usuário certo é usuário: AL3344556"),
        &[message("usuário: AL1029384, erro 500 ao criar proposta")],
    );
    let user = values(&both).into_iter().find(|(name, _)| *name == "user").and_then(|(_, value)| value);
    assert_eq!(user.as_deref(), Some("AL3344556"));
}

#[test]
fn the_secrets_of_an_earlier_message_are_masked_in_a_later_diagnosis_too() {
    let world = World::new();
    let (both, kept) = world.examine(
        &later(&format!("A chave era {OLD} mesmo.")),
        &[message(&format!("x-api-key: {OLD}\nsenha: Xy7!secreta\nerro 401"))],
    );
    for shown in [format!("{both:?}"), format!("{kept:?}")] {
        assert!(!shown.contains(OLD) && !shown.contains("Xy7!secreta"), "{shown}");
    }
}

#[test]
fn one_message_is_a_conversation_of_one() {
    let world = World::new();
    let one = message(FIRST);
    let (alone, kept) = world.examine(&one, &[]);
    assert_eq!(alone, world.diagnose(&one));
    assert_eq!(kept, world.conversation(&one));
}
