//! Every format of a pasted call.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for (_, call) in balcao_core::evidence::formats::calls(&text) {
        assert!(text.get(call.span).is_some(), "a span lies outside its text");
    }
});
