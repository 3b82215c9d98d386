//! Graph, and a chat tool, of the tests' own: HTTP by hand, so that an answer can be lost or wrong, and what came is kept.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::homes::{NUMBER_ID, TOKEN};

/// What goes wrong with one question.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// This status, and Graph's code for it.
    Refused(u16, i64),
    /// This status, of whoever stands before.
    Bare(u16),
    /// It is done, and the answer is lost.
    Lost,
}

/// One question that came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("what comes is JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

#[derive(Default)]
pub(crate) struct State {
    /// Messages that Graph took.
    pub(crate) sent: Vec<Value>,
    /// What the chat tool took.
    pub(crate) told: Vec<Asked>,
    /// Everything that was asked.
    pub(crate) asked: Vec<Asked>,
    /// Files by their ids.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// The hash that is told of files in the place of their own.
    pub(crate) wrong_hash: bool,
    pub(crate) faults: VecDeque<Fault>,
}

/// The server; it ends with this.
pub(crate) struct Server {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, port, Arc::clone(&shared)));
            }
        });
        Self { port, state, task }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What goes wrong with the next questions, in order.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// The messages that Graph took.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.state().sent.clone()
    }
}

async fn serve(mut stream: TcpStream, port: u16, state: Arc<Mutex<State>>) {
    let Some((method, asked)) = read(&mut stream).await else { return };
    let (status, body) = {
        let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.asked.push(asked.clone());
        match state.faults.pop_front() {
            Some(Fault::Refused(status, code)) => {
                // Graph quotes what it was sent: no word of it may be kept.
                let text = format!("(#{code}) to +5511987654321");
                (
                    status,
                    json!({"error": {"message": text, "code": code, "fbtrace_id": "A"}})
                        .to_string()
                        .into_bytes(),
                )
            }
            Some(Fault::Bare(status)) => (status, b"<html>Bad Gateway</html>".to_vec()),
            Some(Fault::Lost) => {
                answer(&method, &asked, port, &mut state);
                return;
            }
            None => answer(&method, &asked, port, &mut state),
        }
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _gone = stream.write_all(&[head.as_bytes(), &body].concat()).await;
}

fn answer(method: &str, asked: &Asked, port: u16, state: &mut State) -> (u16, Vec<u8>) {
    if asked.path == "/tool" {
        state.told.push(asked.clone());
        return (200, json!({"id": format!("t-{}", state.told.len())}).to_string().into_bytes());
    }
    if asked.header("authorization") != format!("Bearer {TOKEN}") {
        return (
            401,
            json!({"error": {"message": "Invalid OAuth access token", "code": 190}}).to_string().into_bytes(),
        );
    }
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    if method == "POST" && path == format!("/v23.0/{NUMBER_ID}/messages") {
        let message = asked.json();
        assert_eq!(message["messaging_product"], "whatsapp");
        state.sent.push(message);
        let id = format!("wamid.out{}", state.sent.len());
        return (
            200,
            json!({"messaging_product": "whatsapp", "messages": [{"id": id}]}).to_string().into_bytes(),
        );
    }
    if let Some(id) = path.strip_prefix("/files/") {
        return state.files.get(id).map_or((404, Vec::new()), |bytes| (200, bytes.clone()));
    }
    let id = path.strip_prefix("/v23.0/").unwrap_or_default();
    let Some(bytes) = state.files.get(id).filter(|_| query == format!("phone_number_id={NUMBER_ID}")) else {
        return (
            404,
            json!({"error": {"message": "Unsupported get request", "code": 100}}).to_string().into_bytes(),
        );
    };
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let hash = if state.wrong_hash { "00".repeat(32) } else { hash };
    let told = json!({
        "url": format!("http://127.0.0.1:{port}/files/{id}"), "sha256": hash, "file_size": bytes.len().to_string(),
        "id": id, "messaging_product": "whatsapp",
    });
    (200, told.to_string().into_bytes())
}

async fn read(stream: &mut TcpStream) -> Option<(String, Asked)> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = bytes[end..].to_vec();
    while body.len() < length {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&piece[..read]);
    }
    Some((method, Asked { path, headers, body }))
}
