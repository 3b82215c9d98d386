//! The request log.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let secret = balcao_core::evidence::key::HashSecret::new([7; 32]);
    let _ = balcao_core::facts::request_log::RequestLog::parse(&String::from_utf8_lossy(data), &secret);
});
