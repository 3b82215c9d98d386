//! Commercial's answer by mail: known by its token, decided only where it is clear and its sender is verified.

use balcao_desk::commercial::TAG;

use crate::homes::{Home, noon, reply, told, work};

crate::on_both!(
    a_clear_mail_decides,
    what_is_not_clear_is_shown_and_decides_nothing,
    who_is_not_commercial_or_not_verified_decides_nothing,
    the_same_mail_and_a_late_one_change_nothing,
);

async fn a_clear_mail_decides(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    let taken =
        home.answers(&request, "cora@frotasul.example", "EMITIDA\nAmbiente: Produção\nFinal: 9Bn1").await;
    assert_eq!(taken.ticket.unwrap().id, ticket.id);
    let whole = home.whole(&ticket.id).await;
    assert_eq!(whole.ticket.state, "investigation");
    let note = whole.messages.last().unwrap();
    assert_eq!(note.direction, "note");
    assert!(note.body.contains("API Key emitida"), "{}", note.body);
    let answer = home.stands(&ticket.id).await.answers.remove(0);
    assert_eq!(
        (answer.outcome.as_str(), answer.by.as_str(), answer.tail.as_deref()),
        ("issued", "mail", Some("9Bn1"))
    );
    assert!(home.drafted(&ticket.id).await.unwrap().contains("…9Bn1"));
    let other = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(1);
    home.answers(&request, "comercial@frotasul.example", "O pedido foi recusado porque o contrato venceu.")
        .await;
    assert_eq!(home.whole(&other.id).await.ticket.state, "investigation");
    assert!(home.drafted(&other.id).await.unwrap().contains("Motivo: o contrato venceu."));
}

async fn what_is_not_clear_is_shown_and_decides_nothing(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    for (n, body) in [
        "Recebido, analisamos amanhã.",
        "A chave ainda não foi emitida, falta o contrato.",
        "EMITIDA\nAmbiente: Marte",
        "RECUSADA",
        "A chave foi emitida?",
    ]
    .into_iter()
    .enumerate()
    {
        home.answers(&request, "cora@frotasul.example", body).await;
        let whole = home.whole(&ticket.id).await;
        assert_eq!(whole.ticket.state, "escalated", "{body}");
        assert!(whole.ticket.tags.contains(TAG));
        let note = whole.messages.last().unwrap();
        assert!(
            note.body.contains("nada foi decidido") && note.body.contains(body.lines().next().unwrap()),
            "{}",
            note.body
        );
        assert_eq!(home.drafted(&ticket.id).await, None);
        assert_eq!(home.stands(&ticket.id).await.answers.len(), n + 1);
    }
    home.answers(&request, "cora@frotasul.example", "RECUSADA: contrato vencido").await;
    let whole = home.whole(&ticket.id).await;
    assert_eq!(whole.ticket.state, "investigation");
    assert!(!whole.ticket.tags.contains(TAG));
}

async fn who_is_not_commercial_or_not_verified_decides_nothing(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    let body = "EMITIDA\nAmbiente: Produção";
    // Another's mail with our token (it was sent a copy) opens a ticket that points here; nothing is decided.
    for from in ["ana@alfa.example", "cora@outra.example"] {
        let taken = home.answers(&request, from, body).await;
        assert_ne!(taken.ticket.unwrap().id, ticket.id, "{from}");
    }
    assert_eq!(told(&home.desk).await, ["commercial_forwarded"]);
    // The partner's own token is none of commercial's.
    let forged = reply(&request, ("cora@frotasul.example", "pass"), body).replace(
        &request.thread.as_ref().unwrap().token,
        &balcao_desk::reply_token::made(&ticket.id, home.desk.secrets()),
    );
    let taken = home.mail(&forged).await;
    assert_ne!(taken.ticket.unwrap().id, ticket.id);
    // It says to be from commercial, and nobody vouches for it.
    home.mail(&reply(&request, ("cora@frotasul.example", "fail"), body)).await;
    let whole = home.whole(&ticket.id).await;
    assert_eq!(whole.ticket.state, "escalated");
    assert!(whole.messages.last().unwrap().body.contains("não pôde ser verificado"));
    // An absence is noted, and answers nothing.
    let absent = reply(&request, ("cora@frotasul.example", "pass"), body)
        .replace("From: Cora", "Auto-Submitted: auto-replied\r\nFrom: Cora");
    home.mail(&absent).await;
    assert_eq!(home.stands(&ticket.id).await.answers.len(), 1);
}

async fn the_same_mail_and_a_late_one_change_nothing(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    let raw = reply(&request, ("cora@frotasul.example", "pass"), "EMITIDA\nFinal: 9Bn1");
    home.mail(&raw).await;
    let before = home.whole(&ticket.id).await;
    assert_eq!(before.ticket.state, "investigation", "one environment was asked for: it is that one");
    home.mail(&raw).await;
    // Sent again by a program that gives it another id.
    home.answers(&request, "cora@frotasul.example", "EMITIDA\nFinal: 9Bn1").await;
    let after = home.whole(&ticket.id).await;
    assert_eq!((after.messages.len(), after.ticket.version), (before.messages.len(), before.ticket.version));
    // A change of mind is shown, and a person decides.
    home.answers(&request, "cora@frotasul.example", "RECUSADA: foi um engano").await;
    let late = home.whole(&ticket.id).await;
    assert_eq!(late.ticket.state, "investigation");
    assert!(late.messages.last().unwrap().body.contains("nada mudou"));
    assert!(home.drafted(&ticket.id).await.unwrap().contains("emitiu"));
}
