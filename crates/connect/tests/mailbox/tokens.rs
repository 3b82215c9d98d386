//! Logging in by a token: asked for, remembered, renewed, and refused in words.

use std::sync::{Arc, Mutex};

use balcao_connect::channels::Secret;
use balcao_connect::mailbox::{Oauth, Settings};
use balcao_testkit::dovecot::TOKEN_KEY;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::homes::{Home, Watching, dovecot, mail, mailbox};

crate::on_both!(a_token_opens_the_mailbox_and_a_refusal_is_told);

/// A token that the server believes: of `caixa`, until 2100.
fn token() -> String {
    let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
    let signed = format!(
        "{}.{}",
        part(r#"{"alg":"HS256","typ":"JWT"}"#),
        part(r#"{"email":"caixa","sub":"caixa","iat":1700000000,"exp":4102444800}"#)
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(TOKEN_KEY).unwrap()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// A server of tokens: its address, what it answers next, and what it was asked.
async fn tokens() -> (String, Arc<Mutex<(u16, String)>>, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/token", listener.local_addr().unwrap());
    let answer = Arc::new(Mutex::new((400, r#"{"error":"invalid_client"}"#.to_owned())));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (answers, notes) = (answer.clone(), asked.clone());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut read = vec![0; 8192];
            let mut length = 0;
            loop {
                length += stream.read(&mut read[length..]).await.unwrap();
                let text = String::from_utf8_lossy(&read[..length]).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                let head = head.to_ascii_lowercase();
                let wanted: usize = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .unwrap()
                    .parse()
                    .unwrap();
                if body.len() >= wanted {
                    notes.lock().unwrap().push(body.to_owned());
                    break;
                }
            }
            let (status, body) = answers.lock().unwrap().clone();
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, answer, asked)
}

async fn a_token_opens_the_mailbox_and_a_refusal_is_told(home: &Home) {
    let server = dovecot().await;
    server.deliver("caixa", &mail(0));
    let (address, answers, asked) = tokens().await;
    let oauth = Oauth {
        token_url: address.parse().unwrap(),
        client_id: "balcao".to_owned(),
        client_secret: Some(Secret::of("segredo-do-cliente".to_owned())),
        refresh_token: Some(Secret::of("renovacao-1".to_owned())),
        scope: Some("imap".to_owned()),
    };
    let settings = Settings { password: None, oauth: Some(oauth), ..mailbox(&server) };
    let watching = Watching::start(&home.desk, settings);
    let says = |words: &'static str| {
        home.until(move |shown| shown.mailbox.error.as_deref().is_some_and(|why| why.contains(words)))
    };
    says("invalid_client").await;
    // What is no token of the server's is refused by it, and asked for anew.
    *answers.lock().unwrap() = (200, r#"{"access_token":"nenhum","expires_in":3600}"#.to_owned());
    says("recusou o usuário").await;
    let good = format!(r#"{{"access_token":"{}","expires_in":3600,"refresh_token":"renovacao-2"}}"#, token());
    *answers.lock().unwrap() = (200, good);
    let shown = home.until_stored(1).await;
    assert_eq!(shown.mailbox.error, None);
    let known = asked.lock().unwrap().len();
    // Connected anew within its life: the same token.
    server.kill();
    server.deliver("caixa", &mail(1));
    server.come_back();
    home.until_stored(2).await;
    watching.stop().await;
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), known);
    assert!(asked.iter().all(|body| body.contains("grant_type=refresh_token&refresh_token=renovacao-1")));
}
