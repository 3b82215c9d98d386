//! Whatever is pasted: no whole secret of it is in anything that leaves.

use balcao_core::inbound::{Attachment, Content};
use proptest::prelude::*;

use crate::proofs::body;
use crate::world::{OLD, OTHERS, PRODUCTION, STAGING, World, message};

std::thread_local! {
    static WORLD: World = World::new();
}

/// A secret as it is pasted, and the part of it that must not be seen.
fn pasted() -> impl Strategy<Value = (String, String)> {
    let word = "[A-Za-z][A-Za-z0-9]{14,22}[0-9]";
    prop_oneof![
        word.prop_map(|key| (format!("X-Api-Key: {key}\n"), key)),
        word.prop_map(|key| (format!("{{\"apiKey\": \"{key}\"}}\n"), key)),
        word.prop_map(|token| (format!("Authorization: Bearer {token}\n"), token)),
        word.prop_map(|word| (format!("{{\"senha\": \"{word}\"}}\n"), word)),
        word.prop_map(|word| (format!("{{\\\"password\\\": \\\"{word}\\\"}}\n"), word)),
        (100_000_000u64..999_999_999).prop_map(|base| {
            let cpf = cpf(base);
            (format!("cpf do cliente: {cpf}\n"), cpf)
        }),
        "[1-9][0-9]{2}-[a-z]{5,9}".prop_map(|name| {
            let address = format!("cliente{name}@correio.example");
            (format!("e-mail do cliente: {address}\n"), address)
        }),
    ]
}

/// `123.456.789-09`, with right check digits.
fn cpf(base: u64) -> String {
    let mut digits: Vec<u64> = format!("{base:09}").bytes().map(|byte| u64::from(byte - b'0')).collect();
    for _ in 0..2 {
        let weights = (2..).take(digits.len());
        let sum: u64 = digits.iter().rev().zip(weights).map(|(digit, weight)| digit * weight).sum();
        digits.push(match sum % 11 {
            rest if rest < 2 => 0,
            rest => 11 - rest,
        });
    }
    let text: String = digits.iter().map(u64::to_string).collect();
    format!("{}.{}.{}-{}", &text[..3], &text[3..6], &text[6..9], &text[9..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_whole_secret_leaves(before in body(), secret in pasted(), after in body()) {
        let (text, secret) = secret;
        let body = [before.as_str(), "\n", &text, "\n", &after].concat();
        let diagnosis = WORLD.with(|world| world.diagnose(&message(&body)));
        let told = format!("{diagnosis:?}");
        for hidden in [secret.as_str(), PRODUCTION, STAGING, OLD, OTHERS] {
            prop_assert!(!told.contains(hidden), "{hidden} of {body:?} is shown in {told}");
        }
    }

    #[test]
    fn no_whole_secret_is_kept(before in body(), secret in pasted(), after in body()) {
        let (text, secret) = secret;
        let mut message = message(&[before.as_str(), "\n", &text].concat());
        let content = Content::Text([text.as_str(), &after].concat());
        message.attachments.push(Attachment { name: format!("{PRODUCTION}.log"), media_type: None, content });
        message.subject = Some(text.clone());
        let kept = format!("{:?}", WORLD.with(|world| world.conversation(&message)));
        for hidden in [secret.as_str(), PRODUCTION, STAGING, OLD, OTHERS] {
            prop_assert!(!kept.contains(hidden), "{hidden} of {text:?} is in {kept}");
        }
    }
}

#[test]
fn what_is_no_secret_is_kept_as_it_was_written() {
    let mut message =
        message("Olá, a chamada POST /api/v2/cotacoes deu 500 hoje às 09h20.\nUsuário AL1029384.");
    message.subject = Some("Erro 500".to_owned());
    let kept = World::new().conversation(&message);
    assert_eq!((kept.subject.as_str(), kept.body.as_str()), ("Erro 500", message.body.as_str()));
}
