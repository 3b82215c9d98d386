//! Every operation of the description with every role, on another partner's things: who may not is told so, and nothing else.

use axum::http::StatusCode;
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, Permission};
use balcao_web::description;
use serde_json::{Value, json};

use crate::desk::{Home, message};

/// What an operation needs, and a body that is in order.
enum Needs {
    /// Anybody who is known.
    Any,
    /// Nobody needs to be known.
    Open,
    This(Permission),
    /// The permission, of somebody of the desk.
    Staff(Permission),
}

use Needs::{Any, Open, Staff, This};
use Permission::{
    AnswerForCode, CreateTickets, ManageJobs, ManagePeople, ManageTokens, MoveTickets, OpenOriginals,
    ReadDocuments, ReadProcedure, ReadRegistry, ReadRequests, ReadTickets, ReadTrail, WriteDocuments,
    WriteProcedure, WriteRegistry, WriteRequests, WriteTickets,
};

/// One line for each operation; the test fails for an operation without one.
fn needs(operation: &str) -> Option<(Needs, Option<Value>)> {
    let reason = || Some(json!({"reason": "porque sim"}));
    Some(match operation {
        "createTicket" => (This(CreateTickets), Some(message(99))),
        "listTickets" | "showTicket" | "listDiagnoses" => (This(ReadTickets), None),
        "changeTicket" => (This(WriteTickets), Some(json!({"priority": "alta"}))),
        "moveTicket" => (This(MoveTickets), Some(json!({"to": "analysis", "reason": "teste"}))),
        "moveTickets" => (
            This(MoveTickets),
            Some(json!({"tickets": ["2026-000001"], "transition": {"to": "analysis", "reason": "teste"}})),
        ),
        "showTicketTrail" | "rerunDiagnosis" => (This(ReadTickets), None),
        "addMessage" => (This(CreateTickets), Some(message(98))),
        "reply" | "note" => (This(WriteTickets), Some(json!({"body": "Bom dia"}))),
        "correctEvidence" => (
            This(WriteTickets),
            Some(json!({"evidence": "user", "value": "AL1", "reason": "disse ao telefone"})),
        ),
        "classifyTicket" => (
            This(WriteTickets),
            Some(json!({"situation": "duvida-api", "cause": "documentada", "reason": "era uma dúvida"})),
        ),
        "deliverFromCommercial" => (Open, Some(json!({}))),
        "answerForCommercial" => {
            (This(WriteTickets), Some(json!({"outcome": "refused", "reason": "contrato vencido"})))
        }
        "showCommercial" => (This(ReadTickets), None),
        "answerForCode" => (This(AnswerForCode), Some(json!({"said": "accepted", "body": "visto"}))),
        "showStandardReply" => (This(WriteTickets), None),
        "rehearseProcedure" => (This(WriteProcedure), Some(json!({"files": {}}))),
        "recordConfirmation" => (
            This(WriteTickets),
            Some(json!({"message": "01900000-0000-7000-8000-000000000000", "confirmed": true})),
        ),
        "openOriginal" => (This(OpenOriginals), reason()),
        "linkTickets" => {
            (This(WriteTickets), Some(json!({"kind": "same-cause", "to": "2026-000002", "reason": "igual"})))
        }
        "unlinkTickets" | "splitTicket" => (This(WriteTickets), reason()),
        _ => return needs_beside_tickets(operation),
    })
}

