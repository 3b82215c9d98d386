//! Twenty-four hours after the partner wrote nothing free is sent: it waits, whoever answered sees it, and a template may go.

use balcao_core::ticket::Role;
use balcao_desk::caller::Caller;
use balcao_desk::{DeskError, chat};
use jiff::SignedDuration;
use serde_json::json;

use crate::homes::{DEA, Home, after, answered, caller, deliver, noon, of, status, text, work};

crate::on_both!(
    an_answer_waits_until_the_partner_writes_and_a_person_may_ask_for_it,
    a_template_that_goes_by_itself_goes_once,
    what_nobody_wants_to_go_any_more_does_not,
    what_whatsapp_refuses_for_the_window_waits_too,
    who_may_not_change_a_ticket_sends_no_template,
);

const DAY: i64 = 24 * 60;

async fn an_answer_waits_until_the_partner_writes_and_a_person_may_ask_for_it(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    let agent = caller(Role::Agent);
    assert_eq!(chat::window_end(&home.desk, &agent, &id).await.unwrap(), Some(after(DAY)));
    let late = after(DAY);
    answered(&home.desk, &id, "Gere outro token.", late).await;
    assert_eq!(work(&home.desk, late).await, Vec::<String>::new());
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["outside".to_owned()], 0));
    let reason = home.errands(&id).await[0].reason.clone().unwrap();
    assert!(reason.contains("24 horas"), "{reason}");

    // A person asks, once.
    let templates = chat::templates(&home.desk, &agent, &id).await.unwrap();
    assert_eq!(templates.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["Retomar"]);
    let unknown = chat::ask(&home.desk, &agent, (&id, "outro"), late).await;
    assert!(matches!(unknown, Err(DeskError::Invalid(_))), "{unknown:?}");
    chat::ask(&home.desk, &agent, (&id, "retomar"), late).await.unwrap();
    let again = chat::ask(&home.desk, &agent, (&id, "retomar"), late).await;
    assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
    work(&home.desk, late).await;
    let sent = home.server.sent();
    assert_eq!(sent.len(), 1);
    let protocol = home.only().await.ticket.protocol;
    assert_eq!(
        sent[0]["template"],
        json!({"name": "retomar", "language": {"code": "pt_BR"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": protocol}]}]})
    );
    // A template that does not arrive may be sent again.
    home.delivered(&status("wamid.out1", None, "failed", Some(132_001))).await;
    work(&home.desk, late).await;
    chat::ask(&home.desk, &agent, (&id, "retomar"), late + SignedDuration::from_mins(1)).await.unwrap();
    work(&home.desk, late + SignedDuration::from_mins(1)).await;
    assert_eq!(home.server.sent().len(), 2);

    // The partner writes: what waited goes.
    let back = late + SignedDuration::from_mins(10);
    deliver(&home.desk, &of(DEA, "Dea", &[text("wamid.in2", "Oi", DAY + 9)]), back).await.unwrap();
    work(&home.desk, back).await;
    let sent = home.server.sent();
    assert_eq!((sent.len(), &sent[2]["text"]["body"]), (3, &json!("Gere outro token.")));
    assert_eq!(home.states(&id).await, ["sent", "failed", "sent"]);
}

async fn a_template_that_goes_by_itself_goes_once(home: &Home) {
    let desk = home.second("by_itself = true").await;
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    let late = after(DAY);
    answered(&desk, &id, "Gere outro token.", late).await;
    answered(&desk, &id, "E confira o relógio.", late).await;
    assert_eq!(work(&desk, late).await, Vec::<String>::new());
    let sent = home.server.sent();
    assert_eq!((sent.len(), &sent[0]["type"]), (1, &json!("template")));
    deliver(&desk, &of(DEA, "Dea", &[text("wamid.in2", "Oi", DAY + 9)]), after(DAY + 10)).await.unwrap();
    work(&desk, after(DAY + 10)).await;
    let said: Vec<String> =
        home.server.sent().iter().skip(1).map(|one| one["text"]["body"].to_string()).collect();
    assert_eq!(said, ["\"Gere outro token.\"", "\"E confira o relógio.\""], "in their order");
}

async fn what_nobody_wants_to_go_any_more_does_not(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    answered(&home.desk, &id, "Gere outro token.", after(DAY)).await;
    work(&home.desk, after(DAY)).await;
    let (agent, errand) = (caller(Role::Agent), home.errands(&id).await[0].id.clone());
    chat::discard(&home.desk, &agent, (&id, &errand), after(DAY)).await.unwrap();
    let again = chat::discard(&home.desk, &agent, (&id, &errand), after(DAY)).await;
    assert!(matches!(again, Err(DeskError::Conflict(_))), "{again:?}");
    deliver(&home.desk, &of(DEA, "Dea", &[text("wamid.in2", "Oi", DAY + 9)]), after(DAY + 10)).await.unwrap();
    work(&home.desk, after(DAY + 10)).await;
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["failed".to_owned()], 0));
}

async fn what_whatsapp_refuses_for_the_window_waits_too(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Gere outro token.").await;
    home.server.fail([crate::server::Fault::Refused(400, 131_047)]);
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    assert_eq!(home.states(&id).await, ["outside"]);
    home.dea(&[text("wamid.in2", "Oi", 0)]).await;
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["sent".to_owned()], 1));
    // It may say so only afterwards,
    home.delivered(&status("wamid.out1", None, "failed", Some(131_047))).await;
    work(&home.desk, noon()).await;
    assert_eq!(home.states(&id).await, ["outside"]);
    // and when the partner has written after it went, it goes again.
    home.dea(&[text("wamid.in3", "E?", 0)]).await;
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["sent".to_owned()], 2));
    deliver(&home.desk, &of(DEA, "Dea", &[text("wamid.in4", "Oi?", 1)]), after(2)).await.unwrap();
    work(&home.desk, after(2)).await;
    home.delivered(&status("wamid.out2", None, "failed", Some(131_047))).await;
    work(&home.desk, after(3)).await;
    assert_eq!((home.states(&id).await, home.server.sent().len()), (vec!["sent".to_owned()], 3));
}

async fn who_may_not_change_a_ticket_sends_no_template(home: &Home) {
    home.dea(&[text("wamid.in1", "Erro 401", 0)]).await;
    let id = home.only().await.ticket.id;
    home.answered(&id, "Gere outro token.").await;
    home.server.fail([crate::server::Fault::Refused(400, 131_026)]);
    work(&home.desk, noon()).await;
    let errand = home.errands(&id).await.pop().unwrap().id;
    let dea = Caller { partner: Some("alfa".to_owned()), ..caller(Role::PartnerContact) };
    let which = (&id, &errand);
    let done = [
        chat::ask(&home.desk, &dea, (&id, "retomar"), noon()).await,
        chat::resend(&home.desk, &dea, which, noon()).await,
        chat::discard(&home.desk, &dea, which, noon()).await,
        chat::arrived(&home.desk, &dea, which, noon()).await,
        chat::of_ticket(&home.desk, &dea, &id).await.map(|_| ()),
        chat::window_end(&home.desk, &dea, &id).await.map(|_| ()),
        chat::templates(&home.desk, &dea, &id).await.map(|_| ()),
    ];
    for done in done {
        assert!(matches!(done, Err(DeskError::Forbidden(_))), "{done:?}");
    }
    assert_eq!(home.states(&id).await, ["failed"]);
}
