//! Chat tools that speak the desk's own format: in, out, and how it stands.

use balcao_connect::signed::{Headers, Key, verify};
use balcao_desk::DeskError;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::homes::{Home, KEY, noon, tell, work};
use crate::server::Fault;

crate::on_both!(
    a_conversation_goes_both_ways,
    only_a_tool_that_vouches_says_who_writes,
    what_is_not_in_order_is_refused_and_not_kept,
    a_delivery_that_is_repeated_has_the_same_id,
    another_partner_in_the_same_room_has_a_ticket_of_his_own,
);

fn message(id: &str, address: &str, text: &str) -> Value {
    json!({"type": "message.created", "data": {
        "id": id, "conversation": "sala-7", "at": "2026-06-10T08:59:00-03:00", "from": {"name": "Dea", "address": address},
        "subject": "Erro 401", "text": text,
        "attachments": [{"name": "log.txt", "media_type": "text/plain", "base64": "UE9TVCAvYXBpIDQwMQ=="}]}})
}

async fn told(home: &Home, tool: &str, what: &Value) {
    tell(&home.desk, tool, what).await.unwrap();
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
}

async fn a_conversation_goes_both_ways(home: &Home) {
    for _ in 0..2 {
        told(home, "sala", &message("m-1", "dea@alfa.example", "Não autentica")).await;
    }
    let whole = home.only().await;
    let t = &whole.ticket;
    assert_eq!(
        (t.partner.as_deref(), t.channel.as_str(), t.subject.as_str()),
        (Some("alfa"), "chat", "Erro 401")
    );
    assert_eq!((whole.messages.len(), whole.attachments[0].text.as_deref()), (1, Some("POST /api 401")));
    // A long text goes in parts, in their order.
    home.answered(&t.id, "Gere outro token e tente de novo.\n\nSe o erro voltar, mande a hora.").await;
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    let asked = home.server.state().told.clone();
    let said: Vec<Value> = asked.iter().map(|one| one.json()["data"].clone()).collect();
    assert_eq!(
        said.iter().map(|one| one["text"].as_str().unwrap()).collect::<Vec<_>>(),
        ["Gere outro token e tente de novo.", "Se o erro voltar, mande a hora."]
    );
    assert_eq!(
        (&said[0]["conversation"], &said[0]["ticket"], &said[0]["kind"]),
        (&json!("sala-7"), &json!(t.protocol), &json!("answer"))
    );
    for one in &asked {
        let headers = Headers {
            id: one.header("webhook-id"),
            timestamp: one.header("webhook-timestamp"),
            signature: one.header("webhook-signature"),
        };
        assert_eq!(verify(&[Key::parse(KEY).unwrap()], &headers, &one.body, noon()), Ok(()));
        assert_eq!(json!(headers.id), one.json()["data"]["id"]);
    }
    // How it stands is told by our id or by theirs.
    told(home, "sala", &json!({"type": "message.status", "data": {"id": said[0]["id"], "status": "read"}}))
        .await;
    let refused = json!({"type": "message.status", "data": {"id": "t-2", "status": "failed", "reason": "sala fechada para +55 11 98765-4321"}});
    told(home, "sala", &refused).await;
    let errands = home.errands(&t.id).await;
    assert_eq!((errands[0].state.as_str(), errands[1].state.as_str()), ("read", "failed"));
    assert_eq!(errands[1].reason.as_deref(), Some("sala fechada para [telefone]"));
    let thumb = json!({"type": "message.reaction", "data": {"id": "r-1", "conversation": "sala-7", "message": "m-1", "sign": "👍"}});
    told(home, "sala", &thumb).await;
    assert!(home.only().await.messages.iter().any(|one| one.direction == "note" && one.body.contains("👍")));
    told(home, "sala", &json!({"type": "room.opened", "data": {}})).await;
    assert_eq!(home.counts().await.noted, 1);
}

async fn only_a_tool_that_vouches_says_who_writes(home: &Home) {
    told(home, "muda", &message("m-1", "dea@alfa.example", "Não autentica")).await;
    let whole = home.only().await;
    assert_eq!((whole.ticket.partner.as_deref(), whole.ticket.requester.as_deref()), (None, Some("Dea")));
    // Nothing goes out to it, and nothing waits for what never goes.
    home.answered(&whole.ticket.id, "Olá!").await;
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    assert_eq!(home.errands(&whole.ticket.id).await.len(), 0);
}

async fn what_is_not_in_order_is_refused_and_not_kept(home: &Home) {
    let table = [
        (json!({"data": {}}), "`type`"),
        (json!({"type": "message.created"}), "data.id"),
        (json!({"type": "message.created", "data": {"id": "", "conversation": "s", "text": "x"}}), "data.id"),
        (json!({"type": "message.created", "data": {"id": 7, "text": "x"}}), "data.conversation"),
        (
            json!({"type": "message.created", "data": {"id": 7, "conversation": "s", "text": " "}}),
            "texto nem anexos",
        ),
        (
            json!({"type": "message.created", "data": {"id": 7, "conversation": "s", "text": "x", "at": "ontem"}}),
            "data.at",
        ),
        (
            json!({"type": "message.created", "data": {"id": 7, "conversation": "s", "attachments": [{"name": "a", "base64": "?"}]}}),
            "data.attachments",
        ),
        (json!({"type": "message.status", "data": {"id": 7, "status": "seen"}}), "data.status"),
    ];
    for (what, expected) in table {
        match tell(&home.desk, "sala", &what).await {
            Err(DeskError::Invalid(why)) => assert!(why.contains(expected), "{why}"),
            other => panic!("{what}: {other:?}"),
        }
    }
    assert_eq!(home.counts().await.seen, 0);
}

async fn a_delivery_that_is_repeated_has_the_same_id(home: &Home) {
    told(home, "sala", &message("m-1", "dea@alfa.example", "Não autentica")).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Olá!").await;
    home.server.fail([Fault::Lost, Fault::Bare(503)]);
    let mut now = noon();
    for expected in [1, 1, 0] {
        assert_eq!(work(&home.desk, now).await.len(), expected);
        now += SignedDuration::from_hours(5);
    }
    let ids: Vec<String> =
        home.server.state().asked.iter().map(|asked| asked.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), 3);
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(home.states(&id).await, ["sent"]);
    home.answered(&id, "Até!").await;
    home.server.fail([Fault::Bare(422)]);
    assert_eq!(work(&home.desk, now).await, Vec::<String>::new());
    assert_eq!(home.states(&id).await, ["sent", "failed"]);
}

async fn another_partner_in_the_same_room_has_a_ticket_of_his_own(home: &Home) {
    let said = [
        ("m-1", "dea@alfa.example"),
        ("m-2", "beto@beta.example"),
        ("m-3", "dea@alfa.example"),
        ("m-4", "beto@beta.example"),
    ];
    for (id, address) in said {
        told(home, "sala", &message(id, address, "Não autentica")).await;
    }
    let all = home.tickets().await;
    let partners: Vec<_> = all.iter().map(|ticket| ticket.partner.as_deref().unwrap()).collect();
    assert_eq!(partners, ["alfa", "beta"]);
    for ticket in &all {
        assert_eq!(home.whole(&ticket.id).await.messages.len(), 2);
    }
}
