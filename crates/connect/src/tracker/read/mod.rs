//! What a tracker says, read: its deliveries and its answers have the same shapes.
//!
//! In: the bytes of a delivery, or a piece of an answer. Out: [`Event`]s. An event that is of no matter here gives none.

pub mod github;
pub mod gitlab;
pub mod jira;
pub mod webhook;

use jiff::Timestamp;
use serde_json::Value;

/// The kinds of trackers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// GitLab, anybody's.
    GitLab,
    /// GitHub, and what speaks like it.
    GitHub,
    /// Jira, in the cloud or not.
    Jira,
    /// Whoever takes signed webhooks.
    Webhook,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::GitLab, Self::GitHub, Self::Jira, Self::Webhook];

    /// The code that settings have.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::GitLab => "gitlab",
            Self::GitHub => "github",
            Self::Jira => "jira",
            Self::Webhook => "webhook",
        }
    }

    /// As people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::GitLab => "GitLab",
            Self::GitHub => "GitHub",
            Self::Jira => "Jira",
            Self::Webhook => "webhook",
        }
    }

    /// The kind with this code.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// How an issue stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether the tracker itself calls it open.
    pub open: bool,
    /// The status that it has, where there are more than open and closed.
    pub status: Option<String>,
    /// Why it was closed, in the tracker's words.
    pub reason: Option<String>,
    /// Who has it.
    pub assignee: Option<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// When this was so.
    pub at: Option<Timestamp>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its number.
    pub id: String,
    /// Who wrote it.
    pub author: String,
    /// What it says.
    pub body: String,
    /// When it was written or last changed.
    pub at: Option<Timestamp>,
    /// The id that it carries, if it is one of ours.
    pub marker: Option<String>,
}

/// Something that is told of one issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number or key.
    pub issue: String,
    /// How it stands.
    pub standing: Option<Standing>,
    /// A comment on it.
    pub remark: Option<Remark>,
}

/// Why a delivery could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is no JSON.
    #[error("a entrega não é JSON")]
    NotJson,
    /// Something that every such delivery has is not there.
    #[error("falta `{0}` na entrega")]
    Missing(&'static str),
}

/// Reads a delivery of a tracker of this kind.
///
/// # Errors
/// If it is no JSON, or lacks what such a delivery has.
pub fn read(kind: Kind, body: &[u8]) -> Result<Vec<Event>, ReadError> {
    let value: Value = serde_json::from_slice(body).map_err(|_own_bytes| ReadError::NotJson)?;
    match kind {
        Kind::GitLab => gitlab::delivery(&value),
        Kind::GitHub => github::delivery(&value),
        Kind::Jira => jira::delivery(&value),
        Kind::Webhook => webhook::delivery(&value),
    }
}

/// What the last line of our issues and comments begins with.
pub const MARK: &str = "balcao:";
/// Characters of an id.
const ID: usize = 36;
/// Characters of a number or key that are taken for one.
const LONGEST_KEY: usize = 80;

/// The id that a text of ours carries in its last line; what is quoted from it carries none.
#[must_use]
pub fn marker(body: &str) -> Option<String> {
    let line = body.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.strip_prefix("<!--").and_then(|line| line.strip_suffix("-->")).unwrap_or(line);
    let line = line.trim().trim_matches('~').trim();
    let id = line.strip_prefix(MARK)?;
    let plain = id.len() == ID && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    plain.then(|| id.to_owned())
}

/// A text below some names.
fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    let found = path.iter().try_fold(value, |value, name| value.get(name))?;
    found.as_str().filter(|text| !text.is_empty())
}

/// A number or a text below some names, as an id of bounded length.
fn id(value: &Value, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(value, |value, name| value.get(name))?;
    let text = match found {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty() && text.len() <= LONGEST_KEY).then_some(text)
}

/// The texts of a list: its own, or those that its things have under a name.
fn texts(list: Option<&Value>, name: &str) -> Vec<String> {
    let all = list.and_then(Value::as_array).into_iter().flatten();
    let one = |value: &Value| value.as_str().or_else(|| text(value, &[name])).map(str::to_owned);
    all.filter_map(one).collect()
}

/// An instant in any of the ways in which trackers write it.
fn instant(value: &Value, path: &[&str]) -> Option<Timestamp> {
    let written = text(value, path)?;
    let written = written.replace(" UTC", "Z").replacen(' ', "T", 1);
    // Jira leaves the colon of the offset out.
    let tail: Vec<char> = written.chars().rev().take(5).collect();
    let bare =
        matches!(tail.as_slice(), [a, b, c, d, '+' | '-'] if [a, b, c, d].iter().all(|c| c.is_ascii_digit()));
    let written = if bare && written.contains('T') {
        let at = written.len().saturating_sub(2);
        format!("{}:{}", written.get(..at)?, written.get(at..)?)
    } else {
        written
    };
    written.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instants_are_read_as_each_tracker_writes_them() {
        let expected: Timestamp = "2026-05-12T11:00:00Z".parse().unwrap();
        for written in [
            "2026-05-12T11:00:00Z",
            "2026-05-12T11:00:00.000Z",
            "2026-05-12 11:00:00 UTC",
            "2026-05-12T08:00:00.000-0300",
            "2026-05-12T08:00:00-03:00",
        ] {
            assert_eq!(instant(&json!({"at": written}), &["at"]), Some(expected), "{written}");
        }
        for written in ["", "ontem", "2026-05-12", "-0300", "\u{e9}+0000"] {
            assert_eq!(instant(&json!({"at": written}), &["at"]), None, "{written}");
        }
    }

    #[test]
    fn only_a_last_line_of_ours_is_a_marker() {
        let id = "01900000-0000-7000-8000-000000000000";
        for ours in
            [format!("a\n\n<!-- balcao:{id} -->\n"), format!("a\n~balcao:{id}~"), format!("balcao:{id}")]
        {
            assert_eq!(marker(&ours).as_deref(), Some(id), "{ours}");
        }
        for other in [
            format!("> <!-- balcao:{id} -->"),
            format!("<!-- balcao:{id} -->\nobrigado"),
            "balcao:x".to_owned(),
            String::new(),
        ] {
            assert_eq!(marker(&other), None, "{other}");
        }
    }
}
