//! A request goes out with all that it contains, once by each way, also where commercial was away for a while.

use balcao_connect::mail_out::{self, words};
use balcao_connect::signed::{Headers, Key, verify};
use balcao_core::ticket::{Role, State, Transition};
use balcao_desk::verbs::step;
use jiff::SignedDuration;
use serde_json::Value;

use crate::homes::{Home, SECRET, caller, noon, told, work};

crate::on_both!(
    a_request_travels_by_mail_and_by_webhook_once,
    what_commercial_does_not_take_waits_and_then_goes_once,
    a_request_that_was_taken_back_does_not_go,
);

async fn a_request_travels_by_mail_and_by_webhook_once(home: &Home) {
    let ticket = home.forwarded().await;
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    assert_eq!(work(&home.desk, noon() + SignedDuration::from_hours(1)).await, Vec::<String>::new());
    let came = home.server.came();
    assert_eq!(came.len(), 1);
    let header = |name: &str| came[0].headers[name].as_str();
    let headers = Headers {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    assert_eq!(verify(&[Key::parse(SECRET).unwrap()], &headers, came[0].body.as_bytes(), noon()), Ok(()));
    let body: Value = serde_json::from_str(&came[0].body).unwrap();
    assert_eq!(body["type"], "api_key.requested");
    let data = &body["data"];
    assert_eq!(data["ticket"], ticket.protocol.as_str());
    assert_eq!(data["partner"]["code"], "alfa");
    assert_eq!(data["environments"][0]["code"], "producao");
    assert_eq!(data["environments"].as_array().unwrap().len(), 1);
    assert_eq!(data["requester"], "Ana <[e-mail]>");
    assert!(data["reason"].as_str().unwrap().contains("ainda não tem chave"));
    assert!(!came[0].body.contains("11.222.333") && came[0].body.contains("**"), "{}", came[0].body);
    let mails = home.requests();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "comercial@frotasul.example");
    let words = words(&mails[0], mail_out::Place { address: "https://balcao.example" }).unwrap();
    for needed in
        ["Parceiro: Alfa", "Ambiente: Produção", "Quem pede: Ana", "EMITIDA ou RECUSADA", "Não envie a chave"]
    {
        assert!(words.text.contains(needed), "{needed}: {}", words.text);
    }
    assert!(words.subject.contains(&ticket.protocol));
    let stands = home.stands(&ticket.id).await;
    let ways: Vec<_> = stands.ways.iter().map(|way| (way.by, way.state.as_str())).collect();
    assert_eq!(ways, [("mail", "sent"), ("webhook", "sent")]);
    assert!(stands.is_there && stands.answers.is_empty());
    assert_eq!(told(&home.desk).await, ["commercial_forwarded"]);
}

async fn what_commercial_does_not_take_waits_and_then_goes_once(home: &Home) {
    home.server.answers(503);
    let ticket = home.forwarded().await;
    let failed = work(&home.desk, noon()).await;
    assert_eq!(failed.len(), 1, "{failed:?}");
    let way = |stands: &balcao_desk::commercial::Shown| {
        stands.ways.iter().find(|way| way.by == "webhook").unwrap().clone()
    };
    let waiting = way(&home.stands(&ticket.id).await);
    assert_eq!((waiting.state.as_str(), waiting.attempts), ("waiting", 1));
    assert!(waiting.reason.unwrap().contains("503"));
    // Not before its time.
    assert_eq!(work(&home.desk, noon()).await, Vec::<String>::new());
    home.server.answers(0);
    assert_eq!(work(&home.desk, noon() + SignedDuration::from_mins(1)).await.len(), 1);
    home.server.answers(204);
    assert_eq!(work(&home.desk, noon() + SignedDuration::from_mins(10)).await, Vec::<String>::new());
    assert_eq!(work(&home.desk, noon() + SignedDuration::from_hours(9)).await, Vec::<String>::new());
    let came = home.server.came();
    assert_eq!(came.len(), 3);
    // However often it came, whoever took it knows it again.
    assert!(came.iter().all(|one| one.headers["webhook-id"] == came[0].headers["webhook-id"]));
    assert!(came.iter().all(|one| one.body == came[0].body));
    let sent = way(&home.stands(&ticket.id).await);
    assert_eq!((sent.state.as_str(), sent.attempts, sent.reason), ("sent", 3, None));
    // What is wrong with the request itself is not tried for ever.
    home.server.answers(422);
    let other = home.forwarded().await;
    work(&home.desk, noon() + SignedDuration::from_hours(9)).await;
    assert_eq!(way(&home.stands(&other.id).await).state, "failed");
}

async fn a_request_that_was_taken_back_does_not_go(home: &Home) {
    home.server.answers(503);
    let ticket = home.forwarded().await;
    work(&home.desk, noon()).await;
    let wanted = Transition::to(State::Investigation, "o parceiro achou a chave dele");
    step::walk(&home.desk, &caller(Role::Agent), &ticket.id, &wanted, noon()).await.unwrap();
    home.server.answers(204);
    work(&home.desk, noon() + SignedDuration::from_mins(5)).await;
    assert_eq!(home.server.came().len(), 1, "only the first try");
    let stands = home.stands(&ticket.id).await;
    let way = stands.ways.iter().find(|way| way.by == "webhook").unwrap();
    assert_eq!(way.state, "failed");
    assert!(!stands.is_there);
}
