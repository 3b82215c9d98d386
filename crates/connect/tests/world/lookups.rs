//! A registry elsewhere: what it knows decides, what it does not tell leaves the question open, and nobody waits for it for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use balcao_connect::lookup::{Clock, Connector, Settings};
use balcao_core::evidence::key::KeyPrint;
use balcao_core::ticket::Role;
use balcao_desk::Desk;
use balcao_desk::secrets::hex;
use balcao_desk::verbs::standard_reply::standard_reply;
use jiff::Timestamp;

use crate::homes::{HELD, Home, THEIRS, about_key, check, message, proves_itself, received};
use crate::server::{Answer, Server};

crate::on_both!(
    what_is_known_elsewhere_decides_and_the_diagnosis_can_be_made_again,
    what_does_not_come_leaves_the_question_open_within_the_time_out,
    a_partner_that_is_known_elsewhere_is_the_sender,
);

/// A clock that the test sets.
#[derive(Clone, Default)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn on(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let own = self.clone();
        Arc::new(move || Timestamp::from_second(1_781_013_600 + own.0.load(Ordering::SeqCst)).unwrap())
    }
}

const FIELDS: &str = r#"
[fields]
status = "/chave/situacao"
environment = "/chave/ambiente"
partner = "/chave/parceiro"
users = "/chave/usuarios"
user_login = "/login"
[fields.values.status]
ATIVA = "active"
CANCELADA = "inactive"
"#;

fn known(status: &str) -> Answer {
    let body = format!(
        r#"{{"chave":{{"situacao":"{status}","ambiente":"producao","parceiro":"alfa","usuarios":[{{"login":"al1"}},{{"login":"OUTRO"}}]}}}}"#
    );
    Answer::With(200, body)
}

