//! The shipped lexicon against labelled messages of our own: how often the words are read rightly.

use balcao_core::evidence::speech::{Lexicon, ReasonKind, Speech, SpeechInput};
use serde::Deserialize;

const LEXICON: &str = include_str!("../../../procedures/api-parceiros/speech.toml");
const MESSAGES: &str = include_str!("speech/messages.jsonl");

#[derive(Deserialize)]
struct Message {
    id: String,
    kind: String,
    #[serde(default)]
    environments: Vec<String>,
    channel: String,
    subject: Option<String>,
    body: String,
    #[serde(default)]
    known: bool,
    #[serde(default)]
    call: bool,
    #[serde(default)]
    failed_call: bool,
    #[serde(default)]
    attachments: bool,
}

impl Message {
    fn input(&self) -> SpeechInput<'_> {
        SpeechInput {
            subject: self.subject.as_deref(),
            own_words: &self.body,
            channel: &self.channel,
            sender_address: None,
            sender_known: self.known,
            has_call: self.call,
            has_failed_call: self.failed_call,
            attachments: self.attachments,
        }
    }
}

/// The decision in the order in which the procedure takes it.
fn kind(speech: &Speech, failed_call: bool) -> &'static str {
    if let Some(reason) = &speech.out_of_scope {
        return match reason.kind {
            ReasonKind::Advertising => "advertising",
            ReasonKind::Consumer => "consumer",
            ReasonKind::AutomaticReply => "automatic-reply",
            ReasonKind::CommercialMatter => "commercial-matter",
            ReasonKind::Bounce => "bounce",
            ReasonKind::Other => "other",
        };
    }
    match speech {
        Speech { asks_key: Some(_), .. } => "key",
        Speech { reports_error: Some(_), .. } => "error",
        _ if failed_call => "error",
        Speech { product_availability: Some(_), .. } => "product",
        Speech { asks_question: Some(_), .. } => "question",
        _ => "nothing",
    }
}

/// Whether a question about a product was asked depends on its name too, which the caller looks for.
fn agrees(expected: &str, found: &str) -> bool {
    expected == found || (expected == "question" && found == "product")
}

#[test]
fn the_shipped_lexicon_reads_our_messages_rightly() {
    let lexicon = Lexicon::parse(LEXICON).unwrap();
    let (mut failures, mut total) = (Vec::new(), 0_usize);
    for line in MESSAGES.lines() {
        let message: Message = serde_json::from_str(line).unwrap();
        let speech = lexicon.read(&message.input());
        let found = kind(&speech, message.failed_call);
        let mut named = speech.asks_key.as_ref().map(|key| key.environments.clone()).unwrap_or_default();
        named.sort();
        total += 1;
        let same = found != "key" || named == message.environments;
        if !agrees(&message.kind, found) || !same {
            let Message { id, kind, body, .. } = &message;
            failures.push(format!("{id} {kind} → {found} {named:?}: {body}"));
        }
    }
    let right = total - failures.len();
    println!("{right} of {total}\n{}", failures.join("\n"));
    assert!(right * 100 >= total * 98, "{right} of {total}:\n{}", failures.join("\n"));
}
