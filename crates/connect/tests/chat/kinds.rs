//! Every kind of message that WhatsApp delivers says something, and what it does not deliver says so.

use serde_json::{Value, json};

use crate::homes::{DEA, Home, noon, of, work};

crate::on_both!(every_kind_says_something, what_is_no_message_is_noted);

async fn every_kind_says_something(home: &Home) {
    let table = [
        (json!({"type": "text", "text": {"body": "Bom dia"}}), "Bom dia"),
        (json!({"type": "button", "button": {"payload": "sim", "text": "Resolvido"}}), "Resolvido"),
        (
            json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "1", "title": "Voltou"}}}),
            "Voltou",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "1", "title": "Erro 401", "description": "no token"}}}),
            "Erro 401 (no token)",
        ),
        (
            json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{\"login\":\"AL1\"}"}}}),
            "[formulário respondido: {\"login\":\"AL1\"}]",
        ),
        (
            json!({"type": "location", "location": {"latitude": -23.5, "longitude": -46.6, "name": "Loja 7"}}),
            "[localização: Loja 7; -23.5, -46.6]",
        ),
        (
            json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Caio"}, "phones": [{"phone": "+1 415 555 0100"}]}]}),
            "[contato: Caio]\ntelefone: [telefone]",
        ),
        (json!({"type": "unsupported", "errors": [{"code": 131051}]}), "não entrega por aqui"),
        (json!({"type": "poll_creation", "poll_creation": {}}), "`poll_creation`"),
        (json!({"type": "image", "image": {"caption": "o erro"}}), "o erro"),
        (json!({"type": "audio", "audio": {}}), "não entregou"),
    ];
    for (n, (message, _)) in table.iter().enumerate() {
        let mut message: Value = message.clone();
        message["id"] = json!(format!("wamid.in{n}"));
        message["timestamp"] = json!(noon().as_second().to_string());
        home.dea(&[message]).await;
    }
    let said = home.only().await.messages;
    assert_eq!(said.len(), table.len());
    for (message, (_, expected)) in said.iter().zip(&table) {
        assert!(message.body.contains(expected), "{expected}: {}", message.body);
    }
}

async fn what_is_no_message_is_noted(home: &Home) {
    for kind in ["system", "request_welcome"] {
        let message =
            json!({"id": format!("wamid.{kind}"), "timestamp": "1", "type": kind, kind: {"body": "x"}});
        home.delivered(&of(DEA, "Dea", &[message])).await;
    }
    home.delivered(&json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [
        {"field": "account_update", "value": {"event": "x"}}]}]}))
        .await;
    // Of another number of the same account.
    let mut other = of(DEA, "Dea", &[crate::homes::text("wamid.x", "Oi", 0)]);
    other["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = json!("999");
    home.delivered(&other).await;
    // Of something that is not WhatsApp.
    home.delivered(&json!({"object": "page", "entry": []})).await;
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    let counts = home.counts().await;
    assert_eq!((counts.seen, counts.noted, counts.elsewhere, counts.quarantined), (5, 3, 1, 1));
    assert_eq!(home.tickets().await.len(), 0);
}
