//! GitHub's issues and comments, as its API and its webhooks write them; Forgejo and Gitea write the same names.

use serde_json::Value;

use super::{Event, ReadError, Remark, Standing, id, instant, marker, text, texts};

/// A delivery of `issues` or `issue_comment`.
pub(super) fn delivery(value: &Value) -> Result<Vec<Event>, ReadError> {
    let Some(issue) = value.get("issue") else {
        // A ping, a push: of no matter here.
        return if value.is_object() { Ok(Vec::new()) } else { Err(ReadError::Missing("issue")) };
    };
    let number = id(issue, &["number"]).ok_or(ReadError::Missing("issue.number"))?;
    if issue.get("pull_request").is_some_and(|it| !it.is_null())
        || text(value, &["action"]) == Some("deleted")
    {
        return Ok(Vec::new());
    }
    let remark = value.get("comment").and_then(remark);
    Ok(vec![Event { issue: number, standing: standing(issue), remark }])
}

/// How an issue stands.
#[must_use]
pub fn standing(issue: &Value) -> Option<Standing> {
    let state = text(issue, &["state"])?;
    let assignees = texts(issue.get("assignees"), "login");
    let assignee =
        assignees.first().cloned().or_else(|| text(issue, &["assignee", "login"]).map(str::to_owned));
    Some(Standing {
        open: state == "open",
        status: None,
        reason: text(issue, &["state_reason"]).map(str::to_owned),
        assignee,
        labels: texts(issue.get("labels"), "name"),
        at: instant(issue, &["updated_at"]),
    })
}

/// A comment.
#[must_use]
pub fn remark(comment: &Value) -> Option<Remark> {
    let body = text(comment, &["body"])?;
    Some(Remark {
        id: id(comment, &["id"])?,
        author: text(comment, &["user", "login"]).unwrap_or("?").to_owned(),
        body: body.to_owned(),
        at: instant(comment, &["updated_at"]).or_else(|| instant(comment, &["created_at"])),
        marker: marker(body),
    })
}
