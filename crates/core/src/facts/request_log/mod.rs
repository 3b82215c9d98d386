//! The request log: what the API itself saw.
//!
//! In: `requests.ndjson`. Out: a [`RequestLog`], with the lines that are none named and the rest kept.
//!
//! Start at [`RequestLog::parse`]; ask with [`RequestLog::find`].
//!
//! **Invariant:** rows stand in the order of time, ties by request id; keys are prints only.
//! **Never here:** whose traffic may be shown to whom, or what a row means.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::evidence::key::KeyPrint;
use crate::facts::paths;

mod line;
#[cfg(test)]
mod tests;

pub use line::LineProblem;

/// A query returns at most so many rows.
pub const MOST_ROWS: usize = 5_000;

/// One request of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedRequest {
    pub at: Timestamp,
    pub request_id: Option<String>,
    pub environment: String,
    /// Upper case.
    pub method: String,
    /// Without query.
    pub path: String,
    /// `None`: no answer was sent (a time-out).
    pub status: Option<u16>,
    pub api_key: Option<KeyPrint>,
    pub user: Option<String>,
    pub token_issued_at: Option<Timestamp>,
    pub error: Option<String>,
    pub duration_ms: Option<u64>,
}

impl LoggedRequest {
    /// Whether no answer was sent, or one of an error.
    pub fn failed(&self) -> bool {
        self.status.is_none_or(|status| status >= 400)
    }

    /// Whether no answer was sent, or a 5xx.
    pub fn failed_temporarily(&self) -> bool {
        self.status.is_none_or(|status| status >= 500)
    }

    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether it is a `POST …/login`, whose success is the issue of a token.
    pub fn is_login(&self) -> bool {
        self.method == "POST" && self.path.trim_end_matches('/').to_ascii_lowercase().ends_with("/login")
    }
}

/// What is asked of the log: rows by id whenever they were, and rows of these users, keys or routes from `from` to `to`.
#[derive(Debug, Clone, PartialEq)]
pub struct LogQuery {
    /// ASCII case aside.
    pub request_ids: Vec<String>,
    /// ASCII case aside.
    pub users: Vec<String>,
    pub keys: Vec<KeyPrint>,
    /// Method (`*` is any) and path as called; query, ASCII case and a trailing slash aside.
    pub paths: Vec<(String, String)>,
    /// Inclusive.
    pub from: Timestamp,
    /// Inclusive.
    pub to: Timestamp,
}

/// Positions of rows, in their order.
type Rows = Vec<usize>;

/// The log in memory, indexed.
#[derive(Clone, Default)]
pub struct RequestLog {
    rows: Vec<LoggedRequest>,
    by_id: BTreeMap<String, Rows>,
    by_user: BTreeMap<String, Rows>,
    by_key: BTreeMap<KeyPrint, Rows>,
    /// By normal path and method.
    by_route: BTreeMap<(String, String), Rows>,
}

impl RequestLog {
    /// Sorts and indexes rows; for those that come from elsewhere than a file.
    pub fn of(mut rows: Vec<LoggedRequest>) -> Self {
        rows.sort_by(|a, b| (a.at, &a.request_id).cmp(&(b.at, &b.request_id)));
        let mut log = Self::default();
        for (n, row) in rows.iter().enumerate() {
            if let Some(id) = &row.request_id {
                log.by_id.entry(id.to_ascii_lowercase()).or_default().push(n);
            }
            if let Some(user) = &row.user {
                log.by_user.entry(user.to_ascii_lowercase()).or_default().push(n);
            }
            if let Some(key) = &row.api_key {
                log.by_key.entry(key.clone()).or_default().push(n);
            }
            log.by_route.entry((paths::normal(&row.path), row.method.clone())).or_default().push(n);
        }
        log.rows = rows;
        log
    }

    /// All rows, in the order of time.
    pub fn rows(&self) -> &[LoggedRequest] {
        &self.rows
    }

    /// The rows that a query asks for, each once, in the order of time and then of the request id.
    /// At most [`MOST_ROWS`]: those asked for by id first, then the latest of the others.
    pub fn find(&self, query: &LogQuery) -> Vec<LoggedRequest> {
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for id in &query.request_ids {
            let rows = self.by_id.get(&id.trim().to_ascii_lowercase());
            found.extend(rows.into_iter().flatten().take(MOST_ROWS));
        }
        let mut others: BTreeSet<usize> = BTreeSet::new();
        for user in &query.users {
            self.gather(self.by_user.get(&user.trim().to_ascii_lowercase()), query, &mut others);
        }
        for key in &query.keys {
            self.gather(self.by_key.get(key), query, &mut others);
        }
        for (method, path) in &query.paths {
            let (path, method) = (paths::normal(path), method.trim().to_ascii_uppercase());
            if method == "*" {
                let from = (path.clone(), String::new());
                let of_path = self.by_route.range(from..).take_while(|((own, _), _)| *own == path);
                of_path.for_each(|(_, rows)| self.gather(Some(rows), query, &mut others));
            } else {
                self.gather(self.by_route.get(&(path, method)), query, &mut others);
            }
        }
        for row in others.into_iter().rev() {
            if found.len() >= MOST_ROWS {
                break;
            }
            found.insert(row);
        }
        found.into_iter().take(MOST_ROWS).filter_map(|n| self.rows.get(n).cloned()).collect()
    }

    /// The latest rows of one index that lie inside the query's time.
    fn gather(&self, rows: Option<&Rows>, query: &LogQuery, found: &mut BTreeSet<usize>) {
        let Some(rows) = rows else { return };
        let at = |n: &usize| self.rows.get(*n).map(|row| row.at);
        let start = rows.partition_point(|n| at(n) < Some(query.from));
        let end = rows.partition_point(|n| at(n) <= Some(query.to));
        let inside = rows.get(start..end).unwrap_or_default();
        found.extend(inside.iter().rev().take(MOST_ROWS));
    }
}
