//! The named settings of a call (`method`, `headers`, `json`, …) whatever language they are written in.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::super::cut;
use super::value::is_name;
use super::{Script, UNKNOWN};
use crate::evidence::call::{Body, Call};

/// A call under construction.
#[derive(Default)]
pub(in super::super::super) struct Settings {
    pub(in super::super::super) call: Call,
    base: Option<String>,
    query: Option<String>,
}

impl Settings {
    /// Adds every setting of an object literal, or of the variable that holds one.
    pub(in super::super::super) fn add_object(&mut self, script: &Script<'_>, range: Range<usize>) {
        for (key, value) in script.members(range) {
            self.add(script, &key, value);
        }
    }

    /// Adds one setting; one that says nothing about the request is passed over.
    pub(in super::super::super) fn add(&mut self, script: &Script<'_>, key: &str, value: Range<usize>) {
        match key.to_ascii_lowercase().as_str() {
            "method" | "type" | "curlopt_customrequest" => {
                let method = script.string(value).map(|method| method.to_ascii_uppercase());
                self.call.method =
                    method.filter(|method| method.chars().all(|char| char.is_ascii_alphabetic()));
            }
            "url" | "uri" | "endpoint" | "curlopt_url" => self.call.url = script.string(value),
            "baseurl" | "base_url" | "base_uri" => self.base = script.string(value),
            "hostname" | "host" => self.base = script.string(value).map(|host| format!("https://{host}")),
            "path" => self.call.url = script.string(value),
            "headers" | "header" | "curlopt_httpheader" => self.add_headers(script, value),
            "json" | "payload" | "body" | "data" | "curlopt_postfields" | "content" => {
                self.call.body = script.body(value).or_else(|| self.call.body.take());
                if key == "json" {
                    self.default_header("Content-Type", "application/json");
                }
            }
            "form_params" | "form" => self.call.body = script.form(value),
            "params" | "query" => self.query = script.form(value).and_then(text_of),
            "auth" => self.add_basic(script, value),
            _ => {}
        }
    }

    /// Python's `data={…}`: a form, not JSON.
    pub(in super::super::super) fn add_form(&mut self, script: &Script<'_>, value: Range<usize>) {
        self.call.body = script.form(value.clone()).or_else(|| script.body(value));
    }

