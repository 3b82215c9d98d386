//! An HTTP server of the tests' own, that answers well, badly or not at all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// How a path is answered.
#[derive(Clone)]
pub(crate) enum Answer {
    /// With this status and body.
    With(u16, String),
    /// Never.
    Silent,
    /// Elsewhere.
    Redirect,
    /// With more than anybody reads.
    Huge,
    /// By closing.
    Closed,
    /// Half, and then nothing.
    Half,
}

/// The server, and what it was asked.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: String,
    answers: Arc<Mutex<(Answer, HashMap<String, Answer>)>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers everything so, unless [`Server::at`] says otherwise.
    pub(crate) async fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            answers: Arc::new(Mutex::new((answer, HashMap::new()))),
            asked: Arc::default(),
        };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(own.clone().serve(stream));
            }
        });
        server
    }

    /// Answers so from now on.
    pub(crate) fn answers(&self, answer: Answer) {
        self.answers.lock().unwrap().0 = answer;
    }

    /// Answers paths that begin so in another way.
    pub(crate) fn at(&self, path: &str, answer: Answer) {
        self.answers.lock().unwrap().1.insert(path.to_owned(), answer);
    }

    /// The heads of all requests.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    async fn serve(self, mut stream: tokio::net::TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).await.unwrap_or(0) == 0 {
                return;
            }
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(head);
        let answer = {
            let answers = self.answers.lock().unwrap();
            let own = answers.1.iter().find(|(start, _)| path.starts_with(start.as_str()));
            own.map_or_else(|| answers.0.clone(), |(_, answer)| answer.clone())
        };
        let written = |status: u16, head: &str, body: &str| {
            format!(
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n{head}\r\n{body}",
                body.len()
            )
        };
        let text = match answer {
            Answer::With(status, body) => written(status, "content-type: application/json\r\n", &body),
            Answer::Redirect => written(302, &format!("location: {}/elsewhere\r\n", self.address), ""),
            Answer::Huge => written(200, "", &format!("{{\"x\":\"{}\"}}", "y".repeat(2 << 20))),
            Answer::Closed => return,
            Answer::Half => {
                let _gone = stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{").await;
                return std::future::pending().await;
            }
            Answer::Silent => return std::future::pending().await,
        };
        let _gone = stream.write_all(text.as_bytes()).await;
        let _gone = stream.shutdown().await;
    }
}
