//! Masking: no secret survives, and masking twice changes nothing.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let masker = balcao_core::mask::Masker::of_message([text.as_ref()]);
    let once = masker.mask(&text);
    assert_eq!(masker.mask(&once), once, "masking is not idempotent");
});
