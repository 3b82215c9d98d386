//! Jira's issues and comments, as its API (version 2) and its webhooks write them.

use jiff::Timestamp;
use serde_json::Value;

use super::{Event, ReadError, Remark, Standing, id, instant, marker, text, texts};

/// What begins the labels by which we find our own issues.
pub const LABEL: &str = "balcao-";

/// A delivery of `jira:issue_…` or `comment_…`.
pub(super) fn delivery(value: &Value) -> Result<Vec<Event>, ReadError> {
    let event = text(value, &["webhookEvent"]).ok_or(ReadError::Missing("webhookEvent"))?;
    let about = ["jira:issue_created", "jira:issue_updated", "comment_created", "comment_updated"];
    if !about.contains(&event) {
        return Ok(Vec::new());
    }
    let key = id(value, &["issue", "key"]).ok_or(ReadError::Missing("issue.key"))?;
    let millis = value.get("timestamp").and_then(Value::as_i64);
    let sent = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
    let stands = value.get("issue").and_then(standing);
    let stands = stands.map(|stands| Standing { at: stands.at.or(sent), ..stands });
    let said = value.get("comment").and_then(remark);
    Ok(vec![Event { issue: key, standing: stands, remark: said }])
}

/// How an issue stands, by its fields.
#[must_use]
pub fn standing(issue: &Value) -> Option<Standing> {
    let fields = issue.get("fields")?;
    let status = fields.get("status").filter(|status| status.is_object())?;
    let labels = texts(fields.get("labels"), "name").into_iter().filter(|label| !label.starts_with(LABEL));
    Some(Standing {
        open: text(status, &["statusCategory", "key"]) != Some("done"),
        status: text(status, &["name"]).map(str::to_owned),
        reason: text(fields, &["resolution", "name"]).map(str::to_owned),
        assignee: text(fields, &["assignee", "displayName"]).map(str::to_owned),
        labels: labels.collect(),
        at: instant(fields, &["updated"]),
    })
}

/// Whether a transition leads to a status that is done.
#[must_use]
pub fn is_an_end(transition: &Value) -> bool {
    text(transition, &["to", "statusCategory", "key"]) == Some("done")
}

/// What a transition and the status that it leads to are called.
#[must_use]
pub fn names(transition: &Value) -> Vec<String> {
    let names = [text(transition, &["to", "name"]), text(transition, &["name"])];
    names.into_iter().flatten().map(str::to_owned).collect()
}

/// A comment.
#[must_use]
pub fn remark(comment: &Value) -> Option<Remark> {
    let body = text(comment, &["body"])?;
    Some(Remark {
        id: id(comment, &["id"])?,
        author: text(comment, &["author", "displayName"]).unwrap_or("?").to_owned(),
        body: body.to_owned(),
        at: instant(comment, &["updated"]).or_else(|| instant(comment, &["created"])),
        marker: marker(body),
    })
}
