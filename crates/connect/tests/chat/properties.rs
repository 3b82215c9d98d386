//! Whatever is delivered: bounded events or an error.

use balcao_connect::chat::event::Event;
use balcao_connect::{chat, whatsapp};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn bounded(event: &Event) -> Result<(), TestCaseError> {
    match event {
        Event::Message(message) => {
            prop_assert!(!message.id.is_empty() && message.id.chars().count() <= 400);
            prop_assert!(!message.conversation.is_empty() && message.text.chars().count() <= 100_000);
            prop_assert!(
                !message.text.trim().is_empty() || message.media.is_some() || !message.files.is_empty()
            );
            prop_assert!(message.files.len() <= 20);
            prop_assert!(
                message
                    .media
                    .as_ref()
                    .is_none_or(|media| media.id.bytes().all(|b| b.is_ascii_graphic() && b != b'/'))
            );
        }
        Event::Reaction(reaction) => prop_assert!(reaction.sign.chars().count() <= 16),
        Event::Status(status) => {
            prop_assert!(["sent", "delivered", "read", "failed"].contains(&status.state));
            prop_assert!(status.state == "failed" || status.code.is_none() && status.reason.is_none());
        }
        Event::Ignored(_) | Event::Unreadable(_) | Event::Elsewhere => {}
    }
    Ok(())
}

fn read_both(bytes: &[u8]) -> Result<(), TestCaseError> {
    for told in whatsapp::read(bytes).unwrap_or_default() {
        bounded(&told.event)?;
    }
    chat::read(bytes).map_or(Ok(()), |event| bounded(&event))
}

/// Texts that deliveries have.
const WORDS: &str = "text image document reaction interactive contacts location order failed read m-1 9001 5511987654321 1781092800 \
    2026-06-10T09:00:00Z YQ==";
/// Names that deliveries have.
const NAMES: &str = "id from type text body image document caption filename mime_type reaction message_id emoji interactive button_reply \
    title contacts name formatted_name phones phone location latitude context status errors code timestamp conversation at attachments \
    base64 sign message reason";

fn one_of(words: &'static str) -> impl Strategy<Value = String> + Clone {
    prop::sample::select(words.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
}

/// Objects of such names, with values of any kind.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        one_of(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((one_of(NAMES), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_give_events_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_both(&bytes)?;
    }

    #[test]
    fn any_delivery_gives_bounded_events(
        messages in prop::collection::vec(value(), 0..4),
        statuses in prop::collection::vec(value(), 0..3),
        kind in prop::sample::select(vec!["message.created", "message.reaction", "message.status", "other"]),
    ) {
        let contacts = messages.clone();
        let inner = json!({"metadata": {"phone_number_id": "1"}, "messages": messages, "statuses": statuses, "contacts": contacts});
        let whole = json!({"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "messages", "value": inner}]}]});
        let events = whatsapp::read(whole.to_string().as_bytes()).unwrap();
        prop_assert_eq!(events.len(), contacts.len() + statuses.len(), "none is lost");
        for told in events {
            bounded(&told.event)?;
        }
        for data in contacts {
            read_both(json!({"type": kind, "data": data}).to_string().as_bytes())?;
        }
    }

    #[test]
    fn what_a_tool_writes_is_read_as_it_is(id in "[a-zA-Z0-9-]{1,40}", room in "[a-z0-9 ]{0,10}[a-z]", text in "\\PC{1,200}") {
        prop_assume!(!text.trim().is_empty());
        let whole = json!({"type": "message.created", "data": {"id": id, "conversation": room, "text": text}});
        let Event::Message(message) = chat::read(whole.to_string().as_bytes()).unwrap() else { panic!("a message") };
        prop_assert_eq!((message.id, message.conversation, message.text), (id, room, text));
    }
}
