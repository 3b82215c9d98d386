//! A tracker of the tests' own: HTTP by hand, so that an answer can be lost, late or wrong, and a state that is kept.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::contract::{Kind, answer};

/// A comment there.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) author: String,
    pub(crate) body: String,
    pub(crate) at: i64,
}

/// An issue there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Issue {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) labels: Vec<String>,
    pub(crate) closed: bool,
    pub(crate) reason: Option<String>,
    pub(crate) assignee: Option<String>,
    pub(crate) comments: Vec<Comment>,
    /// How often the desk closed it.
    pub(crate) ends: u32,
    pub(crate) created: i64,
    pub(crate) updated: i64,
}

/// What the tracker keeps.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) issues: Vec<Issue>,
    pub(crate) next_comment: u64,
    /// Seconds since 1970, one more with each change.
    pub(crate) clock: i64,
    /// Of the webhook: ids that came, and what each said.
    pub(crate) delivered: Vec<(String, Value)>,
    /// Everything that ever came, as text.
    pub(crate) seen: Vec<String>,
    pub(crate) faults: VecDeque<Fault>,
}

impl State {
    pub(crate) fn tick(&mut self) -> i64 {
        self.clock += 1;
        self.clock
    }
}

/// What goes wrong with one question.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing: the question is answered.
    None,
    /// This status, and after how many seconds to ask again.
    Status(u16, Option<u32>),
    /// It is done, and the answer is lost.
    Lost,
    /// Nothing is done, and nothing answered.
    Silent,
    /// It is done, and nothing answered.
    Mute,
}

/// One question, read.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("what comes is JSON")
    }
}

/// The server; it ends with this.
pub(crate) struct Server {
    pub(crate) kind: Kind,
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
    pub(crate) async fn start(kind: Kind) -> Self {
        Self::at(kind, 0, State { clock: crate::houses::noon().as_second(), ..State::default() }).await
    }

    /// On a port that was this one's before.
    pub(crate) async fn at(kind: Kind, port: u16, state: State) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kind, Arc::clone(&shared)));
            }
        });
        Self { kind, port, state, task }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What goes wrong with the next questions, in order.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.extend(faults);
    }

    /// Whether everything that was to go wrong did.
    pub(crate) fn is_done_failing(&self) -> bool {
        self.state().faults.is_empty()
    }

    /// Somebody there writes a comment on an issue (from 1); its number.
    pub(crate) fn comments(&self, issue: usize, author: &str, body: &str) -> Comment {
        let mut state = self.state();
        let at = state.tick();
        state.next_comment += 1;
        let comment =
            Comment { id: state.next_comment, author: author.to_owned(), body: body.to_owned(), at };
        let issue = &mut state.issues[issue - 1];
        issue.updated = at;
        issue.comments.push(comment.clone());
        comment
    }

    /// Somebody there closes or reopens an issue.
    pub(crate) fn closes(&self, issue: usize, closed: bool, reason: Option<&str>) {
        let mut state = self.state();
        let at = state.tick();
        let issue = &mut state.issues[issue - 1];
        (issue.closed, issue.reason, issue.updated) = (closed, reason.map(str::to_owned), at);
        issue.assignee = Some("joana".to_owned());
    }
}

async fn serve(mut stream: TcpStream, kind: Kind, state: Arc<Mutex<State>>) {
    let Some(asked) = read(&mut stream).await else { return };
    let (fault, answered) = {
        let mut state = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = String::from_utf8_lossy(&asked.body).into_owned();
        let query: Vec<String> = asked.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        state.seen.push(format!("{} {} {} {text}", asked.method, asked.path, query.join("&")));
        let fault = state.faults.pop_front().unwrap_or(Fault::None);
        let answered = match fault {
            Fault::None | Fault::Lost | Fault::Mute => Some(answer(kind, &asked, &mut state)),
            Fault::Status(..) | Fault::Silent => None,
        };
        (fault, answered)
    };
    let (status, body, after) = match (fault, answered) {
        (Fault::None, Some((status, body))) => (status, body.to_string(), None),
        (Fault::Status(status, after), _) => (status, r#"{"message":"não agora"}"#.to_owned(), after),
        (Fault::Silent | Fault::Mute, _) => {
            // Until whoever asked gives up.
            let mut rest = [0; 1];
            while stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
            return;
        }
        (Fault::Lost | Fault::None, _) => return,
    };
    let after = after.map(|seconds| format!("Retry-After: {seconds}\r\n")).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{after}\r\n",
        body.len()
    );
    let _gone = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
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
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    let mut body = bytes[end..].to_vec();
    while body.len() < length {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        body.extend_from_slice(&piece[..read]);
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Some(Asked { method, path: path.to_owned(), query, headers, body })
}
