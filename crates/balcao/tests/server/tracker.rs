//! The program with a tracker in its channels' file: what is escalated arrives there, and what is closed there comes back.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use balcao_testkit::api::Client;
use serde_json::{Value, json};

use crate::homes::{Home, example};

const TOKEN: &str = "tok_3m1ss4r1o_d4_desk";
const SECRET: &str = "segredo-das-entregas-1";

/// What somebody asked: first line, token, body.
type Asked = (String, String, String);

/// As much of GitLab as opening an issue, and writing and reading its notes, needs.
fn answered(stream: &TcpStream, told: &Sender<Asked>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut first, mut token, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).ok()?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "private-token" => value.trim().clone_into(&mut token),
            "content-length" => length = value.trim().parse().ok()?,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let issue = json!({"id": 1001, "iid": 1, "state": "opened", "labels": [], "assignees": [],
        "web_url": "https://gitlab.example/grupo/api/-/issues/1", "updated_at": "2026-05-28T12:00:00Z"});
    let answer = match first.split_whitespace().nth(1)? {
        path if path.contains("/notes?") => json!([]),
        path if path.ends_with("/notes") => json!({"id": 7}),
        _ => issue,
    };
    let answer = answer.to_string();
    let mut stream = stream;
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", answer.len());
    stream.write_all(format!("{head}{answer}").as_bytes()).ok()?;
    let body = String::from_utf8(body).ok()?;
    told.send((first, token, body)).ok()
}

fn gitlab() -> (u16, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _hung_up = answered(&stream, &tell);
        }
    });
    (port, told)
}

/// The next thing that is sent there; what is only asked for is passed over.
fn sent(told: &Receiver<Asked>) -> Asked {
    loop {
        let next = told.recv_timeout(Duration::from_secs(60)).unwrap();
        if next.0.starts_with("POST") {
            return next;
        }
    }
}

fn started(home: &mut Home, port: u16) {
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (token, secret) = (write("token", TOKEN), write("secret", SECRET));
    let channels = write(
        "channels.toml",
        &format!(
            "[tracker]\nkind = 'gitlab'\nname = 'code'\nurl = 'http://127.0.0.1:{port}'\nproject = 'grupo/api'\n\
             token = {{ file = '{token}' }}\nwebhook_secret = {{ file = '{secret}' }}\n"
        ),
    );
    let config =
        write("balcao.toml", &format!("channels = '{channels}'\naddress = 'https://balcao.example'\n"));
    home.desk.place.extend(["--config".to_owned(), config]);
}

#[test]
fn what_is_escalated_arrives_and_what_is_closed_there_comes_back() {
    let (port, told) = gitlab();
    let mut home = Home::sqlite();
    started(&mut home, port);
    let server = home.desk.start(&home.log()).unwrap();
    let client = Client::new(&server.address, &home.desk.token("administrator").unwrap());
    let registry: Value = serde_json::from_str(&example("registry.json")).unwrap();
    assert_eq!(client.json("PUT", "/api/v1/registry", &registry, None).unwrap().status, 200);
    let names = ["openapi-v1.yaml", "openapi-v2.yaml"];
    let files: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!(example(&format!("docs/{name}"))))).collect();
    let put = client.json("PUT", "/api/v1/documents", &json!({"files": files}), None).unwrap();
    assert_eq!(put.status, 200, "{}", put.text);
    let log = example("requests.ndjson");
    let ndjson = [("content-type", "application/x-ndjson")];
    assert_eq!(client.send("POST", "/api/v1/requests", log.as_bytes(), &ndjson).unwrap().status, 200);
    let all = example("inbound.ndjson");
    let message = all.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let message = message.into_iter().find(|message| message["id"] == "dev-058").unwrap();
    let id = client.json("POST", "/api/v1/tickets", &message, None).unwrap().text_of("id");
    let path = format!("/api/v1/tickets/{id}");
    for step in [
        json!({"to": "analysis", "reason": "triagem"}),
        json!({"to": "escalated", "reason": "sem causa aparente", "escalate_to": "code", "analysis": "nada no log"}),
    ] {
        let moved = client.json("POST", &format!("{path}/transitions"), &step, None).unwrap();
        assert_eq!(moved.status, 200, "{}", moved.text);
    }
    let (first, token, body) = sent(&told);
    assert!(first.contains("/api/v4/projects/grupo%2Fapi/issues ") && token == TOKEN, "{first}");
    assert!(body.contains("https://balcao.example/code/") && body.contains("nada no log"), "{body}");
    // What is said next goes once the issue is known here.
    let note = json!({"body": "@code vejam também"});
    assert_eq!(client.json("POST", &format!("{path}/notes"), &note, None).unwrap().status, 201);
    let (first, _, body) = sent(&told);
    assert!(first.contains("/issues/1/notes ") && body.contains("vejam também"), "{first} {body}");
    let closed = json!({"object_kind": "issue", "labels": [], "object_attributes":
        {"iid": 1, "state": "closed", "updated_at": "2026-05-28 12:30:00 UTC"}});
    let deliver = |secret: &str| {
        let headers = [("content-type", "application/json"), ("x-gitlab-token", secret)];
        client.send("POST", "/api/v1/hooks/tracker/code", closed.to_string().as_bytes(), &headers).unwrap()
    };
    assert_eq!((deliver("outro").status, deliver(SECRET).status), (401, 204));
    let seen = client.get(&path).unwrap().json();
    assert_eq!(
        (&seen["state"], &seen["next_step"]),
        (&json!("investigation"), &json!("responder")),
        "{seen}"
    );
    assert_eq!(seen["issues"][0]["state"], "closed");
    server.stop().unwrap();
    let log = std::fs::read_to_string(home.log()).unwrap();
    assert!(!log.contains(TOKEN) && !log.contains(SECRET), "{log}");
}