    /// Adds the headers of an object, of a list of `"Name: value"`, or of a list of pairs.
    pub(in super::super::super) fn add_headers(&mut self, script: &Script<'_>, value: Range<usize>) {
        for (name, value) in script.members(value.clone()) {
            let text = script.string(value).unwrap_or_else(|| UNKNOWN.to_owned());
            match name.split_once(": ").or_else(|| text.split_once(": ").filter(|_| name.is_empty())) {
                Some((name, value)) => self.call.headers.push((name.to_owned(), value.to_owned())),
                None => self.call.headers.push((name, text)),
            }
        }
        for line in script.list(value) {
            if let Some((name, value)) = script.string(line).as_deref().and_then(|line| line.split_once(':'))
            {
                self.call.headers.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
    }

    fn add_basic(&mut self, script: &Script<'_>, value: Range<usize>) {
        let open = value.start;
        let inner =
            open + 1..script.balanced(open).map_or(value.end, |end| end.saturating_sub(1)).max(open + 1);
        let pair: Vec<String> = script
            .split(inner, &[','])
            .into_iter()
            .map(|part| script.string(part).unwrap_or_else(|| UNKNOWN.to_owned()))
            .collect();
        if let [user, password] = pair.as_slice() {
            let packed = STANDARD.encode(format!("{user}:{password}"));
            self.call.headers.push(("Authorization".to_owned(), format!("Basic {packed}")));
        }
    }

    pub(in super::super::super) fn default_header(&mut self, name: &str, value: &str) {
        if !self.call.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            self.call.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The call, if it has an address.
    pub(in super::super::super) fn finish(mut self, default_method: &str) -> Option<Call> {
        let mut url = self.call.url.take().unwrap_or_default();
        if let Some(base) = self.base.filter(|_| !url.contains("://")) {
            url = format!("{}/{}", base.trim_end_matches('/'), url.trim_start_matches('/'));
        }
        let url = url.trim();
        if !(url.starts_with("http://")
            || url.starts_with("https://")
            || url.starts_with('/') && url.len() > 1
            || url.starts_with("{{"))
            || url.contains([' ', '\n'])
        {
            return None;
        }
        self.call.url = Some(match self.query.filter(|query| !query.is_empty()) {
            Some(query) => format!("{url}{}{query}", if url.contains('?') { '&' } else { '?' }),
            None => url.to_owned(),
        });
        self.call.method.get_or_insert_with(|| default_method.to_owned());
        Some(self.call)
    }
}

fn text_of(body: Body) -> Option<String> {
    match body {
        Body::Text(text) => Some(text),
        _ => None,
    }
}

impl Script<'_> {
    /// The members of an object literal, of a variable that holds one, or of `new Headers({…})`.
    pub(in super::super::super) fn members(&self, range: Range<usize>) -> Vec<(String, Range<usize>)> {
        let Some((open, end)) = self.brackets(range) else { return Vec::new() };
        let pairs = self.pairs(open + 1..end);
        // A list of strings has no members.
        pairs.into_iter().filter(|(key, value)| !key.is_empty() && !value.is_empty()).collect()
    }

    /// Whether an expression is an object literal, or a variable that holds one.
    pub(in super::super::super) fn is_object(&self, range: Range<usize>) -> bool {
        let mut range = self.trimmed(range);
        for _ in 0..4 {
            let text = cut(self.text(), range.clone());
            if !is_name(text) {
                return text.starts_with(['{', '[']) || text.starts_with("dict(");
            }
            let Some(start) = self.assigned(text, range.start) else { return false };
            range = self.trimmed(start..self.expression_end(start));
        }
        false
    }

    /// The string items of a list literal.
    fn list(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let Some((open, end)) = self.brackets(range) else { return Vec::new() };
        let parts = self.split(open + 1..end, &[',']);
        parts
            .into_iter()
            .filter(|part| self.literal(part.start).is_some_and(|literal| literal.end == part.end))
            .collect()
    }

    fn brackets(&self, range: Range<usize>) -> Option<(usize, usize)> {
        let mut range = self.trimmed(range);
        for _ in 0..4 {
            let text = cut(self.text(), range.clone());
            if !is_name(text) {
                break;
            }
            let start = self.assigned(text.trim_start_matches('$'), range.start)?;
            range = self.trimmed(start..self.expression_end(start));
        }
        let text = cut(self.text(), range.clone());
        let open = range.start + self.opens(text).or_else(|| text.find(['{', '[']))?;
        let end = self.balanced(open).map_or(range.end, |end| end.saturating_sub(1));
        Some((open, end.max(open + 1)))
    }

    /// The body that an expression stands for; `None` if nothing of it is shown.
    pub(in super::super::super) fn body(&self, range: Range<usize>) -> Option<Body> {
        let mut range = self.trimmed(range);
        for _ in 0..6 {
            let text = cut(self.text(), range.clone());
            if self.opens(text).is_some() {
                return Some(Body::Text(self.json(range).to_string()));
            }
            if let Some(literal) = self.literal(range.start) {
                let whole = if literal.end >= range.end { Some(literal.text) } else { self.string(range) };
                return whole.map(Body::Text);
            }
            if is_name(text) {
                let start = self.assigned(text.rsplit('.').next()?.trim_start_matches('$'), range.start)?;
                range = self.trimmed(start..self.expression_end(start));
                continue;
            }
            let inner = self.serialised(range.clone())?;
            if inner == range {
                return None;
            }
            range = inner;
        }
        None
    }

    /// The body that the members of an object make when sent as a form.
    pub(in super::super::super) fn form(&self, range: Range<usize>) -> Option<Body> {
        let Value::Object(members) = self.json(range) else { return None };
        let plain = |value: &Value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let pairs = members.iter().map(|(key, value)| (key.clone(), plain(value)));
        Some(Body::Text(url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()))
    }
}
