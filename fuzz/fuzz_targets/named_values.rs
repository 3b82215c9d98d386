//! Labelled values, moments and tokens of a text.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(-3));
    let received = jiff::Timestamp::UNIX_EPOCH.to_zoned_datetime(zone);
    for field in balcao_core::evidence::fields::find(&text) {
        assert!(text.get(field.span).is_some(), "a span lies outside its text");
    }
    for moment in balcao_core::evidence::moments::find(&text, &received) {
        assert!(text.get(moment.span).is_some(), "a span lies outside its text");
    }
    for token in balcao_core::evidence::jwt::find(&text) {
        assert!(text.get(token.span).is_some(), "a span lies outside its text");
    }
});
