//! Masking: no secret survives, and masking twice changes nothing.
#![no_main]

use balcao_core::mask::{Masker, secrets_in};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let known: Vec<_> = secrets_in(&text)
        .into_iter()
        .map(|(kind, span)| (kind, text.get(span).expect("a secret lies within its text").to_owned()))
        .collect();
    for masker in [Masker::new([]), Masker::new(known)] {
        let once = masker.mask(&text);
        assert_eq!(masker.mask(&once), once, "masking twice is not masking once");
    }
});
