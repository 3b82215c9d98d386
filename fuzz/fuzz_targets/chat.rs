//! What a chat tool delivers, WhatsApp's or in the desk's own format.
#![no_main]

use balcao_connect::chat::event::Event;
use balcao_connect::{chat, whatsapp};

fn bounded(event: &Event) {
    match event {
        Event::Message(message) => {
            assert!(!message.id.is_empty() && message.id.chars().count() <= 400, "an id out of bounds");
            assert!(message.text.chars().count() <= 100_000 && message.files.len() <= 20, "a message out of bounds");
        }
        Event::Reaction(reaction) => assert!(reaction.sign.chars().count() <= 16, "a sign out of bounds"),
        Event::Status(status) => assert!(status.state == "failed" || status.reason.is_none(), "a reason of what went well"),
        Event::Ignored(_) | Event::Unreadable(_) | Event::Elsewhere => {}
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for told in whatsapp::read(data).unwrap_or_default() {
        bounded(&told.event);
    }
    if let Ok(event) = chat::read(data) {
        bounded(&event);
    }
});
