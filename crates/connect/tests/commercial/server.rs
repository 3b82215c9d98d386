//! Commercial's end of the webhook: it keeps what it is sent, and answers as it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A delivery as it came.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    /// Names in small letters.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) url: String,
    /// With which status it answers; 0 for closing without one.
    status: Arc<Mutex<u16>>,
    came: Arc<Mutex<Vec<Came>>>,
}

impl Server {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/balcao", listener.local_addr().unwrap());
        let server = Self { url, status: Arc::new(Mutex::new(204)), came: Arc::default() };
        let own = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(own.clone().serve(stream));
            }
        });
        server
    }

    /// Answers so from now on.
    pub(crate) fn answers(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// Every delivery, whatever was answered.
    pub(crate) fn came(&self) -> Vec<Came> {
        self.came.lock().unwrap().clone()
    }

    async fn serve(self, mut stream: tokio::net::TcpStream) {
        let mut raw = Vec::new();
        let (head, wanted) = loop {
            let mut some = [0; 4096];
            let count = stream.read(&mut some).await.unwrap_or(0);
            raw.extend_from_slice(&some[..count]);
            let text = String::from_utf8_lossy(&raw).into_owned();
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let lines = head.lines().filter_map(|line| line.split_once(": "));
                let headers: HashMap<String, String> =
                    lines.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
                let length: usize = headers["content-length"].parse().unwrap();
                break (headers, head.len() + 4 + length);
            }
            if count == 0 {
                return;
            }
        };
        while raw.len() < wanted {
            let mut some = [0; 4096];
            let count = stream.read(&mut some).await.unwrap_or(0);
            if count == 0 {
                return;
            }
            raw.extend_from_slice(&some[..count]);
        }
        let text = String::from_utf8(raw).unwrap();
        let body = text.split_once("\r\n\r\n").unwrap().1.to_owned();
        self.came.lock().unwrap().push(Came { headers: head, body });
        let status = *self.status.lock().unwrap();
        if status == 0 {
            return;
        }
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let _gone = stream.write_all(answer.as_bytes()).await;
        let _gone = stream.shutdown().await;
    }
}