/// A section for keys, with more lines.
fn section(server: &Server, more: &str) -> Settings {
    let text = format!(
        "name = 'chaves'\nwhat = 'key'\nurl = '{}/keys/{{fingerprint}}'\ntimeout_ms = 300\n{more}\n{FIELDS}",
        server.address
    );
    toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn asking(home: &Home, sections: &[Settings], hand: &Hand) -> Desk {
    home.desk.clone().asking(Arc::new(Connector::new(sections, hand.clock()).unwrap()))
}

fn fingerprint(desk: &Desk, key: &str) -> String {
    hex(KeyPrint::of(key, &desk.secrets().hash_secret()).unwrap().hash())
}

async fn what_is_known_elsewhere_decides_and_the_diagnosis_can_be_made_again(home: Home) {
    let server = Server::new(Answer::With(404, String::new())).await;
    let path = format!("/keys/{}", fingerprint(&home.desk, THEIRS));
    server.at(&path, known("CANCELADA"));
    let desk = asking(&home, &[section(&server, "")], &Hand::default());
    let new = received(&desk, &about_key(1, THEIRS)).await;
    for (name, verdict) in [
        ("api-key-existe", "sim"),
        ("api-key-ativa", "nao"),
        ("api-key-no-ambiente-correto", "sim"),
        ("api-key-do-parceiro", "sim"),
        ("usuario-vinculado-a-api-key", "sim"),
    ] {
        assert_eq!(check(&new.diagnosis, name).0, verdict, "{name}: {}", new.diagnosis);
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "what our own registry holds is not asked for: {asked:?}");
    assert!(asked[0].contains(&path) && !asked[0].contains(THEIRS), "{}", asked[0]);
    server.answers(Answer::Closed);
    proves_itself(&desk, &new, &[THEIRS, "OUTRO"]).await;
    let reply =
        standard_reply(&desk, &crate::homes::caller(Role::Agent), (&new.ticket.id, "chave-inativa")).await;
    assert!(reply.unwrap().body.contains(THEIRS.get(THEIRS.len() - 4..).unwrap()));
}

async fn what_does_not_come_leaves_the_question_open_within_the_time_out(home: Home) {
    let server = Server::new(Answer::Silent).await;
    let hand = Hand::default();
    let desk = asking(&home, &[section(&server, "failures = 100")], &hand);
    let unknown_partner =
        r#"{"chave":{"situacao":"ATIVA","ambiente":"producao","parceiro":"zeta","usuarios":[]}}"#;
    let unknown_status =
        r#"{"chave":{"situacao":"PENDENTE","ambiente":"producao","parceiro":"alfa","usuarios":[]}}"#;
    let table = [
        (Answer::Silent, "o cadastro externo não respondeu em 300 ms"),
        (Answer::Half, "o cadastro externo não respondeu em 300 ms"),
        (Answer::Closed, "o cadastro externo não foi alcançado"),
        (Answer::With(500, "{}".to_owned()), "HTTP 500"),
        (Answer::With(401, "{}".to_owned()), "recusou a pergunta (HTTP 401)"),
        (Answer::Redirect, "HTTP 302"),
        (Answer::Huge, "grande demais"),
        (Answer::With(200, "<html>".to_owned()), "não é JSON"),
        (Answer::With(200, "{}".to_owned()), "não traz `status`"),
        (Answer::With(200, unknown_status.to_owned()), "um valor que o mapeamento não conhece"),
        (Answer::With(200, unknown_partner.to_owned()), "um parceiro que o cadastro daqui não tem"),
    ];
    let mut last = None;
    for (number, (answer, why)) in (0..).zip(table) {
        server.answers(answer);
        let begun = Instant::now();
        let new = received(&desk, &about_key(number, THEIRS)).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{why}: it held the message up");
        for name in ["api-key-existe", "api-key-ativa", "usuario-vinculado-a-api-key"] {
            let (verdict, proof) = check(&new.diagnosis, name);
            assert_eq!(verdict, "indeterminado", "{name}: {why}");
            assert!(proof.contains(why), "{name}: {proof} is not {why}");
        }
        assert_eq!(check(&new.diagnosis, "usuario-existe").0, "sim", "what is held here is still known");
        assert!(!server.asked().iter().any(|head| head.contains("/elsewhere")), "a redirection was followed");
        // An answer that was heard is remembered; the next one is asked for anew.
        hand.on(60);
        last = Some(new);
    }
    proves_itself(&desk, &last.unwrap(), &[THEIRS]).await;
}

async fn a_partner_that_is_known_elsewhere_is_the_sender(home: Home) {
    let server = Server::new(Answer::With(404, String::new())).await;
    server.at(
        "/partners?email=ana%40novo.example",
        Answer::With(200, r#"{"codigo":"novo","nome":"Novo"}"#.to_owned()),
    );
    let key =
        r#"{"chave":{"situacao":"ATIVA","ambiente":"producao","parceiro":"novo","usuarios":[]}}"#.to_owned();
    server.at("/keys/", Answer::With(200, key));
    let partner = format!(
        "name = 'parceiros'\nwhat = 'partner'\nurl = '{}/partners?email={{address}}'\nfields = {{ partner = '/codigo', name = '/nome' }}",
        server.address
    );
    let sections = [toml::from_str(&partner).unwrap(), section(&server, "")];
    let desk = asking(&home, &sections, &Hand::default());
    let body =
        format!("x-api-key: {THEIRS}: POST https://api.frotasul.example/api/propostas devolveu erro 401");
    let new = received(&desk, &message(1, "ana@novo.example", &body, &[])).await;
    assert_eq!(new.ticket.partner.as_deref(), Some("novo"));
    assert_eq!(check(&new.diagnosis, "api-key-do-parceiro").0, "sim", "{}", new.diagnosis);
    proves_itself(&desk, &new, &[THEIRS]).await;
    let other = received(&desk, &message(2, "bia@ninguem.example", "Bom dia", &[])).await;
    assert_eq!(other.ticket.partner, None);
}

#[tokio::test]
async fn an_answer_is_remembered_for_its_time_also_that_there_is_none() {
    let home = crate::homes::sqlite().await;
    let server = Server::new(Answer::With(404, String::new())).await;
    let hand = Hand::default();
    let desk = asking(&home, &[section(&server, "cache_seconds = 10")], &hand);
    for (number, (seconds, asked)) in (0..).zip([(0, 1), (9, 1), (1, 2)]) {
        hand.on(seconds);
        let new = received(&desk, &about_key(number, THEIRS)).await;
        assert_eq!(check(&new.diagnosis, "api-key-existe").0, "nao", "404 is an answer");
        assert_eq!(server.asked().len(), asked, "after {seconds} s more");
    }
}

#[tokio::test]
async fn whoever_fails_is_left_alone_and_tried_again_once() {
    let home = crate::homes::sqlite().await;
    let server = Server::new(Answer::With(503, String::new())).await;
    let hand = Hand::default();
    let desk =
        asking(&home, &[section(&server, "failures = 2\nrest_seconds = 20\ncache_seconds = 0")], &hand);
    let mut number = 0;
    let mut ask = async |why: &str, asked: usize| {
        number += 1;
        let new = received(&desk, &about_key(number, THEIRS)).await;
        let (verdict, proof) = check(&new.diagnosis, "api-key-existe");
        assert!(proof.contains(why), "{verdict}: {proof} is not {why}");
        assert_eq!(server.asked().len(), asked, "{why}");
    };
    ask("HTTP 503", 1).await;
    ask("HTTP 503", 2).await;
    ask("não vem respondendo", 2).await;
    hand.on(20);
    ask("HTTP 503", 3).await;
    ask("não vem respondendo", 3).await;
    hand.on(20);
    server.answers(known("ATIVA"));
    ask("está cadastrada", 4).await;
    ask("está cadastrada", 5).await;
}

#[tokio::test]
async fn our_own_registry_comes_first_unless_the_other_is_the_authority() {
    let gone = Answer::With(404, String::new());
    let table = [
        ("", known("CANCELADA"), ("sim", "sim"), 0),
        ("authoritative = true", known("CANCELADA"), ("sim", "nao"), 1),
        ("authoritative = true", known("ATIVA"), ("sim", "sim"), 1),
        ("authoritative = true", gone, ("nao", "indeterminado"), 1),
        ("authoritative = true", Answer::With(500, String::new()), ("indeterminado", "indeterminado"), 1),
    ];
    for (more, answer, (exists, active), asked) in table {
        let home = crate::homes::sqlite().await;
        let server = Server::new(answer).await;
        let desk = asking(&home, &[section(&server, more)], &Hand::default());
        let new = received(&desk, &about_key(1, HELD)).await;
        assert_eq!(check(&new.diagnosis, "api-key-existe").0, exists, "{more} {}", new.diagnosis);
        assert_eq!(check(&new.diagnosis, "api-key-ativa").0, active, "{more}");
        assert_eq!(server.asked().len(), asked, "{more}");
        proves_itself(&desk, &new, &[HELD]).await;
    }
}

#[tokio::test]
async fn a_key_travels_only_where_the_file_says_so_and_secrets_go_in_headers() {
    let home = crate::homes::sqlite().await;
    let server = Server::new(known("ATIVA")).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("segredo");
    std::fs::write(&path, "Bearer abc123").unwrap();
    let text = format!(
        "name = 'chaves'\nwhat = 'key'\nurl = '{}/keys?k={{key}}'\nsends = 'key'\nheaders = {{ Authorization = {{ file = '{}' }} }}\n{FIELDS}",
        server.address,
        path.display()
    );
    let desk = asking(&home, &[toml::from_str(&text).unwrap()], &Hand::default());
    // One that only looks like a key is not sent to anybody.
    let loose = message(1, "dev@alfa.example", "protocolo 7Yc3pQm5KdJs6Ge0Aa11 do outro sistema", &[]);
    received(&desk, &loose).await;
    assert_eq!(server.asked(), Vec::<String>::new());
    let new = received(&desk, &about_key(2, THEIRS)).await;
    let asked = server.asked();
    assert!(asked[0].starts_with(&format!("GET /keys?k={THEIRS} ")), "{}", asked[0]);
    assert!(asked[0].contains("authorization: Bearer abc123"), "{}", asked[0]);
    assert_eq!(check(&new.diagnosis, "api-key-ativa").0, "sim");
    proves_itself(&desk, &new, &[THEIRS, "abc123"]).await;
}

#[test]
fn a_section_that_would_not_work_is_refused_at_the_start() {
    let table = [
        ("url = 'http://h.example/{fingerprint}'", "https://"),
        ("url = 'https://h.example/{key}'", "`{key}` não existe aqui"),
        ("url = 'https://h.example/{fingerprint}'\nsends = 'hmac-sha256'", "fingerprint_secret"),
        ("url = 'https://h.example/{fingerprint}'\ntimeout_ms = 60000", "timeout_ms"),
        (
            "url = 'https://h.example/{fingerprint}'\nfields = { status = '/s', partner = '/p' }",
            "fields.environment",
        ),
    ];
    for (lines, expected) in table {
        let settings: Settings = toml::from_str(&format!("name = 'x'\nwhat = 'key'\n{lines}")).unwrap();
        let error = Connector::new(&[settings], Hand::default().clock()).err().map(|error| error.to_string());
        assert!(error.as_deref().is_some_and(|error| error.contains(expected)), "{lines}: {error:?}");
    }
}
