//! Commercial's answer by its webhook and at the desk: once, only by whoever it is, and never without what it must say.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::commercial::{Deciding, Said, TAG, decide};
use serde_json::Value;

use crate::homes::{Home, SECRET, caller, issued, noon, refused, told, work};

crate::on_both!(
    a_key_that_is_issued_comes_back_to_the_ticket_and_is_drafted_for_the_partner,
    a_refusal_says_why,
    whoever_is_not_commercial_decides_nothing,
    an_answer_counts_once,
    an_answer_to_an_earlier_request_is_none,
    whoever_decides_at_the_desk_may_tell_the_partner_at_once,
);

async fn a_key_that_is_issued_comes_back_to_the_ticket_and_is_drafted_for_the_partner(home: &Home) {
    let ticket = home.forwarded().await;
    let said = issued("producao", "9Bn1");
    let answered = home.delivered(("msg_1", SECRET), (&ticket.protocol, said)).await.unwrap();
    assert!(!answered.known);
    assert_eq!(answered.ticket.state, "investigation");
    let whole = home.whole(&ticket.id).await;
    let note = whole.messages.last().unwrap();
    assert_eq!((note.direction.as_str(), note.author.as_str()), ("note", "Comercial"));
    assert!(
        note.body.contains("API Key emitida") && note.body.contains("Ambiente: Produção"),
        "{}",
        note.body
    );
    let draft = home.drafted(&ticket.id).await.unwrap();
    for words in
        ["emitiu a API Key do ambiente Produção", "…9Bn1", "pelo cofre do contrato", &ticket.protocol]
    {
        assert!(draft.contains(words), "{words}: {draft}");
    }
    let answer = home.stands(&ticket.id).await.answers.remove(0);
    assert_eq!((answer.outcome.as_str(), answer.by.as_str()), ("issued", "webhook"));
    // The registry has no such key of Alfa: Beta's with the same ending is another's.
    assert_eq!(answer.in_registry, Some(false));
    assert_eq!(told(&home.desk).await, ["commercial_forwarded", "commercial_answered"]);
    let other = home.asked("joe@beta.example", crate::homes::WHOLE).await;
    home.escalated(&other.id).await.unwrap();
    home.delivered(("msg_2", SECRET), (other.id.as_str(), issued("Produção", "9Bn1"))).await.unwrap();
    assert_eq!(home.stands(&other.id).await.answers[0].in_registry, Some(true));
    let draft = home.drafted(&other.id).await.unwrap();
    assert!(draft.contains("issued the API key") && draft.contains("through the vault"), "{draft}");
}

async fn a_refusal_says_why(home: &Home) {
    let ticket = home.forwarded().await;
    for (n, bad) in [refused("  "), Said { environment: None, ..issued("", "9Bn1") }, issued("marte", "9Bn1")]
        .into_iter()
        .enumerate()
    {
        let error =
            home.delivered((&format!("bad_{n}"), SECRET), (&ticket.protocol, bad)).await.err().unwrap();
        assert!(matches!(error, DeskError::Invalid(_)), "{error}");
    }
    home.delivered(("msg_1", SECRET), (&ticket.protocol, refused("contrato vencido em maio.")))
        .await
        .unwrap();
    let draft = home.drafted(&ticket.id).await.unwrap();
    assert!(draft.contains("Motivo: contrato vencido em maio."), "{draft}");
    assert_eq!(home.whole(&ticket.id).await.ticket.state, "investigation");
}

async fn whoever_is_not_commercial_decides_nothing(home: &Home) {
    let ticket = home.forwarded().await;
    let other = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let error = home.delivered(("msg_1", other), (&ticket.protocol, issued("producao", "9Bn1"))).await;
    assert!(matches!(error.err().unwrap(), DeskError::Unknown));
    assert_eq!(home.whole(&ticket.id).await.ticket.state, "escalated");
    assert_eq!(told(&home.desk).await, ["commercial_forwarded"]);
    // At the desk: Code and partners see no such ticket.
    for role in [Role::Code, Role::PartnerContact] {
        let done =
            decide(&home.desk, &caller(role), (&ticket.id, refused("não")), Deciding::default(), noon())
                .await;
        assert!(matches!(done.err().unwrap(), DeskError::Forbidden(_) | DeskError::NotFound(_)), "{role:?}");
    }
}

