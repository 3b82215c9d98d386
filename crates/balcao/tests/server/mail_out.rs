//! Mail of two servers, one of which is killed while the mail server is away: every answer arrives, once.

use balcao_testkit::api::Client;
use balcao_testkit::postfix::Server;
use serde_json::{Value, json};

use crate::homes::{Home, example};

#[test]
fn a_server_that_is_killed_loses_no_mail_and_doubles_none() {
    const MANY: usize = 6;
    let mx = Server::own();
    let mut home = Home::postgres();
    let config = home.path().join("balcao.toml");
    let text = format!(
        "mail_server = \"smtp://localhost:{}\"\nmail_from = \"Suporte <suporte@balcao.example>\"\nmail_ca_file = \"{}\"\n\
         address = \"https://balcao.example\"\n",
        mx.port(),
        mx.ca_file().display()
    );
    std::fs::write(&config, text).unwrap();
    home.desk.place.extend(["--config".to_owned(), config.display().to_string()]);
    let one = home.desk.start(&home.log()).unwrap();
    let other = home.desk.start(&home.log()).unwrap();
    let client = Client::new(&one.address, &home.desk.token("administrator").unwrap());
    let registry: Value = serde_json::from_str(&example("registry.json")).unwrap();
    assert_eq!(client.json("PUT", "/api/v1/registry", &registry, None).unwrap().status, 200);
    mx.stop();
    for n in 0..MANY {
        let message = json!({"id": format!("m{n}"), "channel": "email", "received_at": "2026-06-09T13:58:00Z",
            "from": {"address": format!("pessoa{n}@desconhecida.example")}, "subject": "Erro", "body": format!("Erro {n}.")});
        let made = client.json("POST", "/api/v1/tickets", &message, None).unwrap();
        let path = format!("/api/v1/tickets/{}/replies", made.text_of("id"));
        let said = client.json("POST", &path, &json!({"body": format!("Resposta {n}.")}), None).unwrap();
        assert_eq!(said.status, 201, "{}", said.text);
    }
    other.kill();
    let third = home.desk.start(&home.log()).unwrap();
    mx.come_back();
    // The second try is a quarter of a minute after the first, the third half a minute later.
    for _ in 0..30 {
        if mx.wait_for(MANY).len() >= MANY {
            break;
        }
    }
    let mails = mx.wait_for(MANY + 1);
    let mut to: Vec<&str> =
        mails.iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("To: "))).collect();
    to.sort_unstable();
    let expected: Vec<String> = (0..MANY).map(|n| format!("To: pessoa{n}@desconhecida.example")).collect();
    assert_eq!(to, expected);
    third.stop().unwrap();
    one.stop().unwrap();
    let log = std::fs::read_to_string(home.log()).unwrap();
    assert!(
        log.contains("mail@1") && !log.contains("desconhecida.example"),
        "tries are logged, addresses are not"
    );
}
