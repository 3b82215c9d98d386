//! Quoted replies and signatures.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for range in balcao_core::evidence::quoted::own_words(&text) {
        assert!(text.get(range).is_some(), "a range lies outside its text");
    }
});