async fn an_answer_counts_once(home: &Home) {
    let ticket = home.forwarded().await;
    let said = || issued("producao", "9Bn1");
    home.delivered(("msg_1", SECRET), (&ticket.protocol, said())).await.unwrap();
    let before = home.whole(&ticket.id).await;
    // The same delivery, the same answer by another one, and the same answer at the desk.
    for id in ["msg_1", "msg_2"] {
        assert!(home.delivered((id, SECRET), (&ticket.protocol, said())).await.unwrap().known);
    }
    let agent = caller(Role::Agent);
    let again = decide(&home.desk, &agent, (&ticket.id, said()), Deciding::default(), noon()).await.unwrap();
    assert!(again.known);
    // The same delivery that says something else is the same delivery.
    assert!(home.delivered(("msg_1", SECRET), (&ticket.protocol, refused("x"))).await.unwrap().known);
    let after = home.whole(&ticket.id).await;
    assert_eq!(after.messages.len(), before.messages.len());
    assert_eq!(after.ticket.version, before.ticket.version);
    assert_eq!(told(&home.desk).await, ["commercial_forwarded", "commercial_answered"]);
    // Another one that comes too late changes no state, and somebody sees it.
    home.delivered(("msg_3", SECRET), (&ticket.protocol, refused("contrato vencido"))).await.unwrap();
    let late = home.whole(&ticket.id).await;
    assert_eq!(late.ticket.state, after.ticket.state);
    assert!(late.ticket.tags.contains(TAG), "{}", late.ticket.tags);
    assert!(late.messages.last().unwrap().body.contains("nada mudou"));
    let desk =
        decide(&home.desk, &agent, (&ticket.id, refused("outro motivo")), Deciding::default(), noon()).await;
    assert!(matches!(desk.err().unwrap(), DeskError::Conflict(_)));
}

async fn an_answer_to_an_earlier_request_is_none(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let first: Value = serde_json::from_str(&home.server.came()[0].body).unwrap();
    let first = first["data"]["request"].as_str().unwrap().to_owned();
    let said = |request: &str| Said { request: Some(request.to_owned()), ..refused("contrato vencido") };
    home.delivered(("msg_1", SECRET), (&ticket.protocol, said(&first))).await.unwrap();
    home.escalated(&ticket.id).await.unwrap();
    let stands = home.stands(&ticket.id).await;
    assert!(stands.is_there && stands.answers.is_empty());
    home.delivered(("msg_2", SECRET), (&ticket.protocol, said(&first))).await.unwrap();
    let whole = home.whole(&ticket.id).await;
    assert_eq!(whole.ticket.state, "escalated");
    assert!(whole.messages.last().unwrap().body.contains("pedido anterior"));
    // Replayed, it is known and changes nothing.
    assert!(home.delivered(("msg_1", SECRET), (&ticket.protocol, said(&first))).await.unwrap().known);
    work(&home.desk, noon()).await;
    let second: Value = serde_json::from_str(&home.server.came()[1].body).unwrap();
    let second = second["data"]["request"].as_str().unwrap();
    assert!(!home.delivered(("msg_3", SECRET), (&ticket.protocol, said(second))).await.unwrap().known);
    assert_eq!(home.whole(&ticket.id).await.ticket.state, "investigation");
}

async fn whoever_decides_at_the_desk_may_tell_the_partner_at_once(home: &Home) {
    let ticket = home.forwarded().await;
    let own = caller(Role::Commercial);
    let deciding = Deciding {
        once: Some("f1".to_owned()),
        tell: Some("Chave emitida; o Ricardo liga hoje.".to_owned()),
    };
    for known in [false, true] {
        let said = issued("producao", "9Bn1");
        let done = decide(&home.desk, &own, (&ticket.id, said), deciding.clone(), noon()).await.unwrap();
        assert_eq!((done.ticket.state.as_str(), done.known), ("resolved", known));
    }
    work(&home.desk, noon()).await;
    let told: Vec<String> =
        home.letters().into_iter().filter(|one| one.to == "ana@alfa.example").map(|one| one.body).collect();
    assert_eq!(told, ["Chave emitida; o Ricardo liga hoje."]);
    // What cannot be told decides nothing either.
    let whole = home.forwarded().await;
    let long = Deciding { once: None, tell: Some("x ".repeat(200_000)) };
    let done = decide(&home.desk, &own, (&whole.id, issued("producao", "9Bn1")), long, noon()).await;
    assert!(matches!(done.err().unwrap(), DeskError::Invalid(_)));
    assert!(home.stands(&whole.id).await.answers.is_empty());
    // A reason is one of a refusal.
    let both = Said { reason: Some("contrato vencido".to_owned()), ..issued("producao", "9Bn1") };
    let done = decide(&home.desk, &own, (&whole.id, both), Deciding::default(), noon()).await;
    assert!(matches!(done.err().unwrap(), DeskError::Invalid(_)));
    // Without a word to the partner it goes back to support, drafted.
    let other = home.forwarded().await;
    let done =
        decide(&home.desk, &own, (&other.id, refused("contrato vencido")), Deciding::default(), noon())
            .await
            .unwrap();
    assert_eq!(done.ticket.state, "investigation");
    assert!(home.drafted(&other.id).await.unwrap().contains("contrato vencido"));
}
