//! What commercial writes in answer to a request for a key.
#![no_main]

use balcao_connect::commercial::{Decided, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let first = read(text);
    assert_eq!(first, read(text), "the same words are read the same");
    if first.decided == Some(Decided::Issued) {
        // Asked back, nothing is decided by prose.
        let asked = read(&format!("Pergunto antes:\n{text}\nPode ser?"));
        assert_eq!(asked.decided, None, "a question decides");
    }
});
