//! Masking: no secret that the masker knows survives.
#![no_main]

use balcao_core::mask::{Masker, SecretKind, secrets_in};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let known: Vec<_> = secrets_in(&text)
        .into_iter()
        .map(|(kind, span)| (kind, text.get(span).expect("a secret lies within its text").to_owned()))
        .collect();
    // Names, and short strings, are masked as whole words only.
    let long: Vec<String> = known
        .iter()
        .filter(|(kind, _)| *kind != SecretKind::Name)
        .map(|(_, secret)| secret.clone())
        .filter(|secret| secret.chars().count() >= 8)
        .collect();
    let masked = Masker::new(known).mask(&text);
    for secret in long {
        assert!(!masked.contains(&secret), "a secret is still there");
    }
});
