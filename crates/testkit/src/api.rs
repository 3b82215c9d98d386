//! The desk's HTTP API as another program uses it.

use std::time::Duration;

use serde_json::Value;

/// A caller with a token. A clone has connections of its own.
pub struct Client {
    agent: ureq::Agent,
    address: String,
    token: String,
}

/// An answer.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// A text of the body, empty if it is none.
    #[must_use]
    pub fn text_of(&self, name: &str) -> String {
        self.json().get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

impl Client {
    /// `address` as the server printed it, `http://…`.
    #[must_use]
    pub fn new(address: &str, token: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self { agent: config.new_agent(), address: address.to_owned(), token: token.to_owned() }
    }

    /// Sends a body, of this type and with these further headers.
    ///
    /// # Errors
    /// If no answer came.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        body: &[u8],
        headers: &[(&str, &str)],
    ) -> Result<Answer, String> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).map_err(|error| error.to_string())?;
        let mut response = self.agent.run(request).map_err(|error| error.to_string())?;
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(64 << 20);
        Ok(Answer { status, text: body.read_to_string().map_err(|error| error.to_string())? })
    }

    /// Sends JSON; with a key, the same key is the same thing.
    ///
    /// # Errors
    /// If no answer came.
    pub fn json(&self, method: &str, path: &str, body: &Value, key: Option<&str>) -> Result<Answer, String> {
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(key.map(|key| ("idempotency-key", key)));
        self.send(method, path, body.to_string().as_bytes(), &headers)
    }

    /// Asks.
    ///
    /// # Errors
    /// If no answer came.
    pub fn get(&self, path: &str) -> Result<Answer, String> {
        self.send("GET", path, &[], &[])
    }
}

/// What a browser is answered.
pub struct Fetched {
    /// The HTTP status; a redirection is not followed.
    pub status: u16,
    /// The body as it came over the wire.
    pub body: Vec<u8>,
    /// The cookie that was set, as it is sent back: `name=value`.
    pub cookie: Option<String>,
}

/// Asks as a browser does, with cookies and compressed answers.
pub struct Visitor {
    agent: ureq::Agent,
    address: String,
    cookie: Option<String>,
}

impl Visitor {
    /// Nobody yet.
    #[must_use]
    pub fn new(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self { agent: config.new_agent(), address: address.to_owned(), cookie: None }
    }

    /// The cookie of the session.
    #[must_use]
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// Asks for a page, or sends a form where `form` says anything; a cookie that is set is kept.
    ///
    /// # Errors
    /// If no answer came.
    pub fn visit(&mut self, path: &str, form: Option<&str>) -> Result<Fetched, String> {
        let mut request = ureq::http::Request::builder()
            .method(if form.is_some() { "POST" } else { "GET" })
            .uri(format!("{}{path}", self.address))
            .header("accept-encoding", "gzip")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(form.unwrap_or_default().as_bytes()).map_err(|error| error.to_string())?;
        let mut response = self.agent.run(request).map_err(|error| error.to_string())?;
        let set = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
        let cookie = set.and_then(|line| line.split(';').next()).map(str::to_owned);
        if cookie.is_some() {
            self.cookie.clone_from(&cookie);
        }
        let status = response.status().as_u16();
        let body = response.body_mut().with_config().limit(64 << 20).read_to_vec();
        Ok(Fetched { status, body: body.map_err(|error| error.to_string())?, cookie })
    }
}
