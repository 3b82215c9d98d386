//! Logs of a Collector in both encodings, and the lines that are made of them.
#![no_main]

use balcao_connect::feed::attributes::{Attributes, lines};
use balcao_connect::feed::otlp::{self, Encoding};
use balcao_core::evidence::key::HashSecret;
use balcao_core::facts::request_log::LoggedRequest;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let secret = HashSecret::new([1; 32]);
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let Ok(request) = otlp::read(data, encoding) else { continue };
        let (text, count) = lines(&request, &Attributes::default(), Some("producao"));
        assert_eq!(text.lines().count() as u64, count, "a record is one line");
        for line in text.lines() {
            assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "a line is JSON");
            let _ = LoggedRequest::read(line, &secret);
        }
        let (again, _) = lines(&request, &Attributes::default(), Some("producao"));
        assert_eq!(text, again, "the same records are the same lines");
    }
});
