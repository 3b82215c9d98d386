//! A number writes, is answered, and goes on; whatever is delivered twice.

use crate::homes::{DEA, Home, noon, of, status, text, work};
use serde_json::json;

crate::on_both!(
    a_number_is_answered_and_the_answer_stands_as_whatsapp_says,
    what_is_delivered_twice_is_there_once,
    an_answer_to_a_closed_ticket_opens_it_again_and_else_a_new_one_begins,
    a_thumb_is_a_note,
);

async fn a_number_is_answered_and_the_answer_stands_as_whatsapp_says(home: &Home) {
    let body = "Usuário AL1: POST https://api.frotasul.example/api/propostas devolveu erro 401";
    home.dea(&[text("wamid.in1", body, -10)]).await;
    let whole = home.only().await;
    let t = &whole.ticket;
    assert_eq!((t.partner.as_deref(), t.channel.as_str()), (Some("alfa"), "whatsapp"));
    assert_eq!(t.requester.as_deref(), Some("Dea <…4321>"));
    assert!(whole.diagnosis.as_ref().unwrap().line.contains(r#""partner":"alfa""#));
    assert_eq!((whole.messages.len(), whole.messages[0].body.as_str()), (1, body));

    home.answered(&t.id, "Olá, Dea!\nGere outro token.").await;
    assert!(home.server.sent().is_empty(), "nothing goes before its job");
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    let sent = home.server.sent();
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (&sent[0]["to"], &sent[0]["text"]["body"]),
        (&json!(DEA), &json!("Olá, Dea!\nGere outro token."))
    );
    let errand = home.errands(&t.id).await.remove(0);
    assert_eq!((errand.state.as_str(), errand.attempts), ("sent", 1));
    assert_eq!(sent[0]["biz_opaque_callback_data"], json!(errand.id.to_string()));
    for (told, expected) in
        [("delivered", "delivered"), ("read", "read"), ("sent", "read"), ("delivered", "read")]
    {
        home.delivered(&status("wamid.out1", None, told, None)).await;
        assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
        assert_eq!(home.states(&t.id).await, [expected], "{told}");
    }
    // The same number goes on in the open ticket.
    home.dea(&[text("wamid.in2", "Agora dá erro 500", 3)]).await;
    assert_eq!(home.only().await.messages.len(), 3);
    let counts = home.counts().await;
    // What was told twice in the same words is one delivery.
    assert_eq!((counts.seen, counts.filed), (5, 5));
}

async fn what_is_delivered_twice_is_there_once(home: &Home) {
    let one = of(DEA, "Dea", &[text("wamid.in1", "Erro 401", -10)]);
    // Meta puts together what it delivers again as it likes.
    let both = of(DEA, "Dea", &[text("wamid.in1", "Erro 401", -10), text("wamid.in2", "no usuário AL1", -9)]);
    for delivery in [&one, &one, &both, &one, &both] {
        home.delivered(delivery).await;
        assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    }
    let whole = home.only().await;
    assert_eq!(whole.messages.len(), 2, "{:?}", whole.messages);
    let counts = home.counts().await;
    assert_eq!((counts.seen, counts.filed, counts.waiting), (2, 2, 0));
}

async fn an_answer_to_a_closed_ticket_opens_it_again_and_else_a_new_one_begins(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", -10)]).await;
    let first = home.only().await.ticket;
    home.answered(&first.id, "Gere outro token.").await;
    work(&home.desk, noon()).await;
    let mut conn = home.desk.store().read().await.unwrap();
    let row =
        balcao_store::ticket::get(&mut conn, &balcao_store::Scope::All, &first.id).await.unwrap().unwrap();
    drop(conn);
    let closed = balcao_store::ticket::Ticket { state: "closed".to_owned(), ..row };
    let written = home.desk.store().write::<_, balcao_store::StoreError, _>(move |tx| {
        Box::pin(async move { balcao_store::ticket::update(tx, &balcao_store::Scope::All, &closed).await })
    });
    written.await.unwrap();
    home.dea(&[text("wamid.in2", "Outra coisa: erro 500", 1)]).await;
    assert_eq!(home.tickets().await.len(), 2);
    let mut quoting = text("wamid.in3", "Não funcionou", 2);
    quoting["context"] = json!({"from": "551140028922", "id": "wamid.out1"});
    home.dea(&[quoting]).await;
    assert_eq!(home.tickets().await.len(), 2);
    let back = home.whole(&first.id).await;
    assert_eq!(
        (back.ticket.state.as_str(), back.messages.last().unwrap().body.as_str()),
        ("analysis", "Não funcionou")
    );
}

async fn a_thumb_is_a_note(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", -10)]).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Gere outro token.").await;
    work(&home.desk, noon()).await;
    let thumb = |id: &str, about: &str, sign: &str| {
        json!({"id": id, "timestamp": noon().as_second().to_string(), "type": "reaction",
            "reaction": {"message_id": about, "emoji": sign}})
    };
    for _ in 0..2 {
        home.dea(&[thumb("wamid.r1", "wamid.out1", "👍")]).await;
        home.dea(&[thumb("wamid.r2", "wamid.in1", "🙏"), thumb("wamid.r3", "wamid.gone", "👎")]).await;
    }
    let notes = home.only().await.messages.into_iter().filter(|note| note.direction == "note");
    let notes: Vec<String> = notes.map(|note| note.body).collect();
    assert_eq!(
        notes,
        ["O parceiro reagiu com 👍 a «Gere outro token.».", "O parceiro reagiu com 🙏 a «Erro 401»."]
    );
}