/// The same of what is not about a ticket.
fn needs_beside_tickets(operation: &str) -> Option<(Needs, Option<Value>)> {
    Some(match operation {
        "claimFirstAdministrator" => (
            Open,
            Some(json!({"token": "x", "login": "a", "name": "A", "password": "correto cavalo bateria"})),
        ),
        "logIn" => (Open, Some(json!({"login": "a", "password": "b"}))),
        "acceptInvitation" => (Open, Some(json!({"token": "x", "password": "correto cavalo bateria"}))),
        "logOut" | "showMe" | "enrolSecondFactor" => (Any, None),
        "changePassword" => (Any, Some(json!({"old": "a", "new": "b"}))),
        "confirmSecondFactor" | "disableSecondFactor" => (Any, Some(json!({"code": "123456"}))),
        "listAccounts" | "showAccount" | "listSessions" | "inviteAccount" | "removeSecondFactor"
        | "endSession" => (This(ManagePeople), None),
        "createAccount" => {
            (This(ManagePeople), Some(json!({"login": "novo", "name": "Novo", "role": "agent"})))
        }
        "changeAccount" => (This(ManagePeople), Some(json!({"name": "Outro"}))),
        "listTokens" | "endToken" => (This(ManageTokens), None),
        "createToken" => (This(ManageTokens), Some(json!({"name": "t", "role": "agent"}))),
        "listQuarantine" | "releaseJob" | "listMailQuarantine" | "retryMail" | "listMailboxes"
        | "forgetMailbox" => (This(ManageJobs), None),
        "readTrail" => (This(ReadTrail), None),
        "deliverMail" => (Staff(CreateTickets), Some(json!(MAIL))),
        "feedSignedRequests" | "feedOtlpLogs" | "deliverFromTracker" => (Any, Some(json!(""))),
        "feedRequests" => (This(WriteRequests), Some(json!(""))),
        "listRejectedRequests" => (This(ReadRequests), None),
        "showRegistry" | "exportTable" | "listEntries" | "showEntry" => (This(ReadRegistry), None),
        "putRegistry" => (This(WriteRegistry), Some(json!({}))),
        "importTable" => (This(WriteRegistry), Some(json!("code,name\n"))),
        "putEntry" => (This(WriteRegistry), Some(json!({"code": "alfa", "name": "Alfa"}))),
        "removeEntry" | "linkUser" | "unlinkUser" => (This(WriteRegistry), None),
        "listDocuments" | "showDocument" | "askDocumentation" => (This(ReadDocuments), None),
        "putDocuments" => (This(WriteDocuments), Some(json!({"files": {"a.md": "# A"}}))),
        "putDocument" => (This(WriteDocuments), Some(json!("# A"))),
        "removeDocument" => (This(WriteDocuments), None),
        "showProcedure" | "listProcedureRevisions" | "showProcedureRevision" => (This(ReadProcedure), None),
        "checkProcedure" => (This(ReadProcedure), Some(json!({"files": {}}))),
        "putProcedure" => (This(WriteProcedure), Some(json!({"files": {}, "reason": "teste"}))),
        _ => return of_chats(operation),
    })
}

/// The lines of chats.
fn of_chats(operation: &str) -> Option<(Needs, Option<Value>)> {
    Some(match operation {
        "verifyWhatsApp" => (Open, None),
        "deliverFromWhatsApp" | "deliverFromChat" => (Open, Some(json!({}))),
        "listErrands" => (Staff(ReadTickets), None),
        "resendErrand" => (This(WriteTickets), None),
        "sendTemplate" => (This(WriteTickets), Some(json!({"name": "retomar"}))),
        "listChatQuarantine" | "retryChatDelivery" => (This(ManageJobs), None),
        _ => return None,
    })
}

/// A mail in order.
const MAIL: &str = "From: dev@alfa.example\r\nSubject: Erro\r\nMessage-ID: <m@alfa.example>\r\n\r\nErro 500";

/// An id that nothing has.
const NOBODY: &str = "01900000-0000-7000-8000-000000000000";

/// Method, path with everything filled in, and name of each operation.
fn operations(ticket: &str, message: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (path, item) in description()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = match path.as_str() {
                path if path.contains("/tickets/{id}") => ticket,
                path if path.contains("/registry/") => "alfa",
                _ => NOBODY,
            };
            let path = path
                .replace("{id}", id)
                .replace("{message}", message)
                .replace("{diagnosis}", NOBODY)
                .replace("{errand}", NOBODY)
                .replace("{name}", "chave-inativa")
                .replace("{kind}", "same-cause")
                .replace("{to}", "2026-000002")
                .replace("{list}", "partners")
                .replace("{table}", "partners")
                .replace("{login}", "AL1")
                .replace("{session}", "0123456789abcdef")
                .replace("{path}", "a.md");
            let path = if path.ends_with("/search") { path + "?q=prazo" } else { path };
            let name = operation["operationId"].as_str().unwrap().to_owned();
            found.push((method.to_uppercase(), path, name));
        }
    }
    found
}

