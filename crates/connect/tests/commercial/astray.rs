//! What goes astray: answers to requests that are no longer, requests that nobody got, and what partners call things.

use balcao_connect::channels::Channels;
use balcao_core::ticket::{Role, State, Transition};
use balcao_desk::commercial::{TAG, is_of};
use balcao_desk::verbs::link::{self, Kind};
use balcao_desk::verbs::step;
use balcao_store::TicketId;

use crate::homes::{Home, WHOLE, caller, noon, work};

crate::on_both!(
    a_mail_to_an_earlier_request_decides_nothing,
    an_answer_to_a_merged_ticket_reaches_the_one_that_goes_on,
    what_an_answer_names_beside_decides_no_other_environment,
    a_request_that_nobody_got_is_shown_so,
    an_environment_may_be_called_as_people_do,
    a_request_that_was_taken_back_does_not_go,
);

async fn taken_back(home: &Home, id: &TicketId) {
    let wanted = Transition::to(State::Investigation, "era outro ambiente");
    step::walk(&home.desk, &caller(Role::Agent), id, &wanted, noon()).await.unwrap();
}

async fn a_mail_to_an_earlier_request_decides_nothing(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let first = home.requests().remove(0);
    taken_back(home, &ticket.id).await;
    home.escalated(&ticket.id).await.unwrap();
    home.answers(&first, "cora@frotasul.example", "RECUSADA: contrato vencido").await;
    let whole = home.whole(&ticket.id).await;
    assert_eq!(whole.ticket.state, "escalated");
    assert!(whole.messages.last().unwrap().body.contains("pedido anterior"));
    work(&home.desk, noon()).await;
    let second = home.requests().remove(1);
    home.answers(&second, "cora@frotasul.example", "RECUSADA: contrato vencido em maio").await;
    assert_eq!(home.whole(&ticket.id).await.ticket.state, "investigation");
}

async fn an_answer_to_a_merged_ticket_reaches_the_one_that_goes_on(home: &Home) {
    let (ticket, other) = (home.forwarded().await, home.asked("ana@alfa.example", WHOLE).await);
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    let agent = caller(Role::Agent);
    link::link(&home.desk, &agent, (Kind::Merged, &ticket.id, &other.id), "o mesmo pedido", noon())
        .await
        .unwrap();
    home.answers(&request, "cora@frotasul.example", "EMITIDA").await;
    let whole = home.whole(&other.id).await;
    assert!(whole.messages.last().unwrap().body.contains("O comercial respondeu"), "{:?}", whole.messages);
}

async fn what_an_answer_names_beside_decides_no_other_environment(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    for body in ["Chave emitida. A de homologação vocês têm.", "EMITIDA\nAmbiente: Homologação"] {
        home.answers(&request, "cora@frotasul.example", body).await;
        assert_eq!(home.whole(&ticket.id).await.ticket.state, "escalated", "{body}");
    }
    home.answers(&request, "cora@frotasul.example", "RECUSADA: o contrato só cobre homologação").await;
    let draft = home.drafted(&ticket.id).await.unwrap();
    assert!(draft.contains("do ambiente Produção") && draft.contains("só cobre homologação"), "{draft}");
}

async fn a_request_that_nobody_got_is_shown_so(home: &Home) {
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let request = home.requests().remove(0);
    let id = &request.message_id;
    home.mail(&format!(
        "From: MAILER-DAEMON@mx.frotasul.example\r\nTo: ajuda@balcao.example\r\nSubject: Undelivered\r\nMessage-ID: <b1@mx>\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nsorry\r\n--x\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; comercial@frotasul.example\r\n\
         Action: failed\r\nStatus: 5.1.1\r\n\r\n--x\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n--x--\r\n"
    ))
    .await;
    let ways = home.stands(&ticket.id).await.ways;
    let mail = ways.iter().find(|way| way.by == "mail").unwrap();
    assert_eq!(mail.state, "failed", "{mail:?}");
}

async fn an_environment_may_be_called_as_people_do(home: &Home) {
    for body in
        ["Precisamos de uma API Key de HML, como solicitar?", "How do we request an API key for sandbox?"]
    {
        let ticket = home.asked("ana@alfa.example", body).await;
        home.escalated(&ticket.id).await.unwrap();
        work(&home.desk, noon()).await;
        let request = home.requests().pop().unwrap();
        assert!(request.body.contains("Ambiente: Homologação"), "{}", request.body);
        home.answers(&request, "cora@frotasul.example", "ISSUED\nEnvironment: sandbox").await;
        assert_eq!(home.whole(&ticket.id).await.ticket.state, "investigation", "{body}");
    }
}

async fn a_request_that_was_taken_back_does_not_go(home: &Home) {
    let ticket = home.forwarded().await;
    taken_back(home, &ticket.id).await;
    home.escalated(&ticket.id).await.unwrap();
    work(&home.desk, noon()).await;
    assert_eq!(home.server.came().len(), 1, "only what it asks for now");
    // What commercial wrote without deciding is no longer to be looked at once support has the ticket.
    let request = home.requests().pop().unwrap();
    home.answers(&request, "cora@frotasul.example", "Qual é o produto?").await;
    assert!(home.whole(&ticket.id).await.ticket.tags.contains(TAG));
    taken_back(home, &ticket.id).await;
    assert!(!home.whole(&ticket.id).await.ticket.tags.contains(TAG));
}

#[test]
fn of_a_public_provider_only_the_mailbox_itself_is_commercials() {
    for (own, from, expected) in [
        ("comercial@frotasul.example", "cora@frotasul.example", true),
        ("comercial@frotasul.example", "cora@vendas.frotasul.example", false),
        ("frotasul@gmail.com", "FrotaSul@gmail.com", true),
        ("frotasul@gmail.com", "cora@gmail.com", false),
    ] {
        let section =
            Channels::parse(&format!("[commercial]\nmail = '{own}'\n")).unwrap().commercial.unwrap();
        assert_eq!(is_of(&section.open().unwrap(), from), expected, "{own} {from}");
    }
}
