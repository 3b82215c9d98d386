//! A mail: head, parts, files, reports, what Outlook packs.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(mail) = balcao_connect::email::read(data, Some("mx.balcao.example")) {
        assert!(mail.files.len() <= 100 && mail.references.len() <= 100, "more than the bounds allow");
        assert!(mail.new_words().len() <= mail.text.len(), "words that nobody wrote");
    }
});
