//! The words of a demand, read with the lexicon that comes with the program; and any lexicon.
#![no_main]

use std::sync::LazyLock;

use balcao_core::evidence::speech::{Lexicon, SpeechInput};

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::parse(include_str!("../../procedures/api-parceiros/speech.toml")).expect("the lexicon is right")
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Some(toml) = text.strip_prefix('\0') {
        let _ = Lexicon::parse(toml);
        return;
    }
    let (subject, own_words) = text.split_once('\0').unwrap_or(("", &text));
    let input = SpeechInput { subject: Some(subject), own_words, channel: "email", ..SpeechInput::default() };
    let said = LEXICON.read(&input);
    for cue in [said.reports_error, said.asks_question, said.reports_timeout].into_iter().flatten() {
        let place =
            if cue.place == balcao_core::evidence::speech::Place::Subject { subject } else { own_words };
        assert!(place.get(cue.span).is_some(), "a cue lies outside its text");
    }
    for mention in LEXICON.environments(own_words) {
        assert!(own_words.get(mention.span).is_some(), "a mention lies outside its text");
    }
});
