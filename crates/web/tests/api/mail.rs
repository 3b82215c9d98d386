//! Mail on the pages: what is sent is shown beforehand, and how what was sent stands.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use balcao_core::ticket::Role;
use balcao_desk::jobs;
use balcao_desk::mail::{Letter, Post, PostError, Sending};
use jiff::SignedDuration;
use serde_json::json;

use crate::desk::{Home, now};
use crate::pages::{form, page};

/// Turns everything away for good, and keeps the links that it was given.
#[derive(Default)]
struct Wall(Mutex<Vec<String>>);

impl Post for Wall {
    fn domain(&self) -> &str {
        "balcao.example"
    }

    fn send<'l>(&'l self, letter: &'l Letter) -> Sending<'l> {
        Box::pin(async move {
            self.0.lock().unwrap().extend(letter.secret.as_ref().map(|secret| secret.to_string()));
            Err(PostError::Never("550 5.1.1 não existe".to_owned()))
        })
    }
}

async fn work(home: &Home) {
    while jobs::run_one(&home.desk, "w", now()).await.unwrap() != jobs::Outcome::Idle {}
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mail_is_shown_beforehand_and_can_do_nothing() {
    let home = Home::new().await;
    let lead = home.browser(Role::Lead).await;
    let list = home.send(page("/mensagens", &lead)).await;
    assert_eq!(list.status, StatusCode::OK);
    let policy = |answered: &crate::desk::Answered| {
        answered.headers["content-security-policy"].to_str().unwrap().to_owned()
    };
    assert!(
        policy(&list).contains("frame-src 'self'") && !policy(&list).contains("unsafe"),
        "{}",
        policy(&list)
    );
    for kind in ["answer", "reminder", "closing", "link", "invitation", "commercial"] {
        for language in ["pt-BR", "en"] {
            let place = format!("/mensagens/{kind}/{language}");
            let frame = home.send(page(&place, &lead)).await;
            assert_eq!(frame.status, StatusCode::OK, "{place}");
            assert!(frame.text.contains(&format!("lang=\"{language}\"")), "{}", frame.text);
            assert!(
                policy(&frame).contains("; sandbox") && !policy(&frame).contains("script-src"),
                "{place}"
            );
        }
        assert!(list.text.contains(&format!("src=\"/mensagens/{kind}/pt-BR\" sandbox")), "{kind}");
    }
    assert!(list.text.contains("O token tinha 14 horas"));
    let english = home.send(page("/mensagens?lingua=en", &lead)).await;
    assert!(english.text.contains("The token was 14 hours old"));
    assert_eq!(home.send(page("/mensagens/nada/en", &lead)).await.status, StatusCode::NOT_FOUND);
    // No other page has frames.
    assert!(!policy(&home.send(page("/procedimento", &lead)).await).contains("frame-src"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_shows_how_its_mail_stands() {
    let home = Home::new().await;
    let token = home.token(Role::Agent, None).await;
    let message = json!({"id": "m", "channel": "email", "received_at": "2026-06-09T13:58:00Z",
        "from": {"address": "dea@alfa.example"}, "subject": "Erro", "body": "Recebo 401."});
    let made = home.call("POST", "/api/v1/tickets", &token, Some(message)).await.json();
    let place = format!("/chamados/{}", made["protocol"].as_str().unwrap());
    let agent = home.browser(Role::Agent).await;
    let said = [("texto", "Sem e-mail."), ("tipo", "resposta"), ("vez", "1")];
    assert_eq!(
        home.send(form(&format!("{place}/responder"), &agent, &said)).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(!home.send(page(&place, &agent)).await.text.contains("data-mail"));
    let wall = Arc::new(Wall::default());
    let _same = home.desk.clone().mailing_by(wall);
    let said = [("texto", "Com e-mail."), ("tipo", "resposta"), ("vez", "2")];
    home.send(form(&format!("{place}/responder"), &agent, &said)).await;
    let waiting = home.send(page(&place, &agent)).await.text;
    assert!(waiting.contains("data-mail=\"waiting\"") && waiting.contains("na fila"));
    assert!(waiting.contains("Não foi enviada por e-mail"), "the first one went without");
    work(&home).await;
    let failed = home.send(page(&place, &agent)).await.text;
    assert!(failed.contains("data-mail=\"failed\"") && failed.contains("550 5.1.1 não existe"));
    assert!(failed.contains("E-mail recusado"), "the trail says so too");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_links_of_mails_lead_to_pages_and_a_contact_is_answered_where_the_link_went() {
    let home = Home::new().await;
    let manager = home.browser(Role::Manager).await;
    let wall = Arc::new(Wall::default());
    let _same = home.desk.clone().mailing_by(wall.clone());
    home.send(form("/entrar/link", "", &[("endereco", "dea@alfa.example")])).await;
    // The link is made after the answer.
    for _ in 0..100 {
        work(&home).await;
        if !wall.0.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let secret = wall.0.lock().unwrap().pop().unwrap();
    assert_eq!(home.send(page(&format!("/entrar/link/{secret}"), "")).await.status, StatusCode::OK);
    let entered = home.send(form(&format!("/entrar/link/{secret}"), "", &[])).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER);
    let new = [("login", "nova@balcao.example"), ("nome", "Nova"), ("papel", "agent")];
    let invited = home.send(form("/equipe", &manager, &new)).await;
    work(&home).await;
    let secret = wall.0.lock().unwrap().pop().unwrap();
    assert!(invited.text.contains(&format!("/convite/{secret}")), "whoever invites sees the same link");
    assert_eq!(home.send(page(&format!("/convite/{secret}"), "")).await.status, StatusCode::OK);
    // Nothing is left to send, however long one waits.
    let later = now() + SignedDuration::from_hours(2);
    while jobs::run_one(&home.desk, "w", later).await.unwrap() != jobs::Outcome::Idle {}
    assert!(wall.0.lock().unwrap().is_empty());
}