#[tokio::test]
async fn whoever_may_not_is_told_so_and_another_partners_things_are_not_there() {
    let home = Home::new().await;
    let admin = home.token(Role::Administrator, None).await;
    let (ticket, first) = home.ticket(&admin, 1).await;
    home.ticket(&admin, 2).await;
    let operations = operations(&ticket, &first);
    assert!(operations.len() > 60, "{}", operations.len());
    for role in Role::ALL.into_iter().filter(|role| *role != Role::System) {
        let partner = (role == Role::PartnerContact).then_some("beta");
        let token = home.token(role, partner).await;
        let caller = Caller {
            id: String::new(),
            name: String::new(),
            role,
            partner: partner.map(str::to_owned),
            narrowed: None,
        };
        for (method, path, name) in &operations {
            let (needs, body) = needs(name).unwrap_or_else(|| panic!("no line for {name}"));
            let answered = home.call(method, path, &token, body.clone()).await;
            let told = format!("{role:?} {name} {}: {}", answered.status, answered.text);
            assert!(answered.status.as_u16() < 500, "{told}");
            let outside = matches!(role, Role::PartnerContact | Role::Code | Role::Commercial);
            let on_ticket = path.contains(&ticket);
            match needs {
                This(permission) if !(caller.may(permission) || outside && on_ticket) => {
                    assert_eq!(answered.status, StatusCode::FORBIDDEN, "{told}");
                }
                Staff(permission) if role == Role::PartnerContact || !caller.may(permission) => {
                    assert_eq!(answered.status, StatusCode::FORBIDDEN, "{told}");
                }
                This(_) if outside && on_ticket => {
                    // A ticket of another partner, or at no team: as if it were not there.
                    let hidden = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
                    assert!(hidden.contains(&answered.status), "{told}");
                    assert!(!answered.text.contains("alfa"), "{told}");
                }
                This(_) | Staff(_) => {
                    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                    // People look after those who are no more than themselves.
                    assert!(!refused.contains(&answered.status), "{told}");
                }
                Any | Open => {}
            }
        }
        // What is listed and searched is one's own only.
        for path in ["/api/v1/tickets", "/api/v1/tickets?q=proposta"] {
            let listed = home.call("GET", path, &token, None).await;
            let theirs =
                listed.json()["items"].as_array().unwrap().iter().any(|item| item["partner"] == "alfa");
            assert_eq!(
                theirs,
                !matches!(role, Role::PartnerContact | Role::Code | Role::Commercial),
                "{role:?}"
            );
        }
    }
}

#[tokio::test]
async fn without_a_token_or_with_a_wrong_one_nothing_is_told() {
    let home = Home::new().await;
    let admin = home.token(Role::Administrator, None).await;
    let (ticket, first) = home.ticket(&admin, 1).await;
    for (method, path, name) in operations(&ticket, &first) {
        let (needs, body) = needs(&name).unwrap_or_else(|| panic!("no line for {name}"));
        for token in ["", "blc_0000000000000000000000000000000000000000", "no-session", "\u{e9}"] {
            let answered = home.call(&method, &path, token, body.clone()).await;
            if matches!(needs, Open) {
                assert!(answered.status.as_u16() < 500, "{name}: {}", answered.text);
            } else {
                assert_eq!(answered.status, StatusCode::UNAUTHORIZED, "{name}: {}", answered.text);
                assert_eq!(answered.headers["www-authenticate"], "Bearer");
            }
        }
    }
}

#[tokio::test]
async fn a_token_narrowed_to_one_scope_does_nothing_else() {
    use balcao_desk::people::token::{NewToken, create_unchecked};

    let home = Home::new().await;
    let new = NewToken {
        name: "gateway".to_owned(),
        role: Role::Administrator,
        scopes: vec![WriteRequests],
        partner: None,
        expires: None,
        personal: false,
    };
    let (_, token) = create_unchecked(&home.desk, new, crate::desk::now()).await.unwrap();
    let fed = home.call("POST", "/api/v1/requests", &token, Some(json!(""))).await;
    assert_eq!(fed.status, StatusCode::OK, "{}", fed.text);
    for path in ["/api/v1/tickets", "/api/v1/registry", "/api/v1/accounts", "/api/v1/trail"] {
        let answered = home.call("GET", path, &token, None).await;
        assert_eq!(answered.status, StatusCode::FORBIDDEN, "{path} {}", answered.text);
    }
    // Nor makes it a token that may more.
    let more = json!({"name": "t", "role": "administrator"});
    let answered = home.call("POST", "/api/v1/tokens", &token, Some(more)).await;
    assert_eq!(answered.status, StatusCode::FORBIDDEN, "{}", answered.text);
}
